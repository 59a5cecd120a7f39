"""Every op has a formula, and a gradient of it, that readers of LaTeX accept."""

import xml.dom.minidom

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show.formula import Formulas
from tests.cases import CASES
from tests.cases.table import squares
from tests.show.formula.latex_check import check_latex


@pytest.mark.parametrize("name", list(CASES)[::9])
def test_every_op_has_a_formula(name):
    case = CASES[name]
    specs = [gd.spec_like(a, ",".join("_" for _ in a.shape)) for a in case.args]
    if case.order and case.real:
        form = gd.value_and_grad(lambda *args: squares(case.function(*args)), case.real)
        graph = form.graph(*specs)
    else:
        graph = gd.trace(case.function, *specs)
    check_latex(graph.to_latex())
    xml.dom.minidom.parseString(graph.to_mathml())
    assert graph.to_unicode()


def test_a_formula_mentions_every_argument_in_order():
    def f(a, b, c, d):
        return np.clip(a, b, c) / d

    graph = gd.trace(f, *[gd.spec("")] * 4)
    assert graph.to_unicode() == "f = clip(a, b, c)/d"


def test_local_derivatives_of_every_op_are_accepted():
    for name in list(CASES)[::97]:
        case = CASES[name]
        specs = [gd.spec_like(a, ",".join("_" for _ in a.shape)) for a in case.args]
        graph = gd.trace(case.function, *specs)
        known = Formulas(graph)
        for node in graph:
            for place in range(len(node.args)):
                local = known.local(node, place)
                if local is not None:
                    check_latex(local.latex())
