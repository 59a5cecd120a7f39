"""Formulas of graphs, read and compared with what textbooks have."""

from dataclasses import dataclass

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show.formula import Formulas
from tests.show.formula.latex_check import check_latex
from tests.show.formula.models import MODELS
from tests.show.formula.write_golden import GOLDEN


def unicode_of(function, *specs, wrt=0):
    graph = gd.value_and_grad(function, wrt=wrt).graph(*map(gd.spec, specs))
    return graph.to_unicode()


def test_a_layer():
    def J(X, W1, b1, y):
        H = np.tanh(X @ W1 + b1)
        return 0.5 * np.sum((H - y) ** 2)

    found = unicode_of(J, "n,d", "d,h", "h", "n,h", wrt=("W1", "b1"))
    assert found.splitlines() == [
        "H = tanh(X W₁ + 𝟏 b₁ᵀ)",
        "J = ½ ‖H − y‖_F²",
        "",
        "G = (H − y) ⊙ (1 − H^⊙2)",
        "∂J/∂W₁ = Xᵀ G",
        "∂J/∂b₁ = Gᵀ 𝟏",
    ]


def test_least_squares():
    def J(X, y, w):
        r = X @ w - y
        return 0.5 * np.sum(r**2)

    found = unicode_of(J, "n,d", "n", "d", wrt="w")
    assert found.splitlines() == ["r = X w − y", "J = ½ ‖r‖²", "", "∂J/∂w = Xᵀ r"]


@pytest.mark.parametrize("name", MODELS)
def test_what_textbooks_print(name):
    graph = MODELS[name]()
    for suffix, made in (("txt", graph.to_unicode()), ("tex", graph.to_latex())):
        path = GOLDEN / f"{name}.{suffix}"
        assert made + "\n" == path.read_text("utf-8"), path.name
    check_latex(graph.to_latex())


def test_a_document_is_a_whole_file():
    graph = gd.trace(lambda x: np.exp(x), gd.spec(""))
    text = graph.to_latex(document=True)
    assert text.startswith("\\documentclass{article}\n")
    assert "\\begin{align*}\n" in text
    assert text.endswith("\\end{document}\n")


def test_an_output_that_is_an_input_has_an_equation():
    x = gd.var("x", "")
    graph = gd.Graph(inputs={"x": x}, outputs={"y": x, "z": x})
    assert graph.to_unicode() == "y = x\nz = x"


def test_a_long_chain_is_a_row_of_lines():
    y = x = gd.var("x", "n")
    for _ in range(20_000):
        y = np.sin(y)
    lines = gd.Graph(inputs={"x": x}, outputs={"y": y}).to_unicode().splitlines()
    assert max(map(len, lines)) < 200
    assert sum(line.count("sin") for line in lines) == 20_000


def test_the_formula_of_an_expression():
    x, w = gd.var("x", "n"), gd.var("w", "n")
    z = gd.named(w @ x, "z")
    assert gd.nn.sigmoid(z).to_latex().splitlines()[1:3] == [
        r"& \sigma(z) \\",
        r"& \text{where } z = w^\top x",
    ]
    assert gd.nn.sigmoid(z).to_unicode() == "σ(z)\nwhere z = wᵀ x"


def test_local_derivatives():
    def f(X, W, b):
        Z = X @ W
        H = np.tanh(Z)
        return H * b

    graph = gd.trace(f, gd.spec("n,d"), gd.spec("d,h"), gd.spec(""))
    known = Formulas(graph)
    found = {
        (node.op.label, i): str(known.local(node, i))
        for node in graph
        for i in range(len(node.args))
    }
    assert found["matmul", 0] == "• Wᵀ"
    assert found["matmul", 1] == "Xᵀ •"
    assert found["tanh", 0] == "∂H/∂Z = 1 − H^⊙2"
    assert found["multiply", 0] == "∂f/∂H = b"


def test_the_same_graph_has_the_same_formulas():
    assert MODELS["lstm"]().to_latex() == MODELS["lstm"]().to_latex()


def test_an_op_may_state_its_notation():
    @dataclass(frozen=True)
    class Power(gd.Op):
        exponent: int

        @property
        def notation(self):
            return gd.Notation(f"#1^{{({self.exponent})}}")

        def infer(self, x):
            return x

        def call(self, x):
            return gd.Call("np.power", (gd.Arg(0), self.exponent))

        def pullback(self, i, at, g, y, x):
            return g * self.exponent * Power(self.exponent - 1)(x)

    x = gd.var("x", "n")
    assert Power(3)(x + 1).to_unicode() == "(x + 1)⁽³⁾"
    graph = gd.value_and_grad(lambda x: np.sum(Power(3)(x))).graph(gd.spec("n"))
    assert graph.to_unicode().endswith("∂output/∂x = 3 x⁽²⁾")


def test_what_a_loop_in_a_loop_keeps_is_said():
    def f(x):
        def outer(i, s):
            return gd.fori_loop(0, 4, lambda j, u: u * np.sin(u), s)

        return gd.fori_loop(0, 3, outer, x)

    text = gd.value_and_grad(f).graph(gd.spec("")).to_unicode()
    assert "u_(tape, tape)" not in text or "((u_(tape, tape))ₜ)ᵣ = uᵣ" in text


def test_gates_rules_and_equations_have_formulas():
    def f(a):
        x = gd.root(lambda x, a: x**3 + x - a, np.zeros(3), a)
        return np.sum(x * gd.stop_gradient(a))

    graph = gd.value_and_grad(f).graph(gd.spec("3"))
    check_latex(graph.to_latex())
    assert "stop(a)" in graph.to_unicode()


def test_bars_within_bars_are_told_apart():
    x, y = gd.var("x", ""), gd.var("y", "")
    assert np.abs(x * np.abs(y)).to_unicode() == "abs(x |y|)"
