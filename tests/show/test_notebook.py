"""Graphs and expressions in a notebook: which forms they have, and when none."""

import base64
import re
from xml.dom import minidom

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show import notebook
from tests.cases import CASES


def loss(W1, W2, X, Y):
    H = np.tanh(X @ W1)
    E = H @ W2 - Y
    return np.sum(E**2)


@pytest.fixture
def graph():
    shapes = map(gd.spec, ("i,h", "h,o", "n,i", "n,o"))
    return gd.value_and_grad(loss, wrt=("W1", "W2")).graph(*shapes)


def long_graph(length):
    x = y = gd.var("x")
    for _ in range(length):
        y = np.sin(y)
    return gd.Graph({"x": x}, {"y": y})


def picture_in(html):
    """The SVG that stands in the HTML as an image."""
    (data,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', html)
    return base64.b64decode(data).decode("utf-8")


def test_a_graph_is_a_picture(graph):
    assert graph._repr_svg_() == graph.to_svg()


def test_the_html_of_a_graph_holds_its_picture_and_its_listing(graph):
    html = graph._repr_html_()
    minidom.parseString(html)
    assert picture_in(html) == graph.to_svg()
    assert "loss(W1, W2, X, Y) -&gt; loss, d_W1, d_W2</code>" in html
    assert "d_W2 = H.T @ d_E" in html


def test_the_latex_of_a_graph_is_its_equations(graph):
    assert graph._repr_latex_() == graph.to_latex()
    x = gd.var("x")
    assert gd.Graph({"x": x}, {})._repr_latex_() is None


def test_a_large_graph_is_a_listing():
    graph = long_graph(1_000)
    html = graph._repr_html_()
    assert graph._repr_svg_() is None
    assert graph._repr_latex_() is None
    assert "<img" not in html
    assert "<details>" in html
    assert "1001 nodes forward" in html


def test_a_huge_graph_is_a_line():
    html = long_graph(20_000)._repr_html_()
    assert "20001 nodes forward" in html
    assert len(html) < 1_000


def test_a_display_does_not_fail(graph, monkeypatch):
    def fails(self, *args, **options):
        raise RuntimeError

    for name in ("to_svg", "to_latex", "__str__"):
        monkeypatch.setattr(gd.Graph, name, fails, raising=False)
    assert graph._repr_svg_() is None
    assert graph._repr_latex_() is None
    assert graph._repr_html_() is None


def test_an_expression_is_its_formula():
    x = gd.var("x", "n")
    y = np.log(np.sum(np.exp(x)))
    assert y._repr_latex_() == (
        r"$\displaystyle \log\left( \sum_i \mathrm{e}^{x_i} \right)$"
    )
    html = y._repr_html_()
    minidom.parseString(html)
    assert html.count("<math") == 1
    assert "<code>float64[]</code>" in html
    minidom.parseString(y._repr_svg_())


def test_a_named_expression_is_an_equation():
    W, x = gd.var("W", "m,n"), gd.var("x", "n")
    z = gd.named(np.tanh(W @ x), "z")
    assert z._repr_latex_() == r"$\displaystyle z = \tanh(Wx)$"
    assert x._repr_latex_() == r"$\displaystyle x$"


def test_what_an_expression_reads_is_written_below_it():
    W, x = gd.var("W", "m,n"), gd.var("x", "n")
    total = np.sum(gd.named(np.tanh(W @ x), "z") ** 2)
    assert total._repr_latex_() == (
        "$$\\begin{gathered}\n\\lVert z \\rVert^2 \\\\\n"
        "\\text{where } z = \\tanh(Wx)\n\\end{gathered}$$"
    )
    html = total._repr_html_()
    assert html.count("<math") == 2
    assert "<p>where <math" in html


def test_variables_of_one_name_are_told_apart():
    svg = (gd.var("x") * gd.var("x"))._repr_svg_()
    assert "x_2" in svg


def test_many_named_values_are_cut():
    x = gd.var("x")
    for i in range(30):
        x = gd.named(np.sin(x), f"s{i}")
    assert x._repr_latex_().count(r"\sin") == 13
    assert r"\dots" in x._repr_latex_()


def test_a_huge_expression_is_its_type():
    x = gd.var("x", "n")
    for _ in range(20_000):
        x = np.sin(x)
    assert x._repr_latex_() is None
    assert x._repr_svg_() is None
    assert x._repr_html_() == "<div><code>&lt;sin: float64[n]&gt;</code></div>"


def test_expressions_of_a_trace_are_displayed():
    shown = []

    def f(params):
        h = np.tanh(params["W"])
        shown.append(h._repr_latex_())
        return np.sum(h)

    gd.trace(f, {"W": gd.spec("n,n")})
    (formula,) = shown
    assert r"\tanh(" in formula
    assert "W" in formula


@pytest.mark.parametrize("name", list(CASES)[3::40])
def test_results_of_every_op_are_displayed(name):
    case = CASES[name]
    graph = gd.trace(case.function, *case.args)
    for node in graph.outputs.values():
        expression = gd.Expression(node)
        minidom.parseString(expression._repr_html_())
        minidom.parseString(expression._repr_svg_())


HOSTILE = [
    "</pre></details><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>&lt;",
    "\u202egnp",
    "\x00\n\r",
    "\ud800",
    "$x$ \\end{x} %",
    "n" * 10_000,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_inert(name):
    x = gd.var("x", "n")
    graph = gd.Graph({name: x}, {f"{name}!": np.sum(gd.named(x * x, name))})
    html = graph._repr_html_()
    minidom.parseString(html)
    assert "<script" not in html
    assert "onerror=alert(1)>" not in html
    assert all(c.isprintable() or c == "\n" for c in html)
    minidom.parseString(picture_in(html))


def test_the_same_graph_is_displayed_the_same(graph):
    assert graph._repr_html_() == graph._repr_html_()
    assert notebook.MOST_DRAWN < notebook.MOST_LISTED
