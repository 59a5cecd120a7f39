"""Functions of angles, and elliptic integrals (DLMF, chapters 4, 19 and 25.12).

Slopes that divide zero by zero are written as hypergeometric functions, which do not.
"""

from __future__ import annotations

import math

import numpy as np

from graphdiff.ops.core.entries import Elementwise, late_ufunc
from graphdiff.ops.special.hyper import hyp2f1

_DEGREE = math.pi / 180

cosm1: Elementwise = late_ufunc("scipy.special.cosm1", lambda g, y, x: -(g * np.sin(x)))
sindg: Elementwise = late_ufunc(
    "scipy.special.sindg", lambda g, y, x: g * (_DEGREE * cosdg(x))
)
cosdg: Elementwise = late_ufunc(
    "scipy.special.cosdg", lambda g, y, x: -(g * (_DEGREE * sindg(x)))
)
tandg: Elementwise = late_ufunc(
    "scipy.special.tandg", lambda g, y, x: g * (_DEGREE * (1 + y * y))
)
cotdg: Elementwise = late_ufunc(
    "scipy.special.cotdg",
    lambda g, y, x: -(g * (_DEGREE * (1 + y * y))),
    singular=True,
    safe=(45.0,),
)
spence: Elementwise = late_ufunc(
    "scipy.special.spence",
    lambda g, y, x: -(g * hyp2f1(1, 1, 2, 1 - x)),
    singular=True,
    safe=(1.0,),
)
ellipk: Elementwise = late_ufunc(
    "scipy.special.ellipk",
    lambda g, y, m: g * (math.pi / 8 * hyp2f1(1.5, 1.5, 2, m)),
    singular=True,
    safe=(0.5,),
)
ellipe: Elementwise = late_ufunc(
    "scipy.special.ellipe",
    lambda g, y, m: -(g * (math.pi / 8 * hyp2f1(0.5, 1.5, 2, m))),
    singular=True,
    safe=(0.5,),
)
