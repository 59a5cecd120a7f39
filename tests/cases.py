"""One table of cases for all ops: every door of NumPy, with every argument it takes.

A case is a function of plain arrays and arguments for it. The same function on real
arrays is the reference for values; its derivatives are checked against differences.
Arguments keep away from kinks, which have tests of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import graphdiff as gd

_rng = np.random.default_rng(7)


@dataclass(frozen=True)
class Case:
    """A function, arguments for it, and what is known about it.

    `symbolic`: whether it can be traced with named sizes in the place of all sizes
    above 1. `order`: how often it is differentiated (0: not at all). `oracle`: whether
    JAX computes the same function. `near`: how well differences know the derivative.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    symbolic: bool = True
    order: int = 3
    oracle: bool = True
    near: float = 2e-6

    @property
    def real(self) -> tuple[int, ...]:
        """The places of the arguments that can be differentiated."""
        return tuple(i for i, a in enumerate(self.args) if a.dtype.kind == "f")


def real(*shape: int) -> np.ndarray:
    """Numbers between -2 and 2, none near 0, no two close to each other in size."""
    size = int(np.prod(shape))
    sizes = _rng.permutation(np.linspace(0.3, 2.0, size)) if size else np.zeros(0)
    sizes = sizes + _rng.uniform(0, 0.05, size)
    return (sizes * _rng.choice([-1, 1], size)).reshape(shape)


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

# --- entry by entry -------------------------------------------------------------------
for _name in words(
    "negative positive square exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh "
    "absolute fabs cbrt"
):
    case(_name, getattr(np, _name), real(3, 4))
for _name in words("reciprocal sqrt log log2 log10 log1p"):
    case(_name, getattr(np, _name), above(3, 4))
for _name in words("arcsin arccos arctanh"):
    case(_name, getattr(np, _name), unit(3, 4))
case("arccosh", np.arccosh, 1 + above(3, 4))
for _name in words("sign floor ceil trunc rint isfinite isnan isinf logical_not"):
    case(_name, getattr(np, _name), real(3, 4), order=0)
for _name in words(
    "add subtract multiply divide hypot arctan2 logaddexp maximum minimum"
):
    case(_name, getattr(np, _name), real(3, 4), real(3, 4))
    case(f"{_name} of a row and a column", getattr(np, _name), real(4), real(3, 1))
    case(f"{_name} of a scalar and a matrix", getattr(np, _name), real(), real(2, 3))
for _name in words(
    "equal not_equal less less_equal greater greater_equal logical_and logical_or "
    "logical_xor heaviside floor_divide"
):
    case(_name, getattr(np, _name), real(3, 4), real(4), order=0)
case("power", np.power, above(3, 4), real(4))
_divisor = real(4)
_between = _divisor * (ints(3, 4, below=6) - 2.6)
case("remainder", np.remainder, _between, _divisor)
case("divmod", lambda x, y: np.add(*np.divmod(x, y)), _between, _divisor)
for _name in words("bitwise_and bitwise_or bitwise_xor"):
    case(_name, getattr(np, _name), ints(3, 4, below=9), ints(4, below=9), order=0)
case("bitwise_and of flags", lambda a, b: a & b, flags(3), flags(3), order=0)
case("bitwise_or of a flag and a bool", lambda a: a | True, flags(3), order=0)
case("invert of ints", lambda a: ~a, ints(3, below=9), order=0)
case("invert of flags", lambda a: ~a, flags(3), order=0)
case("shifts", lambda a: (a << 3) >> 1, ints(3, below=9), order=0)
case("shifts reflected", lambda a: (1 << a) + (64 >> a), ints(3, below=5), order=0)

# --- operators, with numbers and plain arrays on either side --------------------------
case("+ number", lambda x: (x + 2) + (0.5 + x), real(3))
case("- number", lambda x: (x - 2) * (0.5 - x), real(3))
case("* number", lambda x: 2 * x * 0.5 * x, real(3))
case("/ number", lambda x: x / 3 + 2 / x, real(3))
case("// number", lambda x: x // 0.7 + 3 // x, real(3), order=0)
case("% number", lambda x: x % 0.7 + (3 % x), [0.55, 1.1, -1.2])
case("** number", lambda x: x**2 + x**3 + x**0 + x**1 + x**-1, real(3))
case("** half", lambda x: x**0.5 * x**-1.5, above(3))
case("number **", lambda x: 2**x + 0.5**x, real(3))
case("** integers", lambda x, n: x**n, real(3), ints(3), oracle=False)
case("-x, +x, abs(x)", lambda x: -x * +x * abs(x), real(3))
case(
    "comparisons with numbers",
    lambda x: (x < 1) & (x >= 0.0) | (x < 2),
    real(3),
    **FLAT,
)
case("array + expression", lambda x: ROW + x * ROW - x / ROW, real(3, 4), **FIXED)
case("array ** expression", lambda x: np.abs(ROW) ** x, real(3, 4), **FIXED)
case("array @ expression", lambda x: WEIGHTS @ x, real(3, 2), **FIXED)
case("expression @ array", lambda x: x @ WEIGHTS, real(2, 4), **FIXED)
_three = [1, 2, 3]
case("expression + list", lambda x: x + _three, real(3), oracle=False, **FIXED)
case("list * expression", lambda x: [0.5, 2] * x, real(3, 2), oracle=False, **FIXED)
case("float64 scalar * x", lambda x: np.float64(0.5) * x, real(3), oracle=False)
case("float32 scalar * x", lambda x: x * np.float32(0.5), real(3))
case("int64 scalar * x", lambda x: np.int64(3) * x, real(3), oracle=False)
case("0-d array * x", lambda x: np.array(0.5) * x, real(3), oracle=False)
case("builtin sum", lambda x, y: sum([x, y, x * y]), real(3), real(3))
case("x in two places", lambda x: x * np.sin(x) + x, real(3))
case(
    "divmod operator", lambda x: divmod(x, 0.7)[1] + divmod(3, x)[0], [0.55, 1.1, -1.25]
)
case("ints + floats", lambda x, n: x * n + n / 2 - n, real(3), ints(3))
case("small ints + floats", lambda x, n: x * n, real(3), ints(3, dtype=np.uint8))
case("bool * float", lambda x, c: x * c + c, real(3), flags(3))
case("scalar chain", lambda x: np.sin(x) * x**2, real())
case("no entries", lambda x: np.exp(x) * x + 1, real(0, 3))
case("ints stay ints", lambda n: n * 2 + n // 2 - n % 3 + abs(-n), ints(4), **FLAT)
case("int8 with Python int", lambda n: n + 100, ints(4, dtype=np.int8), **FLAT)
case("int8 / int8", lambda n: n / (n + 1), ints(4, dtype=np.int8), **FLAT)
case("sqrt of ints", lambda n: np.sqrt(n), ints(4), **FLAT)
case("exp of int8", lambda n: np.exp(n), ints(4, dtype=np.int8), **FLAT)
case("sin of int16", lambda n: np.sin(n), ints(4, dtype=np.int16), **FLAT)
case("square of ints", lambda n: np.square(n) + np.reciprocal(n + 1), ints(4), **FLAT)
case("ints ** number", lambda n: n**2 + (n + 1.0) ** -1, ints(4), **FLAT)
case("sign of uint8", lambda n: np.sign(n), ints(4, dtype=np.uint8), **FLAT)
case("floor of ints", lambda n: np.floor(n) + np.rint(n), ints(4), **FLAT)
case("true division of bools", lambda c: c / 2, flags(4), **FLAT)
case("addition of bools", lambda c: c + c, flags(4), **FLAT)
case("negative of uint8", lambda n: -n, ints(4, dtype=np.uint8), **FLAT)
case("round", lambda x: np.round(x) + np.round(x, 1), real(3), **FLAT)
case("round of ints", lambda n: np.round(n), ints(3), **FLAT)
case("round method", lambda x: x.round(1) + x.round(decimals=2), real(3), **FLAT)

# --- choice ---------------------------------------------------------------------------
case("where", lambda x, y: np.where(x > y, x * y, np.sin(y)), real(3, 4), real(4))
case("where numbers", lambda x: np.where(x > 0, x**2, 0), real(3, 4))
case("where both numbers", lambda x: np.where(x > 0, 1, 2), real(3), **FLAT)
case("where int and float", lambda x: np.where(x > 0, 1, 2.5), real(3), **FLAT)
case(
    "where column, row", lambda c, x, y: np.where(c, x, y), flags(3, 1), real(4), real()
)
case("where ints condition", lambda n, x: np.where(n, x, -x), ints(3), real(3))
case("where array condition", lambda x: np.where(ROW > 0, x, 2.0), real(4), **FIXED)
case("where float32", lambda x: np.where(x > 0, x, np.float64(1)), real(3), **OURS)
case("clip", lambda x: np.clip(x, -1, 1.05) * x, real(3, 4))
case("clip below", lambda x: np.clip(x, 0.1, None) * x, real(3, 4))
case("clip above", lambda x: np.clip(x, None, 0.1) * x, real(3, 4))
case("clip min=, max=", lambda x: np.clip(x, min=-1, max=1.05) * x, real(3, 4))
case("clip a_min=", lambda x: np.clip(x, a_min=-1, a_max=1) * x, real(3), **OURS)
case("clip method", lambda x: x.clip(-1, 1) * x, real(3, 4))
case(
    "clip arrays",
    lambda x, a, b: np.clip(x, a, b) * x * a * b,
    real(3, 4),
    -above(4),
    above(3, 1),
)
case("clip reversed bounds", lambda x: np.clip(x, 1, -1) * x, real(3))
case("clip ints", lambda n: np.clip(n, 1, 2), ints(5), **FLAT)
case("clip far", lambda n: np.clip(n, -300, 300), ints(5, dtype=np.int8), **FLAT)
case("maximum with 0", lambda x: np.maximum(x, 0) * x, real(3, 4))
case("maximum of ints", lambda n: np.maximum(n, 1), ints(3), **FLAT)

# --- dtypes and fills -----------------------------------------------------------------
case("astype", lambda x: x.astype(np.float32) * x, real(3), near=0.02, **OURS)
case("astype int", lambda x: x.astype(int) * x, real(3), oracle=False)
case("astype bool", lambda x: x.astype(bool), real(3), **FLAT)
case("np.astype", lambda x: np.astype(x, np.float64), real(3), **OURS)
case("np.astype of ints", lambda n: np.astype(n, "float32"), ints(3), **FLAT)
case("copy", lambda x: np.copy(x) * x.copy(), real(3))
case("zeros_like", lambda x: x * np.ones_like(x) + np.zeros_like(x), real(3, 4))
case("empty_like", lambda x: 0 * np.empty_like(x) + x, real(3), **OURS)
case("full_like", lambda x: x + np.full_like(x, 2.5), real(3, 4))
case("full_like of x", lambda x: np.full_like(x, np.sum(x)) * x, real(3, 4))
case("full_like dtype=", lambda x: np.full_like(x, 2, dtype=np.int8), real(3), **FLAT)
case("zeros_like shape=", lambda x: np.zeros_like(x, shape=(2, 3)), real(3), **FLAT)
case("ones_like shape= int", lambda x: np.ones_like(x, int, shape=4), real(3), **FLAT)
case("full_like of a row", lambda x, y: np.full_like(x, y) * x, real(3, 4), real(4))

case("ones like=", lambda x: np.ones((x.shape[0], 2), like=x) + x, real(3, 1), **OURS)
case("zeros like=", lambda x: np.zeros((3, 2), like=x) + x, real(3, 2), **FIXED, **OURS)
case("empty like=", lambda x: 0 * np.empty(3, like=x) + x, real(3), **FIXED, **OURS)
case("full like=", lambda x: np.full(x.shape, 2.5, like=x) * x, real(3), **OURS)
case("full like= dtype=", lambda x: np.full(3, 2, int, like=x), real(3), **FLAT)
case(
    "array like=",
    lambda x: np.array([[x[0], 2], x[1:]], like=x),
    real(3),
    **FIXED,
    **OURS,
)
case("asarray like=", lambda x: np.asarray([x, 2 * x], like=x), real(), **OURS)
case("arange like=", lambda x: np.arange(x.shape[0], like=x) * x, real(3), **OURS)
case("mean by 1 / n", lambda x: (1 / x.shape[0]) * np.sum(x * x), real(3))
case("sizes and floats", lambda x: (2.5 - x.shape[0] / 3) ** 0.5 * x, real(3))
case("power of a size", lambda x: x * x.shape[0] ** -0.5 + 0.9 ** x.shape[0], real(3))
case("np.sqrt of a size", lambda x: x / np.sqrt(x.shape[0]), real(3), **OURS)
case("size * array", lambda x: x.shape[0] * ROW + ROW / x.shape[0] + x[0], real(3))
case("real", lambda x: x.real**2, real(3))

# --- axes -----------------------------------------------------------------------------
case("sum", lambda x: np.sum(x**2), real(3, 4))
case("sum axis=0", lambda x: np.sum(x**2, axis=0), real(3, 4))
case("sum axis=-1", lambda x: np.sum(x**2, -1), real(3, 4))
case("sum of some axes", lambda x: np.sum(x**2, axis=(0, -1)), real(2, 3, 4))
case("sum keepdims", lambda x: x * np.sum(x, axis=1, keepdims=True), real(2, 3, 4))
case("sum all keepdims", lambda x: x * x.sum(keepdims=True), real(2, 3))
case("sum of no axes", lambda x: np.sum(x**2, axis=()), real(2, 3))
case("sum of a scalar", lambda x: np.sum(x * x), real())
case("sum over nothing", lambda x: np.sum(x * x, axis=0), real(0, 3))
case("sum dtype=", lambda x: np.sum(x, dtype=np.float32), real(3), near=0.02, **OURS)
case("sum of flags", lambda x: np.sum(x > 0, axis=0), real(3, 4), **FLAT)
case("sum of int8", lambda n: np.sum(n, axis=0), ints(3, 4, dtype=np.int8), **FLAT)
case("sum of uint8", lambda n: np.sum(n), ints(3, 4, dtype=np.uint8), **FLAT)
case("sum of int8, no axes", lambda n: np.sum(n, ()), ints(3, dtype=np.int8), **FLAT)
case("add.reduce", lambda x: np.add.reduce(x * x), real(3, 4))
case("maximum.reduce", lambda x: np.maximum.reduce(x * x, axis=-1), real(3, 4))
case("minimum.reduce", lambda x: np.minimum.reduce(x * x), real(3, 4))
case("multiply.reduce", lambda x: np.multiply.reduce(x, axis=None), real(3, 4))
case("logical_and.reduce", lambda x: np.logical_and.reduce(x > 0), real(3, 4), **FLAT)
case("logical_or.reduce", lambda x: np.logical_or.reduce(x > 0, 1), real(3, 4), **FLAT)
case("transpose", lambda x: np.transpose(x) * x.T**2, real(2, 3, 4))
case("transpose axes", lambda x: np.transpose(x, (1, -1, 0)) ** 2, real(2, 3, 4))
case(
    "transpose method",
    lambda x: x.transpose(1, 0, 2) * x.transpose((1, 0, 2)),
    real(2, 3, 4),
)
case("transpose of a vector", lambda x: x.T * x, real(3))
case("permute_dims", lambda x: np.permute_dims(x, (1, 0)) ** 2, real(2, 3))
case("matrix_transpose", lambda x: np.matrix_transpose(x) * x.mT, real(2, 3, 4))
case("swapaxes", lambda x: np.swapaxes(x, 0, -1) * x.swapaxes(2, 0), real(2, 3, 4))
case("moveaxis", lambda x: np.moveaxis(x, 0, -1) ** 2, real(2, 3, 4))
case("moveaxis several", lambda x: np.moveaxis(x, (0, 2), [-1, 0]) ** 2, real(2, 3, 4))
case("reshape", lambda x: np.reshape(x, (2, 6)) ** 2, real(3, 4), **FIXED)
case("reshape -1", lambda x: x.reshape(-1) * np.reshape(x, -1), real(3, 4))
case(
    "reshape method",
    lambda x: x.reshape(2, -1, 3) * x.reshape((2, 2, 3)),
    real(3, 4),
    **FIXED,
)
case("reshape by shape", lambda x: x.reshape(x.shape[0], -1) ** 2, real(2, 3, 4))
case("reshape no entries", lambda x: x.reshape(3, 0) ** 2, real(0, 3), **FIXED)
case("ravel", lambda x: np.ravel(x) * x.ravel() * x.flatten(), real(3, 4))
case("expand_dims", lambda x: np.expand_dims(x, 1) * x, real(3))
case("expand_dims several", lambda x: np.expand_dims(x, (0, -1)) ** 2, real(3, 4))
case("squeeze", lambda x: np.squeeze(x) * x.squeeze(), real(1, 3, 1))
case(
    "squeeze axis=",
    lambda x: np.squeeze(x, axis=(0, -1)) * x.squeeze(0)[..., 0],
    real(1, 3, 1),
)
case("broadcast_to", lambda x: np.broadcast_to(x, (2, 3, 4)) ** 2, real(3, 1), **FIXED)
case("broadcast_to int", lambda x: np.broadcast_to(x, 3) ** 2, real(), **FIXED)
case(
    "broadcast_to shape of",
    lambda x, y: np.broadcast_to(x, y.shape) * y,
    real(4),
    real(3, 4),
)
case("atleast_1d", lambda x: np.atleast_1d(x) * np.atleast_1d(x * x), real())
case("atleast_1d of several", lambda x, y: sum(np.atleast_1d(x, y)), real(), real(3))
case("atleast_2d", lambda x: np.atleast_2d(x) ** 2, real(3))
case(
    "shape, ndim, size",
    lambda x: x.sum() / (np.size(x) + np.ndim(x) + np.shape(x)[0]),
    real(3, 4),
)
case("size of an axis", lambda x: np.sum(x * x) / np.size(x, 0) / x.size, real(3, 4))
case("sizes in arithmetic", lambda x: x * x.shape[0] - x.shape[1] / x, real(3, 4))
case("flip", lambda x: np.flip(x) * x, real(3, 4))
case("flip axis=", lambda x: np.flip(x, axis=0) * np.flip(x, (0, -1)), real(3, 4))
case("flip by slice", lambda x: x[::-1, :] * x[:, ::-1], real(3, 4))

# --- indexing -------------------------------------------------------------------------
case("int index", lambda x: x[1] * x[-1], real(3, 4))
case("two ints", lambda x: x[1, -2] ** 2, real(3, 4), **FIXED)
case("slice", lambda x: x[1:3] * x[:-1], real(3, 4), **FIXED)
case("slice of symbolic size", lambda x: x[1:] * x[:-1], real(5, 2))
case("slice of columns", lambda x: x[:, :2] ** 2 + x[..., -2:], real(3, 4), **FIXED)
case("slice with step", lambda x: x[::2] ** 2, real(5))
case("slice with step, bounds", lambda x: x[4:0:-2] * x[1:4:2], real(6), **FIXED)
case("slice out of bounds", lambda x: x[1:100] ** 2, real(3), **FIXED)
case("empty slice", lambda x: x[2:1] ** 2, real(3), **FIXED)
case("new axis", lambda x: x[:, None] * x[None, :] * x[np.newaxis], real(3))
case("ellipsis", lambda x: x[..., 0] * x[0, ...][None, :, 1], real(2, 3, 4))
case("whole", lambda x: x[:] * x[...] * x[()], real(3))
case("scalar [()]", lambda x: x[()] * x[...] * x[None][0], real())
case("index array", lambda x: x[ROWS] ** 2, real(3, 2), **FIXED)
case("index list", lambda x: x[[0, -1, 0]] ** 2, real(3, 2), oracle=False, **FIXED)
case("index matrix", lambda x: x[np.array([[0, 1], [1, 1]])] ** 2, real(3, 2), **FIXED)
case("index two arrays", lambda x: x[ROWS, np.arange(4)] ** 2, real(3, 4), **FIXED)
case("index by input", lambda x, i: x[i] ** 2, real(3, 2), ints(5))
case("index by unsigned", lambda x, i: x[i] ** 2, real(3, 2), ints(5, dtype=np.uint8))
case("index by int32", lambda x, i: x[:, i] ** 2, real(2, 3), ints(5, dtype=np.int32))
case("index apart", lambda x: x[ROWS, :, np.arange(4)] ** 2, real(3, 2, 4), **FIXED)
case("index apart by int", lambda x: x[1, :, ROWS] ** 2, real(2, 3, 4), **FIXED)
case("index beside int", lambda x: x[:, 1, ROWS] ** 2, real(2, 3, 4), **FIXED)
case(
    "index broadcast",
    lambda x, i, j: x[i[:, None], j] ** 2,
    real(3, 3),
    ints(2),
    ints(4),
)
case(
    "index, slice, new axis",
    lambda x: x[:, None, ROWS, 1:] ** 2,
    real(2, 3, 4),
    **FIXED,
)
case(
    "index array, new axis, array",
    lambda x: x[ROWS, None, ROWS] ** 2,
    real(3, 3),
    **FIXED,
)
case(
    "index array after int, new axis",
    lambda x: x[0, None, :, ROWS] ** 2,
    real(2, 3, 4),
    **FIXED,
)
case(
    "index mask",
    lambda x: x[:, np.array([True, False, True])] ** 2,
    real(2, 3),
    **FIXED,
)
case(
    "index mask list",
    lambda x: x[[False, True]] ** 2,
    real(2, 3),
    oracle=False,
    **FIXED,
)
case(
    "index mask of two axes",
    lambda x: x[..., np.array([[True, False, True], [False, True, False]]), 0] ** 2,
    real(2, 2, 3, 2),
    **FIXED,
)
case(
    "index mask, array",
    lambda x: x[np.array([True, True]), ROWS[:2]],
    real(2, 3),
    **FIXED,
)
case(
    "index one row twice",
    lambda x: x[[0], [1, 1]] ** 2,
    real(2, 3),
    oracle=False,
    **FIXED,
)
case("index no rows", lambda x: x[np.array([], int)] ** 2, real(3, 2), **FIXED)
case("index empty list", lambda x: x[[]] ** 2, real(3, 2), oracle=False, **FIXED)
case(
    "index 0-d array", lambda x: x[np.array(1)] ** 2, real(3, 2), oracle=False, **FIXED
)
case("index 0-d input", lambda x, i: x[i] ** 2, real(3, 2), ints())
case(
    "index tuple of lists",
    lambda x: x[[0, 2], [1, 0]] ** 2,
    real(3, 2),
    **FIXED,
    **OURS,
)
case("index by argmax", lambda x: x[np.argmax(x)] * x, real(4))
case(
    "labels",
    lambda x, k: -np.log(x)[np.arange(k.shape[0]), k],
    above(4, 3),
    ints(4),
    **FIXED,
)
case("take", lambda x: np.take(x, ROWS, axis=0) * x.take(ROWS, 0), real(3, 2), **FIXED)
case("take flat", lambda x: np.take(x, [5, 0, 5]) ** 2, real(3, 2), **FIXED, **OURS)
case("take number", lambda x: np.take(x, 1, axis=-1) ** 2, real(3, 2), **FIXED)
case(
    "take negative axis",
    lambda x, i: np.take(x, i, axis=-2) ** 2,
    real(2, 3, 4),
    ints(2),
)
case(
    "take_along_axis",
    lambda x, i: np.take_along_axis(x, i, axis=1) ** 2,
    real(2, 3),
    ints(2, 5),
)
case(
    "take_along_axis first",
    lambda x, i: np.take_along_axis(x, i, 0) ** 2,
    real(3, 2),
    ints(5, 2),
)
case(
    "take_along_axis last",
    lambda x, i: np.take_along_axis(x, i) ** 2,
    real(2, 3),
    ints(2, 4),
    **OURS,
)
case(
    "take_along_axis broadcast",
    lambda x, i: np.take_along_axis(x, i, axis=-1) ** 2,
    real(1, 3),
    ints(4, 2),
)
case(
    "take_along_axis flat",
    lambda x, i: np.take_along_axis(x, i, axis=None) ** 2,
    real(2, 3),
    ints(5, below=6),
)
case(
    "take_along_axis by argmax",
    lambda x: np.take_along_axis(x, np.argmax(x, -1, keepdims=True), -1) ** 2,
    real(3, 4),
)

# --- joining and cutting --------------------------------------------------------------
case(
    "concatenate",
    lambda x, y: np.concatenate([x, y * y, x]) ** 2,
    real(2, 3),
    real(4, 3),
)
case(
    "concatenate axis=-1",
    lambda x, y: np.concatenate((x, y), axis=-1) ** 2,
    real(2, 3),
    real(2, 4),
)
case(
    "concatenate flat",
    lambda x, y: np.concatenate((x, y), axis=None) ** 2,
    real(2, 3),
    real(2),
)
case(
    "concatenate ints, floats",
    lambda x, n: np.concatenate([n, x]) ** 2,
    real(2),
    ints(3),
)
case("concatenate plain", lambda x: np.concatenate([x, ROW]) ** 2, real(3), **FIXED)
case("concatenate one", lambda x: np.concatenate([x]) ** 2, real(3))
case("concatenate nothing", lambda x, y: np.concatenate([x, y]) ** 2, real(0), real(3))
case(
    "concatenate rows of x",
    lambda x: np.concatenate(x) ** 2,
    real(3, 2),
    **FIXED,
    **OURS,
)
case("stack", lambda x, y: np.stack([x, y]) ** 2, real(2, 3), real(2, 3))
case(
    "stack axis=-1",
    lambda x, y: np.stack((x, y, x), axis=-1) ** 2,
    real(2, 3),
    real(2, 3),
)
case("stack numbers", lambda x, y: np.stack([x, y, 1.0]) ** 2, real(), real(), **OURS)
case(
    "stack int and float", lambda x: np.stack([x, np.arange(3)]) ** 2, real(3), **FIXED
)
case("vstack", lambda x, y: np.vstack([x, y]) ** 2, real(2, 3), real(3))
case("hstack", lambda x, y: np.hstack([x, y]) ** 2, real(2, 3), real(2, 4))
case(
    "hstack of vectors",
    lambda x, y: np.hstack([x, y, 2.0]) ** 2,
    real(2),
    real(3),
    **OURS,
)
case("split", lambda x: np.multiply(*np.split(x, 2)), real(4, 3), **FIXED)
case("split at", lambda x: np.split(x, [1, 3], axis=1)[1] ** 2, real(2, 4), **FIXED)
case(
    "array_split",
    lambda x: np.array_split(x, 3)[0] * np.array_split(x, 3)[2][0],
    real(7),
    **FIXED,
)
case("rows of x", lambda x: sum(row * row[0] for row in x), real(3, 2), **FIXED)
case("unpacked", lambda x: (lambda a, b: a * b)(*x), real(2, 3), **FIXED)

case("column_stack", lambda x, y: np.column_stack([x, y]) ** 2, real(3), real(3, 2))
case("repeat", lambda x: np.repeat(x, 2) * x.repeat(2, axis=1).ravel(), real(3, 2))
case("tile", lambda x: np.tile(x, (2, 1, 3)) ** 2, real(3, 2))
case("tile short", lambda x: np.tile(x, 2) ** 2, real(3, 2))
case("roll", lambda x: np.roll(x, 1) * np.roll(x, -2, axis=0), real(3, 4), **FIXED)
case("roll of symbolic size", lambda x: np.roll(x, 1) * np.roll(x, -2, 0), real(3, 4))
case("pad", lambda x: np.concatenate([x[1:] - x[:-1], x]) ** 2, real(4))
case("diff", lambda x: np.diff(x) ** 2, real(3, 4))
case("diff twice", lambda x: np.diff(x, 2, axis=0) ** 2, real(4, 3))
case("diff of flags", lambda x: np.diff(x > 0), real(4), **FLAT)
case(
    "broadcast_arrays",
    lambda x, y: np.multiply(*np.broadcast_arrays(x, y)),
    real(3),
    real(2, 1),
)

# --- reductions -----------------------------------------------------------------------
for _name in words("mean prod max min var std"):
    _f = getattr(np, _name)
    case(_name, _f, real(3, 4))
    case(f"{_name} axis=0", lambda x, f=_f: f(x, axis=0), real(3, 4))
    case(f"{_name} axis=-1", lambda x, f=_f: f(x, -1), real(3, 4))
    case(f"{_name} of some axes", lambda x, f=_f: f(x, axis=(2, 0)), real(2, 3, 2))
    case(
        f"{_name} keepdims", lambda x, f=_f: x * f(x, axis=1, keepdims=True), real(3, 4)
    )
    case(f"{_name} all keepdims", lambda x, f=_f: x * f(x, keepdims=True), real(3, 4))
    case(
        f"{_name} of one entry",
        lambda x, f=_f: f(x * x, axis=0),
        real(1, 3),
        order=0 if _name == "std" else 3,
    )
    case(
        f"{_name} of a scalar",
        lambda x, f=_f: f(x * x),
        real(),
        order=0 if _name == "std" else 3,
    )
    case(
        f"{_name} of no axes",
        lambda x, f=_f: f(x * x, axis=()),
        real(3),
        order=0 if _name == "std" else 3,
    )
    case(f"{_name} of ints", lambda n, f=_f: f(n, axis=0), ints(3, 4), **FLAT)
    case(f"{_name} of int8", lambda n, f=_f: f(n), ints(3, 4, dtype=np.int8), **FLAT)
    case(f"{_name} of flags", lambda n, f=_f: f(n), flags(3, 4), **FLAT)
    case(
        f"{_name} of int8, no axes",
        lambda n, f=_f: f(n, axis=()),
        ints(3, dtype=np.int8),
        **FLAT,
    )
    case(f"{_name} method", lambda x, n=_name: getattr(x, n)(axis=0), real(3, 4))
for _name in words("var std"):
    _f = getattr(np, _name)
    case(f"{_name} ddof", lambda x, f=_f: f(x, axis=0, ddof=1), real(3, 4))
    case(f"{_name} ddof half", lambda x, f=_f: f(x, ddof=0.5), real(3, 4))
    case(f"{_name} correction", lambda x, f=_f: f(x, correction=1), real(3, 4))
    case(
        f"{_name} keepdims ddof",
        lambda x, f=_f: f(x, 0, ddof=1, keepdims=True) * x,
        real(3, 4),
    )
case("var dtype=", lambda n: np.var(n, dtype=np.float32), ints(5), **FLAT)
case("mean dtype=", lambda n: np.mean(n, dtype=np.float32), ints(5), **FLAT)
case("prod dtype=", lambda n: np.prod(n, dtype=np.float64), ints(5), **FLAT)
case("prod with a zero", np.prod, np.array([0.0, 2, 3, -1]), oracle=False)
case("prod with two zeros", np.prod, np.array([0.0, 2, 0, -1]), oracle=False)
case(
    "prod with three zeros",
    lambda x: np.prod(x, axis=1),
    np.array([[0.0, 2, 0, 0], [1.0, 2, 0, 3]]),
    oracle=False,
)
case("prod over nothing", lambda x: np.prod(x, axis=0), real(0, 3))
case("ptp", lambda x: np.ptp(x, axis=0) ** 2 + np.ptp(x), real(3, 4))
case("amax, amin", lambda x: np.amax(x, 0) * np.amin(x, 0), real(3, 4))
for _name in words("argmax argmin"):
    _f = getattr(np, _name)
    case(_name, _f, real(3, 4), order=0)
    case(f"{_name} axis=0", lambda x, f=_f: f(x, axis=0), real(3, 4), **FLAT)
    case(
        f"{_name} keepdims",
        lambda x, f=_f: f(x, axis=-1, keepdims=True),
        real(3, 4),
        **FLAT,
    )
    case(
        f"{_name} all keepdims", lambda x, f=_f: f(x, keepdims=True), real(3, 4), **FLAT
    )
    case(f"{_name} method", lambda x, n=_name: getattr(x, n)(0), real(3, 4), **FLAT)
for _name in words("all any"):
    _f = getattr(np, _name)
    case(_name, lambda x, f=_f: f(x > 0), real(3, 4), **FLAT)
    case(f"{_name} of numbers", lambda x, f=_f: f(x, axis=0), real(3, 4), **FLAT)
    case(f"{_name} of no axes", lambda n, f=_f: f(n, axis=()), ints(3), **FLAT)
    case(
        f"{_name} keepdims",
        lambda x, f=_f: f(x > 0, 1, keepdims=True),
        real(3, 4),
        **FLAT,
    )
case("count_nonzero", lambda x: np.count_nonzero(x > 0, axis=0), real(3, 4), **FLAT)
case("count_nonzero of ints", lambda n: np.count_nonzero(n), ints(3, 4), **FLAT)
case("cumsum", lambda x: np.cumsum(x) * x.ravel(), real(3, 4))
case("cumsum axis=0", lambda x: np.cumsum(x, axis=0) * x, real(3, 4))
case("cumsum axis=-1", lambda x: x.cumsum(-1) * x, real(3, 4))
case("cumsum of flags", lambda x: np.cumsum(x > 0), real(4), **FLAT)
case("cumsum of int8", lambda n: np.cumsum(n), ints(4, dtype=np.int8), **FLAT)
case("cumsum of a scalar", lambda x: np.cumsum(x * x), real())
case("cumsum dtype=", lambda n: np.cumsum(n, dtype=np.float32), ints(4), **FLAT)

# --- norms ----------------------------------------------------------------------------
_norm = np.linalg.norm
case("norm", _norm, real(4))
case("norm of a matrix", _norm, real(3, 4))
case("norm of a stack", _norm, real(2, 3, 4))
case("norm axis", lambda x: _norm(x, axis=-1), real(3, 4))
case("norm keepdims", lambda x: x / _norm(x, axis=0, keepdims=True), real(3, 4))
case("norm axes", lambda x: _norm(x, axis=(0, 2)), real(2, 3, 4))
case("norm all keepdims", lambda x: x / _norm(x, keepdims=True), real(3, 4))
for _ord in (1, 2, 3, 2.5, -1, -2.5, np.inf, -np.inf):
    case(f"norm ord={_ord}", lambda x, p=_ord: _norm(x, p), real(4))
    case(f"norm ord={_ord} axis", lambda x, p=_ord: _norm(x, ord=p, axis=0), real(3, 4))
case("norm ord=0", lambda x: _norm(x, 0), real(4), **FLAT)
case("norm fro", lambda x: _norm(x, "fro", axis=(-2, -1)), real(2, 3, 4))
for _ord in (1, -1, np.inf, -np.inf):
    case(f"matrix norm ord={_ord}", lambda x, p=_ord: _norm(x, p), real(3, 4))
    case(
        f"matrix norm ord={_ord} axis",
        lambda x, p=_ord: _norm(x, p, axis=(2, 0), keepdims=True) * x,
        real(2, 3, 4),
    )
case("norm of ints", lambda n: _norm(n), 1 + ints(4), **FLAT)

# --- products -------------------------------------------------------------------------
for _a, _b in [
    ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 3)), ((3, 4), (4, 2)), ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (6, 4, 5)),
    ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((1, 3, 4), (2, 4, 5)),
    ((2, 3, 4), (1, 4, 5)),
    ((0, 4), (4, 3)), ((3, 0), (0, 2)),
]:  # fmt: skip
    case(f"matmul {_a} {_b}", lambda x, y: x @ y, real(*_a), real(*_b))
for _a, _b in [
    ((4,), (4,)), ((3, 4), (4,)), ((3, 4), (4, 2)), ((2, 3, 4), (5, 4, 6)),
    ((), (3, 4)),
    ((2, 3, 4), (4, 5)), ((4,), (2, 4, 3)),
]:  # fmt: skip
    case(f"dot {_a} {_b}", lambda x, y: np.dot(x, y), real(*_a), real(*_b))
for _a, _b in [((4,), (4,)), ((3, 4), (4,)), ((3, 4), (2, 4)), ((), (3,)),
               ((4,), (2, 3, 4))]:  # fmt: skip
    case(f"inner {_a} {_b}", lambda x, y: np.inner(x, y), real(*_a), real(*_b))
case("dot method", lambda x, y: x.dot(y), real(3, 4), real(4))
case("matmul of ints", lambda n: n @ n.T, ints(3, 4), **FLAT)
case("matmul of ints and floats", lambda n, x: n @ x, ints(3, 4), real(4))
case("matmul of flags", lambda c: c @ c.T, flags(3, 4), **FLAT)
case("inner of flags", lambda c: np.inner(c, c), flags(4), **FLAT)
case("vdot", lambda x, y: np.vdot(x, y), real(3, 4), real(4, 3), **FIXED)
case("outer", lambda x, y: np.outer(x, y), real(3), real(4))
case("outer of matrices", lambda x, y: np.outer(x, y) ** 2, real(2, 3), real(2, 2))
case("tensordot", lambda x, y: np.tensordot(x, y), real(2, 3, 4), real(3, 4, 5))
case(
    "tensordot axes=1", lambda x, y: np.tensordot(x, y, axes=1), real(2, 3), real(3, 4)
)
case("tensordot axes=0", lambda x, y: np.tensordot(x, y, 0), real(2), real(3))
case(
    "tensordot axes",
    lambda x, y: np.tensordot(x, y, axes=([0, -1], [1, 0])),
    real(2, 3, 4),
    real(4, 2, 5),
)
case("trace", lambda x: np.trace(x) ** 2, real(3, 3))
case(
    "multi_dot",
    lambda x, y, z: np.linalg.multi_dot([x, y, z]),
    real(2, 3),
    real(3, 4),
    real(4, 2),
)
for _text, *_shapes in [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ij->ji", (2, 3)),
    ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)),
    ("iij->j", (3, 3, 2)), ("iii->", (3, 3, 3)), ("i,i->", (3,), (3,)),
    ("i,j->ij", (3,), (4,)), ("ij,j->i", (2, 3), (3,)),
    ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)), ("i,i,i->i", (3,), (3,), (3,)),
    ("...ij,...jk->...ik", (2, 3, 4), (2, 4, 5)), ("...ij,...jk", (6, 2, 3, 4), (4, 5)),
    ("...i,i->...", (2, 3), (3,)), ("i...->...", (3, 2, 4)), (",i->i", (), (3,)),
    ("i,->i", (3,), ()), ("ij,kl->", (2, 3), (4, 5)), ("ij,k->ik", (2, 3), (4,)),
    ("ba", (2, 3)), ("bi,bj->bij", (2, 3), (2, 4)), ("ij,ij->ij", (1, 3), (2, 3)),
    ("ij,ij->", (1, 3), (2, 1)), ("i j , j k -> i k", (2, 3), (3, 4)), ("->", ()),
    ("i...,i...->", (3,), (3,)), ("ii,i->i", (3, 3), (3,)),
    ("aB,Ba->a", (2, 3), (3, 2)),
    ("...,...->...", (2, 3), (3,)), ("i->i", (3,)), ("a...a->...", (2, 3, 2)),
]:  # fmt: skip
    case(
        f"einsum {_text} {_shapes}",
        lambda *xs, s=_text: np.einsum(s, *xs) ** 2,
        *[real(*s) for s in _shapes],
    )
case(
    "einsum optimize=",
    lambda x, y: np.einsum("ij,jk->ik", x, y, optimize=True),
    real(2, 3),
    real(3, 4),
)
case("einsum of ints", lambda n: np.einsum("ij,ij->i", n, n), ints(2, 3), **FLAT)
case("einsum x with itself", lambda x: np.einsum("ij,kj->ik", x, x), real(2, 3))

# --- neural networks ------------------------------------------------------------------
for _name in words("sigmoid relu softplus"):
    case(_name, getattr(gd.nn, _name), 3 * real(3, 4), **OURS)
    case(f"{_name} of ints", getattr(gd.nn, _name), ints(3), **FLAT)
for _name in words("softmax log_softmax"):
    _f = getattr(gd.nn, _name)
    case(_name, _f, real(3, 4), **OURS)
    case(f"{_name} axis=0", lambda x, f=_f: f(x, axis=0) * x, real(3, 4), **OURS)
    case(f"{_name} of all", lambda x, f=_f: f(x, axis=None) * x, real(3, 4), **OURS)
    case(f"{_name} axes", lambda x, f=_f: f(x, (0, 2)) * x, real(2, 3, 4), **OURS)
    case(f"{_name} of a scalar", lambda x, f=_f: f(x, axis=None) * x, real(), **OURS)
case("logsumexp", gd.nn.logsumexp, real(3, 4), **OURS)
case("logsumexp axis", lambda x: gd.nn.logsumexp(x, axis=0) ** 2, real(3, 4), **OURS)
case("logsumexp axes", lambda x: gd.nn.logsumexp(x, (0, -1)), real(2, 3, 4), **OURS)
case(
    "logsumexp keepdims",
    lambda x: x - gd.nn.logsumexp(x, 1, keepdims=True),
    real(3, 4),
    **OURS,
)
case("cross_entropy", gd.nn.cross_entropy, real(4, 3), ints(4), **OURS)
case(
    "cross_entropy of uint8",
    gd.nn.cross_entropy,
    real(4, 3),
    ints(4, dtype=np.uint8),
    **OURS,
)
case(
    "cross_entropy axis",
    lambda x, k: gd.nn.cross_entropy(x, k, axis=1),
    real(4, 3, 2),
    ints(4, 2),
    **OURS,
)
case("cross_entropy of one", gd.nn.cross_entropy, real(3), ints(), **OURS)
