import re

import numpy as np
import pytest

import graphdiff as gd
from tests.show import graphs

LINE = re.compile(r"    ?(  )?(\w+)(\[.*\])? \+?= \S.*")


def part(graph, title):
    """The lines of one part of the listing."""
    parts = {p.splitlines()[0]: p.splitlines()[1:] for p in str(graph).split("\n\n")}
    return parts[title]


def statements(lines):
    return dict(line.split("#")[0].strip().split(" = ", 1) for line in lines)


def test_the_forward_part_is_the_users_own_lines():
    found = statements(part(graphs.two_layers(), "forward:"))
    assert found["z1"] == "X @ W1 + b1"
    assert found["X2"] == "sigmoid(z2)"


def test_every_statement_has_a_type_and_forward_ones_their_line():
    for line in part(graphs.two_layers(), "forward:"):
        assert re.search(r"  # float64\[.*\] +graphs\.py:\d+$", line), line
    z1 = part(graphs.two_layers(), "forward:")[0]
    assert "# float64[batch, h]" in z1


def test_gradients_stand_under_the_statement_that_they_are_adjoint_to():
    lines = part(graphs.two_layers(), "gradient:")
    heading = next(i for i, row in enumerate(lines) if "adjoint of z1" in row)
    group = statements(lines[heading + 1 : heading + 3])
    assert group["d_W1"] == "X.T @ d_z1"
    assert group["d_b1"] == "d_z1.sum(axis=0)"


def test_a_convention_is_said_where_it_was_used():
    lines = part(graphs.figure_6_11(), "gradient:")
    (line,) = (line for line in lines if "adjoint of H" in line)
    assert re.fullmatch(
        r"  adjoint of H = relu\(U1\)  \(graphs\.py:\d+; jumps at 0: zero\)", line
    )


def test_section_6_5_7_has_five_matrix_products():
    text = str(graphs.figure_6_11())
    statement = [line for line in text.splitlines() if "adjoint of" not in line]
    assert sum(line.count(" @ ") for line in statement) == 5


def test_the_columns_are_aligned():
    rows = [line for line in str(graphs.two_layers()).splitlines() if "  # " in line]
    assert len({line.index("  # ") for line in rows}) == 1


def test_inputs_tell_their_paths():
    found = statements(part(graphs.two_layers(), "inputs:")[:4])
    assert found["b2"] == "params.layers.1.1"


def test_constants_are_shown_and_long_ones_cut():
    data = np.arange(100.0)
    graph = gd.trace(lambda x: np.sum(x * data), gd.spec("100"))
    (line,) = part(graph, "constants:")
    assert line.split("#")[0].strip() == "data = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, ...]"


def test_outputs_that_are_named_otherwise_are_listed():
    x = gd.var("x", "n")
    graph = gd.Graph({"x": x}, {"a": gd.named(np.sin(x), "s"), "b": x})
    assert statements(part(graph, "outputs:")) == {"a": "s", "b": "x"}


def test_hostile_names_stay_on_their_line():
    text = str(graphs.hostile())
    assert text.isprintable() or all(c.isprintable() or c == "\n" for c in text)
    for title in ("inputs:", "forward:", "gradient:", "outputs:"):
        for line in part(graphs.hostile(), title):
            assert line.startswith("  ")
    assert "\x00" not in text


def test_the_raw_graph_is_listed_as_well():
    graph = gd.trace(graphs.network, {"layers": []}, gd.spec("3,2"), gd.spec("3,2"))
    assert "network = np.mean" in str(graph)
    assert "d_X" in str(gd.differentiate(graph))


def test_listing_twice_gives_the_same_text():
    assert str(graphs.figure_6_11()) == str(graphs.figure_6_11())


@pytest.mark.slow
def test_a_deep_graph_is_listed_without_recursion():
    x = gd.var("x", "")
    y = x
    for _ in range(5_000):
        y = np.sin(y)
    graph = gd.differentiate(gd.Graph({"x": x}, {"y": y}), stabilise=False)
    assert len(graph.to_text(fold=False).splitlines()) > 1_000
    assert len(str(graph).splitlines()) < 1_000


def test_a_type_is_that_of_what_the_statement_makes():
    """With keepdims an array has an axis of size 1, not the repeated one."""

    def loss(x):
        shifted = x - np.max(x, axis=1, keepdims=True)
        return np.sum(shifted**3)

    text = gd.grad(loss).graph(gd.spec("n,k")).to_text()
    rows = [row for row in text.splitlines() if row.endswith("float64[n, 1]")]
    assert any("total = np.sum(" in row for row in rows)
