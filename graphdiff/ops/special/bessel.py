"""Bessel functions (DLMF, chapter 10), by the recurrences in their orders.

None of the recurrences divides by x, so that slopes at 0 are right. In the order itself
there is no derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.ops.core.entries import Elementwise, Rule, late_ufunc
from graphdiff.ops.special.refuse import no_slope


def _of_order(name: str, rule: Rule, **facts: Any) -> Elementwise:
    full = f"scipy.special.{name}"
    return late_ufunc(full, no_slope(full, "the order"), rule, **facts)


def _falling(scaled: Elementwise) -> Rule:
    """The slope of exp(-|x|) I_v(x), scaled, of any order v."""

    def rule(kinks: str, g: Any, y: Any, v: Any, x: Any) -> Any:
        both = 0.5 * (scaled(v - 1, x) + scaled(v + 1, x))
        return g * (both - _side(kinks, x) * y)

    return rule


def _side(kinks: str, x: Any) -> Any:
    """The slope of the size of x."""
    if kinks in ("right", "left"):
        return 2 * np.heaviside(x, 1.0 if kinks == "right" else 0.0) - 1
    return np.sign(x)


_POLE: dict[str, Any] = {"singular": True, "safe": (1.0,)}
_POLES: dict[str, Any] = {"singular": True, "safe": (None, 1.0)}
_KINK: dict[str, Any] = {"kink": "jumps at 0"}

# --- of the first kind ----------------------------------------------------------------
jv: Elementwise = _of_order(
    "jv", lambda g, y, v, x: g * (0.5 * (jv(v - 1, x) - jv(v + 1, x)))
)
jve: Elementwise = _of_order(
    "jve", lambda g, y, v, x: g * (0.5 * (jve(v - 1, x) - jve(v + 1, x)))
)
j0: Elementwise = late_ufunc("scipy.special.j0", lambda g, y, x: -(g * j1(x)))
j1: Elementwise = late_ufunc(
    "scipy.special.j1", lambda g, y, x: g * (0.5 * (j0(x) - jv(2, x)))
)

# --- of the second kind ---------------------------------------------------------------
yv: Elementwise = _of_order(
    "yv", lambda g, y, v, x: g * (0.5 * (yv(v - 1, x) - yv(v + 1, x))), **_POLES
)
yve: Elementwise = _of_order(
    "yve", lambda g, y, v, x: g * (0.5 * (yve(v - 1, x) - yve(v + 1, x))), **_POLES
)
yn: Elementwise = _of_order(
    "yn", lambda g, y, n, x: g * (0.5 * (yn(n - 1, x) - yn(n + 1, x))), **_POLES
)
y0: Elementwise = late_ufunc("scipy.special.y0", lambda g, y, x: -(g * y1(x)), **_POLE)
y1: Elementwise = late_ufunc(
    "scipy.special.y1", lambda g, y, x: g * (0.5 * (y0(x) - yv(2, x))), **_POLE
)

# --- modified, of the first kind ------------------------------------------------------
iv: Elementwise = _of_order(
    "iv", lambda g, y, v, x: g * (0.5 * (iv(v - 1, x) + iv(v + 1, x)))
)
i0: Elementwise = late_ufunc("scipy.special.i0", lambda g, y, x: g * i1(x))
i1: Elementwise = late_ufunc(
    "scipy.special.i1", lambda g, y, x: g * (0.5 * (i0(x) + iv(2, x)))
)
ive: Elementwise = _of_order(
    "ive", lambda kinks, g, y, v, x: _falling(ive)(kinks, g, y, v, x), **_KINK
)
i0e: Elementwise = late_ufunc(
    "scipy.special.i0e",
    lambda kinks, g, y, x: g * (i1e(x) - _side(kinks, x) * y),
    **_KINK,
)
i1e: Elementwise = late_ufunc(
    "scipy.special.i1e",
    lambda g, y, x: g * (0.5 * (i0e(x) + ive(2, x)) - np.sign(x) * y),
)

# --- modified, of the second kind -----------------------------------------------------
kv: Elementwise = _of_order(
    "kv", lambda g, y, v, x: -(g * (0.5 * (kv(v - 1, x) + kv(v + 1, x)))), **_POLES
)
kn: Elementwise = _of_order(
    "kn", lambda g, y, n, x: -(g * (0.5 * (kn(n - 1, x) + kn(n + 1, x)))), **_POLES
)
kve: Elementwise = _of_order(
    "kve",
    lambda g, y, v, x: g * (y - 0.5 * (kve(v - 1, x) + kve(v + 1, x))),
    **_POLES,
)
k0: Elementwise = late_ufunc("scipy.special.k0", lambda g, y, x: -(g * k1(x)), **_POLE)
k1: Elementwise = late_ufunc(
    "scipy.special.k1", lambda g, y, x: -(g * (0.5 * (k0(x) + kv(2, x)))), **_POLE
)
k0e: Elementwise = late_ufunc(
    "scipy.special.k0e", lambda g, y, x: g * (y - k1e(x)), **_POLE
)
k1e: Elementwise = late_ufunc(
    "scipy.special.k1e", lambda g, y, x: g * (y - 0.5 * (k0e(x) + kve(2, x))), **_POLE
)
