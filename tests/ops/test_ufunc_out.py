"""``out=`` and ``where=`` of ufuncs: a quotient left alone where it is 0 over 0."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

A = np.array([1.0, -2.0, 3.0, 0.0])
B = np.array([0.5, 0.0, -1.5, 0.0])


def quotient(a: Any, b: Any) -> Any:
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


def logarithm(a: Any, b: Any) -> Any:
    return np.log(b, out=-np.ones_like(b), where=b > 0) * a


def by_name(a: Any, b: Any) -> Any:
    kept = np.full_like(a, 0.3)
    np.sqrt(b, out=kept, where=b > 0)
    return kept * a


def in_place(a: Any, b: Any) -> Any:
    total = a * b
    np.add(total, b, total)
    np.multiply(total, a, out=(total,))
    return total


def given_dtype(a: Any, b: Any) -> Any:
    kept = np.ones_like(a)
    return np.remainder(a, 0.7, kept, dtype=float) * b + kept


def in_rows(a: Any, b: Any) -> Any:
    rows = np.zeros((3, 4), like=a)
    np.power(b, 2, out=rows[1])
    return rows[1] * rows + a


def quotient_and_rest(a: Any, b: Any) -> Any:
    whole, rest = np.zeros_like(a), np.ones_like(b)
    np.divmod(a, 0.7, out=(whole, rest), where=b >= 0)
    return rest * b + whole


def parts(a: Any, b: Any) -> Any:
    fraction, whole = np.zeros_like(a), np.zeros_like(a)
    np.modf(a * 1.3, fraction, whole)
    return fraction * whole * b


def mantissa(a: Any, b: Any) -> Any:
    kept = np.zeros_like(b)
    _, exponent = np.frexp(a, out=(kept, None))
    return kept * b * exponent


def product(a: Any, b: Any) -> Any:
    kept = np.zeros_like(a)
    np.matmul(b[:, None] * b, a, out=kept)
    return kept * b


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        *(quotient, logarithm, by_name, in_place, given_dtype),
        *(quotient_and_rest, parts, mantissa, product),
    )
}
BY_HAND: dict[str, Callable[..., Any]] = {
    "quotient": lambda a, b, c: np.where(c != 0, a / np.where(c != 0, b, 1), 0),
    "logarithm": lambda a, b, c: a * np.where(c > 0, np.log(np.where(c > 0, b, 1)), -1),
    "by_name": lambda a, b, c: a * np.where(c > 0, np.sqrt(np.where(c > 0, b, 1)), 0.3),
    "in_place": lambda a, b, c: (a * b + b) * a,
    "quotient_and_rest": lambda a, b, c: np.where(
        c >= 0, np.mod(a, 0.7) * b + np.floor_divide(a, 0.7), b
    ),
    "parts": lambda a, b, c: (a * 1.3 - np.trunc(a * 1.3)) * np.trunc(a * 1.3) * b,
    "mantissa": lambda a, b, c: a / np.array([2, 4, 4, 1]) * b * np.array([1, 2, 2, 0]),
    "product": lambda a, b, c: b * (b * (b @ a)),
    "given_dtype": lambda a, b, c: np.mod(a, 0.7) * (b + 1),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_are_numpys(name: str) -> None:
    f = FUNCTIONS[name]
    graph = gd.stabilise(gd.trace(f, gd.spec("n"), gd.spec("n")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = f(A, B)
        for style in ("readable", "fast"):
            np.testing.assert_allclose(
                gd.emit(graph, style=style).load()(A, B), expected
            )
        np.testing.assert_allclose(gd.compile(graph)(A, B), expected)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_what_is_left_out_has_no_slope(name: str, order: int) -> None:
    def derived(f: Callable[..., Any]) -> Callable[..., Any]:
        def value(a: Any, b: Any) -> Any:
            return np.sum(f(a, b) * np.arange(1.0, 5))

        for _ in range(order):
            slopes = gd.grad(value, wrt=(0, 1))
            value = lambda a, b, f=slopes: sum(np.sum(np.sin(g)) for g in f(a, b))  # noqa: E731
        return slopes

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = derived(FUNCTIONS[name])(A, B)
        wanted = derived(lambda a, b: BY_HAND[name](a, b, B))(A, B)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_rows_are_written_through() -> None:
    graph = gd.trace(in_rows, gd.spec(4), gd.spec(4))
    rows = np.zeros((3, 4))
    rows[1] = B**2
    np.testing.assert_allclose(gd.compile(graph)(A, B), rows[1] * rows + A)


def test_what_cannot_be_written_is_named() -> None:
    x = gd.var("x", 3)
    with pytest.raises(gd.UnsupportedError, match=r"where= without out="):
        np.log(x, where=x > 0)
    with pytest.raises(gd.UnsupportedError, match=r"np\.log: out= would write"):
        np.log(x, out=np.zeros(3))
    with pytest.raises(gd.GraphTypeError, match=r"x is an argument"):
        gd.trace(lambda x: np.log(x, out=x), gd.spec(3))
    with pytest.raises(gd.DTypeError, match="cannot cast float64 to int64"):
        np.log(x, out=np.zeros_like(x, dtype=int))
