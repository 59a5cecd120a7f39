"""Equal graphs, better ones: the phases, each a plain tuple of rules."""

from __future__ import annotations

from graphdiff.graph.graph import Graph, check_graph
from graphdiff.ops.region.region import Region
from graphdiff.rewrite.algebra import ALGEBRA
from graphdiff.rewrite.axes import AXES
from graphdiff.rewrite.choice import CHOICE
from graphdiff.rewrite.conjugates import CONJUGATES
from graphdiff.rewrite.diagonals import DIAGONALS, written_out
from graphdiff.rewrite.engine import rewrite as rewrite
from graphdiff.rewrite.factors import FACTORS
from graphdiff.rewrite.fold import FOLD
from graphdiff.rewrite.literals import LITERALS
from graphdiff.rewrite.masks import protect
from graphdiff.rewrite.products import reassociate as reassociate
from graphdiff.rewrite.quotients import QUOTIENTS
from graphdiff.rewrite.record import Pass as Pass
from graphdiff.rewrite.record import Phase, run
from graphdiff.rewrite.record import Step as Step
from graphdiff.rewrite.record import recording as recording
from graphdiff.rewrite.region import tidy
from graphdiff.rewrite.region.rebuild import with_regions
from graphdiff.rewrite.share import share
from graphdiff.rewrite.signs import SIGNS
from graphdiff.rewrite.stable import STABILISE
from graphdiff.rewrite.written import WRITTEN

SIMPLIFY = (
    *(*FOLD, *ALGEBRA, *LITERALS, *FACTORS, *QUOTIENTS, *SIGNS, *CONJUGATES),
    *(*DIAGONALS, *AXES, *CHOICE, *WRITTEN),
)
"""Lawful rules: no finite result changes beyond rounding, and no NaN becomes finite."""


def simplify(graph: Graph) -> Graph:
    """A graph of equal value with less to compute, and easier to read.

    Chains of matrix products are put in the order of least work (`reassociate`), which
    changes results by rounding, as the other rules do.
    """
    check_graph("simplify", graph)
    return run("simplify", SIMPLIFYING, graph)


def stabilise(graph: Graph) -> Graph:
    """A graph that stays accurate where the one written would overflow or cancel."""
    check_graph("stabilise", graph)
    return run("stabilise", STABILISING, graph)


def recorded(graph: Graph) -> list[Pass]:
    """What the passes that a gradient goes through do to `graph`, phase by phase.

    A graph without derivatives is stabilised first; then each graph is simplified. Each
    phase has the graph before and after, and the steps between: which rule, with its
    equation, made which node of which. To follow other passes, run them within
    `recording`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(np.log(1 + x)), gd.spec("n"))
    >>> [step.rule for phase in recorded(graph) for step in phase.steps]
    ['log_of_one_plus']
    """
    check_graph("recorded", graph)
    with recording() as passes:
        if not graph.ledger.roles:
            graph = stabilise(graph)
        simplify(graph)
    return passes


def rules(graph: Graph) -> Graph:
    """Rules of algebra, of axes and of choices, node by node."""
    return rewrite(graph, SIMPLIFY)


def stable_rules(graph: Graph) -> Graph:
    """Formulas that overflow or cancel give way to functions that do not."""
    return rewrite(graph, STABILISE)


def bodies(graph: Graph) -> Graph:
    """The passes that look at a graph whole, in each body of a loop or a branch."""
    return with_regions(graph, _with_finished_bodies)


WHOLE: tuple[Phase, ...] = (reassociate, share, written_out)
"""The phases that look at a graph whole, and so at each body."""

SIMPLIFYING: tuple[Phase, ...] = (tidy, rules, bodies, *WHOLE, tidy)
"""The phases of `simplify`."""

STABILISING: tuple[Phase, ...] = (tidy, stable_rules, protect)
"""The phases of `stabilise`."""


def _with_finished_bodies(op: Region) -> Region:
    made = op.with_bodies(tuple(map(_finished, op.bodies())))
    assert isinstance(made, Region)
    return made


def _finished(graph: Graph) -> Graph:
    graph = bodies(graph)
    for phase in WHOLE:
        graph = phase(graph)
    return graph
