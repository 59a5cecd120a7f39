r"""The entries of what reads or writes by position: ``x_{i+1}``, ``g_{i-1} [i \ge 1]``.

Reading moves indices; what is written is 0 wherever nothing is put.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphdiff.graph.node import Arange, Node
from graphdiff.ops.core.pattern import At1, ByArray, NewAxis, Slice
from graphdiff.show.formula.boxes import Letter
from graphdiff.show.formula.entrywise import (
    DIFFERENCE,
    PRODUCT,
    SUM,
    TRUTH,
    added,
    multiplied,
    subtracted,
)
from graphdiff.show.formula.keys import places_of
from graphdiff.show.formula.notation import Binds, Notation, Term
from graphdiff.show.formula.numbers import number
from graphdiff.show.formula.view import View

SUMMED = Notation(r"\sum_{#2} #1", Binds.PRODUCT, (Binds.MATRIX,), open=True)
EQUAL = Notation("#1 = #2", Binds.RELATION, (Binds.SIGNED, Binds.SIGNED))
_FROM = Notation(r"#1 \ge #2", Binds.RELATION, (Binds.SIGNED, Binds.SIGNED))
_BELOW = Notation(r"#1 < #2", Binds.RELATION, (Binds.SIGNED, Binds.SIGNED))
_AMONG = Notation(r"#1 \le #2 < #3", Binds.RELATION, (Binds.SIGNED,) * 3)


def taken(view: View, node: Node) -> Term:
    """Indices of the result, and where they lead."""
    op: Any = node.op
    x, *arrays = node.args
    assert view.indices is not None
    if arrays and not (op._together() and len({a.type.shape for a in arrays}) == 1):
        return view.writer.called_entry(view, node)
    indices = list(view.indices)
    lead = len(x.type.shape) - sum(not isinstance(p, NewAxis) for p in op.pattern)
    places, indices = indices[:lead], indices[lead:]
    inside: list[Term] | None = None
    for item in op.pattern:
        n = x.type.shape[len(places)] if len(places) < len(x.type.shape) else 1
        if isinstance(item, NewAxis):
            indices.pop(0)
        elif isinstance(item, At1):
            places.append(_from_end(view, item.index, n))
        elif isinstance(item, ByArray):
            if inside is None:
                rank = len(arrays[0].type.shape)
                inside, indices = indices[:rank], indices[rank:]
            places.append(view.at(inside).of(arrays[item.number]))
        else:
            places.append(_shifted(view, item, n, indices.pop(0)))
    return view.at(places).of(x)


def _from_end(view: View, index: Any, n: Any) -> Term:
    if isinstance(index, int) and index < 0:
        return view.size(n + index)
    return view.size(index)


def _shifted(view: View, item: Slice, n: Any, index: Term) -> Term:
    """Where entry `index` of a slice lies along the axis."""
    step = item.step or 1
    start = item.start
    if start is None:
        start = 0 if step > 0 else n - 1
    elif isinstance(start, int) and start < 0:
        start = n + start
    scaled = index if step in (1, -1) else PRODUCT(number(abs(step)), index)
    if step < 0:
        return subtracted(view.size(start), scaled)
    if isinstance(start, int):
        return _moved(scaled, start)
    return added(scaled, view.size(start))


def _moved(index: Term, by: int) -> Term:
    """An index plus a number, in which numbers are added up: i of i - 1 and 1."""
    base, offset = _parted(index)
    offset += by
    if base is None:
        return number(offset)
    if not offset:
        return base
    return (SUM if offset > 0 else DIFFERENCE)(base, number(abs(offset)))


def _parted(index: Term) -> tuple[Term | None, int]:
    """The letters of an index, if it has any, and what number is added to them."""
    match index:
        case Term(Letter(text, "number")):
            return None, int(text)
        case Term(_, notation, (base, Term(Letter(text, "number")))):
            if notation in (SUM, DIFFERENCE):
                return base, int(text) if notation == SUM else -int(text)
    return index, 0


def put(view: View, node: Node) -> Term:
    """The entry that has been put here, if one has: 0 anywhere else."""
    pattern = places_of(node)
    if pattern is None:
        return view.writer.called_entry(view, node)
    assert view.indices is not None
    lead = len(node.type.shape) - len(pattern)
    here = view.indices[lead:]
    if len(node.args) > 1:
        return _gathered(view, node, lead)
    places, tests = list(view.indices[:lead]), []
    for item, n, index in zip(pattern, node.type.shape[lead:], here, strict=True):
        if isinstance(item, At1):
            tests.append(EQUAL(index, _from_end(view, item.index, n)))
            continue
        place, found = _inside(view, item, n, index)
        places.append(place)
        tests += found
    return _where(view.at(places).of(node.args[0]), tests)


def _where(made: Term, tests: Sequence[Term]) -> Term:
    """A term where all tests hold, else 0."""
    for test in tests:
        made = multiplied(made, TRUTH(test))
    return made


def _inside(view: View, item: Slice, n: Any, index: Term) -> tuple[Term, list[Term]]:
    """Where in a slice an index lies, and that it does."""
    start = item.start or 0
    stop = n if item.stop is None else item.stop
    start, stop = (n + e if isinstance(e, int) and e < 0 else e for e in (start, stop))
    first, last = view.size(start), view.size(stop)
    if start == 0:
        return index, [] if stop == n else [_BELOW(index, last)]
    place = subtracted(index, first)
    if isinstance(start, int):
        place = _moved(index, -start)
    return place, [_FROM(index, first) if stop == n else _AMONG(first, index, last)]


def _gathered(view: View, node: Node, lead: int) -> Term:
    """The sum of what lists of indices put here; one that counts up is an index."""
    g, *arrays = node.args
    assert view.indices is not None
    pairs = []
    along: Term | None = None
    for item, index in zip(
        node.op.pattern,  # type: ignore[attr-defined]
        view.indices[lead:],
        strict=True,
    ):
        source = arrays[item.number] if isinstance(item, ByArray) else None
        if source is not None and isinstance(source.op, Arange) and along is None:
            along = index
        else:
            pairs.append((source, item, index))
    inner, summed = view, along is None
    if along is None:
        (along,), inner = view.more(1)
    tests = [
        EQUAL(
            inner.size(item.index) if source is None else inner.at([along]).of(source),
            index,
        )
        for source, item, index in pairs
    ]
    made = _where(inner.at([*view.indices[:lead], along]).of(g), tests)
    return SUMMED(made, along) if summed else made
