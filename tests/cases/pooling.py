"""Pooling over windows of one to three axes."""

import numpy as np

import graphdiff as gd
from tests.cases.table import FLAT, OURS, case, ints, real, words

for _name in words("max_pool min_pool sum_pool avg_pool"):
    _f = getattr(gd.nn, _name)
    case(_name, lambda x, f=_f: f(x, 2) ** 2, real(2, 3, 4, 6), **OURS)
    case(f"{_name} 1-D", lambda x, f=_f: f(x, 3, 1) ** 2, real(2, 1, 7), **OURS)
    case(
        f"{_name} pairs dilation",
        lambda x, f=_f: f(x, (2, 3), (1, 2), ((0, 1), 2), (2, 1)) ** 2,
        real(1, 2, 4, 5),
        **OURS,
    )
    case(
        f"{_name} same stride",
        lambda x, f=_f: f(x, 3, 2, "same") ** 2,
        real(2, 1, 5, 4),
        **OURS,
    )
    case(f"{_name} 3-D", lambda x, f=_f: f(x, 2, 1) ** 2, real(1, 1, 3, 2, 3), **OURS)
    case(f"{_name} of ints", lambda n, f=_f: f(n, 2), ints(1, 1, 4), **OURS, **FLAT)
    case(f"{_name} of nothing", lambda x, f=_f: f(x, 2), np.zeros((0, 1, 4)), **OURS)
case(
    "avg_pool count_padding=False",
    lambda x: gd.nn.avg_pool(x, 3, 2, 1, count_padding=False) ** 2,
    real(2, 1, 5, 4),
    **OURS,
)
