"""Names within expressions: which an expression reads, and others in their place."""

from __future__ import annotations

from collections.abc import Mapping

from graphdiff.emit.text.text import Text, atom, columns


def names_in(text: Text) -> set[str]:
    """The variables that stand in `text`, and ``np``.

    >>> from graphdiff.emit.text.text import binary, call
    >>> sorted(names_in(call("np.dot", [atom("a"), binary("+", atom("b"), atom("a"))])))
    ['a', 'b', 'np']
    """
    found: set[str] = set()
    stack = [text]
    while stack:
        text = stack.pop()
        if text.kind == "atom":
            found.update(part for part in text.parts if isinstance(part, str))
        stack += [part for part in text.parts if isinstance(part, Text)]
    return found


def renamed(text: Text, names: Mapping[str, str]) -> Text:
    """`text` with other names for some of its variables.

    A name is a name: no bracket comes or goes.

    >>> from graphdiff.emit.text.text import binary
    >>> renamed(binary("+", atom("a"), atom("b")), {"a": "x"}).flat
    'x + b'
    """
    done: dict[int, Text] = {}
    stack = [text]
    while stack:
        top = stack[-1]
        below = [p for p in top.parts if isinstance(p, Text) and id(p) not in done]
        if below:
            stack += below
        else:
            done[id(top)] = _rebuilt(top, names, done)
            stack.pop()
    return done[id(text)]


def _rebuilt(text: Text, names: Mapping[str, str], done: Mapping[int, Text]) -> Text:
    if text.kind == "atom":
        (name, *rest) = text.parts
        new = names.get(name) if isinstance(name, str) and not rest else None
        return text if new is None else atom(new)
    parts = tuple([done[id(p)] if isinstance(p, Text) else p for p in text.parts])
    if parts == text.parts:
        return text
    width = sum(p.width if isinstance(p, Text) else columns(p) for p in parts)
    return Text(text.kind, parts, text.binds, width, text.depth)
