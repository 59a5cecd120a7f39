"""The fast style: the interpreter's numbers, in place, the caller's left alone."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff import nn
from graphdiff.emit import emit
from tests.cases import CASES
from tests.cases.table import some_of
from tests.test_compile import PROGRAMS, agree, arguments, leaves, symbolic


def fast(graph: gd.Graph) -> Any:
    return emit(graph, style="fast")


def check(graph: gd.Graph, *args: Any) -> None:
    agree(graph, *args, compiled=fast(graph).load())


@some_of(CASES)
def test_every_op(name):
    case = CASES[name]
    check(gd.trace(lambda args: case.function(*args), case.args), case.args)


@some_of([n for n, c in CASES.items() if c.order and c.real])
def test_every_derivative(name):
    case = CASES[name]

    def total(args):
        y = case.function(*args)
        parts = y if isinstance(y, (tuple, list)) else [y]
        sums = [np.sum(p * np.sin(p)) for p in parts if p.dtype.kind in "fc"]
        return sum(map(np.real, sums), 0.0)

    wrt = [f"args.{i}" for i in case.real]
    check(gd.value_and_grad(total, wrt=wrt).graph(case.args), case.args)


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_in_all_sizes(name, dtype):
    program = PROGRAMS[name]
    graph = symbolic(program, dtype)
    function = fast(graph).load()
    sizes = [7, 1, 3000] + [0] * (name not in ("columns", "extremes"))
    for n in sizes:
        agree(graph, *arguments(program, n, dtype), compiled=function)


def entries_of_an_array(x):
    y = np.exp(x)
    return (y[0] * y[1] + 1) / np.prod(np.sin(y * 3.0))


def products_of_its_parts(x):
    y = np.exp(x)
    inside = np.einsum("i,i", y[1:], y[:-1]) + np.einsum("i,i", y[1:], x[1:])
    return inside / np.prod(np.sin(y * 3.0))


def turned(a, b):
    return np.sum(np.sin(np.exp(a) + np.flip(b, axis=1) + np.diagonal(a)))


def test_a_view_that_is_returned_keeps_its_array():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 3))
    check(gd.value_and_grad(turned, wrt=(0, 1)).graph(a, b), a, b)


@pytest.mark.parametrize("read", [entries_of_an_array, products_of_its_parts])
def test_an_array_is_kept_for_numbers_that_are_made_of_it_later(read):
    x = np.array([0.5, 1.0, 0.25])
    graph = gd.trace(read, x)
    assert fast(graph).load()(x) == pytest.approx(read(x))
    check(gd.value_and_grad(read).graph(x), x)


def book(W1, W2, X, y, decay):
    H = nn.relu(X @ W1)
    U2 = H @ W2
    J_mle = np.mean(nn.cross_entropy(U2, y))
    return J_mle + decay * (np.sum(W1**2) + np.sum(W2**2))


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_section_657():
    dims = ["784,256", "256,10", "batch,784", "batch", ""]
    dtypes = [float, float, float, np.int64, float]
    specs = [gd.spec(d, dtype=t) for d, t in zip(dims, dtypes, strict=True)]
    graph = gd.value_and_grad(book, wrt=(0, 1)).graph(*specs)
    emitted = fast(graph)
    assert "np.maximum(H, 0, out=H)" in emitted.source
    assert "for i in range(0, 784, 32):" in emitted.source
    assert "d_U2[rows, y] -=" in emitted.source
    assert "return book, (d_W1, d_W2)" in emitted.source
    assert "_relu(x)" not in emitted.source
    rng = np.random.default_rng(0)
    for batch in (0, 1, 5):
        args = [
            0.05 * rng.standard_normal((784, 256)),
            0.05 * rng.standard_normal((256, 10)),
            rng.random((batch, 784)),
            rng.integers(10, size=batch),
            1e-3,
        ]
        agree(graph, *args, compiled=emitted.load())


@pytest.mark.parametrize("name", PROGRAMS)
def test_linters_leave_it_alone(name, tmp_path):
    path = tmp_path / "fast_module.py"
    fast(symbolic(PROGRAMS[name], np.float64)).write(path)
    for command in (["check"], ["format", "--check"]):
        found = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout + found.stderr


def test_what_is_masked_stays_silent():
    def f(x):
        y = np.where(x > 0, np.sqrt(x) + np.log(x) + 1 / x + x**0.5, 0.0)
        return np.sum(y)

    x = np.linspace(-1, 1, 3001)
    graph = gd.grad(f).graph(gd.spec("n"))
    (found,) = leaves(fast(graph).load()(x))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, gd.evaluate(graph, {"x": x})["d_x"])


def test_the_same_bytes_twice():
    graphs = [symbolic(PROGRAMS["network"], np.float64) for _ in range(2)]
    assert fast(graphs[0]).source == fast(graphs[1]).source


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_a_mask_is_read_off_the_result(style):
    """What only the mask would still read need not be kept; named, it is shown."""

    def unnamed(W, X):
        return np.sum(nn.relu(X @ W) ** 2)

    def named(W, X):
        U = X @ W
        return np.sum(nn.relu(U) ** 2)

    W, X = np.array([[1.0, -2.0], [0.5, np.nan]]), np.array([[1.0, 1.0], [-2.0, 4.0]])
    found = []
    for program in (unnamed, named):
        graph = gd.value_and_grad(program).graph(gd.spec("k,m"), gd.spec("n,k"))
        made = emit(graph, style=style)
        found.append(made.load()(W, X))
        if style == "readable":
            assert ("(U > 0)" in made.source) == (program is named)
    np.testing.assert_array_equal(found[0][1], found[1][1])


def test_a_sum_of_squares_that_overflows_is_infinite_in_every_style():
    """BLAS does not tell NumPy of it: no warning, but the same value."""
    x = np.array([1e200, 2.0])
    graph = gd.value_and_grad(lambda x: np.sum(x * x)).graph(gd.spec("n"))
    for style in ("readable", "fast"):
        with np.errstate(over="ignore"):
            value, d_x = emit(graph, style=style).load()(x)
        assert value == np.inf
        np.testing.assert_array_equal(d_x, 2 * x)
    assert "np.vdot" in emit(graph, style="fast").source
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        emit(graph).load()(x)
    with np.errstate(over="raise"):
        assert emit(graph, style="fast").load()(x)[0] == np.inf
