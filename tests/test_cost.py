"""Costs as formulas: counts checked by hand, peaks against what the evaluator holds."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.cost import Peaks, cost, operations, peak_memory, show_largest
from graphdiff.cost.rules import rule_of
from graphdiff.evaluate import compute
from graphdiff.graph.op import Op
from graphdiff.sizes.dims import Dim

s = gd.spec
n, m, k = map(Dim.named, "nmk")


@pytest.mark.parametrize(
    ("function", "specs", "expected"),
    [
        (lambda A, B: A @ B, [s("n,k"), s("k,m")], 2 * n * m * k),
        (lambda x: np.tanh(x) + 1, [s("n,m")], 2 * n * m),
        (lambda x: np.sum(x), [s("n,m")], n * m),
        (lambda x: x.T.reshape(-1)[None], [s("n,m")], 0),
        (lambda a, b: np.einsum("ij,j->i", a, b), [s("n,m"), s("m")], 2 * n * m),
        (lambda x: x[1:3], [s("5")], 0),
        (
            lambda A, B: np.linalg.solve(A, B),
            [s("n,n"), s("n,k")],
            2 * n**3 // 3 + 2 * n**2 * k,
        ),
        (lambda A: np.linalg.cholesky(A), [s("n,n")], n**3 // 3),
        (lambda A: np.linalg.inv(A), [s("k,n,n")], 2 * k * n**3),
        (lambda A: np.linalg.eigh(A)[1], [s("n,n")], 9 * n**3),
        (lambda A: np.linalg.matrix_power(A, 5), [s("n,n")], 6 * n**3),
    ],
)
def test_operations_are_counted_as_textbooks_do(function, specs, expected):
    assert operations(gd.trace(function, *specs).nodes) == expected


def test_a_gradient_costs_a_small_multiple_of_the_value():
    def loss(W1, W2, X):
        return np.sum(np.tanh(np.tanh(X @ W1) @ W2) ** 2)

    graph = gd.trace(loss, s("784,30"), s("30,10"), s("batch,784"))
    found = cost(gd.simplify(gd.differentiate(graph)))
    sizes = {"batch": 100}
    assert found.total.evaluate(sizes) < 4 * found.forward.evaluate(sizes)
    assert "batch" in str(found)


def test_memory_is_that_of_arrays_that_live_together():
    def f(x):
        a = np.sin(x)
        b = np.cos(a)
        return np.sum(a * b)

    assert peak_memory(gd.trace(f, s("n"))) == (24 * n,)
    assert peak_memory(gd.trace(f, s("n", np.float32))) == (12 * n,)
    assert peak_memory(gd.trace(lambda x: x.T, s("n,m"))) == (0,)


def test_peaks_that_do_not_compare_are_all_kept():
    peaks = Peaks()
    wide, long = (gd.var("x", dims).node.type for dims in ("n,n", "m"))
    peaks.take(wide)
    peaks.drop(wide)
    peaks.take(long)
    assert set(peaks.largest()) == {8 * n**2, 8 * m}
    assert show_largest(peaks.largest()) == "max(8 * n**2, 8 * m)"


def ops_of_the_package(base=Op):
    for op in base.__subclasses__():
        yield from ops_of_the_package(op)
        own = (
            op.__module__.startswith("graphdiff.ops.") and "region" not in op.__module__
        )
        whole = (
            "infer" in dir(op) and op.call is not Op.call and op.infer is not Op.infer
        )
        if own and whole:
            yield op


def test_every_op_has_a_rule():
    missing = sorted({op.__name__ for op in ops_of_the_package() if not rule_of(op)})
    assert not missing


def is_ufunc(function):
    return isinstance(getattr(np, function.removeprefix("np."), None), np.ufunc)


def counted(graph, inputs):
    """The operations of a run, counted on the arrays that it makes."""
    done, total = {graph.inputs[name]: x for name, x in inputs.items()}, 0
    for node in graph.nodes:
        if node in done:
            continue
        done[node] = result = compute(node, done, {})
        args = [np.asarray(done[a]) for a in node.args]
        call = node.op.call(*[a.type for a in node.args]) if node.args else None
        function = "" if call is None else call.function
        if function == "np.matmul":
            total += 2 * result.size * args[0].shape[-1]
        elif function in ("np.sum", "np.max", "np.mean", "np.prod", "np.argmax"):
            total += args[0].size
        elif function == "np.einsum":
            total += 2 * args[0].size * args[1].shape[-1]
        elif function == "np.convolve":
            total += 2 * args[0].size * args[1].size
        elif function == "np.cumsum" or isinstance(
            getattr(np, function.removeprefix("np."), None), np.ufunc
        ):
            total += result.size
    return total


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda a, b: np.tanh(a @ b) + 1, ["n,m", "m,k"]),
        (lambda a, b: np.sum(a * b, axis=0) / np.max(a), ["n,m", "n,m"]),
        (lambda a, b: np.einsum("ij,jk->ik", a, b), ["n,m", "m,k"]),
        (lambda a, b: np.convolve(a, b) ** 2, ["n", "k"]),
        (lambda a, b: np.cumsum(a.T, axis=0)[::-1].reshape(-1) + b, ["n,m", "1"]),
        (lambda a, b: np.mean(a[1:] - a[:-1]) * np.argmax(b), ["n,m", "k"]),
    ],
)
def test_formulas_say_what_is_counted_on_a_run(function, shapes):
    named = gd.trace(function, *map(s, shapes))
    numbers = {"n": 4, "m": 3, "k": 2}
    rng = np.random.default_rng(0)
    dims = [[int(numbers.get(d, d)) for d in text.split(",")] for text in shapes]
    args = [rng.normal(size=shape) for shape in dims]
    plain = gd.trace(function, *args)
    expected = counted(plain, dict(zip(plain.inputs, args, strict=True)))
    assert named.cost().at(**numbers).total == expected
    assert plain.cost().total == expected


def test_value_derivative_and_their_ratio():
    def loss(W, x):
        return np.sum(np.tanh(x @ W) ** 2)

    graph = gd.value_and_grad(loss).graph(s("m,k"), s("n,m"))
    found = graph.cost()
    assert found.forward == 2 * n * m * k + 3 * n * k
    assert found.total == found.forward + found.gradient
    sizes = {"n": 50, "m": 20, "k": 10}
    assert 1 < found.ratio.evaluate(sizes) < 2
    numbers = found.at(**sizes)
    assert float(numbers.ratio) == pytest.approx(found.ratio.evaluate(sizes))
    assert numbers.forward_memory[0] <= numbers.memory[0]
    assert str(found.ratio) == str(found.ratio.to_sympy())
    assert "ratio" in str(found)
    assert gd.trace(loss, s("m,k"), s("n,m")).cost().gradient == 0


def test_loops_count_as_often_as_they_step():
    def run(x, count):
        return gd.fori_loop(0, count, lambda i, c: np.sin(c) * 2, x)

    one, many = (gd.trace(lambda x, k=k: run(x, k), s("n")).cost() for k in (1, 1000))
    assert many.total == 1000 * one.total
    assert one.total == 2 * n
    steps = gd.trace(lambda xs: gd.scan(lambda c, x: (c + x * x, c), 0.0, xs), s("n"))
    assert steps.cost().total == 2 * n


def test_branches_count_as_the_most_costly_one():
    graph = gd.trace(
        lambda x: gd.cond(x[0] > 0, lambda v: v @ v, lambda v: v[0], x), s("n")
    )
    assert graph.cost().total == 2 * n + 1


def test_views_take_no_memory_and_keep_what_they_show():
    assert peak_memory(gd.trace(lambda x: x[::-1].T, s("n,n"))) == (0,)
    assert peak_memory(gd.trace(lambda z: z.real, s("n", np.complex128))) == (0,)

    def f(x):
        y = np.sin(x)
        part = y[::-1]
        return np.cos(x) + part

    assert peak_memory(gd.trace(f, s("n"))) == (24 * n,)
