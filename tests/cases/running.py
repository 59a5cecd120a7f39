"""Running sums, products and extremes, and methods of ufuncs."""

import numpy as np

from tests.cases.table import FLAT, OURS, case, flags, ints, real, words

# --- running products and extremes ----------------------------------------------------
case("cumprod", lambda x: np.cumprod(x) * x.ravel(), real(2, 3))
case("cumprod axis=0", lambda x: np.cumprod(x, axis=0) * x, real(3, 4))
case("cumprod axis=-1", lambda x: x.cumprod(-1) * x, real(3, 4))
case("cumprod with zeros", np.cumprod, np.array([2.0, 0, 3, 0, -1]), oracle=False)
case("cumprod of ints", lambda n: np.cumprod(n + 1), ints(4, dtype=np.int8), **FLAT)
case("cumprod dtype=", lambda n: np.cumprod(n, dtype=np.float32), ints(4), **FLAT)
case("cumprod of a scalar", lambda x: np.cumprod(x * x), real())
case("cumprod of no entries", lambda x: np.cumprod(x, axis=0) * x, real(0, 2))
for _name in words("cumulative_sum cumulative_prod"):
    _f = getattr(np, _name)
    case(_name, lambda x, f=_f: f(x) * x, real(4))
    case(f"{_name} axis=", lambda x, f=_f: f(x, axis=1) * x, real(3, 4))
    case(
        f"{_name} include_initial=",
        lambda x, f=_f: f(x, axis=0, include_initial=True) ** 2,
        real(3, 2),
    )
    case(f"{_name} dtype=", lambda n, f=_f: f(n, dtype=float), ints(4), **FLAT)
for _name in words("maximum minimum"):
    _f = getattr(np, _name).accumulate
    case(f"{_name}.accumulate", lambda x, f=_f: f(x) * x, real(5), **OURS)
    case(f"{_name}.accumulate axis=1", lambda x, f=_f: f(x, 1) * x, real(3, 4), **OURS)
    case(f"{_name}.accumulate of ints", lambda n, f=_f: f(n), ints(5), **FLAT)
case("add.accumulate", lambda x: np.add.accumulate(x, axis=1) * x, real(3, 4))
case("multiply.accumulate", lambda x: np.multiply.accumulate(x) * x, real(3, 4))
case("add.accumulate dtype=", lambda n: np.add.accumulate(n, 0, float), ints(4), **FLAT)
case("logaddexp.accumulate", lambda x: np.logaddexp.accumulate(x) * x, real(5), **OURS)
case(
    "logaddexp.accumulate axis=-1",
    lambda x: np.logaddexp.accumulate(x, axis=-1) * x,
    real(3, 4),
    **OURS,
)

# --- NaN left out ---------------------------------------------------------------------
case("nancumsum", lambda x: np.nancumsum(x, axis=0) * x, real(3, 4))
case("nancumprod", lambda x: np.nancumprod(x, axis=1) * x, real(3, 4))
case("nancumsum of all", lambda x: np.nancumsum(x), real(2, 3))
case("nancumprod dtype=", lambda n: np.nancumprod(n, dtype=float), ints(4), **FLAT)
case("nancumsum of ints", lambda n: np.nancumsum(n), ints(4), **FLAT)

# --- ufunc.reduce and ufunc.outer -----------------------------------------------------
case("add.reduce axes", lambda x: np.add.reduce(x * x, axis=(0, 2)), real(2, 3, 2))
case("add.reduce keepdims", lambda x: np.add.reduce(x, keepdims=True) * x, real(3, 4))
case(
    "add.reduce where=",
    lambda x: np.add.reduce(x, where=x > 0, initial=2.0) ** 2,
    real(3, 4),
)
case("add.reduce dtype=", lambda n: np.add.reduce(n, dtype=float), ints(4), **FLAT)
case(
    "maximum.reduce initial=",
    lambda x: np.maximum.reduce(x, initial=0.5) ** 2,
    real(5, 4),
)
for _name in words("fmax fmin"):
    case(
        f"{_name}.reduce",
        lambda x, n=_name: getattr(np, n).reduce(x) ** 2,
        real(3, 4),
        **OURS,
    )
for _name in words("logaddexp hypot subtract divide"):
    _f = getattr(np, _name).reduce
    case(f"{_name}.reduce", lambda x, f=_f: f(x), real(3, 4), **OURS)
    case(
        f"{_name}.reduce keepdims",
        lambda x, f=_f: f(x, axis=-1, keepdims=True) * x,
        real(3, 4),
        **OURS,
    )
case(
    "logaddexp.reduce initial=, where=",
    lambda x: np.logaddexp.reduce(x, initial=0.3, where=x > 0),
    real(3, 4),
    **OURS,
)
case(
    "hypot.reduce initial=, where=",
    lambda x: np.hypot.reduce(x, initial=0.3, where=x > 0),
    real(3, 4),
    **OURS,
)
case("logical_xor.reduce", lambda x: np.logical_xor.reduce(x > 0), real(3, 4), **FLAT)
for _name in words("bitwise_and bitwise_or bitwise_xor"):
    _f = getattr(np, _name).reduce
    case(f"{_name}.reduce", lambda n, f=_f: f(n), ints(3, 4, below=16), **FLAT)
    case(f"{_name}.reduce axis=None", lambda n, f=_f: f(n, None), ints(3, 4), **FLAT)
    case(
        f"{_name}.reduce keepdims",
        lambda n, f=_f: f(n, axis=-1, keepdims=True),
        flags(3, 4),
        **FLAT,
    )
for _name in words("add subtract multiply divide maximum hypot arctan2"):
    _f = getattr(np, _name).outer
    case(f"{_name}.outer", lambda x, y, f=_f: f(x, y), real(3), real(2, 4), **OURS)
case("less.outer", lambda x, y: np.less.outer(x, y), real(3), real(4), **FLAT)
case("outer of an array", lambda x: np.add.outer([1, 2], x) ** 2, real(3), **OURS)
