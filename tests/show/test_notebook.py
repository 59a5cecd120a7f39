"""Graphs and expressions in a notebook: which forms they have, and when none."""

import base64
import re
from xml.dom import minidom

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show import notebook


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


def test_a_large_graph_is_a_listing():
    graph = long_graph(1_000)
    html = graph._repr_html_()
    assert graph._repr_svg_() is None
    assert "<img" not in html
    assert "<details>" in html
    assert "1001 nodes forward" in html


def test_a_huge_graph_is_a_line():
    html = long_graph(100_000)._repr_html_()
    assert "100001 nodes forward" in html
    assert len(html) < 1_000


def test_a_display_does_not_fail(graph, monkeypatch):
    def fails(self, *args, **options):
        raise RuntimeError

    for name in ("to_svg", "to_latex", "__str__"):
        monkeypatch.setattr(gd.Graph, name, fails, raising=False)
    assert graph._repr_svg_() is None
    assert graph._repr_html_() is None


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
