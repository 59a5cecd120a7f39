"""Every case: NumPy's values, the types inferred, and derivatives to order three."""

import importlib
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.expression.expression import DOORS, Door
from graphdiff.graph.graph import check
from graphdiff.graph.node import LEAVES, Op, Pick
from graphdiff.ops.core.elementwise import Elementwise
from tests.cases import CASES, Case
from tests.cases.table import in_single, some_of, squares, weighed, weights_like

ALL = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
DIFFERENTIABLE = [n for n in CASES if CASES[n].order]
SMOOTH = pytest.mark.parametrize(
    "case", [CASES[n] for n in DIFFERENTIABLE], ids=DIFFERENTIABLE
)
SOME = some_of(DIFFERENTIABLE)


def variables(case: Case, args: Any, symbolic: bool = False) -> list[Any]:
    """A variable for each argument; `symbolic`: sizes above 1 get names."""
    return [
        gd.var(
            f"x{i}", [f"n{n}" if symbolic and n != 1 else n for n in a.shape], a.dtype
        )
        for i, a in enumerate(args)
    ]


def evaluate(ys: dict[str, Any], xs: list[Any], args: Any) -> dict[str, Any]:
    inputs = {f"x{i}": x for i, x in enumerate(xs)}
    graph = gd.Graph(inputs=inputs, outputs=ys)
    check(graph)
    values = gd.evaluate(graph, {f"x{i}": a for i, a in enumerate(args)})
    for name, value in values.items():
        type = graph.outputs[name].type
        assert value.dtype == type.dtype
        sizes = {f"n{n}": n for a in args for n in a.shape}
        shape = [n if isinstance(n, int) else n.evaluate(sizes) for n in type.shape]
        assert value.shape == tuple(shape)
    return values


def single(case: Case) -> tuple[Any, ...]:
    return tuple(map(in_single, case.args))


def directions(case: Case, rng: np.random.Generator) -> list[Any]:
    """A direction for each argument that can be differentiated."""
    return [weights_like(case.args[i], rng) for i in case.real]


@ALL
@pytest.mark.parametrize("sizes", ["numbers", "names"])
def test_value_is_numpys(case: Case, sizes: str) -> None:
    if sizes == "names" and not case.symbolic:
        pytest.skip("needs numbers")
    xs = variables(case, case.args, sizes == "names")
    y = case.function(*xs)
    expected = case.function(*case.args)
    value = evaluate({"y": y}, xs, case.args)["y"]
    assert value.dtype == expected.dtype
    assert value.shape == np.shape(expected)
    exact = expected.dtype.kind not in "fc"
    near = 0 if exact else case.ulps * np.finfo(expected.dtype).eps
    np.testing.assert_allclose(value, expected, rtol=near, atol=near)


@ALL
def test_float32_is_kept_as_numpy_keeps_it(case: Case) -> None:
    args = single(case)
    xs = variables(case, args)
    value = evaluate({"y": case.function(*xs)}, xs, args)["y"]
    expected = case.function(*args)
    assert value.dtype == expected.dtype
    np.testing.assert_allclose(value, expected, rtol=2e-6, atol=1e-6)


def as_inexact(y: Any, dtype: np.dtype) -> Any:
    """`y` with integers in the precision of `dtype`; floats too if that is real."""
    if y.dtype.kind == "c":
        return y
    return y.astype(np.finfo(dtype).dtype)


@SOME
def test_float32_gradients_are_float32(name: str) -> None:
    case = CASES[name]
    results = []
    for args in (case.args, single(case)):
        xs = variables(case, args)
        wrt = [xs[i] for i in case.real]
        y = squares(as_inexact(case.function(*xs), args[case.real[0]].dtype))
        found = gd.gradients(y, wrt)
        values = evaluate({f"g{i}": g for i, g in enumerate(found)}, xs, args)
        results.append(list(values.values()))
    for double, half, i in zip(*results, case.real, strict=True):
        assert half.dtype == single(case)[i].dtype
        assert half.shape == case.args[i].shape
        np.testing.assert_allclose(half, double, rtol=2e-3, atol=2e-3)


def directional(f: Callable[..., float], args: Any, along: Any) -> float:
    """The derivative of `f` along a direction, by Richardson's extrapolation."""

    def slope(h: float) -> float:
        up, down = (
            [a if v is None else a + s * v for a, v in zip(args, along, strict=True)]
            for s in (h, -h)
        )
        return (f(*up) - f(*down)) / (2 * h)

    h = 2e-3
    first, second, third = slope(h), slope(h / 2), slope(h / 4)
    left, right = (4 * second - first) / 3, (4 * third - second) / 3
    return (16 * right - left) / 15


@SMOOTH
def test_derivatives_to_order_three(case: Case) -> None:
    rng = np.random.default_rng(1)
    xs = variables(case, case.args)
    wrt = [xs[i] for i in case.real]
    y = case.function(*xs)
    y = weighed(y, weights_like(case.function(*case.args), rng))
    for _ in range(case.order):
        along = directions(case, rng)
        full: list[Any] = [None] * len(case.args)
        for i, v in zip(case.real, along, strict=True):
            full[i] = v
        graph = gd.Graph(
            inputs={f"x{i}": x for i, x in enumerate(xs)}, outputs={"y": y}
        )

        def value(*args: Any, graph: gd.Graph = graph) -> float:
            inputs = {f"x{i}": a for i, a in enumerate(args)}
            return float(gd.evaluate(graph, inputs)["y"])

        expected = directional(value, case.args, full)
        slopes = map(np.conj, gd.gradients(y, wrt))
        y = sum(weighed(g, v) for g, v in zip(slopes, along, strict=True))
        found = evaluate({"y": y}, xs, case.args)["y"]
        assert found == pytest.approx(expected, rel=case.near, abs=case.near)


@SOME
def test_forward_is_reverse_transposed(name: str) -> None:
    case = CASES[name]
    rng = np.random.default_rng(2)
    xs = variables(case, case.args)
    wrt = [xs[i] for i in case.real]
    y = case.function(*xs)
    w = weights_like(case.function(*case.args), rng)
    along = directions(case, rng)
    (tangent,) = gd.pushforward([y], wrt, along)
    cotangents = gd.pullback([y], wrt, [w])
    forward = weighed(tangent, w)
    reverse = sum(weighed(g, v) for g, v in zip(cotangents, along, strict=True))
    values = evaluate({"forward": forward, "reverse": reverse}, xs, case.args)
    near = 1e-9 if case.near < 1e-3 else case.near
    assert values["forward"] == pytest.approx(values["reverse"], rel=near, abs=1e-12)


@SOME
def test_symbolic_sizes_give_the_same_gradient(name: str) -> None:
    case = CASES[name]
    if not case.symbolic:
        pytest.skip("needs numbers")
    results = []
    for symbolic in (False, True):
        xs = variables(case, case.args, symbolic)
        wrt = [xs[i] for i in case.real]
        (*found,) = gd.gradients(squares(case.function(*xs)), wrt)
        (*again,) = gd.gradients(sum(map(squares, found)), wrt)
        outputs = {f"g{i}": g for i, g in enumerate(found + again)}
        results.append(evaluate(outputs, xs, case.args))
    for name, value in results[0].items():
        np.testing.assert_allclose(results[1][name], value, rtol=1e-12, atol=1e-13)


def used(monkeypatch: pytest.MonkeyPatch) -> tuple[set[Any], set[Any]]:
    """The doors and the ops that the cases and their derivatives go through."""
    doors: set[Any] = set()
    ops: set[Any] = set()
    call = Door.__call__

    def spy(self: Door, args: Any, kwargs: Any) -> Any:
        doors.add(self.function)
        return call(self, args, kwargs)

    monkeypatch.setattr(Door, "__call__", spy)
    for case in CASES.values():
        xs = variables(case, case.args)
        y = case.function(*xs)
        met = set(doors)
        outputs = {"y": y}
        if case.order:
            wrt = [xs[i] for i in case.real]
            found = gd.gradients(squares(y), wrt)
            again = gd.gradients(sum(map(squares, found)), wrt)
            outputs |= {f"g{i}": g for i, g in enumerate(found + again)}
        doors.clear()
        doors.update(met)
        graph = gd.Graph(inputs={f"x{i}": x for i, x in enumerate(xs)}, outputs=outputs)
        ops.update(n.op for n in graph.nodes if isinstance(n.op, Elementwise))
        ops.update(type(n.op) for n in graph.nodes)
    return doors, ops


def leaves_of(kind: type) -> set[type]:
    """The classes below `kind` that are not there to be derived from."""
    below = kind.__subclasses__()
    return {kind} if not below else set().union(*map(leaves_of, below))


def modules_of(package: Any) -> Iterator[Any]:
    """The modules in a package, and in the packages in it."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


# Ops that only masks, stabilising and Jacobians bring in; their own tests have cases.
ELSEWHERE = {"gated", "GatedMatMul", "LogDet", "Strict", "root", "xlogx", "Resized"} | {
    "Alone",
    "LogProd",
    "Only",
    "log1mexp",
    "versine",
    "times_log",
}


def test_every_door_and_every_op_has_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    doors, ops = used(monkeypatch)
    missing = {d.name for f, d in DOORS.items() if f not in doors}
    assert not missing
    elementwise = {
        name: op
        for module in modules_of(gd.ops)
        for name, op in vars(module).items()
        if isinstance(op, Elementwise)
    }
    classes = {
        c
        for c in leaves_of(Op)
        if c.__module__.startswith("graphdiff.ops.")
        and not c.__module__.startswith("graphdiff.ops.region.")
        and c not in (*LEAVES, Pick, Elementwise)
    }
    names = {name for name, op in elementwise.items() if op not in ops}
    names |= {kind.__name__ for kind in classes - ops}
    assert not names - ELSEWHERE


def test_cases_run_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for case in CASES.values():
            case.function(*case.args)
