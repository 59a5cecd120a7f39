"""Equations as ops: the x for which ``residual(x, *parameters)`` is 0.

By the implicit function theorem the solution moves with the parameters as
``J dx = -dr``, where J is the Jacobian of the residual r by x, at the solution. So a
cotangent g of x goes to the parameters by way of one linear system, ``J.T w = g``:
their cotangents are those that they have where ``-w`` is that of r. All of that is
ordinary nodes at the solution, so derivatives of any order follow, and how the solver
got there has no part in them (Griewank and Walther, *Evaluating Derivatives*, 2nd ed.,
2008, section 15.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from graphdiff.derivative.jacobians import jacobian_nodes
from graphdiff.derivative.numeric import in_numbers
from graphdiff.derivative.sweep import pull_back
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph
from graphdiff.graph.inner import Inner, Solver
from graphdiff.graph.node import Arg, At, Call, Full, Input, Op, building, make
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import reshape_node
from graphdiff.ops.core.elementwise import Cast, Elementwise
from graphdiff.ops.shape.alone import total
from graphdiff.rewrite import simplify
from graphdiff.rewrite.unfold import inlined
from graphdiff.words import unique


class Implicit(Op):
    """A value that an equation defines, of which graphs give the parts.

    Arguments are what the solver begins with and the parameters of the equation. Two
    such ops are never equal: a user's solver cannot be compared.
    """

    singular = True

    helper: ClassVar[str]
    """The function of the table that calls the solver."""

    word: ClassVar[str]
    """What the solution is called."""

    solver: Solver
    tol: float

    @property
    def label(self) -> str:
        """What the solution is called."""
        return self.word

    @property
    def functions(self) -> tuple[Inner, ...]:
        """The functions that the helper takes, in order."""
        raise NotImplementedError

    @property
    def inner(self) -> dict[str, Inner]:
        """All functions that graphs define, by field."""
        found = ((f.name, getattr(self, f.name)) for f in fields(self))  # type: ignore[arg-type]
        return {name: value for name, value in found if isinstance(value, Inner)}

    def infer(self, *args: ArrayType) -> ArrayType:
        """The type of what the solver begins with."""
        return args[0]

    def call(self, *args: ArrayType) -> Call:
        """A call that hands on the solver and the functions of the equation."""
        places = tuple([Arg(i) for i in range(1, len(args))])
        record = (self.solver, *self.functions, Arg(0), places, self.tol)
        return Call(self.helper, record)

    def bodies(self) -> tuple[Graph, ...]:
        """The graphs of the functions."""
        return tuple([f.body for f in self.inner.values()])

    def with_bodies(self, bodies: tuple[Graph, ...]) -> Op:
        """The same equation, written otherwise."""
        pairs = zip(self.inner.items(), bodies, strict=True)
        made = {name: f.having(body) for (name, f), body in pairs}
        return self if made == self.inner else replace(self, **made)  # type: ignore[type-var]

    def is_flat(self, i: int) -> bool:
        """What the solver begins with does not matter."""
        return i == 0

    def pullback(self, i: int, at: At, g: Any, y: Any, *args: Any) -> Any:
        """By one linear system for all parameters."""
        return self.pullbacks([i], at, g, y, *args)[0]

    def pullbacks(
        self, wanted: Sequence[int], at: At, g: Any, y: Any, *args: Any
    ) -> list[Any]:
        """By one linear system for all parameters."""
        if isinstance(y, Expression):
            found = self.shares(at, g, y, args)
        else:
            found = in_numbers(
                lambda g, y, x: self.shares(at, g[0], y, x), [g], [y], args
            )
        return [found[i] for i in wanted]

    def shares(self, at: At, g: Any, y: Any, args: Sequence[Any]) -> list[Any]:
        """The cotangents of all arguments; None where there is none."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Equation(Implicit):
    """The x for which `residual` is 0; `slope` is the Jacobian of that by x.

    The inputs of both graphs are x and the parameters. Of an equation that goes entry
    by entry the Jacobian is diagonal, and `slope` holds the diagonal, shaped as x.
    """

    residual: Inner
    slope: Inner
    solver: Solver
    tol: float

    helper, word = "find_root", "root"

    @property
    def functions(self) -> tuple[Inner, ...]:
        """The residual and its Jacobian."""
        return self.residual, self.slope

    def shares(self, at: At, g: Any, y: Any, args: Sequence[Any]) -> list[Any]:
        """Solve with the transposed Jacobian; send that through the residual."""
        here = [y.node, *[x.node for x in args[1:]]]
        (slope,) = inlined(self.slope.body, here)
        w = solved_transposed(Expression(slope), g)
        found = inlined(self.back(at.kinks), [*here, w.node])
        places = iter(found)
        real = [x.node.type.is_inexact for x in args[1:]]
        return [None, *[Expression(next(places)) if r else None for r in real]]

    def back(self, kinks: str) -> Graph:
        """The cotangents of the real parameters, where -w is that of the residual.

        The inputs are x, the parameters and w.
        """
        known = self._backs.get(kinks)
        if known is None:
            known = self._backs[kinks] = backward(self.residual.body, kinks, -1)
        return known

    @cached_property
    def _backs(self) -> dict[str, Graph]:
        return {}


@dataclass(frozen=True, eq=False)
class FixedPoint(Equation):
    """The x that `mapping` leaves alone; the residual is ``x - mapping(x)``."""

    mapping: Inner

    helper, word = "find_fixed_point", "fixed_point"

    @property
    def functions(self) -> tuple[Inner, ...]:
        """The mapping."""
        return (self.mapping,)


@dataclass(frozen=True, eq=False)
class Minimum(Equation):
    """The x at which `objective` is least; the residual is its gradient."""

    objective: Inner

    helper, word = "find_minimum", "minimum"

    @property
    def functions(self) -> tuple[Inner, ...]:
        """The objective, its gradient and its Hessian."""
        return self.objective, self.residual, self.slope


def solved_transposed(slope: Any, g: Any) -> Any:
    """The w with ``slope.T w = g``, shaped as g; `slope` is square, or a diagonal."""
    if slope.shape == g.shape:
        return g / slope
    flat = g.reshape(-1)
    if getattr(g, "strict", False):
        flat = g.like(flat)
    return np.linalg.solve(slope.T, flat).reshape(g.shape)


def backward(body: Graph, kinks: str, sign: int) -> Graph:
    """The cotangents of the inputs but the first, given `sign` times the output's.

    The inputs are those of `body` and the cotangent; outputs are for real inputs only.
    """
    (output,) = body.outputs.values()
    name = unique("w", dict.fromkeys(body.inputs, 1))
    with building(body.scope()):
        w = make(Input(name, output.type))
        seed = w if sign == 1 else (sign * Expression(w)).node
        real = {n: x for n, x in list(body.inputs.items())[1:] if x.type.is_inexact}
        found = pull_back({output: seed}, list(real.values()), kinks)
        shares = {
            f"d_{n}": make(Full.of(0, x.type)) if s is None else s
            for (n, x), s in zip(real.items(), found, strict=True)
        }
        return simplify(Graph({**body.inputs, name: w}, shares))


def slope_of(body: Graph) -> Graph:
    """The Jacobian of the output by the first input, as a matrix.

    Of a function that goes entry by entry it is the diagonal, shaped as the input.
    """
    (y,) = body.outputs.values()
    x, *_ = body.inputs.values()
    with building(body.scope()):
        if goes_by_entry(body):
            (found,) = pull_back({y: make(Full.of(1, y.type))}, [x])
            assert found is not None
        else:
            ((block,),) = jacobian_nodes([y], [x])
            size = total(x.type.shape)
            found = reshape_node(block, (size, size)) if x.type.shape else block
        return simplify(Graph(body.inputs, {"slope": found}))


def goes_by_entry(body: Graph) -> bool:
    """Whether each entry of the output depends on its own of the first input alone."""
    x, *_ = body.inputs.values()
    moved = {x}
    for node in body.nodes:
        inner = [arg for arg in node.args if arg in moved]
        if inner:
            if not isinstance(node.op, (Elementwise, Cast)):
                return False
            if any(n.type.shape != x.type.shape for n in (node, *inner)):
                return False
            moved.add(node)
    return True
