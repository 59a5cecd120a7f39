"""Derivatives of high order by one variable, from power series."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from graphdiff.derivative.blocks import Blocks, Key, Nodes
from graphdiff.derivative.coefficients import Coefficient, times
from graphdiff.derivative.jacobians import check_holomorphic
from graphdiff.derivative.series import Series
from graphdiff.errors import DTypeError, GraphValueError, ShapeError, shown
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Full, Node, Role, current_scope, make
from graphdiff.graph.types import show_shape
from graphdiff.ops.core.elementwise import Cast, Elementwise
from graphdiff.strict import ways


@dataclass(frozen=True)
class Taylor(Blocks):
    """The coefficients of powers up to `n` of the step, along a new first axis."""

    n: int = 1

    order: ClassVar[int] = 0

    def derive(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """Series of all outputs at once."""
        x = _lone(xs)
        for y in ys.values():
            _check(y, x, next(iter(xs)))
        series = Series(x, make(Full.of(1, x.type)), self.kinks)
        found = series.run([*ys.values()], self.n)
        return {
            (name,): self.result(y, known)
            for (name, y), known in zip(ys.items(), found, strict=True)
        }

    def result(self, y: Node, known: Sequence[Coefficient]) -> Node:
        """What is given of the coefficients of one output."""
        parts = [Expression(_present(c, y)) for c in known]
        return np.stack(parts).node  # type: ignore[attr-defined,no-any-return]

    def title(self, output: str, variables: Sequence[str]) -> str:
        """``coefficients``, or ``coefficients_y``."""
        return f"coefficients_{output}" if output else "coefficients"


class Derivative(Taylor):
    """The derivative of order `n` alone."""

    def result(self, y: Node, known: Sequence[Coefficient]) -> Node:
        """Coefficient n, times the factorial of n."""
        return _present(times(math.factorial(self.n), known[self.n]), y)

    def title(self, output: str, variables: Sequence[str]) -> str:
        """``d3``, or ``d3_y``."""
        return f"d{self.n}_{output}" if output else f"d{self.n}"


def check_order(what: str, order: object) -> int:
    """Return `order` if it is a number of derivatives; raise otherwise."""
    if isinstance(order, (bool, np.bool_)) or not isinstance(order, (int, np.integer)):
        raise GraphValueError(f"{what}: expected an int from 0 on, got {shown(order)}")
    if order < 0:
        raise GraphValueError(f"{what}: expected an int from 0 on, got {order}")
    return int(order)


def _present(found: Coefficient, y: Node) -> Node:
    """A coefficient; zeros where there is none."""
    if found is not None:
        return found
    scope = current_scope()
    made = make(Full.of(0, y.type))
    if made not in scope.names:
        scope.roles.setdefault(made, Role(y, "unused"))
    return made


def _lone(xs: Nodes) -> Node:
    if len(xs) != 1:
        raise GraphValueError(
            f"wrt: a series has one variable, got {', '.join(map(repr, xs))}"
        )
    (x,) = xs.values()
    return x


_ENTRYWISE = (Elementwise, Cast)


def _check(y: Node, x: Node, name: str) -> None:
    """Raise unless `y` has derivatives of every order by `x` that are arrays like it.

    A function of one number has; of an array only one that is entrywise.
    """
    if not x.type.is_inexact or not y.type.is_inexact:
        dtype = y.type.dtype if x.type.is_inexact else x.type.dtype
        raise DTypeError(f"derivative: expected floating-point numbers, got {dtype}")
    if x.type.is_complex:
        check_holomorphic(y, x, y, x)
    if x.type.shape == ():
        return
    active = {x}
    for node in in_order([y]):
        if any(arg in active for _, arg in ways(node)):
            active.add(node)
            entrywise = isinstance(node.op, _ENTRYWISE)
            if not entrywise or node.type.shape != x.type.shape:
                raise ShapeError(
                    f"derivative: {name!r} has shape {show_shape(x.type.shape)}, and "
                    f"the function is not entrywise: {node.op.label} stands between; "
                    f"use jacobian or hessian, or vmap of a function of one number"
                )
