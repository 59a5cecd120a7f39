"""The same loops on plain arrays: ordinary Python, with the same checks and results."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.control.carry import Carry
from graphdiff.control.loops import Kind, Slices, make_loop
from graphdiff.control.segments import Checkpoint, segment_lengths
from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, as_array
from graphdiff.graph.nest import (
    flatten,
    leaves_of,
    map_nest,
    path_name,
    structure,
    unflatten,
)
from graphdiff.graph.node import Scope, building, current_scope
from graphdiff.graph.types import ArrayType


class SymbolicStepError(Exception):
    """A step on plain arrays has made a symbolic value: it has read one."""


def is_plain(*nests: Any) -> bool:
    """Whether nothing here is symbolic, and nobody is tracing."""
    leaves = leaves_of(nests)[0]
    return current_scope().watcher is None and not any(
        isinstance(leaf, Expression) for leaf in leaves
    )


def own(nest: Any) -> Any:
    """A copy of plain arrays, which a step may write into."""
    return map_nest(lambda x: x.copy() if isinstance(x, np.ndarray) else x, nest)


def settled(carry: Carry, made: Any) -> Any:
    """The next carry, of the types that the carry has."""
    leaves = [concrete(leaf) for leaf in carry.matched(made)]
    for i, leaf in enumerate(leaves):
        if type(leaf) in (bool, int, float, complex):
            continue
        array = as_array(leaf, carry.names[i])
        type_ = ArrayType(array.shape, array.dtype)
        wider = carry.widened(i, type_)
        if wider is None:
            carry.check(i, type_)
        else:
            carry.types[i] = wider
        carry.weak[i] = False
    return carry.rebuilt(leaves)


def concrete(leaf: Any) -> Any:
    """`leaf`, unless it is symbolic."""
    if isinstance(leaf, Expression):
        raise SymbolicStepError
    return leaf


def finished(carry: Carry, value: Any) -> Any:
    """The final carry as arrays of the types that it settled on."""
    leaves = [
        np.asarray(leaf, type.dtype)[()]
        for leaf, type in zip(carry.matched(value), carry.types, strict=True)
    ]
    return carry.rebuilt(leaves)


def run_loop(
    kind: Kind,
    fn: Callable[..., Any],
    init: Any,
    slices: Slices,
    reverse: bool = False,
    checkpoint: Checkpoint = None,
) -> tuple[Any, Any]:
    """What `make_loop` makes, computed."""
    if not slices.has_steps:
        return _no_step(kind, fn, init, slices)
    segment_lengths(kind.what, checkpoint, slices.length)
    what, length = kind.what, range(operator.index(slices.length))
    carry = Carry(f"{what}: carry", init)
    arrays = [np.asarray(a) for a in slices.leaves]
    value, stacks = own(init), None
    for t in reversed(length) if reverse else length:
        x = unflatten(slices.spec, [a[t] for a in arrays])
        made, y = kind.split(fn(*kind.arguments(value, x)))
        value = settled(carry, made)
        stacks = stacks or Stacks(what, y, len(length))
        stacks.put(t, y)
    assert stacks is not None
    return finished(carry, value), unflatten(stacks.spec, stacks.arrays)


class Stacks:
    """Arrays for the results of the steps, all of which are like the first."""

    def __init__(self, what: str, y: Any, length: int) -> None:
        """Make room for `length` results like `y`."""
        self.what = f"{what}: result"
        leaves, paths, self.spec = flatten(y)
        self.names = [path_name(self.what, path) for path in paths]
        entries = [as_array(concrete(e), self.what) for e in leaves]
        self.arrays = [np.empty((length, *e.shape), e.dtype) for e in entries]

    def put(self, t: int, y: Any) -> None:
        """Keep what step `t` has made."""
        leaves, _, spec = flatten(y)
        if spec != self.spec:
            raise GraphTypeError(
                f"{self.what}: one step returns {structure(self.spec)}, another "
                f"{structure(spec)}"
            )
        for name, stack, leaf in zip(self.names, self.arrays, leaves, strict=True):
            entry = as_array(concrete(leaf), name)
            if entry.shape != stack.shape[1:] or entry.dtype != stack.dtype:
                raise ShapeError(
                    f"{name}: one step gives {stack.dtype}{list(stack.shape[1:])}, "
                    f"another {entry.dtype}{list(entry.shape)}"
                )
            stack[t] = entry


def _no_step(kind: Kind, fn: Any, init: Any, slices: Slices) -> tuple[Any, Any]:
    """The results without a step: their types follow from a step on symbols."""
    with building(Scope()):
        final, ys = make_loop(kind, fn, init, slices)
    carry = Carry(f"{kind.what}: carry", init)
    carry.types = [leaf.node.type for leaf in leaves_of(final)[0]]
    stacks = map_nest(lambda y: np.empty((0, *y.shape[1:]), y.dtype), ys)
    return finished(carry, init), stacks
