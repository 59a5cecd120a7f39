"""One table of cases for all ops: every door of NumPy, with every argument it takes.

A case is a function of plain arrays and arguments for it. The same function on real
arrays is the reference for values; its derivatives are checked against differences.
Arguments keep away from kinks, which have tests of their own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import pytest

_rng = np.random.default_rng(7)


def start(family: str) -> None:
    """Begin a family's own stream of random numbers, which no other family moves."""
    global _rng
    _rng = np.random.default_rng(crc32(family.encode()))


@dataclass(frozen=True)
class Case:
    """A function, arguments for it, and what is known about it.

    `symbolic`: whether it can be traced with named sizes in the place of all sizes
    above 1. `order`: how often it is differentiated (0: not at all). `oracle`: whether
    JAX computes the same function. `near`: how well differences know the derivative.
    `ulps`: how many units in the last place rounding may take from a value.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    symbolic: bool = True
    order: int = 3
    oracle: bool = True
    near: float = 2e-6
    ulps: int = 10

    @property
    def real(self) -> tuple[int, ...]:
        """The places of the arguments that can be differentiated."""
        return tuple(i for i, a in enumerate(self.args) if a.dtype.kind in "fc")


def real(*shape: int) -> np.ndarray:
    """Numbers between -2 and 2, none near 0, no two close to each other in size."""
    size = int(np.prod(shape))
    sizes = _rng.permutation(np.linspace(0.3, 2.0, size)) if size else np.zeros(0)
    sizes = sizes + _rng.uniform(0, 0.05, size)
    return (sizes * _rng.choice([-1, 1], size)).reshape(shape)


def complexes(*shape: int) -> np.ndarray:
    """Complex numbers whose parts are such numbers, of length 0.4 to 3."""
    return real(*shape) + 1j * real(*shape)


def above(*shape: int) -> np.ndarray:
    """Numbers between 0.3 and 2."""
    return np.abs(real(*shape))


def unit(*shape: int) -> np.ndarray:
    """Numbers between -0.8 and 0.8."""
    return real(*shape) * 0.4


def ints(*shape: int, below: int = 3, dtype: Any = np.int64) -> np.ndarray:
    """Integers from 0 up to a bound."""
    return _rng.integers(0, below, shape).astype(dtype)


def flags(*shape: int) -> np.ndarray:
    """Some true, some false."""
    return _rng.integers(0, 2, shape).astype(bool)


def words(text: str) -> list[str]:
    return text.split()


def weights_like(value: Any, rng: np.random.Generator) -> np.ndarray:
    """Random numbers in the shape of `value`, complex if it is."""
    weights = rng.normal(size=np.shape(value))
    if np.asarray(value).dtype.kind == "c":
        return weights + 1j * rng.normal(size=np.shape(value))
    return weights


def weighed(y: Any, weights: Any) -> Any:
    """The sum of the entries of `y`, each with its weight: of complex ones real."""
    total = np.sum(y * weights)
    return np.real(total) if total.dtype.kind == "c" else total


def squares(y: Any) -> Any:
    """The sum of the squares of the sizes of entries."""
    return np.sum(np.abs(y) ** 2 if y.dtype.kind == "c" else y * y)


def in_single(array: np.ndarray) -> np.ndarray:
    """The array in half the precision, if it is of floats or complex numbers."""
    narrow = {"f": np.float32, "c": np.complex64}.get(array.dtype.kind)
    wide = array.dtype.itemsize == (16 if array.dtype.kind == "c" else 8)
    return array.astype(narrow) if narrow and wide else array


CASES: dict[str, Case] = {}


def case(name: str, function: Callable[..., Any], *args: Any, **facts: Any) -> None:
    assert name not in CASES, name
    CASES[name] = Case(function, tuple(map(np.asarray, args)), **facts)


FIXED: dict[str, Any] = {"symbolic": False}
FLAT: dict[str, Any] = {"order": 0}
OURS: dict[str, Any] = {"oracle": False}

WEIGHTS = real(4, 3)
ROW = real(4)
ROWS = np.array([2, 0, 2, 1])


def some_of(names: Iterable[str], every: int = 3) -> Any:
    """A test for the case called `name`: of those alike, one in `every` in each run.

    The first case of each function is among them; the others are ``exhaustive``.
    """
    met: set[str] = set()
    chosen: list[Any] = []
    for i, name in enumerate(names):
        function = name.split()[0]
        skipped = function in met and i % every
        met.add(function)
        marks = [pytest.mark.exhaustive] if skipped else []
        chosen.append(pytest.param(name, marks=marks, id=name))
    return pytest.mark.parametrize("name", chosen)
