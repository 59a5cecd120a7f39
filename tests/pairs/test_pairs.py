"""Every transformation with every other, and some of the common ones three deep.

Each is compared with its mathematics, worked out by sympy. Of every two, one is tried
around the other here, and of some the graph is evaluated and emitted as well. All that
there is, in both orders and in every form:

    python -m tests.pairs.test_pairs
"""

from itertools import product

import numpy as np
import pytest

import graphdiff as gd
from tests.pairs.table import OPERATORS, composed, value_of

AT = np.array([0.7, -0.4])
NAMES = list(OPERATORS)
SOLVERS = {"root", "fixed_point", "minimize", "linear_solve"}
COMMON = ("grad", "jvp", "jacobian_forward", "vmap", "scan", "while_loop", "checkpoint")


def check(names, everywhere):
    function, formula = composed(names)
    wanted = pytest.approx(value_of(formula, AT), rel=1e-9, abs=1e-12)
    graph = gd.simplify(gd.trace(function, gd.spec("2")))
    assert gd.compile(graph)(AT) == wanted
    if not everywhere:
        return
    [found] = gd.evaluate(graph, dict.fromkeys(graph.inputs, AT)).values()
    assert found == wanted
    if SOLVERS.isdisjoint(names):
        for style in ("readable", "fast"):
            assert gd.emit(graph, style=style).load()(AT) == wanted


def is_tried(row, column):
    """Whether the operators stand in this order: one of both orders is true."""
    return (row + column) % 2 == (row > column)


@pytest.mark.parametrize("outer", NAMES)
def test_of_every_other(outer):
    row = NAMES.index(outer)
    for column, inner in enumerate(NAMES):
        if is_tried(row, column):
            check((outer, inner), everywhere=(row + 2 * column) % 5 == 0)


TRIPLES = [*product(COMMON, repeat=3)]


@pytest.mark.parametrize("names", TRIPLES[::17], ids=".".join)
def test_three_deep(names):
    check(names, everywhere=False)


def main():
    for names in [*product(NAMES, repeat=2), *TRIPLES]:
        check(names, everywhere=True)


if __name__ == "__main__":
    main()
