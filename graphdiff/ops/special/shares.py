"""Distribution functions by their older names, and NumPy's functions by SciPy's.

Each is the incomplete gamma or beta function of other arguments, and is recorded as
that. Counts are rounded down, as SciPy does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.expression.doors import implements_late
from graphdiff.expression.expression import lift
from graphdiff.graph.types import promote
from graphdiff.ops.core.ufunc_door import UfuncDoor
from graphdiff.ops.special.incomplete import (
    betainc,
    betaincc,
    betainccinv,
    betaincinv,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
)

# --- of the normal kin: chi-squared, gamma, Fisher ------------------------------------
_COMPOSED: dict[str, Any] = {
    "chdtr": lambda v, x: gammainc(0.5 * v, 0.5 * x),
    "chdtrc": lambda v, x: gammaincc(0.5 * v, 0.5 * x),
    "chdtri": lambda v, p: 2 * gammainccinv(0.5 * v, p),
    "gdtr": lambda a, b, x: gammainc(b, a * x),
    "gdtrc": lambda a, b, x: gammaincc(b, a * x),
    "gdtrix": lambda a, b, p: gammaincinv(b, p) / a,
    "fdtr": lambda n, m, x: betainc(0.5 * n, 0.5 * m, n * x / (m + n * x)),
    "fdtrc": lambda n, m, x: betainc(0.5 * m, 0.5 * n, m / (m + n * x)),
    "fdtri": lambda n, m, p: (
        m * betaincinv(0.5 * n, 0.5 * m, p) / (n * betainccinv(0.5 * m, 0.5 * n, p))
    ),
    # --- of counts --------------------------------------------------------------------
    "pdtr": lambda k, m: gammaincc(np.floor(k) + 1, m),
    "pdtrc": lambda k, m: gammainc(np.floor(k) + 1, m),
    "pdtri": lambda k, y: gammainccinv(np.floor(k) + 1, y),
    "bdtr": lambda k, n, p: betaincc(np.floor(k) + 1, n - np.floor(k), p),
    "bdtrc": lambda k, n, p: betainc(np.floor(k) + 1, n - np.floor(k), p),
    "bdtri": lambda k, n, y: betainccinv(np.floor(k) + 1, n - np.floor(k), y),
    "nbdtr": lambda k, n, p: betainc(n, np.floor(k) + 1, p),
    "nbdtrc": lambda k, n, p: betaincc(n, np.floor(k) + 1, p),
    # --- NumPy's ----------------------------------------------------------------------
    "exp2": lambda x: np.exp2(x),
    "exp10": lambda x: 10.0**x,
    "expm1": lambda x: np.expm1(x),
    "log1p": lambda x: np.log1p(x),
    "cbrt": lambda x: np.cbrt(x),
}


def _register(name: str, build: Any) -> None:
    def call(*args: Any) -> Any:
        first, *rest = args
        if isinstance(first, int | float):
            kinds = [a.dtype for a in rest if not isinstance(a, int | float)]
            first = promote(np.dtype(np.float32), *kinds).type(first)
        return build(lift(first, f"scipy.special.{name}"), *rest)

    count = build.__code__.co_argcount
    implements_late(f"scipy.special.{name}", count, UfuncDoor)(call)


for _name, _build in _COMPOSED.items():
    _register(_name, _build)
