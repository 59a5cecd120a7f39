"""Every graph can be drawn: all ops, loops, any order; too large ones are refused."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show.drawing import drawing, place, svg
from graphdiff.show.drawing.dot import dot
from graphdiff.show.drawing.mermaid import mermaid
from graphdiff.show.drawing.png import png
from tests.cases import CASES
from tests.emit.regions import PROGRAMS
from tests.show.drawing.geometry import assert_well_placed


def case_graph(case):
    xs = {f"x{i}": gd.var(f"x{i}", a.shape, a.dtype) for i, a in enumerate(case.args)}
    y = case.function(*xs.values())
    outputs = {"y": y}
    if case.order and case.real:
        total = np.sum(y * y) if y.dtype.kind != "c" else np.sum(np.abs(y))
        wrt = [xs[f"x{i}"] for i in case.real]
        found = gd.gradients(total.astype(float), wrt)
        outputs.update({f"d_x{i}": g for i, g in zip(case.real, found, strict=True)})
    return gd.Graph(xs, outputs)


def assert_drawn(graph, fold=True):
    drawn = drawing(graph, fold=fold)
    layout = place(drawn)
    assert_well_placed(layout)
    root = ET.fromstring(svg(layout))
    groups = [g for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("id")]
    assert len(groups) >= len(drawn.boxes)
    assert dot(drawn)
    assert mermaid(drawn)
    return layout


@pytest.mark.parametrize("name", list(CASES)[5::40])
def test_every_op_is_drawn(name):
    graph = case_graph(CASES[name])
    assert_drawn(graph)
    assert_drawn(gd.simplify(graph), fold=False)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", CASES)
def test_every_case_is_drawn(name):
    assert_drawn(case_graph(CASES[name]))


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops_and_branches_are_drawn(name):
    layout = assert_drawn(PROGRAMS[name].graph())
    regions = [box for box in layout.drawing.boxes if box.kind == "region"]
    assert regions
    assert all(box.lines for box in regions)


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_a_second_derivative_stands_in_a_column_of_its_own():
    layout = assert_drawn(gd.hvp(rosenbrock).graph(gd.spec("n"), gd.spec("n")))
    titles = [heading.text for heading in layout.headings]
    assert titles == ["forward", "gradient", "second derivative"]
    columns = {0: [], 1: [], 2: []}
    for box, rect in zip(layout.drawing.boxes, layout.boxes, strict=True):
        columns[min(box.order, 2)].append(rect)
    for low, high in ((0, 1), (1, 2)):
        assert max(r.right for r in columns[low]) < min(r.x for r in columns[high])


def test_a_column_that_would_be_empty_is_left_out():
    layout = assert_drawn(gd.hessian(rosenbrock).graph(gd.spec("n")))
    titles = [heading.text for heading in layout.headings]
    assert titles == ["forward", "second derivative"]


@pytest.mark.parametrize("order", [2, 3])
def test_higher_orders_are_drawn(order):
    def f(x):
        y = np.sin(x) * x
        return y

    graph = gd.trace(f, gd.spec(""))
    for i in range(order):
        of = list(graph.outputs)[-1 if i else 0]
        graph = gd.simplify(gd.differentiate(graph, of=of, wrt="x"))
    assert_drawn(graph)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2)])
def test_graphs_of_almost_nothing(shape):
    x = gd.var("x", shape)
    assert_drawn(gd.Graph({"x": x}, {"y": x}))
    assert_drawn(gd.Graph({"x": x}, {"y": x, "z": x, "w": np.sum(x)}))
    assert_drawn(gd.Graph({"x": x}, {}))
    assert_drawn(gd.Graph({}, {}))


def test_dot_reads_what_is_written_for_it(tmp_path):
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    for name in list(CASES)[7::300]:
        text = dot(drawing(case_graph(CASES[name])))
        run = subprocess.run(
            ["dot", "-Tsvg"], input=text, capture_output=True, text=True
        )
        assert (run.returncode, run.stderr) == (0, "")


def chain(length):
    x = gd.var("x", "n")
    y = x
    for _ in range(length):
        y = np.sin(y)
    return gd.Graph({"x": x}, {"y": y})


def test_a_thousand_boxes_are_placed():
    layout = place(drawing(chain(1_000)))
    assert len(layout.boxes) == 1_001
    assert layout.boxes[0].middle[0] == pytest.approx(layout.boxes[-1].middle[0])


def test_more_than_anyone_can_look_at_is_refused():
    with pytest.raises(gd.GraphValueError, match="5,001 boxes"):
        chain(5_000).to_svg()


def test_much_too_large_graphs_are_refused_at_once():
    graph = chain(40_000)
    for make in (graph.to_svg, graph.to_png):
        with pytest.raises(gd.GraphValueError, match="40,001 nodes"):
            make()


def test_a_picture_too_large_for_pixels_is_refused():
    layout = replace(place(drawing(chain(3))), height=10_000_000.0)
    with pytest.raises(gd.GraphValueError, match="legibly"):
        png(layout)
