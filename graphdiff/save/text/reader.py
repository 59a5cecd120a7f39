"""A graph read from its text, which may come from a stranger.

The text is made into the entry of a file, and that into a graph, by the code that
reads files: nothing is executed, ops are looked up in tables. The reader looks one
token ahead, and its depth is bounded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.graph import Graph
from graphdiff.graph.types import ArrayType
from graphdiff.save.reader import MOST_BYTES, WRONG, UnfitError, graph_of, reason
from graphdiff.save.text.cursor import Cursor, Token, number, place
from graphdiff.save.text.nests import signature_entry
from graphdiff.save.text.parameters import Parameters
from graphdiff.save.text.values import array_from

_HEAD = ("graphdiff", "1")


def parse(text: str, *, limit: int = MOST_BYTES) -> Graph:
    """The graph that `text` describes, as ``graph.to_text(exact=True)`` writes it.

    Safe for text from strangers: nothing that it says is executed, and a text of more
    than `limit` characters is refused. Each node is checked as if it were being built,
    and must have the type that the text declares. Raises `GraphValueError` that names
    line and column for a text that is no graph.

    >>> import graphdiff as gd
    >>> graph = gd.parse('''graphdiff 1
    ... x: float64[n] = input()
    ... y: float64[n] = sin(x)
    ... output y
    ... ''')
    >>> gd.evaluate(graph, {"x": [0.0]})["y"]
    array([0.])
    """
    if not isinstance(text, str):
        raise GraphTypeError(f"parse: expected a str, got {type(text).__name__}")
    if len(text) > limit:
        raise GraphValueError(f"parse: the text has more than {limit} characters")
    reader = _Reader(text)
    try:
        return graph_of(reader.whole(), reader.arrays)
    except WRONG as error:
        where = place(text, getattr(error, "at", reader.at))
        raise GraphValueError(f"parse: {where}: {reason(error)}") from None


class _Reader:
    def __init__(self, text: str) -> None:
        self.cursor = Cursor(text)
        self.values = Parameters(self.cursor, self._graph)
        self.arrays: dict[str, np.ndarray] = {}
        self.places: dict[tuple[int, ...], dict[str, int]] = {}
        self.block: _Block | None = None

    @property
    def at(self) -> int:
        """What is wrong with a whole graph is said of its signature, or its first."""
        return 0 if self.block is None else self.block.at

    def whole(self) -> dict[str, Any]:
        """The entry of a file for the whole text."""
        cursor = self.cursor
        cursor.lines()
        for word in _HEAD:
            cursor.expect(word)
        cursor.end_of_line()
        entry = self._statements(())
        if cursor.next.kind != "end":
            cursor.fail("a statement")
        return entry

    def _graph(self) -> dict[str, Any]:
        """A graph between braces."""
        self.cursor.expect("{")
        self.cursor.end_of_line()
        around = self.block
        if around is None:
            self.cursor.fail("a graph in a node")
        path = (*around.path, len(around.rows), around.bodies)
        around.bodies += 1
        entry = self._statements(path)
        self.block = around
        self.cursor.expect("}")
        return {"graph": entry}

    def _statements(self, path: tuple[int, ...]) -> dict[str, Any]:
        """The entry for the statements from here to a closing brace, or the end."""
        block = self.block = _Block(self, path)
        while self.cursor.next.text not in ("", "}"):
            block.statement()
            if self.cursor.next.text != "}":
                self.cursor.end_of_line()
        return block.entry()


class _Block:
    """The statements of one graph."""

    def __init__(self, reader: _Reader, path: tuple[int, ...]) -> None:
        self.cursor, self.values, self.path = reader.cursor, reader.values, path
        self.arrays, self.all_places = reader.arrays, reader.places
        self.rows: list[dict[str, Any]] = []
        self.bodies = 0
        self.places = self.all_places[path] = {}
        self.roles: list[tuple[int, list[Token], list[Any]]] = []
        self.facts: dict[str, Any] = {
            key: {} for key in ("inputs", "outputs", "names", "lines", "marks")
        }
        self.needs: list[Any] = []
        self.at = self.cursor.next.at

    def entry(self) -> dict[str, Any]:
        """What a file would hold."""
        roles = {}
        for here, of, rest in self.roles:
            roles[str(here)] = [self._of(of), *rest]
        facts = {**self.facts, "roles": roles, "needs": self.needs}
        return {"nodes": self.rows, **facts, "at": self.at}

    def _of(self, tokens: list[Token]) -> int | list[int]:
        """The node that a role speaks of: here, or from the outside ``%4/0/y``."""
        if len(tokens) == 1:
            return self._known(tokens[0])
        found: list[int] = []
        for token in tokens:
            places = self.all_places.get(tuple(found), {})
            if token.kind == "number":
                found.append(int(number(token)))
            elif token.text in places:
                found.append(places[token.text])
            else:
                raise UnfitError(f"there is no node {token} there", token.at)
        return found

    def statement(self) -> None:
        """Read one statement."""
        word = self.cursor.next.text if self.cursor.next.kind == "word" else ""
        if word == "def":
            token = self.cursor.take()
            if "signature" in self.facts:
                raise UnfitError("there is a signature already", token.at)
            self.facts["signature"] = signature_entry(self.values)
            self.at = token.at
        elif word == "output":
            self._output(self.cursor.take())
        elif word == "run":
            self._run(self.cursor.take())
        elif word == "need":
            self.needs.append(self._need(self.cursor.take()))
        else:
            self._node()

    def _output(self, token: Token) -> None:
        named = self.cursor.next
        name = self.cursor.name("the name of an output")
        if name in self.facts["outputs"]:
            raise UnfitError(f"{named} is given twice", named.at)
        node = self._reference() if self.cursor.takes("=") else self._known(named)
        self.facts["outputs"][name] = node

    def _need(self, token: Token) -> dict[str, str]:
        text = self.cursor.rest_of_line()
        return {"size": text}

    def _known(self, token: Token) -> int:
        """The place of the node that a token names."""
        if token.text not in self.places:
            raise UnfitError(f"there is no node {token} here", token.at)
        return self.places[token.text]

    def _reference(self) -> int:
        if self.cursor.next.kind not in ("word", "place"):
            self.cursor.fail("a node")
        return self._known(self.cursor.take())

    def _node(self) -> None:
        token = self.cursor.next
        if token.kind not in ("word", "place"):
            self.cursor.fail("a statement")
        self.cursor.take()
        if token.text in self.places:
            raise UnfitError(f"there is a node {token} already", token.at)
        here = len(self.rows)
        if token.kind == "word":
            self.facts["names"][str(here)] = token.text
        elif self.cursor.next.kind == "string":
            self.facts["names"][str(here)] = self.cursor.string("a name")
        self.cursor.expect(":")
        types = self._types()
        self.cursor.expect("=")
        self.bodies = 0
        row = self._expression(token, here, types)
        self.rows.append({**row, "at": token.at, "is": types})
        self.places[token.text] = here
        if self.cursor.takes(";"):
            self._facts(here)

    def _types(self) -> ArrayType | tuple[ArrayType, ...]:
        if not self.cursor.takes("("):
            return self.values.type()
        found = []
        while not self.cursor.takes(")"):
            found.append(self.values.type())
            if self.cursor.next.text != ")":
                self.cursor.expect(",")
        return tuple(found)

    def _expression(self, named: Token, here: int, type: Any) -> dict[str, Any]:
        cursor = self.cursor
        token = cursor.next
        if token.kind in ("number", "complex") or token.text in ("True", "False"):
            return {"op": "Full", "type": type, "data": [self.values.value()]}
        if cursor.takes("["):
            data = self.values.items("]")
            return {"op": "Constant", "type": type, "data": data}
        if token.kind == "place":
            return self._pick(cursor.take())
        word = cursor.of("word", "an expression")
        if cursor.next.text == "[":
            return self._pick(word)
        if word.text in ("nan", "inf") and cursor.next.text != "(":
            return {"op": "Full", "type": type, "data": [{"float": word.text}]}
        if word.text in ("all", "bytes") and cursor.next.text != "(":
            return self._bytes(word, type)
        if word.text == "same" and cursor.next.text != "(":
            return self._same()
        cursor.expect("(")
        if word.text == "input":
            return self._input(named, here, type)
        return {"op": word.text, **self._call()}

    def _pick(self, token: Token) -> dict[str, Any]:
        args = [self._known(token)]
        self.cursor.expect("[")
        index = self.cursor.integer("the number of a result")
        self.cursor.expect("]")
        return {"op": "Pick", "args": args, "with": {"index": index}}

    def _bytes(self, word: Token, type: Any) -> dict[str, Any]:
        """An array in base64, which may stand for a number that fills another."""
        full = word.text == "all"
        if full:
            self.cursor.expect("bytes")
        token = self.cursor.next
        text = self.cursor.string("bytes in base64")
        if not isinstance(type, ArrayType):
            raise UnfitError("a constant has one type", token.at)
        name = f"array{len(self.arrays)}"
        try:
            array = array_from(text, type.dtype)
            self.arrays[name] = array if full else array.reshape(type.shape)
        except (ValueError, TypeError) as error:
            raise UnfitError(str(error), token.at) from None
        return {"op": "Full" if full else "Constant", "type": type, "file": name}

    def _input(self, named: Token, here: int, type: Any) -> dict[str, Any]:
        """An input, whose opening bracket has been read."""
        cursor = self.cursor
        name = self.facts["names"].get(str(here))
        if name is None or cursor.next.text != ")":
            name = cursor.name("a name")
        own = cursor.name("a name") if cursor.takes(",") else name
        cursor.expect(")")
        if name in self.facts["inputs"]:
            raise UnfitError(f"there is an input {name!r:.50} already", named.at)
        self.facts["inputs"][name] = here
        if cursor.takes("same"):
            return self._same()
        return {"op": "Input", "with": {"name": own, "type": type}}

    def _same(self) -> dict[str, Any]:
        """A node of another graph, where the word has been read."""
        self.cursor.expect("as")
        return {"same": self._of(self._path())}

    def _call(self) -> dict[str, Any]:
        """Arguments and parameters of an op, up to the closing bracket."""
        cursor = self.cursor
        args: list[int] = []
        while cursor.next.kind in ("word", "place"):
            token = cursor.take()
            if token.kind == "word" and cursor.next.text == "=":
                return {"args": args, "with": self._parameters(token)}
            args.append(self._known(token))
            if cursor.next.text != ")":
                cursor.expect(",")
        cursor.expect(")")
        return {"args": args}

    def _parameters(self, first: Token) -> Any:
        """Parameters by name, the first of which has been read."""
        self.cursor.expect("=")
        value = self.values.value()
        if self.cursor.next.text != ")":
            self.cursor.expect(",")
        rest = self.values.named(")")
        if first.text == "with" and not rest:
            return value
        if first.text in rest:
            raise UnfitError(f"{first} is given twice", first.at)
        return {first.text: value, **rest}

    def _facts(self, here: int) -> None:
        """What is known of a node, behind the semicolon."""
        cursor = self.cursor
        role: list[Any] | None = None
        while True:
            word = cursor.of("word", "a fact")
            if word.text == "adjoint" and role is None:
                cursor.expect("of")
                of = self._path()
                cursor.expect("by")
                role = [cursor.words("a rule"), "", 1]
                self.roles.append((here, of, role))
            elif word.text == "convention" and role:
                role[1] = cursor.words("a convention")
            elif word.text == "order" and role:
                role[2] = cursor.integer("an order")
            elif word.text == "at" and str(here) not in self.facts["lines"]:
                self.facts["lines"][str(here)] = self._line()
            elif word.text == "region":
                self.facts["marks"].setdefault(str(here), []).append(self._region())
            else:
                raise UnfitError(f"expected a fact, got {word}", word.at)
            if not cursor.takes(","):
                return

    def _path(self) -> list[Token]:
        """What ``y`` or ``%4/0/y`` is made of."""
        found = [self.cursor.take()]
        while self.cursor.takes("/"):
            found.append(self.cursor.of("number", "the number of a graph"))
            self.cursor.expect("/")
            found.append(self.cursor.take())
        return found

    def _region(self) -> list[Any]:
        number = self.cursor.integer("the number of a region")
        label = self.cursor.words("the name of a region")
        self.cursor.expect("level")
        return [number, label, self.cursor.integer("a level")]

    def _line(self) -> list[Any]:
        """A line: ``model.py:3``, or ``model.py:3 step 4.1 in 0``."""
        cursor = self.cursor
        found: list[Any] = [cursor.words("a file")]
        cursor.expect(":")
        found.append(cursor.integer("a line"))
        if cursor.takes("step"):
            token = cursor.of("number", "a step")
            step, _, place = token.text.partition(".")
            if not (step.isdecimal() and place.isdecimal()):
                raise UnfitError(f"expected a step such as 4.1, got {token}", token.at)
            found += [int(step), int(place)]
            if cursor.takes("in"):
                found.append(cursor.integer("the number of a run"))
        return found

    def _run(self, token: Token) -> None:
        """A run of a function, the first word read."""
        cursor = self.cursor
        runs = self.facts.setdefault("runs", [])
        number = cursor.integer("the number of a run")
        if number != len(runs) or self.path:
            raise UnfitError(f"expected run {len(runs)} of the whole", token.at)
        cursor.expect("of")
        found: list[Any] = [cursor.words("the name of a function")]
        cursor.expect("at")
        found.append(cursor.words("a file"))
        cursor.expect(":")
        found.append(cursor.integer("a line"))
        if cursor.takes("called"):
            cursor.expect("at")
            found.append(self._line())
        runs.append(found)
