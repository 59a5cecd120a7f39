"""From a user's function to the graphs of an equation, and from these to its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.derivative.differentiate import check_scalar, ones
from graphdiff.derivative.sweep import pull_back
from graphdiff.errors import (
    DTypeError,
    GraphTypeError,
    GraphValueError,
    ShapeError,
    shown,
)
from graphdiff.evaluate import evaluate
from graphdiff.expression.expression import Expression, as_array
from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.inner import Inner, Solver
from graphdiff.graph.nest import is_nest
from graphdiff.graph.node import LEAVES, Input, Node, building
from graphdiff.graph.types import show_shape
from graphdiff.implicit.equation import Implicit, goes_by_entry, slope_of
from graphdiff.rewrite import simplify, stabilise
from graphdiff.runtime.table import HELPERS
from graphdiff.trace.closed import Closed, close
from graphdiff.trace.trace import name_of


@dataclass(frozen=True)
class Problem:
    """A function ``f(x, *args)`` for which `form` will solve, and with what.

    `body` is its graph, stable; its first input is x, the other ones are `parameters`
    and what the function captured, whose values outside are `arguments`.
    """

    form: str
    what: str
    body: Graph
    arguments: tuple[Node, ...]
    solver: Solver
    tol: float

    @property
    def x(self) -> Node:
        """The unknown, as the body has it."""
        return next(iter(self.body.inputs.values()))

    @property
    def y(self) -> Node:
        """What the function gives."""
        (y,) = self.body.outputs.values()
        return y

    def inner(self, body: Graph, suffix: str, of: str) -> Inner:
        """A function that is made of this one."""
        return Inner(f"{self.what}_{suffix}" if suffix else self.what, body, of)

    def jacobian(self, body: Graph, suffix: str, of: str) -> Inner:
        """The Jacobian of what a graph gives, by the unknown."""
        x = next(iter(body.inputs)).rpartition(".")[2]
        made, by_entry = slope_of(body), goes_by_entry(body)
        part = "the diagonal of the Jacobian" if by_entry else "the Jacobian"
        word = "the slope" if not self.x.type.shape else part
        return self.inner(made, suffix, f"{word} of the {of} by {x}")

    def check_like_x(self, result: str) -> None:
        """Raise unless what the function gives is shaped as x, real, and made of it."""
        x, y = self.x.type, self.y.type
        if y.is_complex:
            raise DTypeError(
                f"{self.form}: {self.what}: the {result} has dtype {y.dtype}: expected "
                f"real numbers, as x is; return .real and .imag of it"
            )
        if y.shape != x.shape:
            raise ShapeError(
                f"{self.form}: {self.what}: the {result} has shape "
                f"{show_shape(y.shape)} where x has {show_shape(x.shape)}; give x0 the "
                f"shape of the solution"
            )
        self.check_moves(result)

    def check_moves(self, result: str) -> None:
        """Raise unless what the function gives depends on x."""
        if self.x not in in_order([self.y]):
            raise GraphValueError(
                f"{self.form}: {self.what}: the {result} does not depend on x"
            )

    def derived(self, name: str, node: Node) -> Graph:
        """The graph of another value, on the same inputs."""
        return simplify(Graph(self.body.inputs, {name: node}))

    def gradient(self) -> Graph:
        """The gradient of the function by x."""
        check_scalar(self.form, f"the value of {self.what}", self.y.type)
        self.check_moves("value")
        with building(self.body.scope()):
            (found,) = pull_back({self.y: ones(self.y.type)}, [self.x])
            assert found is not None
            return self.derived("gradient", found)

    def solved(self, op: Implicit) -> Any:
        """The value of `op`: symbolic if an argument is, else computed."""
        nodes = self.arguments
        if not all(map(_is_known, nodes)):
            return op(*map(Expression, nodes))
        places = {str(i): node for i, node in enumerate(nodes)}
        values = evaluate(Graph({}, places), {}).values()
        return op.call(*[n.type for n in nodes])(*values)


def _is_known(node: Node) -> bool:
    """Whether the value of an argument is at hand: no input, and of no named size."""
    known = isinstance(node.op, LEAVES) and not isinstance(node.op, Input)
    return known and all(isinstance(n, int) for n in node.type.shape)


def pose(
    form: str,
    f: Callable[..., Any],
    x0: Any,
    args: Sequence[Any],
    solver: Any,
    default: str,
    tol: Any,
    start: str = "x0",
) -> Problem:
    """Trace `f` for the unknown and the parameters, and check what the user said.

    `start` is the parameter under which the form takes its `x0`.
    """
    _check_said(form, f, solver, tol)
    x0 = beginning(f"{form}: {start}", x0)
    closed = _closed(form, f, x0, args)
    dtype = _lone(form, closed).type.dtype
    x = closed.arguments[0].type
    if dtype != x.dtype:
        x0 = x0.astype(np.result_type(dtype, x.dtype))
        closed = _closed(form, f, x0, args)
    with building(closed.graph.scope()):
        body = stabilise(Graph(closed.graph.inputs, closed.graph.outputs))
    own = name_of(f)
    what = _NAMELESS[form] if own == "output" else own
    function = HELPERS[default] if solver is None else solver
    chosen = Solver(what, function, default if solver is None else "")
    single = closed.arguments[0].type.dtype.itemsize < 8
    limit = (1e-2 if single else 1e-4) if tol is None else float(tol)
    return Problem(form, what, body, closed.arguments, chosen, limit)


def _check_said(form: str, f: Any, solver: Any, tol: Any) -> None:
    """Raise for a function that is none, or a bound that is none."""
    for name, value in (("f", f), ("solver", solver)):
        if not callable(value) and not (name == "solver" and value is None):
            raise GraphTypeError(
                f"{form}: {name}: expected a function, got {type(value).__name__}"
            )
    if tol is not None and not (isinstance(tol, (int, float, np.number)) and tol > 0):
        raise GraphValueError(f"{form}: tol: expected more than 0, got {shown(tol)}")


_NAMELESS = {
    "root": "residual",
    "fixed_point": "mapping",
    "minimize": "objective",
    "linear_solve": "product",
}
"""What a function without a name is called."""


def beginning(what: str, x0: Any) -> Any:
    """Where a solver begins: real numbers, in floating point."""
    if isinstance(x0, list) and all(isinstance(v, (int, float)) for v in x0):
        x0 = np.array(x0)
    if is_nest(x0):
        raise GraphTypeError(f"{what}: expected an array, got {type(x0).__name__}")
    x0 = x0 if isinstance(x0, Expression) else as_array(x0, what)
    if x0.dtype.kind == "c":
        raise DTypeError(f"{what}: expected real numbers, got {x0.dtype}")
    return x0 if x0.dtype.kind == "f" else x0.astype(np.float64)


def _closed(form: str, f: Any, x0: Any, args: Sequence[Any]) -> Closed:
    return close(f, (x0, *args), {})


def _lone(form: str, closed: Closed) -> Node:
    """The one output of a function."""
    tree = closed.signature.result
    if tree.spec is not None:
        raise GraphTypeError(
            f"{form}: {closed.signature.function}: expected one array as the result"
        )
    (y,) = closed.graph.outputs.values()
    return y
