"""Derivatives of loops and branches, in both directions, of orders one to three."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check
from tests.control.programs import OURS, PROGRAMS

Function = Callable[..., Any]


@pytest.fixture(params=PROGRAMS.values(), ids=PROGRAMS)
def program(request: pytest.FixtureRequest) -> tuple[Function, tuple[Any, ...]]:
    function, args = request.param

    @functools.wraps(function)
    def call(*given: Any) -> Any:
        return function(OURS, *given)

    del call.__wrapped__
    return call, args


def directions(args: Any, phase: float) -> tuple[Any, ...]:
    return tuple(np.cos(phase + np.arange(a.size)).reshape(a.shape) for a in args)


def slope(f: Function, args: Any, along: Any, h: float = 1e-5) -> Any:
    """The central difference along a direction."""
    ahead = [a + h * d for a, d in zip(args, along, strict=True)]
    behind = [a - h * d for a, d in zip(args, along, strict=True)]
    return (f(*ahead) - f(*behind)) / (2 * h)


def along(grads: Any, direction: Any) -> float:
    return sum(float(np.sum(g * d)) for g, d in zip(grads, direction, strict=True))


def test_reverse_and_forward_agree_with_differences(program: Any) -> None:
    f, args = program
    v = directions(args, 0.0)
    wanted = slope(f, args, v)
    _, forward = gd.jvp(f)(args, v)
    grads = gd.grad(f, list(range(len(args))))(*args)
    np.testing.assert_allclose(forward, wanted, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(along(grads, v), forward, rtol=1e-9, atol=1e-12)
    for g, a in zip(grads, args, strict=True):
        assert g.shape == a.shape
        assert g.dtype == a.dtype


def test_numbers_and_symbols_agree(program: Any) -> None:
    f, args = program
    graph = gd.trace(f, *args)
    given = dict(zip(graph.inputs, args, strict=True))
    dgraph = gd.differentiate(graph)
    check(dgraph)
    raw = gd.evaluate(dgraph, given)
    table = gd.backprop(graph, given)
    simple = gd.simplify(dgraph)
    check(simple)
    better = gd.evaluate(simple, given)
    for name, x in zip(list(dgraph.outputs)[1:], graph.inputs, strict=True):
        np.testing.assert_allclose(raw[name], table[x], rtol=1e-9, atol=1e-14)
        np.testing.assert_allclose(raw[name], better[name], rtol=1e-9, atol=1e-14)


def test_second_order_in_all_four_combinations(program: Any) -> None:
    f, args = program
    v, w = directions(args, 0.3), directions(args, 1.1)

    def reverse(*xs: Any) -> Any:
        found = gd.grad(f, list(range(len(args))))(*xs)
        return sum(np.sum(g * d) for g, d in zip(found, v, strict=True))

    def forward(*xs: Any) -> Any:
        return gd.jvp(f)(xs, v)[1]

    wanted = slope(
        lambda *xs: along(gd.grad(f, list(range(len(args))))(*xs), v), args, w
    )
    for inner in (reverse, forward):
        grads = gd.grad(inner, list(range(len(args))))(*args)
        _, pushed = gd.jvp(inner)(args, w)
        np.testing.assert_allclose(pushed, wanted, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(along(grads, w), pushed, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", ["recurrent", "shrinking", "branch in loop"])
def test_third_order(name: str) -> None:
    function, args = PROGRAMS[name]

    def f(x: Any) -> Any:
        return function(OURS, x, *args[1:])

    (v,) = directions(args[:1], 0.3)

    def second(x: Any) -> Any:
        return gd.grad(lambda x: np.sum(gd.grad(f)(x) * v))(x) @ v

    third = gd.grad(second)(args[0]) @ v
    wanted = slope(second, args[:1], (v,), 1e-4)
    np.testing.assert_allclose(third, wanted, rtol=1e-5)


def test_a_loop_until_convergence_within_another_over_named_sizes() -> None:
    def f(x: Any) -> Any:
        def settle(c: Any) -> Any:
            inner = gd.while_loop(
                lambda q: np.sum(q * q) < 20, lambda q: q * 1.3 + c[0] * 0.01, c[0]
            )
            return inner * 0.5, c[1] + 1

        return np.sum(gd.while_loop(lambda c: c[1] < 3, settle, (x, 0))[0] ** 2)

    x = np.array([0.3, -1.1, 0.7])
    graph = gd.differentiate(gd.stabilise(gd.trace(f, gd.spec("n"))))
    wanted = gd.grad(f)(x)
    for made in (graph, gd.simplify(graph)):
        np.testing.assert_allclose(gd.evaluate(made, {"x": x})["d_x"], wanted)
    for i in range(3):
        h = 1e-6 * np.eye(3)[i]
        slope = (f(x + h) - f(x - h)) / 2e-6
        np.testing.assert_allclose(wanted[i], slope, rtol=1e-6)
