"""Loops in segments: the same values and derivatives, from less memory."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

US = np.sin(np.arange(22.0)).reshape(11, 2)


def scanned(checkpoint: Any, reverse: bool, n: int) -> Callable[..., Any]:
    def f(x: Any, w: Any, us: Any) -> Any:
        def step(h: Any, u: Any) -> Any:
            h = np.tanh(w * h + u)
            return h, h * u

        h, ys = gd.scan(step, x, us[:n], reverse=reverse, checkpoint=checkpoint)
        return np.sum(h) + np.sum(ys**2 * np.arange(n)[:, None])

    return f


@pytest.mark.parametrize(
    ("n", "reverse"), [(0, False), (1, True), (9, False), (9, True), (11, True)]
)
@pytest.mark.parametrize("checkpoint", ["sqrt", "binomial", (4, 2)])
def test_segments_change_nothing(checkpoint: Any, reverse: bool, n: int) -> None:
    args = np.ones(2), np.array([0.5, -0.3]), US
    plain = gd.value_and_grad(scanned(None, reverse, n), [0, 1, 2])(*args)
    value, grads = gd.value_and_grad(scanned(checkpoint, reverse, n), [0, 1, 2])(*args)
    np.testing.assert_allclose(value, plain[0])
    for a, b in zip(grads, plain[1], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-14)


@pytest.mark.parametrize("checkpoint", ["sqrt", "binomial"])
def test_second_order(checkpoint: str) -> None:
    def f(x: Any, checkpoint: Any = checkpoint) -> Any:
        return gd.fori_loop(2, 13, lambda i, c: np.sin(c) + c * x / i, x, checkpoint)

    wanted = gd.hessian(lambda x: f(x, None))(0.7)
    np.testing.assert_allclose(gd.hessian(f)(0.7), wanted)
    np.testing.assert_allclose(gd.grad(lambda x: gd.grad(f)(x))(0.7), wanted)


def test_a_named_number_of_steps() -> None:
    f = gd.grad(lambda x, us: gd.scan(_step, x, us, checkpoint=3)[0])
    compiled = gd.compile(f.graph(1.0, gd.spec("n")))
    for n in (0, 1, 3, 8):
        us = np.cos(np.arange(n))
        wanted = gd.grad(lambda x, us: gd.scan(_step, x, us)[0])(1.0, us)
        np.testing.assert_allclose(compiled(1.0, us), wanted)


def _step(c: Any, u: Any) -> Any:
    return np.sin(c) + u * c, None


def test_memory_is_that_of_a_segment() -> None:
    def peak(checkpoint: Any) -> int:
        def f(x: Any) -> Any:
            return np.sum(
                gd.fori_loop(0, 900, lambda i, c: np.sin(c) * x, x, checkpoint)
            )

        g, x = gd.grad(f), np.ones(200)
        g(x)
        tracemalloc.start()
        g(x)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    whole, sqrt, binomial = peak(None), peak("sqrt"), peak("binomial")
    assert sqrt < whole / 8
    assert binomial < sqrt


@pytest.mark.parametrize("checkpoint", [0, -1, "cube", 1.5, True, (3, 0)])
def test_what_is_no_schedule_is_refused(checkpoint: Any) -> None:
    with pytest.raises(gd.GraphdiffError, match="checkpoint: expected"):
        gd.scan(_step, 1.0, np.ones(3), checkpoint=checkpoint)
    with pytest.raises(gd.GraphdiffError, match="checkpoint: expected"):
        gd.trace(lambda x: gd.scan(_step, x, np.ones(3), checkpoint=checkpoint), 1.0)


def test_a_rule_needs_a_number_of_steps() -> None:
    with pytest.raises(gd.GraphValueError, match="named size"):
        gd.trace(lambda us: gd.scan(_step, 1.0, us, checkpoint="sqrt"), gd.spec("n"))


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize("n", [3, 4, 7])
def test_segments_are_emitted(n: int, style: str) -> None:
    args = np.ones(2), np.array([0.5, -0.3]), US
    form = gd.value_and_grad(scanned(3, False, n), [0, 1, 2])
    module = form.emit(*args, name="run", style=style)
    value, grads = module.load()(*args)
    wanted, plain = gd.value_and_grad(scanned(None, False, n), [0, 1, 2])(*args)
    np.testing.assert_allclose(value, wanted)
    for a, b in zip(grads, plain, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-14)
