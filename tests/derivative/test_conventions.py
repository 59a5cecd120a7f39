"""The table of conventions, by every way to a derivative: each gives the same one.

The rows themselves stand in `test_kinks`, which asks the evaluator; these are those
rows, and the few of matrices, by `grad`, compiled functions and emitted code.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from tests.derivative.test_kinks import TABLE, Function

WITH_RANKS: dict[str, tuple[Function, Any, Any]] = {
    "cumprod": (np.cumprod, [2, 0, 3], [1, 8, 0]),
    "sort with ties": (lambda x: np.sort(x) * [1, 2, 3], [1, 1, 0], [2, 3, 1]),
    "median of an even count": (np.median, [1, 4, 2, 3], [0, 0, 0.5, 0.5]),
    "det of a rank n-1 matrix": (np.linalg.det, [[1, 2], [2, 4]], [[4, -2], [-2, 1]]),
    "eigenvalues, repeated": (np.linalg.eigvalsh, np.eye(2), np.eye(2)),
    "eigenvectors, repeated": (
        lambda x: np.linalg.eigh(x)[1] ** 3,
        np.eye(2),
        np.zeros((2, 2)),
    ),
    "abs of a complex number": (lambda x: np.abs(x + 1j * x), 0, 0),
    "nanprod with a zero": (np.nanprod, [0, 2, 3], [6, 0, 0]),
    "sinc": (np.sinc, 0, 0),
    "arccosh at 1": (np.arccosh, 1, np.inf),
}
ROWS = TABLE | WITH_RANKS


def by_grad(total: Function, x: np.ndarray) -> Any:
    return gd.grad(total)(x)


def by_compile(total: Function, x: np.ndarray) -> Any:
    return gd.compile(gd.grad(total).graph(x))(x)


def by_emission(style: str) -> Callable[[Function, np.ndarray], Any]:
    return lambda total, x: gd.emit(gd.grad(total).graph(x), style=style).load()(x)


WAYS: dict[str, Callable[[Function, np.ndarray], Any]] = {
    "grad": by_grad,
    "compile": by_compile,
    "readable": by_emission("readable"),
    "fast": by_emission("fast"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ROWS)
def test_every_way_gives_the_same(name: str, way: str) -> None:
    f, x, wanted = ROWS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = WAYS[way](lambda x: np.sum(f(x)), np.asarray(x, float))
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)
