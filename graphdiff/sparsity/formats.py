"""What a sparse derivative is returned as: a matrix, triplets, or values alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphdiff.graph.node import Constant, Node, current_scope, make
from graphdiff.runtime.late import sparse
from graphdiff.sparsity.compress import Compressed

PARTS: Mapping[str, tuple[str, ...]] = {
    "csr": ("values", "indices", "indptr"),
    "triplets": ("values", "rows", "columns"),
    "values": ("values",),
}


def part_of(found: Compressed, name: str) -> Node:
    """The node of a part, in the current scope."""
    if name == "values":
        return found.values
    node = make(Constant.of(index_array(found, name)))
    current_scope().names.setdefault(node, name)
    return node


def index_array(found: Compressed, name: str) -> np.ndarray:
    """An index array of a format, of 32 bits where that is enough."""
    small = max(*found.shape, found.indices.size) < 2**31
    if name == "rows":
        counts = np.diff(found.indptr)
        array = np.repeat(np.arange(len(counts)), counts)
    else:
        array = found.indptr if name == "indptr" else found.indices
    return array.astype(np.int32 if small else np.int64)


class Assembled:
    """What a form calls: the values, and the index arrays that belong to them."""

    def __init__(
        self, values: Callable[..., Any], found: Compressed, format: str
    ) -> None:
        """Take the compiled values, and the format wanted."""
        self.values = values
        self.shape = found.shape
        self.format = format
        self.index = [index_array(found, name) for name in PARTS[format][1:]]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the values; the arrays are the caller's own."""
        parts = self.values(*args, **kwargs), *[array.copy() for array in self.index]
        if self.format == "csr":
            return sparse.csr_array(parts, shape=self.shape)
        return parts
