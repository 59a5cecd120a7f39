"""Ufuncs that write into arrays made in the function."""

import numpy as np

from tests.cases.table import OURS, above, case, real

case(
    "divide out=, where=",
    lambda a, b: np.divide(a, b, out=np.ones_like(a), where=b > 0) ** 2,
    real(3, 4),
    real(4),
    **OURS,
)
case(
    "log out=, where=",
    lambda x: np.log(x, out=x * x, where=x > 1),
    above(5),
    **OURS,
)
