"""The functions of ``gd.nn``."""

import numpy as np

import graphdiff as gd
from tests.cases.table import FLAT, OURS, case, ints, real, words

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
