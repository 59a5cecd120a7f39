"""Arguments that the cases of no family have given, one by one."""

from typing import Any

import numpy as np

import graphdiff as gd
from graphdiff.scipy import linalg, special, stats
from tests.cases.matrices import positive
from tests.cases.table import (
    FIXED,
    FLAT,
    OURS,
    above,
    case,
    flags,
    ints,
    real,
    unit,
    words,
)

# --- NumPy's reductions and their ufuncs' methods -------------------------------------
for _name in words("amax amin"):
    _f = getattr(np, _name)
    case(
        f"{_name} keepdims, initial=",
        lambda x, f=_f: f(x, 1, None, True, 0.2) ** 2,
        real(3, 4),
        **OURS,
    )
    case(
        f"{_name} where=",
        lambda x, c, f=_f: f(x, 0, initial=0.1, where=c) ** 2,
        real(3, 4),
        flags(3, 4),
        **OURS,
    )
for _name in words(
    "add multiply subtract divide maximum minimum fmax fmin hypot logaddexp logaddexp2"
):
    _f = getattr(np, _name)
    case(
        f"{_name}.reduce axis, dtype=",
        lambda x, f=_f: f.reduce(x.astype(np.float32), 0, np.float64),
        above(3, 4),
        **FLAT,
        **OURS,
    )
for _name in words("logical_and logical_or logical_xor"):
    _f = getattr(np, _name)
    case(
        f"{_name}.reduce axis=",
        lambda c, f=_f: f.reduce(c, axis=1),
        flags(3, 4),
        **FLAT,
        **OURS,
    )
for _name in words("add multiply maximum minimum logaddexp"):
    _f = getattr(np, _name)
    case(
        f"{_name}.accumulate axis=, dtype=",
        lambda x, f=_f: f.accumulate(x, axis=1, dtype=np.float64),
        above(3, 4),
        **OURS,
    )
for _name in words("add multiply maximum minimum"):
    _f = getattr(np, _name)
    case(
        f"{_name}.reduceat dtype=",
        lambda x, f=_f: f.reduceat(x, [0, 2], dtype=np.float64),
        above(4),
        **FIXED,
        **OURS,
    )
for _name in words("std nanstd nanvar nanmean nancumsum"):
    _f = getattr(np, _name)
    case(
        f"{_name} dtype= of ints",
        lambda n, f=_f: f(n, dtype=np.float64),
        np.array([1, 2, 4]),
        **FLAT,
        **OURS,
    )

# --- NumPy's other functions ----------------------------------------------------------
case(
    "allclose rtol=, equal_nan=",
    lambda x, y: x * np.allclose(x, y, rtol=0.5, equal_nan=True),
    real(3),
    real(3),
    **FLAT,
    **OURS,
)
case(
    "argpartition kind=",
    lambda x: np.argpartition(x, 1, kind="introselect")[1],
    real(4),
    **FLAT,
    **OURS,
)
case(
    "partition kind=",
    lambda x: np.partition(x, 1, kind="introselect")[1] ** 2,
    real(4),
    **OURS,
)
for _name in words("asarray asanyarray ascontiguousarray asfortranarray"):
    _f = getattr(np, _name)
    case(
        f"{_name} dtype=",
        lambda x, f=_f: f([1, 2, 3], dtype=np.float32, like=x) * x,
        real(3),
        **FIXED,
        **OURS,
    )
case("corrcoef dtype=", lambda x: np.corrcoef(x, dtype=np.float64), real(2, 4), **OURS)
case(
    "full_like shape=",
    lambda x: np.full_like(x, 3, shape=(2,)) * x[:2],
    real(4),
    **OURS,
)
case(
    "zeros dtype=",
    lambda x: np.zeros(3, np.float32, like=x) + x,
    real(3),
    **FIXED,
    **OURS,
)
case(
    "linalg.cross axis=",
    lambda x, y: np.linalg.cross(x, y, axis=0),
    real(3, 4),
    real(3, 4),
    **FIXED,
    **OURS,
)
case(
    "linalg.trace dtype=",
    lambda n: np.linalg.trace(n, dtype=np.float64),
    ints(3, 3),
    **FLAT,
    **OURS,
)
case(
    "nanquantile method=, keepdims=",
    lambda x: np.nanquantile(x, 0.3, 1, method="hazen", keepdims=True) ** 2,
    real(3, 4),
    **OURS,
)
case(
    "percentile method=",
    lambda x: np.percentile(x, 30, method="higher") ** 2,
    real(4),
    **OURS,
)
case(
    "triu_indices_from k=",
    lambda x: x[np.triu_indices_from(x, 1)] ** 2,
    real(3, 3),
    **FIXED,
    **OURS,
)


def _filled(made: Any, x: Any) -> Any:
    made[...] = x[:2]
    return made * 2


case(
    "empty dtype=",
    lambda x: _filled(np.empty(2, np.float32, like=x), x),
    real(4),
    **FIXED,
    **FLAT,
    **OURS,
)
case(
    "empty_like dtype=, shape=",
    lambda x: _filled(np.empty_like(x, np.float32, shape=(2,)), x),
    real(4),
    **FIXED,
    **FLAT,
    **OURS,
)
case(
    "histogram_bin_edges weights=",
    lambda x, w: np.histogram_bin_edges(x, 3, weights=w),
    real(4),
    above(4),
    **FLAT,
    **OURS,
)
case(
    "polyfit rcond=",
    lambda x, y: np.polyfit(x, y, 1, rcond=1e-9),
    real(5),
    real(5),
    **FIXED,
    **OURS,
)
for _name in words("logical_and logical_or"):
    _f = getattr(np, _name)
    case(
        f"{_name}.reduce dtype=",
        lambda c, f=_f: f.reduce(c, dtype=bool),
        flags(3, 4),
        **FLAT,
        **OURS,
    )

case(
    "result_type, common_type",
    lambda x, n: (n * x).astype(np.result_type(x, n, 1.0)).astype(np.common_type(x, n)),
    real(3),
    ints(3),
    **OURS,
)
case(
    "can_cast",
    lambda x, n: x * np.can_cast(n.astype(np.int32), np.float64, casting="safe"),
    real(3),
    ints(3),
    **OURS,
)
case("real_if_close tol=", lambda x: np.real_if_close(x, tol=10) ** 2, real(3), **OURS)
case("isin", lambda n, k: np.isin(n, k), ints(2, 3), ints(2), **FLAT, **OURS)
case(
    "isin invert=",
    lambda n: np.isin(n, [1, 2], invert=True),
    ints(2, 3),
    **FLAT,
    **OURS,
)

# --- SciPy's linear algebra -----------------------------------------------------------
case(
    "cho_factor lower=",
    lambda a: np.tril(linalg.cho_factor(a, True)[0]) ** 2,
    positive(3, 3),
    **OURS,
)
case(
    "eigh eigvals_only=",
    lambda a: linalg.eigh(a, eigvals_only=True),
    positive(3, 3),
    **OURS,
)
for _ord in [None, 1, 2, np.inf, "fro", "nuc"]:
    case(
        f"scipy norm {_ord} keepdims",
        lambda a, o=_ord: linalg.norm(a, o, (0, 1), True) * a,
        real(3, 3),
        **OURS,
        **FIXED,
    )
case(
    "scipy svd compute_uv=",
    lambda a: linalg.svd(a, compute_uv=False),
    real(3, 3),
    **OURS,
)
case(
    "scipy pinv rtol=",
    lambda a: linalg.pinv(a, rtol=1e-9),
    real(4, 2),
    **FIXED,
    **OURS,
)
case(
    "scipy pinvh rtol=",
    lambda a: linalg.pinvh(a, rtol=1e-9),
    positive(3, 3),
    **FIXED,
    **OURS,
)
case(
    "scipy lstsq cond=",
    lambda a, b: linalg.lstsq(a, b, cond=1e-9)[0],
    real(4, 2),
    real(4),
    **FIXED,
    **OURS,
)
case("scipy kron", lambda a, b: linalg.kron(a, b), real(2, 2), real(2, 3), **OURS)

# --- SciPy's special functions --------------------------------------------------------
case(
    "special.logsumexp",
    lambda x, b: special.logsumexp(x, 1, b, True) * x,
    real(3, 4),
    above(3, 4),
    **OURS,
)
case(
    "special.logsumexp return_sign=",
    lambda x: special.logsumexp(x, axis=0, return_sign=True)[0],
    real(3, 4),
    **OURS,
)
case("special.softmax", lambda x: special.softmax(x, axis=0) ** 2, real(3, 4), **OURS)
case(
    "special.log_softmax",
    lambda x: special.log_softmax(x, axis=0) ** 2,
    real(3, 4),
    **OURS,
)
case(
    "special.comb exact=",
    lambda n: special.comb(n, 2.0, exact=False),
    above(3) + 3,
    **FLAT,
    **OURS,
)
case(
    "special.factorial exact=",
    lambda n: special.factorial(n, exact=False),
    above(3),
    **FLAT,
    **OURS,
)

# --- distributions --------------------------------------------------------------------
case(
    "stats.multivariate_normal entropy mean=",
    lambda c: stats.multivariate_normal.entropy(np.zeros(3), c),
    positive(3, 3),
    **FIXED,
    **OURS,
)
for _name in words("cauchy halfcauchy"):
    for _method in words("mean std var"):
        _f = getattr(getattr(stats, _name), _method)
        case(
            f"stats.{_name}.{_method}", _f, np.array(0.3), np.array(1.2), **FLAT, **OURS
        )

# --- networks -------------------------------------------------------------------------
nn = gd.nn
for _n in (1, 2, 3):
    _x, _w = real(2, 4, *[4] * _n), real(4, 2, *[2] * _n)
    _conv, _back = getattr(nn, f"conv{_n}d"), getattr(nn, f"conv_transpose{_n}d")
    case(
        f"conv{_n}d with everything",
        lambda x, w, b, f=_conv: f(
            x, w, stride=2, padding=1, dilation=2, groups=2, bias=b
        ),
        _x,
        _w,
        real(4),
        **FIXED,
        **OURS,
        order=1,
    )
    case(
        f"conv_transpose{_n}d with everything",
        lambda x, w, b, f=_back: f(
            x, w, stride=2, padding=1, output_padding=1, dilation=2, groups=2, bias=b
        ),
        _x,
        _w,
        real(4),
        **FIXED,
        **OURS,
        order=1,
    )
for _name in words("batch_norm layer_norm rms_norm"):
    _f = getattr(nn, _name)
    case(f"{_name} eps=", lambda x, f=_f: f(x, eps=0.1), real(3, 4), **OURS, order=2)
case(
    "group_norm eps=",
    lambda x: nn.group_norm(x, 2, eps=0.1),
    real(2, 4, 3),
    **FIXED,
    **OURS,
    order=2,
)
case("rms_norm axis=", lambda x: nn.rms_norm(x, axis=0), real(3, 4), **OURS, order=2)
case(
    "one_hot dtype=",
    lambda n: nn.one_hot(n, 3, dtype=np.float32),
    ints(4),
    **FLAT,
    **OURS,
)
case(
    "binary_cross_entropy reduction=",
    lambda p, y: nn.binary_cross_entropy(p, y, reduction="sum"),
    0.5 + unit(4) / 2,
    0.5 + unit(4) / 2,
    **OURS,
    order=2,
)
case(
    "huber delta=",
    lambda x, y: nn.huber(x, y, delta=0.5),
    real(4),
    real(4),
    **OURS,
    order=1,
)
case(
    "kl_div axis=",
    lambda q, p: nn.kl_div(q, p, axis=0),
    real(3, 4),
    above(3, 4),
    **OURS,
    order=2,
)
case("elu alpha=", lambda x: nn.elu(x, alpha=0.5), real(4), **OURS)
case(
    "hard_tanh low=, high=",
    lambda x: nn.hard_tanh(x, low=-0.5, high=0.7),
    real(4),
    **OURS,
)
case("leaky_relu slope=", lambda x: nn.leaky_relu(x, slope=0.2), real(4), **OURS)
case("squareplus b=", lambda x: nn.squareplus(x, b=2.0), real(4), **OURS)
case(
    "multi_head_attention mask=",
    lambda x, w, c: nn.multi_head_attention(x, w, w, w, w, 2, mask=c),
    real(2, 3, 4),
    real(4, 4),
    np.tril(np.ones((3, 3), bool)),
    **FIXED,
    **OURS,
    order=1,
)
