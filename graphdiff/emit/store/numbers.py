"""Functions of a few numbers, which Python's own floats compute faster than NumPy's.

Only for polynomials: there, Python's floats and NumPy's give the same bits. Of other
operations Python would raise where NumPy goes on, as for 1 / 0.
"""

from __future__ import annotations

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Full, Input, Node, full_value
from graphdiff.ops.core import elementwise as ufuncs

_PLAIN = {ufuncs.add, ufuncs.subtract, ufuncs.multiply, ufuncs.negative}
_POWERS = (2, 3)


def is_polynomial(graph: Graph) -> bool:
    """Whether `graph` is made of sums and products of float64 numbers alone."""
    return bool(graph.inputs) and all(map(_is_plain, graph.nodes))


def _is_plain(node: Node) -> bool:
    if isinstance(node.type, tuple) or node.type.shape or node.type.dtype.char != "d":
        return False
    if node.op in _PLAIN or isinstance(node.op, (Full, Input)):
        return True
    return is_small_power(node)


def is_small_power(node: Node) -> bool:
    """Whether `node` is x**2 or x**3, written as a product: no float overflows then."""
    return node.op is ufuncs.power and full_value(node.args[1]) in _POWERS
