"""What the page knows, without a browser: every op, tables, values, lines, passes."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphValueError
from graphdiff.show.drawing import drawing
from graphdiff.show.page.data import page_data
from graphdiff.show.page.passes import changes
from graphdiff.show.page.values import badness, brief, summary
from tests.cases import CASES
from tests.show import graphs

SOME = list(CASES)[::60]


def data_of(graph, inputs=None, of=None):
    return page_data(drawing(graph), inputs, of)


def box(data, name):
    (found,) = [b for b in data["boxes"] if b.get("name") == name]
    return found


@pytest.mark.parametrize("name", SOME)
def test_every_op_has_its_record(name):
    case = CASES[name]

    def total(*args):
        made = case.function(*args)
        first = made[0] if isinstance(made, (tuple, list)) else made
        return np.sum(np.real(first) * 1.0)

    if case.real and case.order:
        graph = gd.value_and_grad(total, wrt=case.real).graph(*case.args)
    else:
        graph = gd.trace(case.function, *case.args)
    data = data_of(graph, dict(zip(graph.inputs, case.args, strict=True)))
    assert all(
        b["id"] and (b["half"] in ("forward", "gradient")) for b in data["boxes"]
    )
    ids = {b["id"] for b in data["boxes"]}
    assert {end for edge in data["edges"] for end in edge[:2]} <= ids


def test_a_share_is_not_taken_for_the_adjoint():
    case = CASES["polar left"]

    def total(a):
        return np.sum(case.function(a) * 1.0)

    graph = gd.value_and_grad(total).graph(*case.args)
    data = data_of(graph, dict(zip(graph.inputs, case.args, strict=True)))
    values = {b["id"]: b.get("value", {}) for b in data["boxes"]}
    facing = [row for row in data["steps"]["rows"] if row["adjoint"]]
    assert len(facing) > 2
    for row in facing:
        norm = values[row["adjoint"]].get("norm")
        assert norm is None or row["sum"]["value"] == f"norm {norm}"


def test_the_table_is_that_of_back_propagation():
    graph = gd.trace(graphs.chain, gd.spec(""))
    given = {"w": 0.5}
    table = gd.backprop(graph, given)
    rows = data_of(graph, given)["steps"]["rows"]
    assert [row["name"] for row in rows] == ["z", "y", "x", "w"]
    for row in rows:
        assert float(row["sum"]["value"]) == pytest.approx(
            table[row["name"].replace("z", "chain")], rel=1e-4
        )


def test_contributions_over_two_paths_stand_apart_and_add_up():
    def loss(w):
        a = np.sin(w)
        b = a * w
        return np.sum(b**2)

    rows = data_of(gd.trace(loss, gd.spec("n")), {"w": [1.0]})["steps"]["rows"]
    (last,) = [row for row in rows if row["name"] == "w"]
    assert [term["from"] for term in last["terms"]] == ["b", "a"]
    texts = [term["text"] for term in last["terms"]]
    assert texts == ["d_b * a", "d_a * cos(w)"]


def test_loops_have_rows_and_a_word_in_the_place_of_a_formula():
    def program(x):
        last, _ = gd.scan(lambda c, v: (c * v, None), 1.0, x)
        return last**2

    rows = data_of(gd.trace(program, gd.spec("n")), {"x": [2.0, 3.0]})["steps"]["rows"]
    (last,) = [row for row in rows if row["name"] == "x"]
    assert last["sum"]["value"] == "[36, 24]"
    assert "\N{PARTIAL DIFFERENTIAL}" in last["terms"][0]["text"]


def test_a_hessian_is_stepped_node_by_node():
    graph = gd.hessian(lambda x: np.sum(x**3)).graph(gd.spec("n"))
    data = data_of(graph, {"x": [1.0, 2.0]})
    assert data["steps"]["heads"][1] == "computed as"
    backward = [b["id"] for b in data["boxes"] if b["half"] == "gradient"]
    assert [row["adjoint"] for row in data["steps"]["rows"]] == backward


def test_another_output_can_be_the_one_to_begin_from():
    def both(x):
        return np.sum(x), np.sum(x**2)

    graph = gd.trace(both, gd.spec("n"))
    _, second = graph.outputs
    rows = data_of(graph, of=second)["steps"]["rows"]
    assert len(rows) == 2
    with pytest.raises(GraphValueError, match="of: expected one of the outputs"):
        data_of(graph, of="third")
    assert data_of(gd.trace(lambda x: x + 1, gd.spec("n")))["steps"] is None


def test_the_line_of_the_module_computes_the_node():
    data = data_of(graphs.figure_6_11())
    first, last = box(data, "U1")["emitted"]
    assert data["module"]["lines"][first - 1].strip().startswith("U1 = X @ W1")
    assert first == last


def test_a_module_that_only_returns_its_argument_has_no_lines_of_nodes():
    data = data_of(gd.trace(lambda x: x, gd.spec("n")))
    assert data["module"]["lines"]
    assert "emitted" not in data["boxes"][0]


def test_values_are_whole_or_summaries_and_what_is_bad_is_said():
    assert summary(np.float64(2.5)) == {"entries": "2.5"}
    small = summary(np.array([[1.0, np.nan], [0.0, np.inf]]))
    assert small["entries"] == [["1", "nan"], ["0", "inf"]]
    assert (small["nan"], small["inf"], small["min"]) == ("1", "1", "0")
    assert small["zeros"] == "25%"
    large = summary(np.arange(1000.0).reshape(20, 50))
    assert len(large["entries"]) == 6
    assert sum(large["bins"]) == 1000
    assert summary(np.zeros((0, 3)))["note"] == "no entries"
    assert "2 results" in summary((np.zeros(2), np.ones(3)))["note"]
    assert badness(np.array([np.inf, np.nan])) == "NaN"
    assert badness(np.array([1, 2])) == ""
    assert brief(np.array([1.0, np.inf] * 4)) == "4 inf of 8"


def test_entries_that_differ_by_rounding_have_no_spread():
    near = np.array([1.0, 1.0, 1.0, 1.0, 1.0, np.nextafter(1.0, 2.0)])
    assert "bins" not in summary(near)
    assert "bins" not in summary(np.array([-1e308, 1e308, 0.0, 0.0, 0.0, 0.0]))
    tiny = np.array([0.0, 5e-324, 0.0, 0.0, 0.0, 0.0])
    assert sum(summary(tiny)["bins"]) == 6
    assert len(summary(np.linspace(0, 1, 50))["bins"]) == 32


def test_changes_tell_what_is_gone_what_is_new_and_skip_the_rest():
    before = ["a", "b", "c", "d", "e", "f", "g", "h"]
    after = ["a", "b", "c", "d", "e", "f", "G", "h"]
    assert list(changes(before, after)) == [
        ("\N{HORIZONTAL ELLIPSIS}", "4 lines the same"),
        (" ", "e"),
        (" ", "f"),
        ("-", "g"),
        ("+", "G"),
        (" ", "h"),
    ]


def test_a_long_chain_costs_linear_time_and_no_recursion():
    def chain(x):
        for _ in range(600):
            x = np.tanh(x)
        return x

    data = data_of(gd.trace(chain, gd.spec("")))
    assert len(data["steps"]["rows"]) >= 600
