"""Compiled graphs against the interpreter: values, warnings, memory, threads."""

import pickle
import threading
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import graphdiff as gd
from graphdiff import nn
from tests.cases import CASES
from tests.cases.table import some_of

LONG = 40_000
"""Doubles that make two and a half blocks."""


def interpreted(graph: gd.Graph, *args: Any) -> dict[str, np.ndarray]:
    names = graph.signature.parameters if graph.signature else graph.inputs
    return gd.evaluate(graph, dict(zip(names, args, strict=True)))


def leaves(result: Any) -> list[Any]:
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (tuple, list)):
        return [leaf for part in result for leaf in leaves(part)]
    return [result]


TOLERANCES = {"d": 1e-12, "f": 1e-4, "e": 1e-2, "D": 1e-12, "F": 1e-4}


def agree(graph: gd.Graph, *args: Any, compiled: Any = None) -> list[Any]:
    """Check the compiled graph against the interpreter, twice; give its results."""
    compiled = gd.compile(graph) if compiled is None else compiled
    expected = list(interpreted(graph, *args).values())
    arrays = [a for a in leaves(args) if isinstance(a, np.ndarray)]
    before = [np.array(a) for a in arrays]
    first = [np.array(leaf) for leaf in leaves(compiled(*args))]
    found = leaves(compiled(*args))
    assert len(found) == len(expected)
    for want, got, again in zip(expected, found, first, strict=True):
        assert got.shape == want.shape
        assert got.dtype == want.dtype
        tolerance = TOLERANCES.get(want.dtype.char, 0)
        size = np.abs(want[np.isfinite(want)]).max(initial=1) if want.size else 1
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * size)
        np.testing.assert_array_equal(got, again)
    for array, old in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, old)
    kept = [f for f in found if isinstance(f, np.ndarray)]
    for i, result in enumerate(kept):
        assert result.flags.writeable
        assert not any(np.shares_memory(result, a) for a in [*arrays, *kept[:i]])
    return found


def graph_of(fn: Callable[..., Any], *args: Any) -> gd.Graph:
    """The graph of value and gradient in all real arguments."""
    wrt = tuple(i for i, a in enumerate(args) if np.asarray(a).dtype.kind == "f")
    return gd.value_and_grad(fn, wrt=wrt).graph(*args)


@some_of(CASES)
def test_every_op(name):
    case = CASES[name]
    agree(gd.trace(lambda args: case.function(*args), case.args), case.args)


@some_of([n for n, c in CASES.items() if c.order and c.real])
def test_every_derivative(name):
    case = CASES[name]

    def total(args):
        y = case.function(*args)
        parts = y if isinstance(y, (tuple, list)) else [y]
        sums = [np.sum(p * np.sin(p)) for p in parts if p.dtype.kind in "fc"]
        return sum(map(np.real, sums), 0.0)

    wrt = [f"args.{i}" for i in case.real]
    agree(gd.value_and_grad(total, wrt=wrt).graph(case.args), case.args)


# --- programs in every size -----------------------------------------------------------
class Program(NamedTuple):
    """A function, and specs of its arguments in a size ``n``."""

    function: Callable[..., Any]
    dims: tuple[str, ...]


def chain(x):
    for k in range(4):
        x = np.tanh(0.9 * x + 0.2) ** 2 + k
    return np.sum(x)


def masked(x, y):
    safe = np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0)
    both = np.where(x > y, x, y) + np.where(x > y, 0.0, y)
    return np.sum(safe * y + np.sqrt(np.maximum(x, 0)) + both)


def columns(x, row, column):
    z = np.tanh(x + row) * column
    rows = np.sum(z * z, axis=1)
    return np.sum(rows * column[:, 0]) + np.max(np.sum(np.abs(z), axis=0)) + np.mean(z)


def extremes(x):
    return np.max(x) - np.min(x * x) + np.sum(np.clip(x, -0.5, 0.5) ** 3)


def stages(x):
    shifted = x - np.mean(x)
    scaled = shifted / np.sqrt(np.mean(shifted**2) + 1.0)
    return np.sum(np.exp(-(scaled**2)) * scaled)


def activations(x):
    return np.sum(nn.sigmoid(x) * nn.relu(x) + nn.softplus(x)) + np.sum(x**4 + x**-1)


def network(x, w, v):
    h = nn.relu(x @ w)
    return np.sum((h @ v) ** 2) + 0.1 * (np.sum(w**2) + np.sum(v**2)) + np.sum(h)


def deep(x):
    return np.sum(np.sin(x) * np.sum(np.cos(x), axis=-1, keepdims=True))


PROGRAMS = {
    "chain": Program(chain, ("n",)),
    "masked": Program(masked, ("n", "n")),
    "columns": Program(columns, ("n,9", "9", "n,1")),
    "extremes": Program(extremes, ("n",)),
    "stages": Program(stages, ("n",)),
    "activations": Program(activations, ("n",)),
    "network": Program(network, ("n,12", "12,40", "40,3")),
    "few long rows": Program(deep, ("3,n",)),
    "three axes": Program(deep, ("5,n,4",)),
}


def arguments(program: Program, n: int, dtype: Any) -> list[np.ndarray]:
    rng = np.random.default_rng(n)
    shapes = [[n if d == "n" else int(d) for d in s.split(",")] for s in program.dims]
    return [rng.standard_normal(s).astype(dtype) for s in shapes]


def symbolic(program: Program, dtype: Any) -> gd.Graph:
    specs = [gd.spec(d, dtype=dtype) for d in program.dims]
    wrt = tuple(range(len(specs)))
    return gd.value_and_grad(program.function, wrt=wrt).graph(*specs)


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_in_all_sizes(name, dtype):
    program = PROGRAMS[name]
    graph = symbolic(program, dtype)
    compiled = gd.compile(graph)
    sizes = [7, 1, LONG, LONG + 1, 2 * 16384 + 5, 7]
    if name not in ("columns", "extremes"):
        sizes.append(0)
    for n in sizes:
        agree(graph, *arguments(program, n, dtype), compiled=compiled)


def test_the_styles():
    graph = symbolic(PROGRAMS["chain"], np.float64)
    compiled = gd.compile(graph)
    styles = []
    for n in (3, 8_000, LONG):
        compiled(np.ones(n))
        styles.append(compiled.style)
        assert compiled.why
        assert "def run(" in compiled.source
    assert styles == ["plain", "workspace", "blocks"]


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
@pytest.mark.parametrize("name", ["chain", "masked", "network"])
def test_strided_and_read_only_arguments(name):
    program = PROGRAMS[name]
    compiled = gd.compile(symbolic(program, np.float64))
    for n in (8, LONG):
        args = arguments(program, n, np.float64)
        expected = leaves(compiled(*args))
        odd = []
        for a in args:
            wide = np.zeros((*[2 * k for k in a.shape],), a.dtype)
            view = wide[tuple(slice(None, None, 2) for _ in a.shape)]
            view[...] = a
            view.flags.writeable = False
            odd.append(view)
        for want, got in zip(expected, leaves(compiled(*odd)), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-11)


# --- results --------------------------------------------------------------------------
def test_results_are_never_written_again():
    graph = symbolic(PROGRAMS["network"], np.float64)
    compiled = gd.compile(graph)
    args = arguments(PROGRAMS["network"], LONG, np.float64)
    held = [leaves(compiled(*args)) for _ in range(4)]
    views = [part[1][::3] for part in held]
    copies = [[np.array(leaf) for leaf in part] for part in held]
    other = [2 * a for a in args]
    for _ in range(5):
        compiled(*other)
    for part, copy in zip(held, copies, strict=True):
        for a, b in zip(part, copy, strict=True):
            np.testing.assert_array_equal(a, b)
    del held
    for _ in range(5):
        compiled(*other)
    for view, copy in zip(views, copies, strict=True):
        np.testing.assert_array_equal(view, copy[1][::3])


def test_outputs_that_are_inputs_constants_or_repeated():
    c = np.arange(3.0)
    x = gd.var("x", "3")
    y = x + 1
    outputs = {"x": x, "t": x[::-1], "c": x * 0 + c, "y": y, "z": y, "r": y[1:]}
    graph = gd.Graph(inputs={"x": x}, outputs=outputs)
    found = agree(graph, np.ones(3))
    assert len(found) == 6


def test_a_constant_is_not_handed_out():
    graph = gd.trace(lambda x: (np.zeros_like(x), np.ones_like(x)), gd.spec("4"))
    compiled = gd.compile(graph)
    zeros, _ = compiled(np.ones(4))
    zeros += 5
    np.testing.assert_array_equal(compiled(np.ones(4))[0], 0)


# --- arguments ------------------------------------------------------------------------
def test_nested_arguments_and_results():
    def loss(params, x):
        for layer in params["layers"]:
            x = np.tanh(x @ layer["W"] + layer["b"])
        return np.sum(x) * params["scale"]

    rng = np.random.default_rng(0)
    layers = [
        {"W": rng.standard_normal((3, 3)), "b": rng.standard_normal(3)}
        for _ in range(3)
    ]
    params = {"layers": layers, "scale": 2.0}
    graph = gd.value_and_grad(loss).graph(params, gd.spec("n,3"))
    x = rng.standard_normal((5, 3))
    compiled = gd.compile(graph)
    value, gradient = compiled(params, x)
    assert set(gradient) == {"layers", "scale"}
    assert gradient["layers"][1]["W"].shape == (3, 3)
    expected = gd.evaluate(graph, {"params": params, "x": x})
    np.testing.assert_allclose(value, expected["loss"])
    with pytest.raises(TypeError, match="structure"):
        compiled({"layers": layers[:2], "scale": 2.0}, x)
    value2, _ = pickle.loads(pickle.dumps(compiled))(params, x=x)
    assert value2 == value


def test_keywords_and_wrong_calls():
    compiled = gd.compile(gd.trace(lambda x, y: x - y, 1.0, 2.0))
    assert compiled(y=1.0, x=3.0) == 2.0
    assert compiled(3.0, y=1.0) == 2.0
    with pytest.raises(TypeError, match="y"):
        compiled(1.0)
    with pytest.raises(TypeError, match="argument"):
        compiled(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match="z"):
        compiled(1.0, 2.0, z=3.0)


def test_star_parameters():
    def f(*xs, **named):
        return xs[0] * xs[1] + named["a"]

    compiled = gd.compile(gd.trace(f, 2.0, 3.0, a=4.0))
    assert compiled(2.0, 5.0, a=1.0) == 11.0


def test_a_graph_without_signature():
    x, y = gd.var("x", "n"), gd.var("y.z", "n")
    graph = gd.Graph(inputs={"x": x, "y.z": y}, outputs={"s": x + y, "d": x - y})
    total, difference = gd.compile(graph)([1.0, 2.0], np.ones(2))
    np.testing.assert_array_equal(total, [2, 3])
    np.testing.assert_array_equal(difference, [0, 1])
    assert gd.compile(graph)(np.ones(2), **{"y.z": np.ones(2)})[0].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ((np.ones((2, 3)), np.ones(4)), ValueError),
        ((np.ones(3), np.ones(3)), ValueError),
        ((np.ones((2, 3)), np.ones(3, complex)), TypeError),
        ((np.ones((2, 3)), np.array(["a", "b", "c"])), TypeError),
        ((np.ones((2, 3)), [1.0, [2.0]]), TypeError),
    ],
)
def test_wrong_arguments_fail_as_in_evaluate(args, error):
    graph = gd.trace(lambda x, w: x @ w, gd.spec("n,m"), gd.spec("m"))
    compiled = gd.compile(graph)
    compiled(np.ones((2, 3)), np.ones(3))
    with pytest.raises(error) as expected:
        gd.evaluate(graph, {"x": args[0], "w": args[1]})
    with pytest.raises(error) as found:
        compiled(*args)
    assert type(found.value) is type(expected.value)


def test_lists_ints_and_safe_casts_are_converted():
    compiled = gd.compile(gd.trace(lambda x, s: x * s, gd.spec("n"), gd.spec("")))
    for x in ([1, 2], np.array([1, 2], np.int32), np.array([1, 2], np.float32)):
        for s in (2, 2.0, np.float32(2), np.array(2.0), np.int64(2)):
            found = compiled(x, s)
            assert found.dtype == np.float64
            assert found.tolist() == [2, 4]


def test_an_unpickled_dtype_is_the_same_dtype():
    x = pickle.loads(pickle.dumps(np.arange(3.0)))
    assert gd.compile(gd.trace(np.exp, gd.spec("n")))(x).dtype == np.float64


def test_an_unknown_backend_lists_the_known():
    with pytest.raises(ValueError, match=r"'numpy'.*'fortran'"):
        gd.compile(gd.trace(np.exp, 1.0), backend="fortran")


# --- warnings -------------------------------------------------------------------------
def warned(call: Callable[[], Any]) -> set[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        call()
    return {str(w.message).split(" encountered")[0] for w in found}


@pytest.mark.parametrize(
    ("fn", "args"),
    [
        (lambda x: np.log(x), (-1.0,)),
        (lambda x: 1 / x, (0.0,)),
        (lambda x: x * x, (1e200,)),
        (lambda x: 1 / (x * x), (1e200,)),
        (lambda x: np.exp(-(x * x)), (1e200,)),
        (lambda x: np.exp(x) / x, (np.array([1e4, 0.0]),)),
        (lambda x: np.exp(x) / x, (np.full(LONG, 1e4),)),
        (lambda x, y: x / y + y / x, (1.0, 0.0)),
    ],
)
def test_a_graph_warns_as_the_interpreter_does(fn, args):
    graph = gd.trace(fn, *args)
    compiled = gd.compile(graph)
    assert warned(lambda: compiled(*args)) == warned(lambda: interpreted(graph, *args))
    assert warned(lambda: compiled(*args))


@pytest.mark.parametrize("n", [4, LONG])
def test_what_is_masked_is_silent(n):
    def f(x):
        y = np.where(x > 0, np.sqrt(x) + np.log(x) + 1 / x + x**0.5, 0.0)
        return np.sum(y)

    x = np.linspace(-1, 1, n)
    x[1] = 0
    for fn in (gd.grad(f), gd.grad(lambda x: np.sum(gd.grad(f)(x)))):
        compiled = gd.compile(fn.graph(x))
        compiled(x)
        found = []
        assert not warned(lambda: found.append(compiled(x)))  # noqa: B023
        assert np.isfinite(found[0]).all()
        assert not found[0][x <= 0].any()


# --- threads and processes ------------------------------------------------------------
@pytest.mark.parametrize("name", ["chain", "network"])
def test_threads(name):
    program = PROGRAMS[name]
    compiled = gd.compile(symbolic(program, np.float64))
    jobs = [arguments(program, n, np.float64) for n in (LONG, LONG, 9_000, 5)]
    jobs[1] = [a + 1 for a in jobs[1]]
    expected = [leaves(compiled(*job)) for job in jobs]
    wrong: list[Any] = []

    def work(i):
        for _ in range(10):
            for want, got in zip(expected[i], leaves(compiled(*jobs[i])), strict=True):
                if not np.array_equal(want, got):
                    wrong.append(i)

    threads = [threading.Thread(target=work, args=(i % 4,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("name", ["chain", "columns", "network"])
def test_pickling(name):
    program = PROGRAMS[name]
    compiled = gd.compile(symbolic(program, np.float64))
    again = pickle.loads(pickle.dumps(compiled))
    for n in (5, LONG):
        args = arguments(program, n, np.float64)
        for a, b in zip(leaves(compiled(*args)), leaves(again(*args)), strict=True):
            np.testing.assert_array_equal(a, b)


# --- long graphs ----------------------------------------------------------------------
def test_a_long_graph_of_numbers_becomes_a_tape():
    def f(x):
        for _ in range(4000):
            x = np.sin(x) + x
        return x

    graph = gd.trace(f, gd.spec(""))
    compiled = gd.compile(graph)
    assert compiled.style == "tape"
    assert compiled(0.001) == interpreted(graph, 0.001)["f"]
    again = pickle.loads(pickle.dumps(compiled))
    assert again(0.001) == compiled(0.001)


def test_many_sizes_do_not_pile_up():
    compiled = gd.compile(gd.trace(np.exp, gd.spec("n")))
    for n in range(200):
        assert compiled(np.zeros(n)).shape == (n,)
    assert len(compiled._plans) <= 64


def test_more_inputs_than_a_quick_way_in_is_written_for():
    graph = gd.trace(lambda xs: sum(x * x for x in xs), [1.0] * 1500)
    compiled = gd.compile(graph)
    assert compiled([2.0] * 1500) == 6000.0
    with pytest.raises(TypeError, match="structure"):
        compiled([2.0])
