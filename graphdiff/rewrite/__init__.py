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
    return tidy(_finished(rewrite(tidy(graph), SIMPLIFY)))


def _finished(graph: Graph) -> Graph:
    """`graph` after the passes that look at it whole, and so at each body."""
    graph = with_regions(graph, _with_finished_bodies)
    return written_out(share(reassociate(graph)))


def _with_finished_bodies(op: Region) -> Region:
    made = op.with_bodies(tuple(map(_finished, op.bodies())))
    assert isinstance(made, Region)
    return made


def stabilise(graph: Graph) -> Graph:
    """A graph that stays accurate where the one written would overflow or cancel."""
    check_graph("stabilise", graph)
    return protect(rewrite(tidy(graph), STABILISE))
