"""One place at which a value stops being finite, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import Position
from graphdiff.explanation.blame import is_bad
from graphdiff.explanation.faults import Fault, is_by_entry, of_array, of_entry
from graphdiff.explanation.wording import Wording, at, entry, inert, number
from graphdiff.graph.node import Constant, Full, Input, Node, Size

Index = tuple[int, ...]

MOST = 6
"""How many operands are shown."""


@dataclass(frozen=True)
class Finding:
    """Where a NaN or an infinity arises.

    `name` and `expression` are those of the listing, `position` the user's line.
    `index` is the first entry concerned, one of `count` among `size`, and `result` its
    value; `operands` are what was read there, as pairs of text and value. `inside`
    says in which step of which loop, the outermost first, and `gradient` which rule
    the node comes from if it belongs to a derivative. `kind` is a word for what
    happened (see `Fault`), `words` says it in full.
    """

    node: Node
    name: str
    expression: str
    position: Position | None
    kind: str
    words: str
    index: Index
    count: int
    size: int
    result: Any
    operands: tuple[tuple[str, Any], ...] = ()
    inside: tuple[str, ...] = ()
    gradient: str = ""

    def lines(self) -> list[str]:
        """What happened, in a few lines."""
        where = f"  ({inert(str(self.position))})" if self.position else ""
        named = self.name != self.expression
        text = f"{self.name} = {self.expression}" if named else self.expression
        found = [f"{text}{where}"]
        found += [f"  {words}" for words in self.inside]
        many = f", and {self.count - 1} more of {self.size}" if self.count > 1 else ""
        place = at("value", self.index)[5:]
        spot = f" at {place}" if place else ""
        found.append(f"  {number(self.result)}{spot}{many}: {self.words}")
        if self.operands:
            pairs = [f"{text} = {number(value)}" for text, value in self.operands]
            found.append(f"  where {', '.join(pairs)}")
        if self.gradient:
            found.append(f"  in the gradient: {self.gradient}")
        return found


def finding(
    wording: Wording,
    node: Node,
    values: Mapping[Node, Any],
    inside: Sequence[str] = (),
    only_nan: bool = False,
) -> Finding:
    """What is to be said of `node`, whose value is not finite.

    With `only_nan` infinities do not count.
    """
    value = np.asarray(_first_bad(values[node]))
    bad = np.isnan(value) if only_nan else _spoilt(node, values)
    index = tuple(np.argwhere(bad)[0].tolist()) if bad.any() else ()
    result = value[index] if bad.any() else value.ravel()[0]
    fault, operands = _what(wording, node, values, index, result)
    return Finding(
        node,
        wording.name(node),
        wording.expression(node),
        wording.position(node),
        fault.kind,
        fault.words,
        index,
        int(bad.sum()),
        value.size,
        result,
        tuple(operands),
        tuple(inside),
        _gradient(wording, node, values, index),
    )


def begins(node: Node, values: Mapping[Node, Any]) -> bool:
    """Whether an entry of `node` is the first on its way that is not finite.

    What works by entry spoils an entry by itself only where its operands are finite.
    """
    return not is_by_entry(node) or bool(_own(node, values).any())


def _own(node: Node, values: Mapping[Node, Any]) -> np.ndarray:
    """Where what works by entry is not finite though all operands are."""
    spoilt = [is_bad(values[a]) for a in node.args]
    own: np.ndarray = is_bad(values[node]) & ~np.logical_or.reduce(spoilt)
    return own


def _spoilt(node: Node, values: Mapping[Node, Any]) -> np.ndarray:
    """The entries to be told of: those where it begins, if there are such."""
    begun = is_by_entry(node) and begins(node, values)
    return _own(node, values) if begun else is_bad(_first_bad(values[node]))


def _first_bad(value: Any) -> Any:
    """The value, or of several results the first that is not finite."""
    if not isinstance(value, tuple):
        return value
    return next((v for v in value if is_bad(v).any()), value[0])


def _what(
    wording: Wording,
    node: Node,
    values: Mapping[Node, Any],
    index: Index,
    result: Any,
) -> tuple[Fault, list[tuple[str, Any]]]:
    if isinstance(node.op, Input):
        return Fault("given", "given so"), []
    if isinstance(node.op, (Constant, Full)):
        return Fault("given", "a constant of the program"), []
    args = [values[a] for a in node.args]
    if is_by_entry(node):
        here = [np.asarray(a)[index] for a in args]
        return of_entry(node, here, result), _operands(wording, node, index, values)
    shown = []
    for arg in dict.fromkeys(node.args):
        array = np.asarray(values[arg]) if not isinstance(values[arg], tuple) else None
        if array is not None and array.dtype.kind == "f" and array.size:
            top = array.ravel()[np.argmax(np.abs(array))]
            text = wording.name(arg)
            if array.ndim:
                text = f"the largest entry of {text}"
            shown.append((text, top))
    return of_array(node, args, result), shown


def _operands(
    wording: Wording, node: Node, index: Index, values: Mapping[Node, Any]
) -> list[tuple[str, Any]]:
    """The operands at one entry, as texts with their values; no literals.

    Of an expression that stands inline, what it reads comes too.
    """
    found: dict[str, Any] = {}
    waiting = [(arg, index) for arg in node.args[::-1]]
    while waiting and len(found) < MOST:
        source, place = entry(*waiting.pop())
        if isinstance(source.op, (Full, Size)) or source not in values:
            continue
        text = at(wording.name(source), place)
        if text not in found:
            found[text] = np.asarray(values[source])[place]
            if is_by_entry(source) and not wording.is_stored(source):
                waiting += [(arg, place) for arg in source.args[::-1]]
    return list(found.items())


def _gradient(
    wording: Wording, node: Node, values: Mapping[Node, Any], index: Index
) -> str:
    """From the rule of which forward value a node of a derivative comes."""
    role = wording.graph.role_of(node)
    if role is None:
        return ""
    known = role.of in values
    text = wording.statement(role.of) if known else role.rule
    words = f"the rule of {inert(role.rule)} for {text}{wording.line(role.of)}"
    value = values.get(role.of)
    if known and not isinstance(value, tuple):
        array = np.asarray(value)
        if array.ndim == len(index) and all(
            k < n for k, n in zip(index, array.shape, strict=True)
        ):
            text = at(wording.name(role.of), index)
            words += f", where {text} = {number(array[index])}"
    if role.convention:
        words += f"; convention: {role.convention}"
    return words
