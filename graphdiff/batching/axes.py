"""Where the batch is in an array that is handed in, or handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graphdiff.batching.batched import Batch
from graphdiff.errors import GraphValueError, ShapeError
from graphdiff.graph.node import Node, make
from graphdiff.graph.types import ArrayType, Size, alike, show_shape
from graphdiff.ops.core.axes import Transpose


def moved(x: Node, source: int, destination: int) -> Node:
    """`x` with one of its axes, counted from the front, in another place."""
    order = [k for k in range(x.type.ndim) if k != source]
    order.insert(destination, source)
    back = tuple(k - x.type.ndim for k in order)
    return x if order == sorted(order) else make(Transpose(back), x)


def place_of(what: str, axis: int, shape: Sequence[Size]) -> int:
    """`axis` of an array of this shape, counted from the front."""
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(
            f"{what} has no axis {axis} to hold the batch: its shape is "
            f"{show_shape(shape)}"
        )
    return axis % len(shape)


def without(type: ArrayType, axis: int) -> ArrayType:
    """The type of one example in a batch along `axis`."""
    return ArrayType((*type.shape[:axis], *type.shape[axis + 1 :]), type.dtype)


def common_size(what: str, found: Iterable[tuple[str, ArrayType, int]]) -> Size:
    """The size of the batch, of arguments by name, with the axis that holds it.

    `what` names the argument that says which these are.
    """
    sizes = [(name, axis, type.shape[axis]) for name, type, axis in found]
    if not sizes:
        raise GraphValueError(
            f"{what}: nothing is mapped, so nothing tells the size of the batch"
        )
    first = sizes[0]
    for other in sizes[1:]:
        if not alike(other[2], first[2]):
            listing = " and ".join(
                f"{name} has {size} along axis {axis}"
                for name, axis, size in (first, other)
            )
            raise ShapeError(
                f"vmap: arguments differ in the size of the batch: {listing}"
            )
    return first[2]


def batched_outputs(
    outputs: Mapping[str, Node],
    axes: Mapping[str, int | None],
    mapped: Mapping[Node, Node],
    size: Size,
) -> dict[str, Node]:
    """Outputs by name for a batch, which lies in each along the axis asked for.

    None asks for an output as it is; raises `GraphValueError` if it depends on the
    batch.
    """
    batch = Batch([*outputs.values()], mapped, size)
    made: dict[str, Node] = {}
    for name, y in outputs.items():
        axis = axes[name]
        if axis is not None:
            node = batch.full(y)
            place = place_of(f"out_axes: {name}", axis, node.type.shape)
            made[name] = moved(node, 0, place)
        elif batch.depends(y):
            raise GraphValueError(
                f"out_axes: None for {name}, which differs from example to example"
            )
        else:
            made[name] = batch.once(y)
    return made
