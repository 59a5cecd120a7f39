"""`graphdiff.numpy`: NumPy's functions, where arrays are made of symbolic ones too."""

from __future__ import annotations

import contextlib
import inspect
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
import graphdiff.numpy as gnp

MAKERS = [name for name in gnp.__all__ if callable(getattr(np, name, None))]


def test_all_of_numpy_is_there() -> None:
    assert set(dir(np)) <= set(dir(gnp))
    assert gnp.pi is np.pi
    assert gnp.sin is np.sin
    assert gnp.linalg is np.linalg


def test_what_numpy_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="NumPy has no attribute 'arrey'"):
        gnp.arrey  # noqa: B018


@pytest.mark.parametrize("name", MAKERS)
def test_functions_are_called_and_documented_as_numpys(name: str) -> None:
    ours, numpys = getattr(gnp, name), getattr(np, name)
    assert ours.__name__ == name
    assert ours.__doc__ == numpys.__doc__
    with contextlib.suppress(ValueError):
        assert inspect.signature(ours) == inspect.signature(numpys)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("array", ([[1, 2], [3, 4]],)),
        ("asarray", ([1.5],)),
        ("zeros", ((2, 3),)),
        ("ones", (3, np.float32)),
        ("empty_like", (np.zeros(3),)),
        ("full", (2, 7)),
        ("eye", (2, 3)),
        ("arange", (1, 7, 2)),
        ("linspace", (0, 1, 4)),
        ("indices", ((2, 3),)),
        ("hanning", (5,)),
        ("kaiser", (5, 2.0)),
    ],
)
def test_plain_arguments_give_what_numpy_gives(name: str, args: Any) -> None:
    found, expected = getattr(gnp, name)(*args), getattr(np, name)(*args)
    assert type(found) is np.ndarray
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    if "empty" not in name:
        np.testing.assert_array_equal(found, expected)


def rotated(x: Any, angle: Any) -> Any:
    c, s = gnp.cos(angle), gnp.sin(angle)
    return gnp.array([[c, -s], [s, c]]) @ x


def test_a_function_runs_on_arrays_and_is_differentiated() -> None:
    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(rotated(x, 0.5)[0], np.cos(0.5) - 2 * np.sin(0.5))
    jacobian = gd.grad(lambda a: rotated(x, a)[0])(0.5)
    assert jacobian == pytest.approx(-np.sin(0.5) - 2 * np.cos(0.5))


def test_symbolic_sizes_make_arrays() -> None:
    def moments(x: Any) -> Any:
        n = x.shape[0]
        return gnp.linspace(0, 1, n) @ x + gnp.arange(n) @ x + gnp.zeros(n) @ x

    graph = gd.trace(moments, gd.spec("n"))
    x = np.array([1.0, 2, 4])
    assert gd.evaluate(graph, {"x": x})["moments"] == pytest.approx(moments(x))
    source = gd.emit(graph).source
    assert "np.linspace(0, 1, n)" in source
    assert "np.arange(n)" in source


def test_emitted_code_calls_numpy_alone() -> None:
    def window(x: Any) -> Any:
        return gnp.sum(x * gnp.hanning(x.shape[0]) * gnp.eye(x.shape[0])[0])

    source = gd.emit(gd.trace(window, gd.spec("n"))).source
    assert "np.hanning(n)" in source
    assert "np.eye(n)" in source
    assert "graphdiff.numpy" not in source


def test_floats_made_in_a_trace_are_symbolic_and_others_plain() -> None:
    kinds = []

    def f(x: Any) -> Any:
        made = (gnp.zeros(3), gnp.zeros(3, int), gnp.arange(3), gnp.array([1.0, 2.0]))
        kinds.extend(isinstance(m, gd.Expression) for m in made)
        return x

    gd.trace(f, gd.spec("3"))
    assert kinds == [True, False, False, False]


def test_like_is_understood() -> None:
    x = gd.var("x", "3")
    assert gnp.zeros(2, like=x).shape == (2,)
    assert gnp.array([1.0], like=x).shape == (1,)


def test_an_argument_that_is_not_supported_raises_by_name() -> None:
    x = gd.var("x", "3")
    with pytest.raises(gd.UnsupportedError, match=r"np.array: order= is not supported"):
        gnp.array([x, x], order="F")


@pytest.mark.parametrize(
    "make",
    [
        lambda x: np.array([x[0], x[1]]),
        lambda x: np.asarray(x),
        lambda x: np.zeros(x.shape[0]),
        lambda x: np.arange(x.shape[0]),
        lambda x: np.full(2, x[0]),
    ],
    ids=["array", "asarray", "zeros of a size", "arange of a size", "full"],
)
def test_numpys_own_names_this_module(make: Any) -> None:
    def f(x: Any) -> Any:
        return make(x)

    with pytest.raises(gd.GraphTypeError, match=r"graphdiff\.numpy.*numpy_namespace"):
        gd.trace(f, gd.spec("n"))


def test_entries_are_assigned() -> None:
    def f(x: Any) -> Any:
        made = gnp.zeros(3)
        made[1:] = x
        table = gnp.array([[x[0], 1.0], [0.0, x[1]]])
        table[0, 1] = made[2]
        return gnp.sum(table @ x) + made[1]

    def by_hand(x: Any) -> Any:
        return x[0] ** 2 + x[1] ** 2 + x[1] ** 2 + x[0]

    x = np.array([1.5, -2.0])
    assert f(x) == pytest.approx(by_hand(x))
    np.testing.assert_allclose(gd.grad(f)(x), gd.grad(by_hand)(x))
