"""Functions of entries, operators, choice, dtypes and fills."""

import numpy as np

from tests.cases.table import (
    FIXED,
    FLAT,
    OURS,
    ROW,
    WEIGHTS,
    above,
    case,
    flags,
    ints,
    real,
    unit,
    words,
)

# --- entry by entry -------------------------------------------------------------------
for _name in words(
    "negative positive square exp exp2 expm1 sin cos arctan sinh cosh tanh arcsinh "
    "absolute fabs cbrt"
):
    case(_name, getattr(np, _name), real(3, 4))
for _name in words("reciprocal sqrt log log2 log10 log1p"):
    case(_name, getattr(np, _name), above(3, 4))
for _name in words("arcsin arccos arctanh tan"):
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
