"""Slices of axes whose size is open: what NumPy gives, for every size, or an error."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import ShapeError

SIZES = range(8)
BOUNDS = (None, 0, 1, 2, 4, -1, -2, -4)
STEPS = (None, 2, -1, -3)


def every_way(
    loss: Callable[..., Any], *specs: gd.Spec
) -> dict[str, Callable[..., Any]]:
    """How a gradient can be run, from specs that leave sizes open."""
    dgraph = gd.value_and_grad(loss).graph(*specs)
    names = list(dgraph.signature.parameters)

    def interpreted(*args: Any) -> Any:
        found = gd.evaluate(dgraph, dict(zip(names, args, strict=True)))
        return dgraph.signature.result.unflatten(found)

    return {
        "evaluate": interpreted,
        "compile": gd.compile(dgraph),
        "readable": gd.emit(dgraph).load(),
        "fast": gd.emit(dgraph, style="fast").load(),
    }


@pytest.mark.parametrize("step", STEPS)
def test_a_slice_is_numpys_or_refused_with_its_condition(step: int | None) -> None:
    for start in BOUNDS:
        for stop in BOUNDS:
            key = slice(start, stop, step)

            def loss(x: Any, key: slice = key) -> Any:
                return np.sum(np.sin(x[key]))

            try:
                graph = gd.trace(loss, gd.spec("n"))
            except ShapeError:
                continue
            dgraph = gd.simplify(gd.differentiate(graph))
            run = gd.compile(dgraph)
            refused = []
            for n in SIZES:
                x = np.arange(n) + 1.0
                slope = np.zeros(n)
                slope[key] = np.cos(x[key])
                try:
                    value, found = run(x)
                except ShapeError:
                    refused.append(n)
                    with pytest.raises(ShapeError, match="expected n >= "):
                        gd.evaluate(dgraph, {"x": x})
                    continue
                np.testing.assert_allclose(value, np.sin(x[key]).sum(), atol=1e-15)
                np.testing.assert_array_equal(found, slope)
                table = gd.backprop(graph, {"x": x})
                np.testing.assert_array_equal(table["x"], slope)
            assert refused == list(range(len(refused))), key
            assert len(refused) <= 5, key


def test_an_int_stop_or_a_negative_start_is_what_asks_for_entries() -> None:
    asked = {
        ":3": "n >= 3",
        "-3:": "n >= 3",
        "1:3": "n >= 3",
        "-4:-1": "n >= 4",
        "2::-1": "n >= 3",
        "3:1": "",
        "2:": "",
        ":-2": "",
        "1:-1": "",
        "::2": "",
        "::-1": "",
        ":1:-1": "",
    }
    for text, condition in asked.items():
        key = slice(*(int(p) if p else None for p in text.split(":")))
        graph = gd.trace(lambda x, key=key: x[key], gd.spec("n"))
        needs = [str(n) for n in graph.ledger.needs]
        assert len(needs) == bool(condition), text
        if condition:
            with pytest.raises(ShapeError, match=f"expected {condition}, where n = 1"):
                gd.evaluate(graph, {"x": [1.0]})


def test_differences_and_windows_hold_from_no_entries_on() -> None:
    def roughness(x: Any) -> Any:
        curve = x[2:] - 2 * x[1:-1] + x[:-2]
        steps = x[1:] - x[:-1]
        return np.sum(curve**2) + np.sum(steps[1:] * steps[:-1]) + np.sum(x[::2] ** 3)

    for name, run in every_way(roughness, gd.spec("n")).items():
        for n in SIZES:
            x = np.cos(np.arange(n) ** 2)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                value, slope = run(x)
            want, expected = gd.value_and_grad(roughness)(x)
            assert value == pytest.approx(want, abs=1e-12), (name, n)
            np.testing.assert_allclose(slope, expected, atol=1e-12, err_msg=name)


def test_the_first_entries_have_a_known_number_and_broadcast() -> None:
    def loss(x: Any, w: Any) -> Any:
        return np.sum((x - x[:1]) ** 2) + x[:3] @ w + np.sum(x[-2:] ** 2)

    ways = every_way(loss, gd.spec("n"), gd.spec("3"))
    w = np.array([1.0, 2.0, 3.0])
    for name, run in ways.items():
        for n in SIZES:
            x = np.cos(np.arange(n) ** 2)
            if n < 3:
                with pytest.raises(ValueError, match=f"expected n >= 3, where n = {n}"):
                    run(x, w)
                continue
            value, slope = run(x, w)
            want, expected = gd.value_and_grad(loss)(x, w)
            assert value == pytest.approx(want), name
            np.testing.assert_allclose(slope, expected, atol=1e-12, err_msg=name)


def test_a_condition_outlives_the_slice_that_asked_for_it() -> None:
    def loss(x: Any) -> Any:
        return np.sum(np.ones_like(x)[:2]) + np.sum(x)

    for name, run in every_way(loss, gd.spec("n")).items():
        assert run(np.zeros(2))[0] == 2, name
        with pytest.raises(ValueError, match="expected n >= 2, where n = 1"):
            run(np.zeros(1))


def test_a_gradient_built_by_hand_keeps_the_condition_of_its_slice() -> None:
    x = gd.var("x", "n")
    (slope,) = gd.gradients(np.sum(x[:2]), [x])
    graph = gd.Graph(inputs={"x": x}, outputs={"slope": slope})
    assert gd.evaluate(graph, {"x": np.ones(3)})["slope"].tolist() == [1, 1, 0]
    with pytest.raises(ShapeError, match="expected n >= 2, where n = 1"):
        gd.evaluate(graph, {"x": np.ones(1)})


def test_a_stop_that_is_a_size_may_not_count_from_the_end() -> None:
    def lagged(x: Any) -> Any:
        return np.sum(x[3:] * x[: x.shape[0] - 3])

    def neighbours(x: Any) -> Any:
        return np.sum(x[1:] * x[: x.shape[0] - 1])

    for name, run in every_way(lagged, gd.spec("n")).items():
        x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
        assert run(x)[0] == 14, name
        with pytest.raises(ValueError, match="expected n >= 3, where n = 2"):
            run(x[:2])
    for name, run in every_way(neighbours, gd.spec("n")).items():
        assert [run(x[:n])[0] for n in range(4)] == [0, 0, 2, 8], name


def test_a_stop_that_is_another_arrays_size_must_fit() -> None:
    def loss(x: Any, y: Any) -> Any:
        return np.sum(x[: y.shape[0]] * y) + np.sum(x[y.shape[0] :])

    for name, run in every_way(loss, gd.spec("n"), gd.spec("m")).items():
        assert run(np.ones(3), np.ones(2))[0] == 3, name
        with pytest.raises(ValueError, match=re.escape("expected n >= m, where ")):
            run(np.ones(2), np.ones(3))


def test_a_declared_size_less_one_fits_all_but_the_first() -> None:
    def loss(x: Any, steps: Any) -> Any:
        return np.sum((x[1:] - x[:-1]) ** 2 / steps) + np.sum(steps * x[:-1])

    for name, run in every_way(loss, gd.spec("n"), gd.spec("n-1")).items():
        for n in (1, 2, 5):
            x, steps = np.cos(np.arange(n) ** 2), np.arange(n - 1) + 1.0
            want, expected = gd.value_and_grad(loss)(x, steps)
            value, slope = run(x, steps)
            assert value == pytest.approx(want), name
            np.testing.assert_allclose(slope, expected, atol=1e-12, err_msg=name)


def test_halves_of_an_even_axis_have_the_same_length() -> None:
    def loss(x: Any) -> Any:
        return np.sum(x[::2] * x[1::2])

    for name, run in every_way(loss, gd.spec("2*n")).items():
        assert run(np.arange(4.0))[0] == 6, name
        assert run(np.zeros(0))[0] == 0, name


def test_the_two_parts_of_an_axis_add_up_to_it() -> None:
    def loss(x: Any) -> Any:
        half = x.shape[0] // 2
        turned = np.concatenate([x[half:], x[:half]])
        return np.sum(turned * x)

    for name, run in every_way(loss, gd.spec("n")).items():
        for n in SIZES:
            x = np.cos(np.arange(n) ** 2)
            want, expected = gd.value_and_grad(loss)(x)
            value, slope = run(x)
            assert value == pytest.approx(want), name
            np.testing.assert_allclose(slope, expected, atol=1e-12, err_msg=name)
