"""What emitted code computes: the same as the evaluator, at every size and dtype."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import optree
import pytest

import graphdiff as gd
from graphdiff.emit import emit
from tests.cases import CASES, Case
from tests.cases.table import in_single, some_of, squares
from tests.emit.programs import PROGRAMS, arguments, inputs

SHAPES = ("numbers", "names")


def assert_same(found: Any, wanted: np.ndarray, near: float, name: str) -> None:
    assert found.dtype == wanted.dtype, name
    assert found.shape == wanted.shape, name
    assert isinstance(found, np.ndarray if wanted.shape else np.generic), name
    np.testing.assert_allclose(found, wanted, rtol=near, atol=near, err_msg=name)


def run(graph: gd.Graph, args: list[Any]) -> list[Any]:
    """The leaves of what the emitted function returns, without a warning.

    All are new arrays, to which the caller may write.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = emit(graph, name="f").load()(*args)
    found = optree.tree_leaves(result)
    known = [*args, *found]
    for i, array in enumerate(found):
        assert array.flags.writeable or not array.shape
        assert not any(np.shares_memory(array, b) for b in known[: len(args) + i])
    return found


def graphs(case: Case, symbolic: bool, dtype: Any) -> Iterator[gd.Graph]:
    """The case's function alone and with its gradient, raw and simplified."""
    args = [in_single(a) if dtype == np.float32 else a for a in case.args]
    xs = {
        f"x{i}": gd.var(
            f"x{i}", [f"n{n}" if symbolic and n != 1 else n for n in a.shape], a.dtype
        )
        for i, a in enumerate(args)
    }
    y = case.function(*xs.values())
    outputs = {"y": y}
    if case.order and case.real:
        wrt = [xs[f"x{i}"] for i in case.real]
        y = (
            y
            if y.dtype.kind == "c"
            else y.astype(np.finfo(args[case.real[0]].dtype).dtype)
        )
        total = squares(y)
        for i, g in enumerate(gd.gradients(total, wrt)):
            outputs[f"g{i}"] = g
    graph = gd.Graph(inputs=xs, outputs=outputs)
    yield graph
    yield gd.simplify(graph)


@pytest.mark.parametrize("sizes", SHAPES)
@some_of(CASES)
def test_every_op_is_written_right(name, sizes):
    case = CASES[name]
    if sizes == "names" and not case.symbolic:
        pytest.skip("needs numbers")
    for graph in graphs(case, sizes == "names", np.float64):
        with np.errstate(all="ignore"):
            wanted = gd.evaluate(graph, {f"x{i}": a for i, a in enumerate(case.args)})
        found = run(graph, [np.array(a) for a in case.args])
        for (name, value), made in zip(wanted.items(), found, strict=True):
            assert_same(made, value, 1e-9, name)


@some_of(CASES)
def test_float32_stays_float32(name):
    case = CASES[name]
    args = list(map(in_single, case.args))
    *_, graph = graphs(case, False, np.float32)
    with np.errstate(all="ignore"):
        wanted = gd.evaluate(graph, {f"x{i}": a for i, a in enumerate(args)})
    for (name, value), made in zip(wanted.items(), run(graph, args), strict=True):
        assert_same(
            made,
            value,
            2e-4 if value.dtype in (np.float32, np.complex64) else 1e-9,
            name,
        )


@pytest.mark.parametrize("size", [0, 1, 3, 7])
@pytest.mark.parametrize("name", [n for n in PROGRAMS if n != "rosenbrock"])
def test_one_module_serves_every_size(name, size):
    if name == "standardise" and size == 0:
        pytest.skip("np.max of nothing raises")
    for simplify in (True, False):
        graph = PROGRAMS[name].graph(simplify)
        values = inputs(graph, size)
        before = {n: a.copy() for n, a in values.items()}
        function = emit(graph).load()
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = gd.evaluate(graph, values)
            found = optree.tree_leaves(function(*arguments(graph, values)))
        assert len(found) == len(wanted)
        for (output, value), made in zip(wanted.items(), found, strict=True):
            near = 1e-9 if value.dtype == np.float64 else 1e-4
            assert_same(made, value, near, output)
        for n, a in values.items():
            np.testing.assert_array_equal(a, before[n])


def test_outputs_share_memory_with_nothing():
    x, k = gd.var("x", "n"), gd.var("k", "")
    y = np.tanh(x)
    outputs = {"x": x, "view": x[::-1], "again": x, "y": y, "y again": y}
    outputs |= {"turned": y[::-1], "wide": np.broadcast_to(k, (3,))}
    outputs |= {"zeros": np.zeros_like(x), "constant": np.tanh(k) * np.arange(3.0)}
    graph = gd.Graph(inputs={"x": x, "k": k}, outputs=outputs)
    given = np.arange(1.0, 4.0)
    found = [*emit(graph, name="f").load()(given, 1.0), given]
    for i, a in enumerate(found):
        assert a.flags.writeable
        assert not any(np.shares_memory(a, b) for b in found[:i])


def test_a_warning_about_entries_that_count_is_kept():
    x = gd.var("x", "n")
    graph = gd.Graph(inputs={"x": x}, outputs={"y": np.log(x)})
    with pytest.warns(RuntimeWarning, match="log"):
        emit(graph, name="f").load()(np.array([-1.0]))


def test_entries_that_are_thrown_away_give_no_warning():
    graph = PROGRAMS["entropy"].graph()
    p = np.array([[0.5, 1.0, 2.0], [-1.0, 0.0, -3.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, (d_p, d_A) = emit(graph).load()(p, np.ones((3, 3)))
    assert np.isfinite(d_p).all()
    assert np.isfinite(d_A).all()
    np.testing.assert_array_equal(d_p[p <= 0], 0)


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_sigmoid_keeps_its_bits_and_its_peace(dtype, style):
    """The formula's own bits, without a warning, whatever the caller has set."""
    graph = gd.trace(gd.nn.sigmoid, gd.spec("n", dtype=dtype))
    function = emit(graph, style=style).load()
    ends = np.array([-np.inf, -5000, -800, -90, 90, 800, 5000, np.inf, np.nan], dtype)
    x = np.concatenate([np.linspace(-30, 30, 999, dtype=dtype), ends])
    with np.errstate(all="ignore"):
        expected = 1 / (1 + np.exp(-x))
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        found = function(x)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, expected)
