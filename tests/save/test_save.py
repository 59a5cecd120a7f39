"""Graphs in files: what is read is what was written, and nothing else can be made."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.save.known import kinds, singles
from tests.cases import CASES, Case
from tests.ops.test_cases import squares, variables


def again(graph: gd.Graph, folder: Path) -> gd.Graph:
    path = folder / "graph.json"
    graph.save(path)
    return gd.load(path)


def same(one: gd.Graph, other: gd.Graph) -> None:
    assert str(other) == str(one)
    assert list(other.inputs) == list(one.inputs)
    assert list(other.outputs) == list(one.outputs)
    for style in ("readable", "fast"):
        assert gd.emit(other, style=style).source == gd.emit(one, style=style).source


@pytest.mark.parametrize("case", list(CASES.values())[::19], ids=list(CASES)[::19])
def test_each_kind_of_op_comes_back(case: Case, tmp_path: Path) -> None:
    xs = variables(case, case.args, case.symbolic)
    outputs = {"y": case.function(*xs)}
    if case.order:
        found = gd.gradients(squares(outputs["y"]), [xs[i] for i in case.real])
        outputs |= {f"g{i}": g for i, g in enumerate(found)}
    graph = gd.Graph({f"x{i}": x for i, x in enumerate(xs)}, outputs)
    read = again(graph, tmp_path)
    assert str(read) == str(graph)
    assert len(read) == len(graph)


def loss(params: Any, x: Any, power: int = 2) -> Any:
    h = np.tanh(x @ params["W"] + params["b"])
    return {"loss": np.mean(h**power), "h": (h, [x])}


def test_a_traced_function_and_its_gradient(tmp_path: Path) -> None:
    args = {"W": gd.spec("d,h"), "b": gd.spec("h")}, gd.spec("batch,d"), 2
    graph = gd.trace(loss, *args)
    same(graph, again(graph, tmp_path))
    dgraph = gd.simplify(gd.differentiate(graph, of="loss", wrt="params"))
    read = again(dgraph, tmp_path)
    same(dgraph, read)
    roles = [(read.role_of(n) or ("",))[1:] for n in read.nodes]
    assert roles == [(dgraph.role_of(n) or ("",))[1:] for n in dgraph.nodes]
    again_loss = gd.compile(read)({"W": np.ones((3, 2)), "b": np.ones(2)}, np.eye(3), 2)
    assert again_loss[0]["loss"] == pytest.approx(np.tanh(2) ** 2)


def test_constants_are_exact(tmp_path: Path) -> None:
    few = np.array([np.nan, np.inf, -0.0, 5e-324, 0.1])
    many = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    turned = np.array([1 - 2j, complex(-0.0, np.nan)])

    def f(x):
        return np.sum(x * few), x[0] * many, np.sum(x) * turned, x * np.float32(0.1)

    graph = gd.trace(f, gd.spec("5"))
    read = again(graph, tmp_path)
    same(graph, read)
    ours, others = (
        [n.op.data for n in g.nodes if hasattr(n.op, "data")] for g in (graph, read)
    )
    assert ours == others
    assert (tmp_path / "graph.json.npz").exists()
    gd.trace(lambda x: x, 1.0).save(tmp_path / "graph.json")
    assert not (tmp_path / "graph.json.npz").exists()


def test_loops_and_branches(tmp_path: Path) -> None:
    def f(x):
        y = gd.fori_loop(0, 5, lambda i, c: np.sin(c) * x, x)
        return gd.cond(np.sum(y) > 0, lambda y: y * 2, lambda y: y, y)

    graph = gd.trace(f, gd.spec("n"))
    read = again(graph, tmp_path)
    values = {"x": np.array([0.3, 0.7])}
    for name, value in gd.evaluate(graph, values).items():
        np.testing.assert_array_equal(gd.evaluate(read, values)[name], value)


@dataclass
class Point:
    x: Any
    y: Any


def test_a_dataclass_becomes_a_dict(tmp_path: Path) -> None:
    graph = gd.trace(lambda p: p.x * p.y, Point(gd.spec("n"), gd.spec("n")))
    read = gd.compile(again(graph, tmp_path))
    np.testing.assert_array_equal(
        read({"x": np.array([2.0]), "y": np.array([3.0])}), [6.0]
    )


def test_the_same_graph_is_the_same_file(tmp_path: Path) -> None:
    texts = []
    for name in ("a.json", "b.json"):
        gd.trace(lambda x: np.sum(np.exp(x) ** 2), gd.spec("n")).save(tmp_path / name)
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1]


def test_names_of_ops_are_unique() -> None:
    assert len(kinds()) > 90
    assert len(singles()) > 150


def entry_of(tmp_path: Path) -> Any:
    gd.trace(lambda x: np.sum(x[:2] * 3), gd.spec("n")).save(tmp_path / "graph.json")
    return json.loads((tmp_path / "graph.json").read_text())


def put(entry: Any, *path: Any) -> Any:
    *way, last, value = path
    part = entry
    for key in way:
        part = part[key]
    part[last] = value
    return entry


BREAKS = {
    "no format": lambda e: put(e, "format", "pickle"),
    "a later version": lambda e: put(e, "version", 2),
    "an op of somebody else": lambda e: put(e, "nodes", 1, "op", "os.system"),
    "a function of somebody else": lambda e: put(
        e,
        "nodes",
        0,
        {
            "op": "Made",
            "with": {
                "function": "np.os.system",
                "args": [],
                "named": [],
                "shape": [2],
                "dtype": {"dtype": "float64"},
            },
        },
    ),
    "code for a keyword": lambda e: put(
        e,
        "nodes",
        0,
        {
            "op": "Made",
            "with": {
                "function": "np.eye",
                "args": [2],
                "named": [["k=print(1), k", 1]],
                "shape": [2, 2],
                "dtype": {"dtype": "float64"},
            },
        },
    ),
    "code for a keyword of a family": lambda e: put(
        e, "nodes", 0, {"op": "without_nan", "with": [[["nan=print(1), x", 1]]]}
    ),
    "code for a keyword of an op on entries": lambda e: put(
        e,
        "nodes",
        1,
        {"op": "close", "with": [[["rtol=print(1), atol", 0.1]]], "args": [0, 0]},
    ),
    "a line break in a file name": lambda e: put(e, "lines", "1", ["a\nimport os", 1]),
    "a place that is not there": lambda e: put(e, "nodes", -1, "args", [99]),
    "a place that comes later": lambda e: put(e, "nodes", 1, "args", [2]),
    "an object array": lambda e: put(
        e, "nodes", 0, {"op": "Constant", "type": {"shape": [1], "dtype": "object"}}
    ),
    "a size that is code": lambda e: put(
        e, "nodes", 0, "with", "type", "shape", [{"size": "__import__('os')"}]
    ),
    "a huge power": lambda e: put(
        e, "nodes", 0, "with", "type", "shape", [{"size": "(n+m)**99999"}]
    ),
    "fields unknown": lambda e: put(e, "nodes", 0, "with", {"nam": 1}),
    "nodes missing": lambda e: {k: v for k, v in e.items() if k != "nodes"},
    "a list": lambda e: [e],
    "a function's name": lambda e: put(e, "signature", "function", "f(x)\n"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_file_that_is_no_graph_is_one_clear_error(name: str, tmp_path: Path) -> None:
    entry = BREAKS[name](entry_of(tmp_path))
    (tmp_path / "graph.json").write_text(json.dumps(entry))
    with pytest.raises(gd.GraphValueError, match="holds no graph"):
        gd.load(tmp_path / "graph.json")


def test_files_that_are_not_even_json(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    for text in ("", "{", "[" * 100_000, '{"format": NaN}', "9" * 100_000):
        path.write_text(text)
        with pytest.raises(gd.GraphValueError, match="holds no graph"):
            gd.load(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(gd.GraphValueError, match="holds no graph"):
        gd.load(path)
    with pytest.raises(FileNotFoundError):
        gd.load(tmp_path / "nothing.json")


def test_sizes_are_bounded(tmp_path: Path) -> None:
    entry_of(tmp_path)
    with pytest.raises(gd.GraphValueError, match="more than 10 bytes"):
        gd.load(tmp_path / "graph.json", limit=10)
    np.savez_compressed(tmp_path / "graph.json.npz", array0=np.zeros(100_000))
    with pytest.raises(gd.GraphValueError, match="more than 50000 bytes"):
        gd.load(tmp_path / "graph.json", limit=50_000)


def test_pickles_beside_are_not_opened(tmp_path: Path) -> None:
    graph = gd.trace(lambda x: x * np.arange(20.0), gd.spec("20"))
    graph.save(tmp_path / "graph.json")
    np.savez(tmp_path / "graph.json.npz", array0=np.array([print] * 20, dtype=object))
    with pytest.raises(gd.GraphValueError, match="holds no graph"):
        gd.load(tmp_path / "graph.json")


def test_what_no_file_can_hold(tmp_path: Path) -> None:
    graph = gd.trace(lambda x: x, 1.0)
    with pytest.raises(gd.GraphValueError, match="is for the arrays"):
        graph.save(tmp_path / "graph.npz")
    with pytest.raises(gd.GraphTypeError, match="expected a path"):
        graph.save(3)


@gd.checkpoint
def layer(x: Any) -> Any:
    return np.tanh(x * x)


@gd.custom_vjp
def leaky(x: Any) -> Any:
    return np.where(x > 0, x, 0.0)


@leaky.rule
def _leaky(g: Any, y: Any, x: Any) -> Any:
    return np.where(x > 0, g, 0.1 * g)


@pytest.mark.parametrize("function", [lambda x: layer(layer(x)), leaky])
def test_checkpoints_and_rules_are_written_out(function: Any, tmp_path: Path) -> None:
    graph = gd.grad(lambda x: np.sum(function(x))).graph(gd.spec("n"))
    read = again(graph, tmp_path)
    x = np.array([0.3, -0.7])
    for style in ("readable", "fast"):
        ours, others = (gd.emit(g, style=style) for g in (graph, read))
        np.testing.assert_array_equal(others.load()(x), ours.load()(x))
        assert ("# recomputed" in others.source) == ("# recomputed" in ours.source)
    assert len(graph.to_networkx()) >= len(read)


def test_a_solver_is_refused(tmp_path: Path) -> None:
    graph = gd.trace(lambda a: gd.root(lambda x, a: x**3 - a, 1.0, a), gd.spec())
    with pytest.raises(gd.GraphValueError, match="cannot hold the op 'root'"):
        graph.save(tmp_path / "graph.json")


def test_files_of_the_users_are_left_alone(tmp_path: Path) -> None:
    np.savez(tmp_path / "model.npz", mine=np.ones(3))
    for factor in (2.0, np.arange(20.0)):
        gd.trace(lambda x, f=factor: x * f, gd.spec("20")).save(tmp_path / "model.json")
        assert list(np.load(tmp_path / "model.npz")) == ["mine"]


def test_names_may_be_any_strings(tmp_path: Path) -> None:
    x = gd.var("a\nb", "n")
    graph = gd.Graph({"a\nb": x}, {"y" * 1000: gd.named(np.sin(x), "z\n") * 2})
    read = again(graph, tmp_path)
    assert list(read.outputs) == list(graph.outputs)
    assert gd.emit(read).source == gd.emit(graph).source


def test_names_may_hold_letters_that_no_file_can(tmp_path: Path) -> None:
    name = "\ud800\u202e\x00"
    x = gd.var(name, "n")
    graph = gd.Graph({name: x}, {f"{name}!": gd.named(np.sin(x), f"{name}?")})
    same(graph, again(graph, tmp_path))
