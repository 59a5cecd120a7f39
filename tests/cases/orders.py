"""Sorted arrays, places in an order, medians and quantiles."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, case, ints, real, words

# --- sorting --------------------------------------------------------------------------
case("sort", lambda x: np.sort(x) ** 2 * x, real(3, 4), **FIXED)
case("sort axis=0", lambda x: np.sort(x, axis=0) * x, real(3, 4))
case("sort axis=None", lambda x: np.sort(x, axis=None) * x.ravel(), real(3, 4))
case("sort kind=", lambda x: np.sort(x, -1, "heapsort") * x, real(4), **OURS)
case("sort stable=", lambda x: np.sort(x, stable=True) * x, real(4))
case("sort of ints", lambda n: np.sort(n, axis=0), ints(3, 4), **FLAT)
case("sort of no entries", lambda x: np.sort(x, axis=0) * x, real(0, 3))
case("argsort", lambda x: np.argsort(x), real(3, 4), **FLAT)
case("argsort axis=0", lambda x: np.argsort(x, axis=0), real(3, 4), **FLAT)
case("argsort axis=None", lambda x: np.argsort(x, axis=None), real(3, 4), **FLAT)
case("argsort stable=", lambda n: np.argsort(n, stable=True), ints(6), **FLAT)
case("argsort kind=", lambda n: np.argsort(n, kind="stable"), ints(6), **FLAT)
case("x in the order of y", lambda x, y: x[np.argsort(y)] * y, real(4), real(4))
case("partition", lambda x: np.partition(x, 2)[..., 2] * x[..., 0], real(3, 4), **FIXED)
case("partition axis=", lambda x: np.partition(x, 1, axis=0) * x, real(3, 4), **OURS)
case(
    "partition axis=None",
    lambda x: np.partition(x, -2, axis=None) * x.ravel(),
    real(3, 4),
    **OURS,
)
case(
    "partition several",
    lambda x: np.partition(x, [0, 2]) * x,
    real(5),
    **FIXED,
    **OURS,
)
case("argpartition", lambda x: np.argpartition(x, 2), real(5), **FIXED, **FLAT)
case(
    "argpartition axis=0",
    lambda x: np.argpartition(x, 1, axis=0),
    real(3, 4),
    **FLAT,
)
case(
    "largest two",
    lambda x: x[np.argpartition(x, -2)[-2:]].sum() ** 2,
    real(5),
    **FIXED,
    **OURS,
)
case("lexsort", lambda n, x: np.lexsort((x, n)), ints(5), real(5), **FLAT)
case(
    "lexsort axis=", lambda n, x: np.lexsort((x, n), 0), ints(3, 2), real(3, 2), **FLAT
)
case("searchsorted", lambda x: np.searchsorted(np.sort(x), 0.5 * x), real(5), **FLAT)
case(
    "searchsorted side=",
    lambda n, m: np.searchsorted(np.sort(n), m, side="right"),
    ints(5),
    ints(2, 3),
    **FLAT,
)
case(
    "searchsorted sorter=",
    lambda x: np.searchsorted(x, 0.7, sorter=np.argsort(x)),
    real(5),
    **FLAT,
)
case("searchsorted method", lambda x: np.sort(x).searchsorted(x), real(5), **FLAT)
case("digitize", lambda x: np.digitize(x, [-1.0, 0.0, 1.0]), real(2, 3), **FLAT)
case("digitize right=", lambda n: np.digitize(n, np.arange(3), True), ints(5), **FLAT)
case("digitize falling", lambda x: np.digitize(x, [1.0, 0.0]), real(5), **FLAT)

# --- medians --------------------------------------------------------------------------
for _n in (4, 5):
    case(f"median of {_n}", lambda x: np.median(x) ** 2, real(_n))
case("median axis=", lambda x: np.median(x, axis=0) ** 2, real(3, 4))
case("median of some axes", lambda x: np.median(x, axis=(0, -1)) ** 2, real(3, 2, 2))
case("median keepdims", lambda x: x * np.median(x, axis=1, keepdims=True), real(3, 4))
case("median all keepdims", lambda x: x * np.median(x, keepdims=True), real(3, 3))
case("median of ints", lambda n: np.median(n, axis=0), ints(4, 3), **FLAT)
case("median of no rows", lambda x: np.median(x, axis=1), real(0, 3))
case("median of stacks", lambda x: np.median(x, axis=-2) ** 2, real(2, 4, 2))
case("median of a scalar", lambda x: np.median(x) ** 2, real())
case(
    "median overwrite_input=",
    lambda x: np.median(x * 1, None, None, True),
    real(5),
    **OURS,
)

# --- quantiles ------------------------------------------------------------------------
for _method in words(
    "inverted_cdf averaged_inverted_cdf closest_observation interpolated_inverted_cdf "
    "hazen weibull linear median_unbiased normal_unbiased lower higher midpoint nearest"
):
    case(
        f"quantile {_method}",
        lambda x, m=_method: np.quantile(x, 0.3, method=m) ** 2,
        real(6),
        oracle=_method in ("linear", "lower", "higher", "midpoint"),
    )
    case(
        f"quantiles {_method}",
        lambda x, m=_method: np.quantile(x, [0.05, 0.5, 0.93], 0, method=m) ** 2,
        real(5, 3),
        **OURS,
    )
    case(
        f"quantile {_method} of q",
        lambda x, q, m=_method: np.quantile(x, q / 3, 0, method=m) ** 2,
        real(5, 3),
        np.array([0.2, 2.2]),
        **OURS,
    )
case("quantile axis=-1", lambda x: np.quantile(x, 0.6, axis=-1) ** 2, real(2, 6))
case("quantiles of stacks", lambda x: np.quantile(x, [0.2, 0.7], axis=1) ** 2,
     real(2, 5, 2), **OURS)  # fmt: skip
case("quantile twice", lambda x: np.quantile(x, [0.5, 0.5, 1.0]) ** 2, real(5), **OURS)
case("quantile 0", lambda x: np.quantile(x, 0.0) ** 2, real(5))
case("quantile 1", lambda x: np.quantile(x, 1) ** 2, real(5), **OURS)
case(
    "quantile keepdims",
    lambda x: x * np.quantile(x, 0.4, axis=1, keepdims=True),
    real(3, 4),
)
case(
    "quantiles keepdims",
    lambda x: x * np.quantile(x, [0.4, 0.7], axis=(0, 1), keepdims=True),
    real(2, 3),
    **OURS,
)
case(
    "quantiles of some axes",
    lambda x: np.quantile(x, [0.1, 0.6], axis=(0, 2)) ** 2,
    real(3, 2, 2),
    **OURS,
)
case(
    "quantile matrix of q",
    lambda x: np.quantile(x, np.array([[0.1], [0.6]]), axis=1) ** 2,
    real(2, 5),
    **OURS,
)
case("quantile of ints", lambda n: np.quantile(n, 0.3), ints(7), **FLAT)
case(
    "quantile lower of ints",
    lambda n: np.quantile(n, 0.3, method="lower"),
    ints(7),
    **FLAT,
)
case(
    "quantile q float32",
    lambda x: np.quantile(x, np.float32(0.3)) ** 2,
    real(6),
    near=2e-5,
    **OURS,
)
case("percentile", lambda x: np.percentile(x, 30) ** 2, real(6))
case(
    "percentile of q",
    lambda x, q: np.percentile(x, q * 10, axis=0, keepdims=True) ** 2,
    real(5, 2),
    np.array([0.7, 8.8]),
    **OURS,
)
_gaps = real(4, 5)
_gaps[[0, 0, 2], [1, 3, 4]] = np.nan
