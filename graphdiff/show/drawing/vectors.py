"""Vectors in products of matrices: drawn as ``X @ w``, though w is a column there.

A product of matrices takes matrices, so the graph has ``w.reshape(d, 1)`` before it and
a reshape after it. Neither says anything: a picture leaves them out.
"""

from __future__ import annotations

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.ops.core.axes import Reshape
from graphdiff.ops.core.linalg import MatMul


class Vectors:
    """Which nodes of a graph only make a vector a matrix, or a matrix a vector."""

    def __init__(self, graph: Graph) -> None:
        """Look at every reshape next to a product of matrices."""
        self.columns: set[Node] = set()
        self.dropped: set[Node] = set()
        others: set[Node] = set()
        for node in graph.nodes:
            for place, arg in enumerate(node.args):
                if _is_vector(arg):
                    found = self.columns if _is_column(node, place) else others
                    found.add(arg)
            if _is_product(node):
                self.dropped.add(node)
        self.columns -= others

    def is_silent(self, node: Node) -> bool:
        """Whether `node` is written as the array that it reshapes."""
        return node in self.columns or node in self.dropped

    def is_outer(self, node: Node) -> bool:
        """Whether `node` is the product of a column and a row made of vectors."""
        return (
            isinstance(node.op, MatMul)
            and all(map(_is_vector, node.args))
            and node.args[0].type.shape[-1] == 1
        )


def _is_vector(node: Node) -> bool:
    """Whether a vector gets a second axis, of size 1."""
    return (
        isinstance(node.op, Reshape)
        and node.type.ndim == 2
        and node.args[0].type.ndim == 1
        and 1 in node.type.shape
    )


def _is_column(reader: Node, place: int) -> bool:
    """Whether a matrix stands before the column, or behind the row."""
    if not isinstance(reader.op, MatMul):
        return False
    shape = reader.args[place].type.shape
    other = reader.args[1 - place]
    return shape[-1 if place else -2] == 1 and not _is_vector(other)


def _is_product(node: Node) -> bool:
    """Whether a product that is a column or a row becomes a vector."""
    (product, *_) = node.args or (node,)
    return (
        isinstance(node.op, Reshape)
        and node.type.ndim == 1
        and isinstance(product.op, MatMul)
        and 1 in product.type.shape
        and product.type.ndim == 2
    )
