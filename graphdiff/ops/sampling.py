"""Where in the order of n entries a quantile lies: NumPy's thirteen methods.

Written with operators and NumPy functions, for numbers as for expressions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.node import At as At
from graphdiff.ops.axes import Spread
from graphdiff.ops.index import TakeAlong
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

_FLAT = {"averaged_inverted_cdf", "midpoint"}
"""The methods that mix entries, but jump from one mixture to the next."""


@dataclass(frozen=True)
class Spot:
    """A place in the order of `n` entries: one of them, or between two."""

    method: str
    q: Any
    n: Any
    place: Any

    @property
    def weight(self) -> Any:
        """The share of the upper neighbour; the lower one has the rest."""
        place = self.place
        if self.method in DISCRETE:
            return place * 0
        rest = place - np.floor(place)
        one = rest.dtype.type
        if self.method == "averaged_inverted_cdf":
            return np.where(rest == 0, one(0.5), one(1))
        if self.method == "midpoint":
            return np.where(rest == 0, one(0), one(0.5))
        return rest

    def places(self) -> tuple[Any, Any]:
        """The positions of the two neighbours in the order."""
        last = self.n - 1
        low = np.floor(self.place)
        high = low + 1
        return np.clip(low, 0, last), np.clip(high, 0, last)

    def neighbours(self, order: Any) -> tuple[Any, Any]:
        """Where the two neighbours stand, given the order of rows of entries."""
        low, high = self.places()
        return _entries(order, low), _entries(order, high)

    def slope(self, kinks: str, rows: Any, order_of: Callable[..., Any]) -> Any:
        """The derivative of the quantile by q, where the method has any."""
        if self.method in _FLAT:
            return self.place * 0
        order = order_of(rows, -1)

        def step(start: Any) -> Any:
            low = np.clip(start, 0, np.maximum(self.n - 2, 0))
            high = np.minimum(low + 1, self.n - 1)
            return _read(rows, _entries(order, high)) - _read(
                rows, _entries(order, low)
            )

        right, left = np.floor(self.place), np.ceil(self.place) - 1
        if kinks == "mean":
            rise = (step(right) + step(left)) / 2
        else:
            rise = step(left if kinks == "left" else right)
        one = self.q * 0 + 1
        speed = METHODS[self.method](self.n, one) - METHODS[self.method](
            self.n, one - 1
        )
        inside = np.logical_and(self.place >= 0, self.place <= self.n - 1)
        return np.where(inside, rise * speed, rise.dtype.type(0))


def spot(method: str, q: Any, n: Any) -> Spot:
    """The place of the quantiles `q` among `n` entries."""
    if isinstance(q, Expression) or isinstance(n, Dim):
        n = lift(n).astype(q.dtype)
    return Spot(method, q, n, METHODS[method](n, q))


def _entries(order: Any, places: Any) -> Any:
    return _read(order, places.astype(np.intp))


def _read(rows: Any, index: Any) -> Any:
    lead = tuple(rows.shape[:-1])
    missing = rows.ndim - index.ndim
    if missing:
        axes = tuple(range(-rows.ndim, -index.ndim))
        index = Spread(axes, lead[:missing])(index)
    return TakeAlong(-1)(rows, index)
