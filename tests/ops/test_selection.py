"""``x[mask]`` of a symbolic mask: what reduces, what is silent, what is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

X = np.array([1.5, -2.0, 0.5, -1.0, 3.0])


def logs(x: Any) -> Any:
    return np.mean(np.log(x[x > 0]) * np.sqrt(x[x > 0]))


def logs_by_hand(x: Any) -> Any:
    mask = x > 0
    safe = np.where(mask, x, 1.0)
    parts = np.where(mask, np.log(safe) * np.sqrt(safe), 0.0)
    return np.sum(parts) / np.sum(mask)


def test_what_the_mask_leaves_out_is_never_seen() -> None:
    f: Any = logs
    hand: Any = logs_by_hand
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            f, hand = (_slope(k) for k in (f, hand))
            np.testing.assert_allclose(f(X), hand(X), rtol=1e-10)


def _slope(f: Callable[..., Any]) -> Callable[..., Any]:
    gradient = gd.grad(f)
    return lambda x: np.sum(gradient(x) * np.cos(np.arange(5)))


def test_emitted_and_compiled_code_is_silent_too() -> None:
    graph = gd.differentiate(gd.trace(logs, gd.spec("n")), wrt=["x"])
    wanted = gd.grad(logs_by_hand)(X)
    for style in ("readable", "fast"):
        function = gd.emit(graph, style=style).load()
        np.testing.assert_allclose(function(X)[1], wanted)
    np.testing.assert_allclose(gd.compile(graph)(X)[1], wanted)


def test_nothing_selected() -> None:
    x = -np.abs(X)
    values = gd.evaluate(
        gd.trace(lambda x: (np.sum(x[x > 0]), np.max(x[x > 0])), gd.spec("5")),
        {"x": x},
    )
    assert list(values.values()) == [0.0, -np.inf]
    np.testing.assert_array_equal(gd.grad(lambda x: np.sum(x[x > 0]))(x), np.zeros(5))


def test_entries_selected_are_assigned_where_they_came_from() -> None:
    def f(x: Any) -> Any:
        made = x * 1.0
        made[x > 0] = np.log(x[x > 0])
        made[x < 0] += 7.0
        return np.sum(made * x)

    x = gd.trace(f, gd.spec("5"))
    assert gd.evaluate(gd.stabilise(x), {"x": X})["f"] == pytest.approx(f(X))


def test_ufuncs_reduce() -> None:
    def f(x: Any) -> Any:
        c = x > 0
        return np.add.reduce(x[c]), np.maximum.reduce(x[c]), np.logical_or.reduce(c[c])

    found = gd.evaluate(gd.trace(f, gd.spec("5")), {"x": X})
    assert [float(v) for v in found.values()] == [float(v) for v in f(X)]


M = gd.var("M", "5,2")
V = gd.var("V", "5")

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "sort": (lambda: np.sort(V[V > 0]), r"np\.sort of x\[mask\]: how many entries"),
    "concatenate": (
        lambda: np.concatenate([V[V > 0], V]),
        r"np\.concatenate of x\[mask",
    ),
    "method": (lambda: V[V > 0].argsort(), r"\.argsort of x\[mask\]"),
    "another mask": (lambda: V[V > 0] + V[V > 1], "different masks"),
    "a whole array": (lambda: V[V > 0] + V, r"write x\[mask\] and y\[mask\]"),
    "a whole array before": (lambda: V * V[V > 0], r"write x\[mask\] and y\[mask\]"),
    "len": (lambda: len(V[V > 0]), "how many entries"),
    "iteration": (lambda: list(V[V > 0]), "how many entries"),
    "an index": (lambda: V[V > 0][0], "how many entries"),
    "truth": (lambda: bool(V[V > 0]), "how many entries"),
    "array": (lambda: np.asarray(V[V > 0]), "how many entries"),
    "accumulate": (lambda: np.add.accumulate(V[V > 0]), "how many entries"),
    "shape": (
        lambda: M[V[:3] > 0],
        r"mask of shape \(3,\) does not fit shape \(5, 2\)",
    ),
    "beside": (lambda: M[V > 0, 1], r"x\[mask\] alone can be reduced"),
    "nonzero": (lambda: np.nonzero(V > 0), "depends on values"),
    "unique": (lambda: np.unique(V), "depends on values"),
    "compress": (lambda: np.compress(V > 0, V), r"np\.sum\(x\[mask\]\)"),
    "where of one": (lambda: np.where(V > 0), r"np\.where"),
}


@pytest.mark.parametrize(("code", "says"), REFUSED.values(), ids=REFUSED)
def test_refused_with_the_reason_and_the_line(code: Any, says: str) -> None:
    with pytest.raises(gd.GraphdiffError, match=says) as caught:
        code()
    assert caught.value.position.file == "test_selection.py"
