"""Products with logarithms, in which 0 log 0 is 0, and the losses of Huber.

At the edge of the domain the slope of x log y tells the truth: minus infinity in x, and
0 in y where x is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.ops.core.entries import Elementwise, late_ufunc


def over(x: Any, y: Any) -> Any:
    """x / y, and 0 where x is 0."""
    return x / np.where(x == 0, y.dtype.type(1), y)


xlogy: Elementwise = late_ufunc(
    "scipy.special.xlogy",
    lambda g, z, x, y: g * np.log(y),
    lambda g, z, x, y: g * over(x, y),
    singular=True,
    safe=(None, 1.0),
)
xlog1py: Elementwise = late_ufunc(
    "scipy.special.xlog1py",
    lambda g, z, x, y: g * np.log1p(y),
    lambda g, z, x, y: g * over(x, 1 + y),
    singular=True,
    safe=(None, 0.0),
)
entr: Elementwise = late_ufunc(
    "scipy.special.entr",
    lambda g, y, x: -(g * (np.log(x) + 1)),
    singular=True,
    steep=True,
    safe=(1.0,),
)
rel_entr: Elementwise = late_ufunc(
    "scipy.special.rel_entr",
    lambda g, z, x, y: g * (np.log(x / y) + 1),
    lambda g, z, x, y: -(g * over(x, y)),
    singular=True,
    steep=True,
    safe=(1.0, 1.0),
)
kl_div: Elementwise = late_ufunc(
    "scipy.special.kl_div",
    lambda g, z, x, y: g * np.log(x / y),
    lambda g, z, x, y: g * (1 - over(x, y)),
    singular=True,
    steep=True,
    safe=(1.0, 1.0),
)
huber: Elementwise = late_ufunc(
    "scipy.special.huber",
    lambda g, y, delta, r: g * np.maximum(np.abs(r) - delta, 0),
    lambda g, y, delta, r: g * np.clip(r, -delta, delta),
)


def _pseudo_huber_delta(g: Any, y: Any, delta: Any, r: Any) -> Any:
    """delta u^4 / (s (1 + s)^2), for u = r / delta and s = sqrt(1 + u^2)."""
    u = r / delta
    s = np.sqrt(1 + u * u)
    return g * (delta * u * u * u * u / (s * np.square(1 + s)))


pseudo_huber: Elementwise = late_ufunc(
    "scipy.special.pseudo_huber",
    _pseudo_huber_delta,
    lambda g, y, delta, r: g * (r / np.sqrt(1 + np.square(r / delta))),
    singular=True,
    safe=(1.0, None),
)
