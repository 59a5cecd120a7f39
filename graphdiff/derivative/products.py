"""Derivatives times vectors, on nodes: nothing as large as a matrix is made."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.derivative.differentiate import ascent, ones, zeros
from graphdiff.derivative.sweep import pull_back, push_forward
from graphdiff.graph.node import Node


def hessian_products(
    y: Node, xs: Sequence[Node], vectors: Sequence[Node], kinks: str = "mean"
) -> list[Node]:
    """The change of the gradient of scalar `y` by `xs` along the vectors."""
    found = pull_back({y: ones(y.type)}, xs, kinks)
    slopes = [ascent(x, g) for x, g in zip(xs, found, strict=True)]
    tangents = dict(zip(xs, vectors, strict=True))
    images = push_forward(slopes, tangents, kinks)
    return [
        zeros(x.type) if image is None else image
        for x, image in zip(xs, images, strict=True)
    ]
