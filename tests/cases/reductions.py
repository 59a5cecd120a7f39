"""Reductions and norms."""

import numpy as np

from tests.cases.table import FLAT, case, flags, ints, real, words

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
