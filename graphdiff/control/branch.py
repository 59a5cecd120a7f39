"""cond: a branch of which only the side that is taken runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.control.body import closed, run_traced, specs
from graphdiff.control.carry import Carry
from graphdiff.control.plain import is_plain
from graphdiff.errors import DTypeError, GraphTypeError, ShapeError
from graphdiff.expression.doors import surface
from graphdiff.expression.expression import as_node, results_of
from graphdiff.graph.nest import flatten, path_name, structure, unflatten
from graphdiff.graph.node import Node, building, make
from graphdiff.graph.types import ArrayType, promote, show_shape
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.region.cond import Cond


@surface
def cond(
    pred: Any,
    true_fn: Callable[..., Any],
    false_fn: Callable[..., Any],
    *operands: Any,
) -> Any:
    """``true_fn(*operands)`` where the scalar `pred` holds, else ``false_fn(...)``.

    Only the branch that is taken runs, in the derivative too: what the other one
    would make of these operands (a NaN, a long time) does not matter. `pred` is a
    boolean scalar, operands and results are arrays or nests of them, and both
    branches return the same structure, shapes and dtypes. On plain arrays this is an
    ordinary ``if``.

    Raises `DTypeError` for a `pred` that is no truth, `ShapeError` for one that has
    axes, and either where the branches differ, naming the leaf.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> root = lambda x: gd.cond(x > 0, np.sqrt, lambda x: 0 * x, x)
    >>> float(root(4.0)), float(gd.grad(root)(-1.0))
    (2.0, 0.0)
    """
    for name, fn in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(fn):
            raise GraphTypeError(
                f"cond: {name}: expected a function, got {type(fn).__name__}"
            )
    if is_plain(pred, operands):
        check_truth("cond: pred", ArrayType(np.shape(pred), np.asarray(pred).dtype))
        return (true_fn if pred else false_fn)(*operands)
    choice = as_node(pred, "cond: pred")
    check_truth("cond: pred", choice.type)
    given = Carry("cond: operands", operands)
    arguments = specs(operands, given.types)
    traced = [run_traced("cond", fn, *arguments) for fn in (false_fn, true_fn)]
    (first, paths, spec), (second, _, other) = (flatten(t.result) for t in traced)
    if spec != other:
        raise GraphTypeError(
            f"cond: the branches must return one structure, but true_fn returns "
            f"{structure(other)}, false_fn {structure(spec)}"
        )
    names = [path_name("cond: result", path) for path in paths]
    results = _matched(names, [first, second], traced)
    outputs = [t.outputs((), (), r) for t, r in zip(traced, results, strict=True)]
    branches, outer = closed(traced, outputs, hoist=False)
    whole = make(Cond(tuple(branches)), choice, *given.nodes(), *outer)
    return unflatten(spec, results_of(whole))


def check_truth(what: str, type: ArrayType) -> None:
    """Raise unless a value of this type is one truth."""
    if type.dtype.kind != "b":
        raise DTypeError(f"{what}: expected a boolean, got {type.dtype}")
    if type.shape != ():
        raise ShapeError(
            f"{what}: expected a scalar, got shape {show_shape(type.shape)}; take "
            f"np.all or np.any of it, or choose entry by entry with np.where"
        )


def _matched(names: list[str], leaves: Any, traced: Any) -> list[list[Node]]:
    """The results of both branches, Python's numbers in the dtype of the others."""
    sides: list[list[Node]] = [[], []]
    for name, *pair in zip(names, *leaves, strict=True):
        weak = [type(leaf) in (bool, int, float, complex) for leaf in pair]
        nodes = []
        for leaf, t in zip(pair, traced, strict=True):
            with building(t.scope):
                nodes.append(as_node(leaf, name))
        dtypes: list[Any] = [
            type(leaf) if w else node.type.dtype
            for leaf, node, w in zip(pair, nodes, weak, strict=True)
        ]
        dtype = promote(*dtypes)
        for i, t in enumerate(traced):
            if weak[i]:
                with building(t.scope):
                    nodes[i] = cast_node(nodes[i], dtype)
        false, true = (node.type for node in nodes)
        if false != true:
            kind = ShapeError if false.shape != true.shape else DTypeError
            raise kind(f"{name}: true_fn gives {true}, false_fn {false}")
        for side, node in zip(sides, nodes, strict=True):
            side.append(node)
    return sides
