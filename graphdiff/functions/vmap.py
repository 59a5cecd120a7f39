"""A function of one example, made one of a batch: ``gd.vmap``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from graphdiff.batching.axes import (
    batched_outputs,
    common_size,
    moved,
    place_of,
    without,
)
from graphdiff.batching.graph import batched_graph
from graphdiff.errors import GraphTypeError, GraphValueError, shown
from graphdiff.expression.expression import Expression, as_node
from graphdiff.expression.spec import Spec
from graphdiff.functions.form import Form
from graphdiff.graph.graph import Graph, Tree
from graphdiff.graph.nest import (
    flatten,
    is_nest,
    leaves_of,
    path_name,
    spread_prefix,
    structure,
    unflatten,
)
from graphdiff.graph.types import ArrayType
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.trace.fresh import Fresh, leaf_type, weak_dtype
from graphdiff.trace.trace import bind, trace

Axes = Any
"""An axis, None for what is the same for every example, or a nest of these."""


class Vmap(Form):
    """A function applied to every example of a batch at once."""

    _prefix = "vmap"

    def __init__(
        self, fn: Any, in_axes: Axes, out_axes: Axes, options: dict[str, Any]
    ) -> None:
        """Take the function, and where the batch is in arguments and results."""
        super().__init__(fn, options)
        self.in_axes = _checked("in_axes", in_axes)
        self.out_axes = _checked("out_axes", out_axes)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph of the function on a batch like these arguments."""
        batch = _Batch(bind(self.fn, args, kwargs), self.in_axes)
        one = batch.example
        graph = trace(self.fn, *one.args, **one.kwargs)
        if self.stabilise:
            graph = stabilise_graph(graph)
        graph = simplify(graph)
        signature = graph.signature
        assert signature is not None
        leaves = batch.mapped(signature.parameters)
        types = {name: leaf.type for name, leaf in leaves.items()}
        axes = {name: leaf.axis for name, leaf in leaves.items()}
        out_axes = self._out_axes(signature.result)
        return simplify(batched_graph(graph, types, axes, out_axes))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the function on a batch to what is being built."""
        batch = _Batch(bind(self.fn, args, kwargs), self.in_axes)
        one = batch.example
        fresh = Fresh(one.arguments)
        one.arguments.update(fresh.values)
        values, spec = leaves_of(self.fn(*one.args, **one.kwargs))
        results = self.settled([as_node(v) for v in values])
        outputs = {str(i): y for i, y in enumerate(results)}
        axes = self._out_axes(Tree(spec, tuple(outputs)))
        mapped = {
            fresh.inputs[name]: moved(as_node(leaf.value), leaf.axis, 0)
            for name, leaf in batch.mapped(fresh.trees).items()
        }
        made = batched_outputs(outputs, axes, mapped, batch.size)
        found = fresh.put_back([*made.values()])
        return unflatten(spec, list(map(Expression, found)))

    def _out_axes(self, result: Tree) -> dict[str, int | None]:
        """The axis of each output, by name."""
        nest = unflatten(result.spec, list(result.leaves))
        try:
            axes = spread_prefix(self.out_axes, nest)
        except ValueError:
            raise GraphTypeError(
                f"out_axes: {shown(self.out_axes)} does not nest as what the function "
                f"returns: {structure(result.spec)}"
            ) from None
        return dict(zip(result.names, axes, strict=True))


class _Leaf(NamedTuple):
    """One array among the arguments, and the axis that holds the batch."""

    value: Any
    type: ArrayType
    axis: int


class _Batch:
    """Arguments with a batch in them: where it is, and one example's arguments."""

    def __init__(self, bound: inspect.BoundArguments, in_axes: Axes) -> None:
        """Find the leaves that hold the batch, and put specs in their place."""
        self._leaves: dict[str, list[_Leaf | None]] = {}
        self.example = bound
        weak = weak_dtype(leaves_of(dict(bound.arguments))[0])
        named: list[tuple[str, ArrayType, int]] = []
        for parameter, axes in _by_parameter(bound, in_axes).items():
            value = bound.arguments[parameter]
            leaves, paths, spec = flatten(value)
            found: list[_Leaf | None] = []
            for i, axis in enumerate(_spread(parameter, axes, value)):
                name = path_name(parameter, paths[i])
                leaf = None if axis is None else _leaf(name, leaves[i], axis, weak)
                found.append(leaf)
                if leaf is not None:
                    named.append((name, leaf.type, leaf.axis))
                    leaves[i] = Spec(without(leaf.type, leaf.axis))
            self._leaves[parameter] = found
            bound.arguments[parameter] = unflatten(spec, leaves)
        self.size = common_size("in_axes", named)

    def mapped(self, trees: Mapping[str, Tree]) -> dict[str, _Leaf]:
        """The leaves that hold the batch, by the names that `trees` gives them."""
        return {
            name: leaf
            for parameter, leaves in self._leaves.items()
            for name, leaf in zip(trees[parameter].leaves, leaves, strict=True)
            if name is not None and leaf is not None
        }


def _leaf(name: str, value: Any, axis: int, weak: np.dtype) -> _Leaf | None:
    """A leaf that in_axes says holds the batch; text and flags never do."""
    type = leaf_type(name, value, weak)
    if type is None:
        if isinstance(value, int) and not isinstance(value, bool):
            raise GraphTypeError(
                f"vmap: {name} is the int {value}, which has no axis to hold the "
                f"batch; say None for it in in_axes"
            )
        return None
    return _Leaf(value, type, place_of(f"vmap: {name}", axis, type.shape))


def _by_parameter(bound: inspect.BoundArguments, in_axes: Axes) -> dict[str, Axes]:
    """What in_axes says of each parameter; one named by keyword only is mapped."""
    if not isinstance(in_axes, (tuple, list)):
        return dict.fromkeys(bound.arguments, in_axes)
    kinds = inspect.Parameter
    found: dict[str, Axes] = {}
    rest = list(in_axes)
    axes: Axes = None
    for name, parameter in bound.signature.parameters.items():
        if parameter.kind is kinds.VAR_POSITIONAL:
            many = len(bound.arguments.get(name, ()))
            axes, rest = tuple(rest[:many]), rest[many:]
            if len(axes) < many:
                raise _length(bound, in_axes)
        elif parameter.kind in (kinds.KEYWORD_ONLY, kinds.VAR_KEYWORD):
            axes = 0
        elif rest:
            axes = rest.pop(0)
        elif name in bound.arguments:
            raise _length(bound, in_axes)
        if name in bound.arguments:
            found[name] = axes
    if rest:
        raise _length(bound, in_axes)
    return found


def _length(bound: inspect.BoundArguments, in_axes: Axes) -> Exception:
    listing = ", ".join(bound.arguments)
    return GraphValueError(
        f"in_axes: expected an entry for each argument ({listing}), got "
        f"{shown(in_axes)}"
    )


def _spread(parameter: str, axes: Axes, value: Any) -> list[int | None]:
    try:
        return spread_prefix(axes, value)
    except ValueError:
        raise GraphTypeError(
            f"in_axes: {shown(axes)} does not nest as the argument {parameter}: "
            f"{structure(leaves_of(value)[1])}"
        ) from None


def _checked(what: str, axes: Axes) -> Axes:
    """`axes`, if it is an axis, None, or a nest of these."""
    by_place = axes is None or isinstance(axes, (tuple, list)) or not is_nest(axes)
    if what == "in_axes" and not by_place:
        raise GraphTypeError(
            f"in_axes: expected an axis, None, or a tuple with an entry for each "
            f"argument, got {shown(axes)}"
        )
    for axis in leaves_of(axes)[0] if is_nest(axes) else [axes]:
        plain = isinstance(axis, (int, np.integer)) and not isinstance(axis, bool)
        if axis is not None and not plain:
            raise GraphTypeError(
                f"{what}: an axis is an int, or None for what is the same for every "
                f"example; got {shown(axis)}"
            )
    return axes


def vmap(
    fn: Callable[..., Any],
    in_axes: Axes = 0,
    out_axes: Axes = 0,
    *,
    backend: str = "numpy",
    stabilise: bool = True,
) -> Vmap:
    """A function that gives what `fn` does for every example of a batch, at once.

    `fn` is written for one example. `in_axes` says which axis of the arguments holds
    the batch: an int for all of them, or a tuple with an entry for each, which is an
    int, None (the same for every example) or a nest of these that mirrors the argument
    or a part of it from above. `out_axes` says the same of what `fn` returns; None
    hands on, once, what does not depend on the batch. Negative axes count from the end;
    parameters that can only be passed by keyword are mapped along axis 0.

    The graph gets one axis more where it depends on a mapped argument; there is no
    loop, and all else is computed once. A batch times a matrix is one product. It nests
    with itself and with `gd.grad` and the other forms, either way round:
    ``gd.vmap(gd.grad(loss), (None, 0, 0))`` gives gradients example by example.

    Raises `ShapeError` if there is no such axis, or arguments differ in its size,
    `GraphValueError` if no argument is mapped or a result is not the same for all as
    `out_axes` says, and `UnsupportedError`, naming the op, where one has no rule.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def loss(w, x, y):
    ...     return (x @ w - y) ** 2
    >>> w, x, y = np.array([1.0, 2.0]), np.eye(2), np.zeros(2)
    >>> gd.vmap(loss, (None, 0, 0))(w, x, y)
    array([1., 4.])
    >>> gd.vmap(gd.grad(loss), (None, 0, 0))(w, x, y)
    array([[2., 0.],
           [0., 4.]])
    """
    options = dict(backend=backend, kinks="mean", stabilise=stabilise)
    return Vmap(fn, in_axes, out_axes, options)
