"""Which entries meet in windows: pooling, in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from graphdiff.graph.node import Node
from graphdiff.graph.types import ArrayType
from graphdiff.ops.window.pooling import (
    MaxPool,
    MaxPoolAlong,
    MaxPoolBack,
    SumPool,
    SumPoolBack,
)
from graphdiff.ops.window.windows import Columns
from graphdiff.sparsity.known import Known
from graphdiff.sparsity.links import Links, matrix, positions
from graphdiff.sparsity.rules import rule, sizes


@rule(SumPool, MaxPool, MaxPoolAlong)
def pooled(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Each place depends on the entries in its window."""
    return (_windows(node.op, sizes(node.args[i]), shape),)


@rule(SumPoolBack, MaxPoolBack)
def given_back(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Each entry depends on the places whose windows hold it."""
    return (_windows(node.op, shape, sizes(node.args[i])).T.tocsr(),)


def _windows(op: Any, spatial: Sequence[int], places: Sequence[int]) -> Any:
    """The matrix of places by entries, for windows over the last axes."""
    rank, shape = len(op.kernel), (prod(places), prod(spatial))
    if not all(shape):
        return matrix([], [], shape)
    channels = positions(spatial).reshape(-1, 1, *spatial[len(spatial) - rank :])
    copy = op.like(Columns).call(ArrayType(channels.shape, channels.dtype))
    held = np.asarray(copy(channels))
    place = np.arange(prod(places)).reshape(len(held), 1, -1)
    place = np.broadcast_to(place, held.shape)
    real = held > 0
    return matrix(place[real], held[real] - 1, shape)
