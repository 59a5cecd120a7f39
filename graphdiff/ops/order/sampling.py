"""Where in the order of n entries a quantile lies: NumPy's thirteen methods.

Written with operators and NumPy functions, for numbers as for expressions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graphdiff.expression.expression import lift
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.index import Put, PutAlong, Take, TakeAlong
from graphdiff.ops.core.pattern import At1, ByArray, Slice
from graphdiff.ops.order.sorting import stable_order
from graphdiff.sizes.dims import Dim


def _continuous(alpha: float, beta: float) -> Callable[..., Any]:
    """Hyndman and Fan's methods 4 to 9: n q + alpha + q (1 - alpha - beta) - 1."""

    def place(n: Any, q: Any) -> Any:
        return n * q + (alpha + q * (1 - alpha - beta)) - 1

    return place


def _step_up(n: Any, q: Any) -> Any:
    return np.maximum(np.ceil(n * q - 1), 0)


def _nearest_odd(n: Any, q: Any) -> Any:
    place = n * q - 1.5
    below = np.floor(place)
    stays = np.logical_and(place == below, below % 2 == 1)
    return np.maximum(np.where(stays, below, below + 1), 0)


METHODS: dict[str, Callable[..., Any]] = {
    "inverted_cdf": _step_up,
    "averaged_inverted_cdf": lambda n, q: n * q - 1,
    "closest_observation": _nearest_odd,
    "interpolated_inverted_cdf": _continuous(0, 1),
    "hazen": _continuous(0.5, 0.5),
    "weibull": _continuous(0, 0),
    "linear": lambda n, q: (n - 1) * q,
    "median_unbiased": _continuous(1 / 3, 1 / 3),
    "normal_unbiased": _continuous(3 / 8, 3 / 8),
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
    "nearest": lambda n, q: np.round((n - 1) * q),
}
"""The place of quantile q among n entries in order, counted from 0."""

DISCRETE = {"inverted_cdf", "closest_observation", "lower", "higher", "nearest"}
"""The methods that choose an entry and never mix two."""

SPEEDS = {
    "interpolated_inverted_cdf": 0,
    "hazen": 0,
    "weibull": 1,
    "linear": -1,
    "median_unbiased": 1 / 3,
    "normal_unbiased": 1 / 4,
}
"""How far a place moves as q goes from 0 to 1, less n; the other methods jump."""

_INSIDE = {"linear", "lower", "higher", "nearest", "midpoint"}
"""The methods whose places are never before the first entry, or after the last."""


@dataclass(frozen=True)
class Spot:
    """Places in the order of `n` entries along ``axis`` of `rows`.

    A `place` is that of an entry, or lies between those of two: a number without axes
    if one quantile is wanted `alone`, else one for each. Where `n` differs from row to
    row, `each` row has places of its own, and they lie as the quantiles do.
    """

    method: str
    n: Any
    place: Any
    rows: Any
    axis: int
    each: bool
    alone: bool

    def to_entries(self, g: Any) -> Any:
        """The cotangent of the rows: each share of `g` to its two neighbours."""
        low, high = self._neighbours(np.floor(self.place))
        weight = self._weight()
        if _is_number(weight) and weight in (0, 1):
            return self._put(g, high if weight else low)
        weight = _along_first(weight, g)
        rest = 1 - weight
        if not _is_number(weight) and weight.dtype != g.dtype:
            rest, weight = rest.astype(g.dtype), weight.astype(g.dtype)
        return self._put(g * rest, low) + self._put(g * weight, high)

    def _weight(self) -> Any:
        """The share of the upper neighbour; the lower one has the rest."""
        if self.method in DISCRETE:
            return 0
        rest = self.place - np.floor(self.place)
        if self.method in SPEEDS:
            return float(rest) if _is_number(rest) else rest
        whole, between = (
            (0.5, 1) if self.method == "averaged_inverted_cdf" else (0, 0.5)
        )
        if _is_number(rest):
            return between if rest else whole
        one = rest.dtype.type
        return np.where(rest == 0, one(whole), one(between))

    def slope(self, kinks: str) -> Any:
        """The derivative of the quantile by q, where the method has any."""
        last = np.maximum(
            lift(self.n - 2) if isinstance(self.n, Dim) else self.n - 2, 0
        )

        def step(start: Any) -> Any:
            low, high = self._neighbours(np.clip(start, 0, last))
            return self._read(high) - self._read(low)

        right, left = np.floor(self.place), np.ceil(self.place) - 1
        if kinks == "mean":
            rise = (step(right) + step(left)) / 2
        else:
            rise = step(left if kinks == "left" else right)
        speed = self.n + SPEEDS[self.method]
        inside = np.logical_and(self.place >= 0, self.place <= self.n - 1)
        zero = rise.dtype.type(0)
        return np.where(_along_first(inside, rise), rise * speed, zero)

    @cached_property
    def _order(self) -> Any:
        return stable_order(self.rows, self.axis)

    def _neighbours(self, low: Any) -> tuple[Any, Any]:
        """The positions of the entries at and after the whole numbers `low`."""
        last = self.n - 1
        if self.each:
            low, high = np.clip(low, 0, last), np.clip(low + 1, 0, last)
            return low.astype(np.intp), high.astype(np.intp)
        if _is_number(low):
            return tuple(min(max(int(k), 0), last) for k in (low, low + 1))
        n = self.rows.shape[self.axis]
        last = n - 1 if isinstance(n, int) else lift(n - 1)
        low = low.astype(np.intp)
        if self.method in _INSIDE:
            return low, np.minimum(low + 1, last)
        return np.clip(low, 0, last), np.clip(low + 1, 0, last)

    def _found(self, places: Any) -> Any:
        """Where the entries at these positions in the order stand."""
        if self.each:
            return TakeAlong(self.axis)(self._order, self._across(places))
        if not self.alone:
            return self._take(self._order, ByArray(0), places)
        if _is_number(places):
            found = self._take(self._order, At1(places))
        else:
            found = self._take(self._order, ByArray(0), places)
        return found if self.rows.ndim == 1 else Spread((self.axis,), (1,))(found)

    def _put(self, g: Any, places: Any) -> Any:
        """`g` written where the entries at these positions in the order stand."""
        n, index = self.rows.shape[self.axis], self._found(places)
        known = isinstance(places, np.ndarray) and not self.each
        once = self.alone or (known and len(set(places.tolist())) == len(places))
        if self.rows.ndim == 1:
            return Put((ByArray(0),), (n,), once)(g, index)
        return PutAlong(self.axis, n, once)(self._across(g), index)

    def _read(self, places: Any) -> Any:
        """The entries at these positions in the order, as the quantiles lie."""
        index = self._found(places)
        if self.rows.ndim == 1:
            return Take((ByArray(0),))(self.rows, index)
        found = TakeAlong(self.axis)(self.rows, index)
        if self.alone:
            return self._take(found, At1(0))
        return np.moveaxis(found, self.axis, 0)

    def _across(self, g: Any) -> Any:
        """What lies as the quantiles do, their axis where that of the entries is."""
        if self.alone:
            return Spread((self.axis,), (1,))(g)
        return np.moveaxis(g, 0, self.axis)

    def _take(self, x: Any, item: Any, *index: Any) -> Any:
        return Take((item, *(Slice(),) * (-self.axis - 1)))(x, *index)


def _is_number(v: Any) -> bool:
    return isinstance(v, (int, float, np.generic))


def _along_first(v: Any, g: Any) -> Any:
    """`v`, one for each quantile, for use with `g`, whose first axis they lie along."""
    if _is_number(v) or v.ndim in (0, g.ndim):
        return v
    return Spread(tuple(range(1 - g.ndim, 0)), tuple(g.shape[1:]))(v)


def spot(method: str, q: Any, n: Any, rows: Any, axis: int) -> Spot:
    """The places of the quantiles `q` among `n` entries along ``axis`` of `rows`."""
    alone = np.ndim(q) == 0
    each = not isinstance(n, (int, Dim)) and rows.ndim > 1
    if isinstance(n, Dim):
        n = n if q.dtype == np.float64 else lift(n).astype(q.dtype)
        if _is_number(q):
            q = q.item()
    elif each and not alone:
        q = Spread(tuple(range(1 - n.ndim, 0)), (1,) * (n.ndim - 1))(q)
    return Spot(method, n, METHODS[method](n, q), rows, axis, each, alone)
