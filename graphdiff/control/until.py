"""while_loop: a loop whose number of steps the data decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.control.body import closed, run_traced, specs
from graphdiff.control.branch import check_truth
from graphdiff.control.carry import Carry
from graphdiff.control.plain import SymbolicStepError, finished, is_plain, own, settled
from graphdiff.errors import GraphTypeError
from graphdiff.expression.doors import surface
from graphdiff.expression.expression import Expression, as_node, results_of
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, building, current_scope, make
from graphdiff.graph.types import ArrayType, dims_of
from graphdiff.ops.region.until import While
from graphdiff.sizes.dims import Dim
from graphdiff.words import unique


@surface
def while_loop(
    test: Callable[[Any], Any], body: Callable[[Any], Any], init: Any
) -> Any:
    """Run ``carry = body(carry)`` as long as ``test(carry)`` holds.

    Returns the final carry, `init` if the test fails at once. `init` is an array or
    a nest of arrays, and `body` keeps its structure, shapes and dtypes; `test` gives
    a boolean scalar. The number of steps is known only when the loop has run, in
    reverse mode too, where the steps are kept on a tape that grows. On plain arrays
    this is an ordinary ``while``.

    Raises `ShapeError` or `DTypeError` where a step changes the type of the carry,
    naming the leaf, or where the test gives anything but one truth.

    >>> import graphdiff as gd
    >>> def root(x):
    ...     def test(r):
    ...         return abs(r * r - x) > 1e-12
    ...     return gd.while_loop(test, lambda r: (r + x / r) / 2, x)
    >>> round(float(root(9.0)), 9), round(float(gd.grad(root)(9.0)), 9)
    (3.0, 0.166666667)
    """
    for name, fn in (("test", test), ("body", body)):
        if not callable(fn):
            raise GraphTypeError(
                f"while_loop: {name}: expected a function, got {type(fn).__name__}"
            )
    if is_plain(init):
        try:
            return _run(test, body, init)
        except SymbolicStepError:
            pass
    return _make(test, body, init)


def _make(test: Any, body: Any, init: Any) -> Any:
    """The final carry, as handles on a `While`."""
    carry = Carry("while_loop: carry", init)
    nexts: list[Node] | None = None
    while nexts is None:
        given = specs(carry.nest, carry.types)
        traced = run_traced("while_loop", body, given)
        with building(traced.scope):
            nexts = carry.next_nodes(traced.result)
    asked = run_traced("while_loop", test, given)
    with building(asked.scope):
        truth = as_node(asked.result, "while_loop: test")
    check_truth("while_loop: test", truth.type)
    outputs = traced.outputs(list(traced.inputs), nexts, ())
    (tested, step), outer = closed([asked, traced], [{"goes_on": truth}, outputs])
    args = (*carry.nodes(), *outer)
    op = _while(tested, step, len(nexts), args)
    results = results_of(make(op, *args))
    return carry.rebuilt(results[: len(nexts)])


def _while(test: Graph, body: Graph, carries: int, args: tuple[Node, ...]) -> While:
    """The op; of a loop that is there already the same, with its number of steps."""
    known = current_scope().bodies
    op = known.get((test, body, args))
    if op is None:
        op = While(test, body, carries, Dim.named(new_steps()))
        if not current_scope().weak:
            known[test, body, args] = op
    return op


def new_steps() -> str:
    """A name for the number of steps of a loop, new in what is being built."""
    scope = current_scope()
    if not scope.born:
        given = [n.type for n in list(scope.nodes.values()) if not n.args]
        scope.born |= {d: 1 for type in given for n in dims_of(type) for d in n.names}
    return unique("steps", scope.born)


def _run(test: Any, body: Any, init: Any) -> Any:
    """The final carry for plain arrays."""
    carry = Carry("while_loop: carry", init)
    value = own(init)
    while _truth(test(value)):
        value = settled(carry, body(value))
    return finished(carry, value)


def _truth(value: Any) -> bool:
    if isinstance(value, Expression):
        raise SymbolicStepError
    check_truth("while_loop: test", ArrayType(np.shape(value), np.asarray(value).dtype))
    return bool(value)
