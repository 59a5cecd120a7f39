import re
import shutil
import subprocess

import numpy as np
import pytest

import graphdiff as gd
from tests.show import graphs

NODE = re.compile(r"^  (n\d+) \[label=<(.*)>, fillcolor=\"(#\w+)\"", re.M)
EDGE = re.compile(r"^  (n\d+) -> (n\d+)(?: \[(.*)\])?$", re.M)

FIGURES = {
    "6.8": graphs.figure_6_8,
    "6.10": graphs.figure_6_10,
    "6.11": graphs.figure_6_11,
    "network": graphs.two_layers,
    "hostile": graphs.hostile,
}


def nodes(graph):
    """The label of each drawn node, without its markup, by its number."""
    found = {}
    for number, label, _ in NODE.findall(graph.to_dot()):
        lines = re.sub(r"<[^>]*>", "\n", label.replace("<br/>", "\n"))
        found[number] = [line for line in lines.split("\n") if line]
    return found


def arrows(graph):
    """What reads what: pairs of first lines."""
    label = {number: lines[0] for number, lines in nodes(graph).items()}
    found = set()
    for a, b, options in EDGE.findall(graph.to_dot()):
        pair = (b, a) if "dir=back" in options else (a, b)
        found.add((label[pair[0]], label[pair[1]]))
    return found


def test_figure_6_8():
    assert arrows(graphs.figure_6_8()) == {
        ("X", "U1"),
        ("W", "U1"),
        ("U1", "U2"),
        ("b", "U2"),
        ("U2", "H"),
    }
    labels = [lines[:2] for lines in nodes(graphs.figure_6_8()).values()]
    assert ["U1", "X @ W"] in labels
    assert ["U2", "U1 + b"] in labels


def test_figure_6_10_appends_the_derivatives_to_the_chain():
    found = arrows(graphs.figure_6_10())
    assert {("w", "x"), ("x", "y"), ("y", "z")} <= found
    assert {("d_y", "d_x"), ("d_x", "d_w")} <= found


def test_figure_6_11_shows_the_gradient_beside_the_network():
    labels = list(nodes(graphs.figure_6_11()).values())
    for name, operation in (("H", "relu(U1)"), ("d_H", "d_U2 @ W2.T")):
        assert any(lines[:2] == [name, operation] for lines in labels), name
    assert any("jumps at 0: zero" in lines for lines in labels)


def test_the_halves_have_their_own_colours():
    graph = graphs.figure_6_10()
    colours = {label: colour for _, label, colour in NODE.findall(graph.to_dot())}
    forward = {c for label, c in colours.items() if "d_" not in label}
    (gradient,) = {c for label, c in colours.items() if "<b>d_" in label}
    assert len(forward) == 2
    assert gradient not in forward
    assert set(colours.values()) == {*forward, gradient}


def test_nodes_show_their_types():
    assert any(
        "float64[n, h]" in lines for lines in nodes(graphs.figure_6_8()).values()
    )


def test_a_shared_number_is_written_where_it_is_used():
    x = gd.var("x", "n")
    graph = gd.Graph({"x": x}, {"y": 2 * np.sin(x) + 2})
    first = [lines[0] for lines in nodes(graph).values()]
    assert first == ["x", "sin(x)", "2 * sin(x)", "y"]


def test_an_argument_read_twice_has_one_arrow():
    graph = gd.trace(lambda x: x * x, gd.spec("n"))
    assert len(EDGE.findall(graph.to_dot())) == 1


@pytest.mark.parametrize("name", FIGURES)
def test_labels_hold_no_stray_markup(name):
    text = FIGURES[name]().to_dot()
    for _, label, _ in NODE.findall(text):
        tags = set(re.findall(r"<(/?\w+)", label))
        assert tags <= {"b", "/b", "br", "font", "/font"}
    assert all(c.isprintable() or c == "\n" for c in text)


@pytest.mark.parametrize("name", FIGURES)
def test_graphviz_reads_it(name):
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    text = FIGURES[name]().to_dot()
    run = subprocess.run(
        ["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True
    )
    assert run.stderr == ""
    assert run.stdout.count('class="node"') == len(NODE.findall(text))


def test_the_same_text_for_the_same_graph():
    assert graphs.figure_6_11().to_dot() == graphs.figure_6_11().to_dot()


def test_entries_put_into_zeros_are_drawn_as_assignments():
    def f(x, k):
        return np.sum(np.sin(x[1:])) + np.sum(np.cos(x[k]))

    graph = gd.grad(f).graph(gd.spec("n"), gd.spec("m", dtype=np.int64))
    labels = {line for lines in nodes(graph).values() for line in lines}
    assert {"zeros[1:] = cos(x[1:])", "zeros[k] += -sin(x[k])"} <= labels
