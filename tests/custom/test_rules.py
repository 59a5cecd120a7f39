"""Functions under rules of the user's: both modes, every order, every way to run."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check


@gd.custom_vjp
def doubled(x: Any, y: Any) -> Any:
    """A product whose slopes are declared twice as steep, to be told from true ones."""
    z = np.log(1 + np.exp(x))
    return z * y


@doubled.rule
def _(g: Any, z: Any, x: Any, y: Any) -> Any:
    return 2 * g * y / (1 + np.exp(-x)), 2 * g * np.log(1 + np.exp(x))


@gd.custom_jvp
def tripled(x: Any) -> Any:
    """A sine with three times its slope."""
    return np.sin(x)


@tripled.rule
def _(tangents: Any, y: Any, x: Any) -> Any:
    return 3 * tangents[0] * np.cos(x)


A, B = np.array([0.3, -1.0]), np.array([2.0, 3.0])


def loss(a: Any, b: Any) -> Any:
    u = doubled(a, b * 2)
    return np.sum(u**2)


def by_hand() -> tuple[np.ndarray, np.ndarray]:
    z = np.logaddexp(A, 0)
    u = z * 2 * B
    return 2 * u * 2 * (2 * B) / (1 + np.exp(-A)), 2 * u * 2 * z * 2


def test_the_rule_is_the_derivative_however_the_graph_runs():
    form = gd.value_and_grad(loss, wrt=(0, 1))
    graph = form.graph(A, B)
    check(graph)
    value = np.sum((np.logaddexp(A, 0) * 2 * B) ** 2)
    results = {
        "form": form(A, B),
        "readable": form.emit(A, B).load()(A, B),
        "fast": form.emit(A, B, style="fast").load()(A, B),
        "compiled": gd.compile(graph)(A, B),
    }
    for found, slopes in results.values():
        np.testing.assert_allclose(found, value)
        np.testing.assert_allclose(slopes, by_hand())
    table = gd.evaluate(graph, {"a": A, "b": B})
    np.testing.assert_allclose([table["d_a"], table["d_b"]], by_hand())
    table = gd.backprop(gd.trace(loss, A, B), {"a": A, "b": B})
    np.testing.assert_allclose([table["a"], table["b"]], by_hand())


def test_listings_name_the_function_and_modules_hold_its_code():
    graph = gd.trace(loss, A, B)
    assert "u = doubled(a, b * 2)" in str(graph)
    held = [n for n in gd.simplify(graph).nodes if n.op.bodies()]
    assert [n.op.label for n in held] == ["doubled"]
    source = gd.emit(graph).source
    assert "doubled" not in source
    assert "z = " in source
    assert graph.cost().total == gd.trace(loss_of_code, A, B).cost().total


def loss_of_code(a: Any, b: Any) -> Any:
    u = doubled.fn(a, b * 2)
    return np.sum(u**2)


def test_forward_mode_transposes_the_rule():
    slopes = by_hand()
    for tangents in ((np.ones(2), np.zeros(2)), (np.array([1.0, -2.0]), A)):
        _, pushed = gd.jvp(loss)((A, B), tangents)
        wanted = sum(np.sum(s * t) for s, t in zip(slopes, tangents, strict=True))
        np.testing.assert_allclose(pushed, wanted)


def test_plain_arrays_go_through_the_function_itself():
    assert isinstance(doubled(1.0, 2.0), float)
    np.testing.assert_allclose(tripled(A), np.sin(A))


def test_the_derivatives_of_a_rule_follow_at_every_order():
    f = gd.custom_vjp(lambda x: x**4, rule=lambda g, y, x: g * 4 * x**3)
    order: Any = f
    for n, wanted in enumerate((4 * 2**3, 12 * 2**2, 24 * 2, 24), 1):
        order = gd.grad(order)
        np.testing.assert_allclose(order(2.0), wanted, err_msg=str(n))
    own = gd.custom_vjp(lambda x: np.exp(x))
    own.rule(lambda g, y, x: g * own(x) * 2)
    third = gd.grad(gd.grad(gd.grad(own)))
    np.testing.assert_allclose(third(1.0), 8 * np.e)


def test_a_custom_jvp_works_in_all_four_combinations_of_modes():
    x = np.array([0.4, 2.0])

    def forward(f: Any) -> Any:
        return lambda x: gd.jvp(f)((x,), (np.ones(2),))[1]

    def reverse(f: Any) -> Any:
        return lambda x: gd.vjp(f)((x,), np.ones(2))[1][0]

    for outer in (forward, reverse):
        np.testing.assert_allclose(outer(tripled)(x), 3 * np.cos(x))
        for inner in (forward, reverse):
            np.testing.assert_allclose(outer(inner(tripled))(x), -3 * np.sin(x))
    graph = gd.trace(lambda x: np.sum(tripled(x)), x)
    np.testing.assert_allclose(gd.backprop(graph, {"x": x})["x"], 3 * np.cos(x))


def test_arguments_nest_and_some_have_no_derivative():
    @gd.custom_vjp
    def affine(params: Any, x: Any, power: int, *, index: Any, flag: Any = True) -> Any:
        assert flag
        return {"y": (params["W"] @ x + params["b"]) ** power, "x": x[index]}

    seen = []

    @affine.rule
    def _(g: Any, y: Any, params: Any, x: Any, power: int, **others: Any) -> Any:
        seen.append((sorted(g), power, others["flag"], others["index"].dtype))
        inner = g["y"] * power * (params["W"] @ x + params["b"]) ** (power - 1)
        d_params = {"W": np.outer(inner, x), "b": inner}
        return d_params, params["W"].T @ inner, None, None, None

    params = {"W": np.arange(6.0).reshape(2, 3), "b": np.ones(2)}
    x, index = np.array([0.1, 0.2, 0.3]), np.array([0, 0, 2])

    def f(params: Any, x: Any) -> Any:
        out = affine(params, x, 3, index=index * 1)
        return np.sum(out["y"])

    def traced(params: Any, x: Any, index: Any) -> Any:
        out = affine(params, x, 3, index=index)
        return np.sum(out["y"]) + np.sum(out["x"])

    found = gd.grad(traced, wrt=("params", "x"))(params, x, index)
    wanted = gd.grad(
        lambda params, x: np.sum((params["W"] @ x + params["b"]) ** 3), wrt=(0, 1)
    )(params, x)
    np.testing.assert_allclose(found[0]["W"], wanted[0]["W"])
    np.testing.assert_allclose(found[0]["b"], wanted[0]["b"])
    np.testing.assert_allclose(found[1], wanted[1])
    assert seen[0] == (["x", "y"], 3, True, np.dtype(np.int64))
    assert f(params, x) == pytest.approx(np.sum((params["W"] @ x + 1) ** 3))


def test_results_that_nobody_reads_have_the_cotangent_zero():
    @gd.custom_vjp
    def pair(x: Any) -> Any:
        return np.sin(x), np.cos(x)

    pair.rule(lambda g, y, x: 5 * g[0] * y[1] - 7 * g[1] * y[0])
    x = np.array([0.2, 0.7])
    np.testing.assert_allclose(gd.grad(lambda x: np.sum(pair(x)[0]))(x), 5 * np.cos(x))
    np.testing.assert_allclose(gd.grad(lambda x: np.sum(pair(x)[1]))(x), -7 * np.sin(x))


def test_the_gradient_has_the_dtype_of_the_argument():
    a, b = A.astype(np.float32), B.astype(np.float32)
    slopes = gd.grad(loss, wrt=(0, 1))(a, b)
    assert [s.dtype for s in slopes] == [np.float32] * 2
    np.testing.assert_allclose(slopes, by_hand(), rtol=1e-5)


def test_named_sizes_and_size_zero():
    form = gd.grad(loss, wrt=(0, 1))
    emitted = form.emit(gd.spec("n"), gd.spec("n")).load()
    np.testing.assert_allclose(emitted(A, B), by_hand())
    assert [s.shape for s in emitted(np.ones(0), np.ones(0))] == [(0,), (0,)]


def test_a_masked_call_lets_no_nan_in():
    log = gd.custom_vjp(np.log, rule=lambda g, y, x: g / x)

    def f(x: Any) -> Any:
        return np.sum(np.where(x > 0, log(x), 0))

    x = np.array([-1.0, 0.0, 2.0])
    np.testing.assert_allclose(gd.grad(f)(x), [0, 0, 0.5])
    np.testing.assert_allclose(gd.grad(f).emit(x).load()(x), [0, 0, 0.5])
    second = gd.grad(lambda x: np.sum(gd.grad(f)(x)))
    np.testing.assert_allclose(second(x), [0, 0, -0.25])


def test_truths_among_the_results_choose():
    pair = gd.custom_vjp(lambda x: (x > 0, x), rule=lambda g, y, x: 3 * g[1])

    def f(x: Any) -> Any:
        positive, value = pair(x)
        return np.sum(np.where(positive, value, 0))

    x = np.array([-1.0, 2.0])
    np.testing.assert_allclose(gd.grad(f)(x), [0, 3])


def test_arguments_that_are_gathered_have_cotangents_each():
    @gd.custom_vjp
    def total(*xs: Any, factor: float = 2.0, **others: Any) -> Any:
        return sum(xs) * factor * others["z"]

    @total.rule
    def _(g: Any, y: Any, *xs: Any, factor: Any, z: Any) -> Any:
        first = [g * factor * z * (i + 1) for i in range(len(xs))]
        return (*first, None, g * sum(xs) * factor)

    x = np.array([0.3, 1.2])
    found = gd.grad(lambda a, b, c: np.sum(total(a, b, z=c)), wrt=(0, 1, 2))(x, x, x)
    np.testing.assert_allclose(found, [2 * x, 4 * x, 4 * x])


def test_a_function_under_a_rule_may_call_another():
    outer = gd.custom_vjp(lambda x: tripled(x) * 2)
    outer.rule(lambda g, y, x: g * gd.grad(lambda v: np.sum(tripled(v)))(x) * 10)
    x = np.array([0.2, 0.7])
    f = gd.grad(lambda x: np.sum(outer(x)))
    np.testing.assert_allclose(f(x), 30 * np.cos(x))
    np.testing.assert_allclose(f.emit(x).load()(x), 30 * np.cos(x))


def test_methods_take_rules_too():
    class Model:
        scale = 3.0

        @gd.custom_vjp
        def value(self, x: Any) -> Any:
            return self.scale * x

        @value.rule
        def _(g: Any, y: Any, model: Any, x: Any) -> Any:  # noqa: N805
            return None, g * model.scale * 100

    assert gd.grad(Model().value)(1.0) == 300


def test_what_is_captured_runs_but_is_not_differentiated_by():
    def f(w: Any, x: Any) -> Any:
        times = gd.custom_vjp(lambda x: w * x, rule=lambda g, y, x: g * w * 2)
        return np.sum(times(x))

    w, x = np.array([2.0, 3.0]), np.ones(2)
    np.testing.assert_allclose(gd.grad(f, wrt="x")(w, x), 2 * w)
    np.testing.assert_allclose(gd.compile(gd.trace(f, w, x))(w, x), 5.0)
    with pytest.raises(gd.GraphValueError, match="'w' from outside"):
        gd.grad(f, wrt="w")(w, x)


def test_errors_name_the_function_and_the_argument():
    with pytest.raises(gd.GraphTypeError, match="custom_vjp: fn: expected a function"):
        gd.custom_vjp(3)
    with pytest.raises(gd.GraphTypeError, match="custom_jvp: rule: expected a func"):
        gd.custom_jvp(np.sin, rule=3)

    def f(x: Any, y: Any) -> Any:
        return x * y

    with pytest.raises(gd.GraphValueError, match="f: there is no rule yet"):
        gd.grad(gd.custom_vjp(f))(1.0, 2.0)
    lone = gd.custom_vjp(f, rule=lambda g, z, x, y: g)
    with pytest.raises(gd.GraphValueError, match="f: the rule must give a tuple of 2"):
        gd.grad(lone)(1.0, 2.0)
    wrong = gd.custom_vjp(f, rule=lambda g, z, x, y: (np.ones(3), None))
    with pytest.raises(gd.ShapeError, match="f: the cotangent of 'x': expected"):
        gd.grad(lambda x: np.sum(wrong(x, 1.0)))(np.ones(2))
    nested = gd.custom_vjp(f, rule=lambda g, z, x, y: ({"a": g}, None))
    with pytest.raises(gd.GraphTypeError, match="f: the cotangent of 'x'"):
        gd.grad(nested)(1.0, 2.0)
    bent = gd.custom_vjp(np.sin, rule=lambda g, y, x: g * g)
    with pytest.raises(gd.UnsupportedError, match="must be linear in the cotangent"):
        gd.jvp(bent)((1.0,), (1.0,))
    crooked = gd.custom_jvp(np.sin, rule=lambda t, y, x: t[0] ** 2)
    with pytest.raises(gd.UnsupportedError, match="must be linear in the tangents"):
        gd.grad(crooked)(1.0)


def test_many_calls_cost_no_more_than_their_number():
    def chain(n: int) -> gd.Graph:
        def f(x: Any) -> Any:
            for _ in range(n):
                x = gd.scale_gradient(np.sin(x), 1.5)
            return np.sum(x)

        return gd.differentiate(gd.trace(f, np.ones(2)))

    assert len(chain(200)) < 4.2 * len(chain(50))
