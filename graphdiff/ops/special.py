"""SciPy's special functions of entries, with the derivatives that SciPy lacks.

One line is one op, as in `elementwise`. The functions and their derivatives are those
of NIST's Digital Library of Mathematical Functions, chapters 5 to 10; SciPy itself is
imported when one of them is computed.
"""

from __future__ import annotations

import math

import numpy as np

from graphdiff.ops.entries import late_ufunc

TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)

# --- error functions ------------------------------------------------------------------
erf = late_ufunc(
    "scipy.special.erf", lambda g, y, x: g * (TWO_OVER_SQRT_PI * np.exp(-(x * x)))
)
erfc = late_ufunc(
    "scipy.special.erfc", lambda g, y, x: -(g * (TWO_OVER_SQRT_PI * np.exp(-(x * x))))
)
