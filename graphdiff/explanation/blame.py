"""Where a NaN or an infinity comes from: back from a result, along what let it in.

A value that is not finite is not always the fault of what computes it, nor does it
always do harm: ``np.where`` throws it away, ``1 / inf`` is 0. So each node on the way
back is computed again with stand-ins for the entries that are not finite. What is
still not finite then arises there; an argument that makes more of it let it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.evaluate import compute
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Full, Input, Node, Pick
from graphdiff.ops.core.elementwise import Elementwise

MOST = 8
"""Of how many arguments each is tried alone; with more, all are taken to matter."""


def is_bad(value: Any) -> np.ndarray:
    """Which entries are NaN or infinite; all false for what is no float."""
    array = np.asarray(value)
    if array.dtype.kind not in "fc":
        return np.zeros(array.shape, bool)
    bad: np.ndarray = ~np.isfinite(array)
    return bad


def any_bad(value: Any) -> bool:
    """Whether an entry is NaN or infinite, in one of several results too."""
    if isinstance(value, tuple):
        return any(map(any_bad, value))
    array = np.asarray(value)
    return array.dtype.kind in "fc" and not bool(np.isfinite(array).all())


@dataclass
class Blame:
    """What is to blame for results that are not finite.

    `through` maps each node on the way to those of its arguments that let it in;
    `origins` are the nodes where it arises, in the order of the graph.
    """

    graph: Graph
    values: Mapping[Node, Any]
    through: dict[Node, list[Node]]
    origins: list[Node]

    def readers(self) -> dict[Node, list[Node]]:
        """The way forward: which nodes each node has spoilt."""
        found: dict[Node, list[Node]] = {}
        for node in self.graph.nodes:
            for arg in dict.fromkeys(self.through.get(node, ())):
                found.setdefault(arg, []).append(node)
        return found

    def way(self, origin: Node, ends: Iterable[Node]) -> list[Node]:
        """The shortest way from `origin` to one of `ends`, both included."""
        readers, wanted = self.readers(), set(ends)
        came: dict[Node, Node | None] = {origin: None}
        for node in (queue := [origin]):
            if node in wanted:
                return _steps_to(node, came)
            for reader in readers.get(node, ()):
                if reader not in came:
                    came[reader] = node
                    queue.append(reader)
        return [origin]


def _steps_to(node: Node, came: Mapping[Node, Node | None]) -> list[Node]:
    way: list[Node] = []
    here: Node | None = node
    while here is not None:
        way.append(here)
        here = came[here]
    return way[::-1]


def blame(
    graph: Graph,
    values: Mapping[Node, Any],
    ends: Iterable[Node],
    sizes: Mapping[str, int],
) -> Blame:
    """What is to blame that the values of `ends` are not finite."""
    guilty = {node for node in ends if any_bad(values[node])}
    through: dict[Node, list[Node]] = {}
    origins: list[Node] = []
    for node in reversed(graph.nodes):
        if node not in guilty:
            continue
        arises, let_in = _trial(node, values, sizes)
        if arises:
            origins.append(node)
        through[node] = let_in
        guilty.update(let_in)
    return Blame(graph, values, through, origins[::-1])


def _trial(
    node: Node, values: Mapping[Node, Any], sizes: Mapping[str, int]
) -> tuple[bool, list[Node]]:
    """Whether badness arises at `node`, and which of its arguments let some in."""
    spoilt = [a for a in dict.fromkeys(node.args) if any_bad(values[a])]
    if not spoilt or isinstance(node.op, (Input, Constant, Full)):
        return True, []
    if isinstance(node.op, Pick):
        return False, spoilt
    safe = {a: stand_in(node, a, values[a]) for a in spoilt}
    calm = _again(node, values, safe, sizes)
    if calm is None:
        return True, []
    arises = any_bad(calm)
    if len(spoilt) == 1:
        only = _more(values[node], calm)
        return arises or not only, spoilt if only else []
    if len(spoilt) > MOST:
        return arises, spoilt
    found = []
    for arg in spoilt:
        others = {a: s for a, s in safe.items() if a is not arg}
        made = _again(node, values, others, sizes)
        if made is None or _more(made, calm):
            found.append(arg)
    return arises or not found, found


def _more(made: Any, calm: Any) -> bool:
    """Whether `made` has entries that are not finite, and are so in `calm`."""
    if isinstance(made, tuple):
        return any(_more(a, b) for a, b in zip(made, calm, strict=True))
    return bool(np.any(is_bad(made) & ~is_bad(calm)))


def _again(
    node: Node,
    values: Mapping[Node, Any],
    other: Mapping[Node, Any],
    sizes: Mapping[str, int],
) -> Any:
    """The value of `node` with other arguments; None if it cannot be computed."""
    table = {a: other.get(a, values[a]) for a in node.args}
    try:
        with np.errstate(all="ignore"):
            return compute(node, table, dict(sizes))
    except np.linalg.LinAlgError:
        return None


def stand_in(node: Node, arg: Node, value: Any) -> Any:
    """`value` with ordinary numbers for the entries that are not finite."""
    if isinstance(value, tuple):
        return tuple([stand_in(node, arg, v) for v in value])
    array, bad = np.asarray(value), is_bad(value)
    known = None
    if isinstance(node.op, Elementwise) and node.op.safe:
        known = node.op.safe[node.args.index(arg)]
    if known is None:
        good = array[~bad]
        known = np.median(good.real) if good.size else 1.0
    return np.where(bad, array.dtype.type(known), array)


def births(found: Blame) -> Iterator[Node]:
    """The nodes on the way at which a NaN arises from infinities."""
    for node in found.graph.nodes:
        let_in = found.through.get(node)
        if not let_in or not has_nan(found.values[node]):
            continue
        if not any(has_nan(found.values[a]) for a in let_in):
            yield node


def has_nan(value: Any) -> bool:
    """Whether an entry is NaN, in one of several results too."""
    if isinstance(value, tuple):
        return any(map(has_nan, value))
    return (
        bool(np.isnan(value).any()) if np.asarray(value).dtype.kind in "fc" else False
    )


def sources(graph: Graph, values: Mapping[Node, Any]) -> list[Node]:
    """The nodes whose values are not finite though all that they read are.

    Whether anybody sees it or not.
    """
    bad = {n for n in graph.nodes if n in values and any_bad(values[n])}
    return [n for n in graph.nodes if n in bad and bad.isdisjoint(n.args)]
