"""Reductions that leave NaN entries out.

Such an entry counts for nothing, and so its derivative is 0, exactly: the cotangent of
what is NaN has strict zeros on its whole way back to the inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.node import At, Call
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import Sum, reduction
from graphdiff.ops.core.elementwise import ratio
from graphdiff.ops.core.reduce import (
    Extremum,
    OthersProduct,
    Reduction,
)
from graphdiff.ops.order.quantile import median_share


class NanReduction(Reduction):
    """A reduction of the entries that are not NaN."""

    masks = (0,)
    doubts = True

    function = ""

    def call(self, x: ArrayType) -> Call:
        return reduction(self.function, self.axes, x)

    def where_kept(self, share: Any, x: Any) -> Any:
        """`share` where `x` is a number, else 0."""
        return np.where(np.isnan(x), share.dtype.type(0), share)

    def kept(self, x: Any) -> Any:
        """How many entries are numbers, in the dtype of `x`."""
        return Sum(self.axes)(np.logical_not(np.isnan(x)).astype(x.dtype))


class NanSum(NanReduction):
    """The sum, NaN counting as 0."""

    over_complex = True
    function = "np.nansum"

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.where_kept(self.spread(g, x), x)


class NanProd(NanReduction):
    """The product, NaN counting as 1."""

    over_complex = True
    function = "np.nanprod"

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        factors = np.where(np.isnan(x), x.dtype.type(1), x)
        others = OthersProduct(self.axes)(factors)
        return self.where_kept(self.spread(g, x) * others, x)


class NanMean(NanReduction):
    """The mean of the entries that are not NaN."""

    over_complex = True
    function = "np.nanmean"

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.where_kept(self.spread(ratio(g, self.kept(x)), x), x)


@dataclass(frozen=True)
class NanVar(NanReduction):
    """The variance of the entries that are not NaN."""

    ddof: float = 0

    function = "np.nanvar"

    def call(self, x: ArrayType) -> Call:
        plain = super().call(x)
        ddof = {"ddof": self.ddof} if self.ddof else {}
        return plain._replace(kwargs={**plain.kwargs, **ddof})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.from_mean(2 * g, x)

    def from_mean(self, g: Any, x: Any) -> Any:
        """The deviation of each entry from the mean, times its share of `g`."""
        centred = self.where_kept(x - self.spread(NanMean(self.axes)(x), x), x)
        freedom = self.kept(x) - x.dtype.type(self.ddof)
        return self.spread(ratio(g, freedom), x) * centred


class NanStd(NanVar):
    """The standard deviation of those not NaN; equal entries have slope 0."""

    function = "np.nanstd"
    convention = "0 for constant entries"

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.from_mean(ratio(g, y), x)


class NanMax(Extremum):
    """The largest entry that is not NaN."""

    doubts = True
    function = "np.nanmax"


class NanMin(Extremum):
    """The smallest entry that is not NaN."""

    doubts = True
    function = "np.nanmin"


class NanMedian(NanReduction):
    """The middle of the entries that are not NaN, or the mean of the two there."""

    function = "np.nanmedian"
    convention = "ties in the stable order"

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.where_kept(self.spread(g, x) * median_share(x, self.axes), x)
