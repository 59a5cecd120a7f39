"""Text that reads back: the same graph, the same bytes again, and nothing else."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from tests.cases import CASES, Case
from tests.ops.test_cases import squares, variables


def same(graph: gd.Graph) -> gd.Graph:
    """What comes back, which must be the same to whoever looks."""
    text = graph.to_text(exact=True)
    read = gd.parse(text)
    assert read.to_text(exact=True) == text
    assert str(read) == str(graph)
    assert list(read.inputs) == list(graph.inputs)
    assert list(read.outputs) == list(graph.outputs)
    for style in ("readable", "fast"):
        assert gd.emit(read, style=style).source == gd.emit(graph, style=style).source
    return read


def of_case(case: Case) -> gd.Graph:
    xs = variables(case, case.args, case.symbolic)
    outputs = {"y": case.function(*xs)}
    if case.order:
        found = gd.gradients(squares(outputs["y"]), [xs[i] for i in case.real])
        outputs |= {f"g{i}": g for i, g in enumerate(found)}
    return gd.Graph({f"x{i}": x for i, x in enumerate(xs)}, outputs)


@pytest.mark.parametrize("case", list(CASES.values())[::23], ids=list(CASES)[::23])
def test_each_kind_of_op_comes_back(case: Case) -> None:
    graph = of_case(case)
    text = graph.to_text(exact=True)
    read = gd.parse(text)
    assert read.to_text(exact=True) == text
    assert str(read) == str(graph)
    assert len(read) == len(graph)


def loss(params: Any, x: Any, power: int = 2) -> Any:
    h = np.tanh(x @ params["W"] + params["b"])
    return {"loss": np.mean(h**power), "h": (h, [x])}


def test_a_traced_function_and_its_gradient() -> None:
    args = {"W": gd.spec("d,h"), "b": gd.spec("h")}, gd.spec("batch,d"), 2
    graph = gd.trace(loss, *args)
    same(graph)
    dgraph = gd.simplify(gd.differentiate(graph, of="loss", wrt="params"))
    read = same(dgraph)
    values = gd.compile(read)({"W": np.ones((3, 2)), "b": np.ones(2)}, np.eye(3), 2)
    assert values[0]["loss"] == pytest.approx(np.tanh(2) ** 2)


def test_statements() -> None:
    graph = gd.trace(loss, {"W": gd.spec("d,h"), "b": gd.spec("h")}, gd.spec("n,d"), 2)
    assert "h: float64[n, h] = tanh(%5)  ; at test_parse.py:" in graph.to_text(
        exact=True
    )


def test_loops_and_branches() -> None:
    def f(x: Any) -> Any:
        y = gd.fori_loop(0, 5, lambda i, c: np.sin(c) * x, x)
        return gd.cond(np.sum(y) > 0, lambda y: y * 2, lambda y: y, y)

    def nested(x: Any) -> Any:
        return gd.fori_loop(0, 3, lambda i, c: f(c * x), x)

    for fn in (f, nested):
        same(gd.trace(fn, gd.spec("n")))
        same(gd.grad(lambda x, fn=fn: np.sum(fn(x))).graph(gd.spec("n")))
    twice = gd.grad(gd.grad(lambda x: f(x * np.ones(2))[0]))
    same(twice.graph(gd.spec()))


@gd.checkpoint
def layer(x: Any) -> Any:
    return np.tanh(x * x)


def test_regions_stay_regions() -> None:
    traced = gd.trace(lambda x: np.sum(layer(layer(x))), gd.spec("n"))
    again = same(traced)
    twice = [gd.differentiate(g, wrt="x") for g in (traced, again)]
    assert len(twice[0].ledger.marks) > 2
    read = [same(g) for g in twice]
    assert gd.emit(read[0]).source == gd.emit(read[1]).source
    assert len(read[0].ledger.marks) == len(twice[0].ledger.marks)
    same(gd.grad(lambda x: np.sum(layer(layer(x)))).graph(gd.spec("n")))


def test_constants_are_exact() -> None:
    few = np.array([np.nan, np.inf, -0.0, 5e-324, 0.1])
    odd = np.array([0x7FF800000000BEEF, 0xFFF8000000000000], np.uint64).view(float)
    many = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    turned = np.array([1 - 2j, complex(-0.0, np.nan), complex(np.inf, -np.inf)])
    small = np.array([0.1, 1e-8, -65504.0], np.float16)
    flags = np.array([[True], [False]])

    def f(x: Any) -> Any:
        return (
            np.sum(x * few),
            x[0] * many,
            np.sum(x) * turned,
            x * np.float32(0.1),
            x[:2] * odd,
            x * odd[0],
            x[:3] * small,
            x * flags,
            x * np.zeros((0, 5)),
        )

    graph = gd.trace(f, gd.spec("5"))
    read = same(graph)
    ours, others = (
        [n.op.data for n in g.nodes if hasattr(n.op, "data")] for g in (graph, read)
    )
    assert ours == others


def layer_of(x: Any, W: Any) -> Any:
    return np.tanh(x @ W)


def test_runs_of_functions_come_back() -> None:
    def net(Ws: Any, x: Any) -> Any:
        for W in Ws:
            x = layer_of(x, W)
        return np.sum(x**2)

    graph = gd.trace(net, [gd.spec("n,n"), gd.spec("n,n")], gd.spec("b,n"))
    read = same(gd.simplify(gd.differentiate(graph, wrt="Ws")))
    runs = {p.run for n in read.nodes if (p := read.position_of(n))}
    assert sorted(run.function for run in runs) == ["layer_of", "layer_of", "net"]


def test_names_that_mean_something() -> None:
    for name in ("True", "nan", "same", "by", "input", "bytes", "all", "size", "def"):
        x = gd.var(name, "n,n")
        w = gd.named(np.linalg.eigh(x)[0], name)
        same(gd.Graph({name: x}, {name: gd.named(w * w, name), "w": w}))


HOSTILE = ["a\nb", "</script>", 'q"\\', "\u202eabc", "x" * 10_000, "\0", "\ud800"]


def test_names_may_be_any_strings() -> None:
    xs = [gd.var(name, "n") for name in HOSTILE]
    inputs = dict(zip(HOSTILE, xs, strict=True))
    outputs = {name: gd.named(np.sin(x), name) for name, x in inputs.items()}
    outputs |= {"need": xs[0] * 2, "%3": xs[1] * 3, "": xs[2] * 4}
    graph = gd.Graph(inputs, outputs)
    text = graph.to_text(exact=True)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    read = gd.parse(text)
    assert read.to_text(exact=True) == text
    assert list(read.inputs) == list(graph.inputs)
    assert list(read.outputs) == list(graph.outputs)


def test_a_long_chain() -> None:
    x = gd.var("x", "n")
    y = x
    for _ in range(3000):
        y = np.sin(y)
    text = gd.Graph({"x": x}, {"y": y}).to_text(exact=True)
    assert len(gd.parse(text)) == 3001


def test_adjoints_of_a_long_chain_that_is_gone() -> None:
    x = gd.var("x", "n")
    y = x
    for _ in range(1500):
        y = y * 2
    (slope,) = gd.gradients(np.sum(y), [x])
    text = gd.Graph({"x": x}, {"slope": slope}).to_text(exact=True)
    assert "no part of the graph" in text
    assert gd.parse(text).to_text(exact=True) == text


def test_an_empty_graph_and_an_input_that_is_an_output() -> None:
    x = gd.var("x", "n")
    for outputs in ({}, {"x": x}, {"x": x, "again": x}):
        graph = gd.Graph({"x": x}, outputs)
        assert list(gd.parse(graph.to_text(exact=True)).outputs) == list(outputs)
    assert len(gd.parse(gd.Graph({}, {}).to_text(exact=True))) == 0


TEXT = """graphdiff 1

def f(x = x, k = fixed(2))
returns (y, [z])

x: float64[n] = input()
y: float64[n] = sin(x)  ; at model.py:3
%2: float64[] = Sum(y, axes=(-1,))  # a note
z: float64[1] = [0.5]

output y
output z = %2
"""
WRONG = {
    "": ("line 1, column 1", "expected 'graphdiff', got the end of the text"),
    "graphdiff 2": ("line 1, column 11", "expected '1', got '2'"),
    TEXT.replace("sin", "os.system"): ("line 7, column 1", "no op 'os.system'"),
    TEXT.replace("sin(x)", "sin(w)"): ("line 7, column 21", "no node 'w'"),
    TEXT.replace("axes=(-1,)", "axis=-1"): ("line 8", "Sum"),
    TEXT.replace("y: float64[n]", "y: float64[m]"): (
        "line 7, column 1",
        "the type is float64[n], not float64[m]",
    ),
    TEXT.replace("[0.5]", "[0.5, 1.0]"): ("line 9, column 1", "Constant"),
    TEXT.replace("output y", "output y y"): ("line 11, column 10", "end of the line"),
    TEXT.replace("float64[n] = input", "object[n] = input"): ("line 6", "a dtype"),
    TEXT.replace("[n] = input", "[__import__('os')] = input"): ("line 6", "shape"),
    TEXT.replace("returns (y", "returns (x"): ("line 3, column 1", "signature"),
    TEXT.replace("float64[1] = ", "float64[n] = "): (
        "line 9",
        "size n is no number",
    ),
    TEXT.replace("fixed(2)", "fixed" + "(" * 500): ("line 3", "nested"),
    TEXT.replace("[0.5]", 'bytes "a"'): ("line 9", ""),
    TEXT.replace("(-1,)", "(9" + "9" * 5000 + ",)"): ("line 8", "too long"),
    TEXT.replace("model.py", '"a\\u{a}b"'): ("line 7, column 30", "printable"),
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_no_graph_is_one_clear_error(text: str) -> None:
    with pytest.raises(gd.GraphValueError) as caught:
        gd.parse(text)
    for word in ("parse: ", *WRONG[text]):
        assert word in str(caught.value)


def test_limits() -> None:
    with pytest.raises(gd.GraphValueError, match="more than 10 characters"):
        gd.parse(TEXT, limit=10)
    with pytest.raises(gd.GraphTypeError, match="expected a str"):
        gd.parse(b"graphdiff 1")


def test_a_solver_is_refused() -> None:
    graph = gd.trace(lambda a: gd.root(lambda x, a: x**3 - a, 1.0, a), gd.spec())
    with pytest.raises(gd.GraphValueError, match="cannot hold the op 'root'"):
        graph.to_text(exact=True)
