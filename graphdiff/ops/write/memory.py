"""Whose memory a handle stands for: its own, another handle's, or the caller's.

NumPy's ``x[1:]``, ``x.T`` and ``x.reshape(2, -1)`` are views: what is written to one
is seen in the other. A node is a value and never changes, so a handle that is written
to moves on to a new node, and a `View` works out its node anew from that of its base.
A write through a view goes the way back, and ends with a new node for the base. Where
NumPy decides by the layout in memory whether something is a view, the view is *vague*:
as soon as the answer would matter, it is an error.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError, Position
from graphdiff.expression.doors import SHARES, name_of_function, update
from graphdiff.expression.expression import Expression, Given
from graphdiff.graph.node import (
    At,
    Constant,
    Full,
    Input,
    Node,
    current_scope,
    make,
)
from graphdiff.graph.types import Shape
from graphdiff.ops.core.axes import Reshape, Transpose
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.setitem import SetItem
from graphdiff.ops.shape.moves import Flip


class Cell(Expression, passes_on=False):
    """An array without axes, which NumPy writes into; a number it would replace."""

    __slots__ = ()
    is_array = True


class View(Expression, passes_on=False):
    """A handle on entries of another handle's memory.

    `way` are the nodes that lead from the node of the base, without that, to the own.
    Without a way it is not known how, or whether, the memory is shared.
    """

    __slots__ = ("_base", "_node", "_seen", "_way", "_what", "_where")
    lent = True
    is_array = True

    def __init__(
        self, base: Expression, way: list[Node] | None, node: Node, what: str
    ) -> None:
        """Stand for `node`, made of the node of `base` by the function `what`."""
        self._base, self._way, self._node, self._what = base, way, node, what
        self._seen = base.node
        self._where = current_scope().positions.get(node)

    @property
    def node(self) -> Node:
        """The node of what the memory holds now."""
        whole = self._base.node
        if whole is not self._seen:
            if self._way is None:
                raise self._doubt(whole)
            self._node = self.steps(whole)[-1]
            self._seen = whole
        return self._node

    def steps(self, whole: Node) -> list[Node]:
        """The nodes from `whole`, a value of the base, to the value of the view."""
        found = [whole]
        for old in self._way or ():
            found.append(make(old.op, found[-1]))
        return found

    def shows(self, base: Expression, way: list[Node]) -> bool:
        """Whether it is the view of `base` that this way leads to."""
        own = [node.op for node in self._way or ()]
        return self._base is base and own == [node.op for node in way]

    def write(self, node: Node) -> None:
        """Let the memory hold `node`: the base gets a node with these entries."""
        if self._way is None:
            raise GraphTypeError(
                f"{self._what} may be a view or a copy, which depends on the layout in "
                f"memory: assign to the array itself, or to a copy of this"
            )
        *wholes, _ = self.steps(self._base.node)
        for whole, step in zip(reversed(wholes), reversed(self._way), strict=True):
            node = _back(whole, step, node)
        rebind(self._base, node)

    def _doubt(self, whole: Node) -> GraphTypeError:
        written = current_scope().positions.get(whole)
        return GraphTypeError(
            f"{self._what}{_at(self._where)} may be a view of an array that has been "
            f"written to since{_at(written)}, which depends on the layout in memory: "
            f"take it again after the assignment, or a copy of it before"
        )


def _at(position: Position | None) -> str:
    return f" ({position})" if position else ""


def _back(whole: Node, step: Node, part: Node) -> Node:
    """`whole` with what `step` reads of it replaced by `part`."""
    op = step.op
    if isinstance(op, Take):
        return make(SetItem(op.pattern), whole, part)
    if isinstance(op, (Reshape, Transpose, Flip)):
        made = op.pullback(0, At(), Expression(part), None, Expression(whole))
        return made.node  # type: ignore[no-any-return]
    raise GraphValueError(
        f"assignment destination is read-only, as that of np.{op.label}"
    )


def rebind(x: Expression, node: Node) -> None:
    """Let the memory of `x` hold `node`; that of an argument is the caller's."""
    if isinstance(x, View):
        x.write(node)
    elif isinstance(x, Given):
        op = x.node.op
        name = op.name if isinstance(op, Input) else "x"
        raise GraphTypeError(
            f"{name} is an argument, and what the caller owns is never modified: copy "
            f"it first, {name} = {name}.copy()"
        )
    elif not x.is_array:
        raise GraphTypeError("a number has no entries that could be assigned to")
    else:
        scope = current_scope()
        if scope.watcher is not None:
            scope.watcher.moved(x.node, node)
        x.node = node


def way_to(node: Node, start: Node) -> list[Node] | None:
    """The nodes that lead from `start` to `node` by moving entries alone, if so."""
    found: list[Node] = []
    while node is not start:
        if len(node.args) != 1 or not node.op.is_view_of(*node.args):
            return None
        found.append(node)
        node = node.args[0]
    return found[::-1]


def _is_sure(base: Expression, way: list[Node]) -> bool:
    """Whether NumPy makes a view, whatever the layout in memory.

    A new array of several axes lies in memory as what it was made from does.
    """
    vague = [s for s in way if isinstance(s.op, Reshape) and not _is_mild(s)]
    if not vague:
        return True
    plain = not isinstance(base, View) and _is_in_order(base.node)
    return plain and vague == way[:1]


def _is_mild(step: Node) -> bool:
    """Whether a reshape works on a vector, or adds and drops axes of size 1."""
    old, new = step.args[0].type.shape, step.type.shape
    return len(old) <= 1 or _core(old) == _core(new)


def _core(shape: Shape) -> Shape:
    return tuple(n for n in shape if n != 1)


def _is_in_order(node: Node) -> bool:
    """Whether the entries of a new array surely lie row after row."""
    while isinstance(node.op, (SetItem, Reshape)):
        node = node.args[0]
    return isinstance(node.op, (Full, Constant))


def view(function: Any, args: Any, kwargs: Any, result: Any) -> Any:
    """The result of a function that gives views, as handles on the memory of `args`."""
    if isinstance(result, (list, tuple)):
        return type(result)(view(function, args, kwargs, part) for part in result)
    if not isinstance(result, Expression):
        return result
    if kwargs.get("copy"):
        return Expression(result.node)
    every = (*args, *kwargs.values())
    given = [a for a in every if isinstance(a, Expression) and a.is_array]
    for base in given:
        if base is result and function in _GIVE_BACK:
            return base
        way = way_to(result.node, base.node)
        if way is not None:
            sure = _is_sure(base, way)
            name = name_of_function(function)
            return View(base, way if sure else None, result.node, name)
    if function in _OR_COPY or not given:
        return Expression(result.node)
    return View(given[0], None, result.node, name_of_function(function))


def _item(function: Any, args: Any, kwargs: Any, result: Any) -> Any:
    """What ``x[key]`` gives: of ints alone a number, else a view or a copy."""
    if not isinstance(result, Expression):
        return result
    key = args[1] if isinstance(args[1], tuple) else (args[1],)
    copied = isinstance(result.node.op, Take) and len(result.node.args) > 1
    if copied or not (result.shape or any(item is Ellipsis for item in key)):
        return Expression(result.node)
    return view(function, args, kwargs, result)


def _vague(function: Any, args: Any, kwargs: Any, result: Any) -> Any:
    """The result of a function that may give a view, nobody knows where."""
    found = [a for a in args if isinstance(a, Expression) and a.ndim]
    if len(found) != 1 or not isinstance(result, Expression):
        return result
    return View(found[0], None, result.node, name_of_function(function))


def _array(function: Any, args: Any, kwargs: Any, result: Any) -> Any:
    """The result of a function that gives an array even where it has no axes."""
    if kwargs.get("copy", True) is not True:
        return view(function, args, kwargs, result)
    return result.__copy__() if result.shape else Cell(result.node)


def _same(function: Any, args: Any, kwargs: Any, result: Any) -> Any:
    return result


_GIVE_BACK = {
    *(np.asarray, np.require, np.array, np.astype, np.atleast_1d, np.atleast_2d)
}
"""Functions that give back what they were given, if that will do."""

_OR_COPY = {np.asarray, np.require, np.array, np.astype, np.diag}
"""Functions of which the result is a copy where it is not clearly a view."""

_ways: dict[Callable[..., Any], list[Any]] = {
    view: [
        *(np.reshape, np.ravel, np.transpose, np.permute_dims, np.matrix_transpose),
        *(np.swapaxes, np.moveaxis, np.rollaxis, np.squeeze, np.expand_dims, np.flip),
        *(np.fliplr, np.flipud, np.rot90, np.broadcast_to, np.broadcast_arrays),
        *(np.asarray, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.unstack),
        np.require,
        *(np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit),
        *(np.diag, np.diagonal, np.linalg.diagonal, np.real, np.imag),
    ],
    _vague: [
        *(np.ascontiguousarray, np.asfortranarray, np.asanyarray, np.real_if_close),
        *(np.trim_zeros, np.einsum),
        *(np.lib.stride_tricks.sliding_window_view, np.lib.stride_tricks.as_strided),
    ],
    _array: [
        *(np.zeros, np.ones, np.empty, np.full, np.array, np.copy, np.where),
        *(np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.select),
        np.astype,
    ],
    _item: [operator.getitem],
    _same: [update],
}
for _way, _functions in _ways.items():
    SHARES.update(dict.fromkeys(_functions, _way))
