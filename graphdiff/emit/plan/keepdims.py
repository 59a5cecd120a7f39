"""Which values keep the axes that a reduction took away, at size 1.

``x - np.max(x, axis=1, keepdims=True)`` is in the graph a reduction, whatever is done
with its result, and a `Spread` back along the same axes. If every reader of a value
wants those axes back, the value is written with them from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphdiff.graph.node import Constant, Node, full_value
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Elementwise, add
from graphdiff.ops.core.index import Concatenate, Put
from graphdiff.ops.core.linalg import GatedMatMul, MatMul
from graphdiff.ops.core.reduce import Extremum, Logical, Mean, Prod, Std, Var

Axes = tuple[int, ...]

_REDUCTIONS = (Sum, Mean, Prod, Extremum, Var, Std, Logical)
_ASKING = (Spread, Reshape, Elementwise)
_NONE: Axes = ()


def kept_axes(order: Sequence[Node], outputs: Iterable[Node]) -> dict[Node, Axes]:
    """For each node that is written with extra axes of size 1: which, of the result."""
    if {type(node.op) for node in order}.isdisjoint((Spread, Reshape)):
        return {}
    wanted: dict[Node, Axes] = dict.fromkeys(outputs, _NONE)
    kept: dict[Node, Axes] = {}
    others = set(outputs)
    growing = _growing(order)
    for node in reversed(order):
        op, axes = node.op, wanted.get(node, _NONE)
        if axes and node not in growing and _can_keep(node, axes):
            kept[node] = axes
        request = _NONE
        if isinstance(op, _ASKING) and (type(op) is not Reshape or node in others):
            request = _request(node, kept.get(node, _NONE))
        takes_vectors = _takes_vectors(node, others)
        for arg in node.args:
            if not takes_vectors:
                others.add(arg)
            if arg.args and wanted.setdefault(arg, request) != request:
                wanted[arg] = _NONE
    return kept


def _growing(order: Sequence[Node]) -> set[Node]:
    """The sums that are written entry by entry, which is done in their own shape."""
    found: set[Node] = set()
    for node in order:
        sum_ = node.op is add and not found.isdisjoint(node.args)
        if sum_ or isinstance(node.op, Put):
            found.add(node)
    return found


def _takes_vectors(node: Node, others: set[Node]) -> bool:
    """Whether `node` is a product that reads a vector as itself, or leads to one."""
    if isinstance(node.op, (MatMul, GatedMatMul)):
        return True
    if isinstance(node.op, Concatenate):
        return all(_is_in_line(arg, node.op.axis) for arg in node.args)
    return isinstance(node.op, Transpose) and node not in others


def _is_in_line(arg: Node, axis: int) -> bool:
    """Whether a part of a concatenation got its axis for that: ``np.stack`` puts it."""
    if isinstance(arg.op, Reshape):
        return inserted_axes(arg.args[0].type.shape, arg.type.shape) == (axis,)
    return isinstance(arg.op, Constant) or full_value(arg) is not None


def _can_keep(node: Node, axes: Axes) -> bool:
    op = node.op
    if isinstance(op, _REDUCTIONS):
        return op.axes == axes
    if isinstance(op, Reshape):
        return inserted_axes(node.type.shape, node.args[0].type.shape) == axes
    return isinstance(op, Elementwise)


def _request(node: Node, kept: Axes) -> Axes:
    """The axes that `node` would like its arguments to keep."""
    op = node.op
    if isinstance(op, Spread):
        rank = len(node.type.shape)
        leading = all(a < len(op.axes) - rank for a in op.axes)
        return _NONE if leading else op.axes
    if isinstance(op, Reshape):
        found = inserted_axes(node.args[0].type.shape, node.type.shape)
        return found or _NONE
    return kept if isinstance(op, Elementwise) else _NONE


def inserted_axes(old: tuple, new: tuple) -> Axes | None:  # type: ignore[type-arg]
    """The axes of size 1 that lead from shape `old` to `new`, or None.

    >>> inserted_axes((3, 4), (3, 1, 4)), inserted_axes((4,), (2, 2))
    ((-2,), None)
    """
    axes = []
    left = list(old)
    for axis in range(-1, -len(new) - 1, -1):
        size = new[axis]
        if left and left[-1] == size:
            left.pop()
        elif isinstance(size, int) and size == 1:
            axes.append(axis)
        else:
            return None
    return None if left else tuple(reversed(axes))
