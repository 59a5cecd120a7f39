"""Reductions with every argument, NaN left out, weights, counts."""

import numpy as np

from tests.cases.table import (
    FIXED,
    FLAT,
    OURS,
    above,
    case,
    complexes,
    ints,
    real,
    words,
)

_MASK = np.array([[True, False, True, True], [True, True, False, True], [True] * 4])

# --- where=, initial=, dtype= ---------------------------------------------------------
for _name in words("sum prod mean var std nansum nanprod nanmean nanvar nanstd"):
    _f = getattr(np, _name)
    case(
        f"{_name} where=",
        lambda x, f=_f: f(x, where=_MASK) ** 2,
        real(3, 4),
        **FIXED,
    )
    case(
        f"{_name} where=, axis=",
        lambda x, c, f=_f: f(x, axis=0, where=c, keepdims=True) * x,
        real(3, 4),
        _MASK,
        oracle=_name != "nanmean",
    )
for _name in words("sum prod nansum nanprod"):
    _f = getattr(np, _name)
    case(f"{_name} initial=", lambda x, f=_f: f(x, axis=0, initial=2) ** 2, real(3, 4))
    case(
        f"{_name} of ints initial=, where=",
        lambda n, f=_f: f(n, axis=1, initial=3, where=n > 0),
        ints(3, 4),
        **FLAT,
    )
    case(f"{_name} dtype=, axis=", lambda n, f=_f: f(n, 0, float), ints(3, 4), **FLAT)
for _name in words("max min nanmax nanmin"):
    _f = getattr(np, _name)
    case(
        f"{_name} initial=", lambda x, f=_f: f(x, axis=0, initial=0.1) ** 2, real(3, 4)
    )
    case(
        f"{_name} initial=, where=",
        lambda x, c, f=_f: f(x, axis=0, initial=0.1, where=c, keepdims=True) * x,
        real(3, 4),
        _MASK,
    )
    case(
        f"{_name} of nothing initial=", lambda x, f=_f: f(x, 0, initial=1.0), real(0, 3)
    )
    case(
        f"{_name} of ints initial=",
        lambda n, f=_f: f(n, axis=0, initial=2, where=n > 0),
        ints(3, 4),
        **FLAT,
    )
case(
    "max initial= symbolic",
    lambda x, y: np.max(x, axis=0, initial=y) ** 2,
    real(3, 4),
    real(),
    **OURS,
)
for _name in words("all any"):
    case(
        f"{_name} where=",
        lambda x, c, n=_name: getattr(np, n)(x > 0, axis=0, where=c),
        real(3, 4),
        _MASK,
        **FLAT,
    )
for _name in words("var std nanvar nanstd"):
    _f = getattr(np, _name)
    case(
        f"{_name} mean=",
        lambda x, f=_f: f(x, axis=0, mean=np.mean(x, axis=0, keepdims=True)),
        real(3, 4),
    )
    case(
        f"{_name} where=, ddof=",
        lambda x, c, f=_f: f(x, axis=1, where=c, ddof=1, keepdims=True) * x,
        real(3, 4),
        _MASK,
    )
    case(
        f"{_name} correction=1",
        lambda x, f=_f: f(x, 1, correction=1),
        real(3, 4),
        **OURS,
    )
case(
    "count_nonzero keepdims",
    lambda n: np.count_nonzero(n, 0, keepdims=True),
    ints(3, 4),
    **FLAT,
)
case("ptp keepdims", lambda x: np.ptp(x, axis=1, keepdims=True) * x, real(3, 4))

# --- NaN left out ---------------------------------------------------------------------
for _name in words("nansum nanprod nanmax nanmin nanmean nanvar nanstd nanmedian"):
    _f = getattr(np, _name)
    case(_name, lambda x, f=_f: f(x) ** 2, real(3, 4))
    case(f"{_name} axis=", lambda x, f=_f: f(x, axis=-1) ** 2, real(3, 4))
    case(f"{_name} axes", lambda x, f=_f: f(x, axis=(0, 2)) ** 2, real(2, 3, 2))
    case(
        f"{_name} keepdims", lambda x, f=_f: f(x, axis=0, keepdims=True) * x, real(3, 4)
    )
    case(f"{_name} of ints", lambda n, f=_f: f(n, axis=0), ints(3, 4), **FLAT)
    case(
        f"{_name} with NaN",
        lambda x, c, f=_f: f(np.where(c, x, np.nan), axis=1) ** 2,
        real(3, 4),
        _MASK,
        **OURS,
    )
case("nansum of a scalar", lambda x: np.nansum(x) ** 2, real())
for _name in words("nanargmax nanargmin"):
    _f = getattr(np, _name)
    case(_name, lambda x, f=_f: f(x, axis=0), real(3, 4), **FLAT)
    case(f"{_name} of all", lambda x, f=_f: f(x), real(3, 4), **FLAT)
    case(
        f"{_name} keepdims", lambda x, f=_f: f(x, 1, keepdims=True), real(3, 4), **FLAT
    )
    case(f"{_name} of ints", lambda n, f=_f: f(n), ints(5), **FLAT)
case("nanquantile", lambda x: np.nanquantile(x, 0.3, axis=0) ** 2, real(5, 2))
case(
    "nanquantile with NaN",
    lambda x, c: np.nanquantile(np.where(c, x, np.nan), [0.2, 0.7], axis=1) ** 2,
    real(3, 4),
    _MASK,
    **OURS,
)
case(
    "nanpercentile of q",
    lambda x, q, c: (
        np.nanpercentile(
            np.where(c, x, np.nan), 20 * q, axis=1, method="hazen", keepdims=True
        )
        ** 2
    ),
    real(3, 4),
    above(2),
    _MASK,
    **OURS,
)

# --- weights and counts ---------------------------------------------------------------
case("average", lambda x: np.average(x, axis=0) ** 2, real(3, 4))
case("average weights", lambda x, w: np.average(x, weights=w), real(3, 4), above(3, 4))
case(
    "average weights of an axis",
    lambda x, w: np.average(x, axis=1, weights=w, keepdims=True) * x,
    real(3, 4),
    above(4),
)
case(
    "average weights of axes",
    lambda x, w: np.average(x, axis=(2, 0), weights=w) ** 2,
    real(2, 3, 4),
    above(4, 2),
    **OURS,
)
case(
    "average returned",
    lambda x, w: np.multiply(*np.average(x, 0, w, returned=True)),
    real(3, 4),
    above(3),
)
case(
    "average returned, no weights",
    lambda x: np.multiply(*np.average(x, 0, None, True)),
    real(3, 4),
)
case("average of ints", lambda n: np.average(n, axis=0), ints(3, 4), **FLAT)
case("cov", lambda x: np.cov(x), real(3, 5), near=2e-5)
case("cov of complex rows", lambda z: np.cov(z), complexes(3, 5))
case("cov of complex rows aweights=", lambda z, w: np.cov(z, aweights=w),
     complexes(2, 4), above(4))  # fmt: skip
case("corrcoef of complex rows", lambda z: np.corrcoef(z), complexes(3, 5))
case("cov of a vector", lambda x: np.cov(x), real(5))
case("cov with y", lambda x, y: np.cov(x, y), real(2, 4), real(4))
case("cov rowvar=", lambda x, y: np.cov(x, y, rowvar=False), real(4, 2), real(4, 1))
case("cov bias=", lambda x: np.cov(x, bias=True), real(2, 4))
case("cov ddof=", lambda x: np.cov(x, ddof=0), real(2, 4))
case("cov dtype=", lambda x: np.cov(x, dtype=np.float32), real(2, 4), near=0.02, **OURS)
case("cov fweights=", lambda x, n: np.cov(x, fweights=n + 1), real(2, 4), ints(4))
case("cov aweights=", lambda x, w: np.cov(x, aweights=w), real(2, 4), above(4))
case(
    "cov both weights",
    lambda x, n, w: np.cov(x, fweights=n + 1, aweights=w, ddof=1),
    real(2, 4),
    ints(4),
    above(4),
)
case("corrcoef", lambda x: np.corrcoef(x), real(3, 5), near=2e-5)
case("corrcoef with y", lambda x, y: np.corrcoef(x, y), real(5), real(5))
case("corrcoef rowvar=", lambda x: np.corrcoef(x, rowvar=False), real(5, 2))
_numbers = np.array([0, 3, 1, 1, 3])
case("bincount", lambda n: np.bincount(n, minlength=4), _numbers, **FLAT)
case(
    "bincount weights",
    lambda n, w: np.bincount(n, w, 5) ** 2,
    _numbers,
    real(5),
    **OURS,
)
case(
    "bincount of known numbers",
    lambda w: np.bincount(_numbers, weights=w) ** 2,
    real(5),
    **FIXED,
    **OURS,
)
case(
    "bincount of known, longer",
    lambda w: np.bincount(_numbers, w, 6) ** 2,
    real(5),
    **FIXED,
    **OURS,
)
_edges = np.array([-1.0, 0.1, 0.8, 1.9])
case("histogram", lambda x: np.histogram(x, _edges)[0], real(7), **FLAT)
case(
    "histogram weights",
    lambda x, w: np.histogram(x, _edges, weights=w)[0] ** 2,
    real(7),
    real(7),
    **OURS,
)
case("histogram range=", lambda x: np.histogram(x, 4, (-1, 1))[0], real(7), **FLAT)
case("histogram edges", lambda x: np.histogram(x, 4)[1] ** 2, real(7), **OURS)
case("histogram of itself", lambda x: np.histogram(x, 4)[0], real(7), **FLAT)
case(
    "histogram density=",
    lambda x, w: np.histogram(x, _edges, weights=w, density=True)[0] ** 2,
    real(7),
    above(7),
    **OURS,
)
