"""Why a result is NaN or infinite: the first node that went bad, and what let it by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from graphdiff.evaluate import bound, values_in_turn
from graphdiff.explanation.blame import Blame, any_bad, births, blame, is_bad, sources
from graphdiff.explanation.faults import UNMASKED
from graphdiff.explanation.finding import Finding, begins, finding
from graphdiff.explanation.guard import mask_of
from graphdiff.explanation.inside import turns
from graphdiff.explanation.wording import Wording, at, inert, number, several
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Constant, Full, Input, Node

DEEPEST = 20
"""How many loops within loops are looked into."""


@dataclass(frozen=True)
class NanReport:
    """What `explain_nan` found. Printing it says it in words.

    `ok` says that every output is finite. `outputs` are the names of those that are
    not, `inputs` what is wrong with inputs, each in a sentence. `first` is the place
    where it began, `later` the places where NaN then arose from infinities, `others`
    further places where something arose on its own. `path` are the names on the way
    to the output, `mask` says which choice should have held it back, `hidden` what is
    not finite and does no harm.
    """

    ok: bool
    nodes: int
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    first: Finding | None = None
    later: tuple[Finding, ...] = ()
    others: tuple[Finding, ...] = ()
    path: tuple[str, ...] = ()
    mask: str = ""
    hidden: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether something is wrong."""
        return not self.ok

    def __str__(self) -> str:
        """The report, in lines."""
        lines = [f"input: {sentence}" for sentence in self.inputs]
        if self.ok:
            if not lines and not self.hidden:
                return f"all values are finite: {self.nodes} nodes"
            outputs = "every output is finite"
            return "\n".join([*lines, outputs, *(f"  {h}" for h in self.hidden)])
        verb = "is" if len(self.outputs) == 1 else "are"
        lines.append(f"{several(self.outputs)} {verb} not finite")
        if self.first is not None:
            lines += _titled("first", self.first)
        for found in self.later:
            lines += _titled("then NaN", found)
        if len(self.path) > 1:
            lines.append(f"on its way: {' -> '.join(_folded(self.path))}")
        if self.mask:
            lines.append(
                f"{'mask' if 'np.where' in self.mask else 'advice'}: {self.mask}"
            )
        for found in self.others:
            lines += _titled("also", found)
        return "\n".join(lines)

    __repr__ = __str__


def _titled(title: str, found: Finding) -> list[str]:
    first, *rest = found.lines()
    return [f"{title}: {first}", *rest]


def _folded(names: Sequence[str], most: int = 8) -> Sequence[str]:
    """The names, without those in the middle if there are many."""
    if len(names) <= most:
        return names
    left = len(names) - most
    return [*names[: most // 2], f"... {left} more ...", *names[-(most // 2) :]]


def explain_nan(graph: Graph, inputs: Mapping[str, Any]) -> NanReport:
    """Why outputs of `graph` are NaN or infinite, for these inputs.

    Every node is evaluated (`inputs` as for `evaluate`, with its errors), and what is
    not finite is followed back from the outputs to where it arises: an operation whose
    operands are finite there (a logarithm of 0, an overflow, 0/0), its line, its
    operands at the entry, and the ``np.where`` that should have discarded the entry,
    if there is one on the way. In a derivative the rule and its forward value are
    named, in a loop the step. Values that are not finite but reach no output (another
    branch of ``np.where``, ``1 / inf``) are told apart: they do no harm.

    The result is true if something is wrong; printing it says what.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def loss(x):
    ...     y = np.log(x)
    ...     return np.sum(y)
    >>> report = gd.explain_nan(gd.trace(loss, gd.spec("n")), {"x": [1.0, 0.0]})
    >>> report.first.name, report.first.words, report.first.index
    ('y', 'log of 0', (1,))
    """
    check_graph("explain_nan", graph)
    with np.errstate(all="ignore"):
        return _explained(graph, *bound(graph, inputs))


def _explained(
    graph: Graph, given: Mapping[Node, Any], sizes: dict[str, int]
) -> NanReport:
    wording = Wording(graph)
    told = _inputs(graph, given)
    values: dict[Node, Any] = {}
    try:
        values.update(values_in_turn(graph, given, sizes))
    except np.linalg.LinAlgError as error:
        values, failed = _values_until(graph, given, sizes)
        return _failed(wording, values, failed, told, str(error))
    bad = {name: node for name, node in graph.outputs.items() if any_bad(values[node])}
    if not bad:
        hidden = _hidden(wording, values)
        return NanReport(True, len(graph), inputs=told, hidden=hidden)
    names = tuple(inert(name) for name in bad)
    found = blame(graph, values, bad.values(), sizes)
    return _report(wording, found, sizes, list(bad.values()), names, told)


def _report(
    wording: Wording,
    found: Blame,
    sizes: Mapping[str, int],
    ends: Sequence[Node],
    names: tuple[str, ...],
    told: tuple[str, ...],
) -> NanReport:
    values = found.values
    origin, *rest = found.origins
    shown = [origin, *(n for n in rest if begins(n, values))][:3]
    first, *others = [_levels(wording, found, n, ends, sizes) for n in shown]
    later = [n for n in births(found) if n not in found.origins]
    way = [n for n in first[0].way if not isinstance(n.type, tuple)]
    seen = [wording.name(n) for n in way if wording.is_stored(n)]
    place = _told(first)
    stretches = [(level.wording, level.found, level.way) for level in first[::-1]]
    return NanReport(
        False,
        len(found.graph),
        names,
        told,
        place,
        tuple([finding(wording, n, values, only_nan=True) for n in later[:2]]),
        tuple(map(_told, others)),
        tuple(dict.fromkeys(seen)),
        mask_of(stretches, place.kind),
    )


def _inputs(graph: Graph, given: Mapping[Node, Any]) -> tuple[str, ...]:
    """What is wrong with the inputs."""
    found = []
    for name, node in graph.inputs.items():
        value = np.asarray(given[node])
        bad = is_bad(value)
        if bad.any():
            index = tuple(np.argwhere(bad)[0].tolist())
            what = f"{at(inert(name), index)} is {number(value[index])}"
            more = int(bad.sum()) - 1
            found.append(f"{what}, and {more} more entries" if more else what)
    return tuple(found)


def _values_until(
    graph: Graph, given: Mapping[Node, Any], sizes: Mapping[str, int]
) -> tuple[dict[Node, Any], Node]:
    """The values of the nodes before the one that cannot be computed, and that one."""
    values: dict[Node, Any] = {}
    try:
        for node, value in values_in_turn(graph, given, dict(sizes)):
            values[node] = value
    except np.linalg.LinAlgError:
        pass
    return values, graph.nodes[len(values)]


def _failed(
    wording: Wording,
    values: Mapping[Node, Any],
    node: Node,
    told: tuple[str, ...],
    message: str,
) -> NanReport:
    """The report on an operation that raised instead of giving a value."""
    words = f"{node.op.label} gives up: {inert(message)}"
    operands = [
        (f"the largest entry of {wording.name(a)}", np.max(np.abs(values[a])))
        for a in dict.fromkeys(node.args)
        if np.size(values[a]) and node.args
    ]
    place = Finding(
        node,
        wording.name(node),
        wording.expression(node),
        wording.position(node),
        "no decomposition",
        words,
        (),
        0,
        0,
        np.nan,
        tuple(operands),
    )
    outputs = tuple(map(inert, wording.graph.outputs))
    advice = UNMASKED[place.kind]
    return NanReport(False, len(wording.graph), outputs, told, place, mask=advice)


class _Level(NamedTuple):
    """A graph that was looked into: the way from an origin to its results."""

    wording: Wording
    found: Blame
    way: list[Node]
    inside: tuple[str, ...]


def _levels(
    wording: Wording,
    found: Blame,
    origin: Node,
    ends: Iterable[Node],
    sizes: Mapping[str, int],
) -> list[_Level]:
    """The graph of `origin`, the body in which it arises, and so on inwards."""
    levels = [_Level(wording, found, found.way(origin, ends), ())]
    while len(levels) < DEEPEST:
        level = levels[-1]
        node = level.way[0]
        if not node.op.bodies():
            break
        deeper = _within(level, node, sizes)
        if deeper is None:
            break
        levels.append(deeper)
    return levels


def _within(level: _Level, node: Node, sizes: Mapping[str, int]) -> _Level | None:
    """The run of a body of `node` in which something arises, if there is one."""
    values, line = level.found.values, level.wording.line(node)
    for turn in turns(node.op, [values[a] for a in node.args], sizes):
        if not any(map(any_bad, turn.results)):
            continue
        own = dict(sizes)
        here = dict(values_in_turn(turn.body, turn.given, own))
        found = blame(turn.body, here, turn.body.outputs.values(), own)
        made = [n for n in found.origins if not isinstance(n.op, Input)]
        if made:
            way = found.way(made[0], turn.body.outputs.values())
            inside = (*level.inside, f"{turn.words}{line}")
            return _Level(Wording(turn.body), found, way, inside)
    return None


def _told(levels: Sequence[_Level]) -> Finding:
    """The finding about the origin, where it really arises."""
    level = levels[-1]
    return finding(level.wording, level.way[0], level.found.values, level.inside)


def _hidden(wording: Wording, values: Mapping[Node, Any]) -> tuple[str, ...]:
    """What is not finite and reaches no output."""
    found = []
    for node in sources(wording.graph, values):
        if isinstance(node.op, (Input, Constant, Full)):
            continue
        place = finding(wording, node, values)
        many = f"{place.count} of {place.size} entries" if place.size > 1 else "it"
        verb = "are" if place.count > 1 else "is"
        found.append(
            f"{place.expression}{wording.line(node)}: {many} {verb} not finite "
            f"({place.words}), which reaches no output"
        )
    if len(found) > 3:
        found[3:] = [f"and {len(found) - 3} more"]
    return tuple(found)
