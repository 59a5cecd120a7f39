"""Functions whose forward mode is the user's: `custom_jvp`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphdiff.custom.function import CustomFunction
from graphdiff.custom.ruled import Ruled
from graphdiff.derivative.sweep import collect, pull_back
from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import Expression, as_node
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import At, Full, Hole, Node, make
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.core.elementwise import cast_node


class Forward(Ruled):
    """A function whose rule pushes tangents: ``rule(tangents, y, *args)``."""

    pushes = True

    def pushforward(self, at: At, tangents: Any, y: Any, *args: Any) -> list[Any]:
        """What the rule says; an argument without a tangent has zeros."""
        self.check_own([i for i, t in enumerate(tangents) if t is not None])
        given = [
            (Expression(make(Full.of(0, x))) if x.is_inexact else None)
            if t is None
            else t
            for t, x in zip(tangents, self.calling.types, strict=False)
        ]
        found = self.tangents(given, y, args)
        return [None if t is None else Expression(t) for t in found]

    def tangents(
        self, given: Sequence[Any], y: Any, args: Sequence[Any]
    ) -> list[Node | None]:
        """Ask the rule: the tangents of the results, None for those without.

        `given` are the tangents of the leaves of the arguments.
        """
        calling = self.calling
        by_place, by_name = calling.arguments(args)
        ys = y if isinstance(y, tuple) else (y,)
        tangents = calling.parts(given)
        found = self.rule(tangents, calling.result(ys), *by_place, **by_name)
        leaves = calling.result_leaves("the tangent", found)
        return [
            None if t is None else _like(as_node(t), v.node)
            for t, v in zip(leaves, ys, strict=True)
        ]

    def shares(
        self, at: At, g: Sequence[Any], y: Any, args: Sequence[Any]
    ) -> list[Any]:
        """The rule, transposed: asked for tangents not known yet, and pulled back."""
        holes = [make(Hole(t)) if t.is_inexact else None for t in self.calling.types]
        given = [None if h is None else Expression(h) for h in holes]
        pairs = [
            (t, s)
            for t, s in zip(self.tangents(given, y, args), g, strict=True)
            if t is not None and s is not None
        ]
        kind = next((type(s) for _, s in pairs), None)
        seeds = collect([t for t, _ in pairs], [s.node for _, s in pairs])
        wanted = [h for h in holes if h is not None]
        pulled = pull_back(seeds, wanted, at.kinks, kind, inner=True)
        made = in_order([s for s in pulled if s is not None])
        if not set(wanted).isdisjoint(made):
            raise UnsupportedError(
                f"{self.name}: reverse mode transposes the rule of a custom_jvp, which "
                f"must be linear in the tangents for that, and this one is not; take "
                f"the derivative in forward mode, or write a custom_vjp"
            )
        shares = dict(zip(wanted, pulled, strict=True))
        found = [None if h is None else shares[h] for h in holes]
        captured = [None] * (len(args) - len(found))
        return [*[None if s is None else Expression(s) for s in found], *captured]


def _like(tangent: Node, y: Node) -> Node:
    """`tangent` in the dtype and shape of the result that it belongs to."""
    return spread_node(cast_node(tangent, y.type.dtype), y.type.shape)


class CustomJvp(CustomFunction):
    """A function with a rule for forward mode; see `custom_jvp`."""

    op = Forward
    form = "custom_jvp"


def custom_jvp(
    fn: Callable[..., Any], rule: Callable[..., Any] | None = None
) -> CustomJvp:
    """`fn`, with a derivative that you state: its Jacobian-vector product.

    The rule is given as `rule`, or decorated by ``.rule`` of the result. It is called
    as ``rule(tangents, y, *args)``: `tangents` is a tuple with the tangent of each
    argument, which nests as that (None for what is fixed or has no derivative), `y` is
    the result, and the arguments are those of the call. It gives the tangent of the
    result, which nests as the result and has its shapes; None stands for zero. It must
    be linear in the tangents: reverse mode transposes it. Else as `custom_vjp`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> @gd.custom_jvp
    ... def cube_root(x):
    ...     return np.sign(x) * np.abs(x) ** (1 / 3)
    >>> @cube_root.rule
    ... def _(tangents, y, x):
    ...     (t,) = tangents
    ...     return t / (3 * y**2)
    >>> round(float(gd.grad(cube_root)(8.0)), 12)
    0.083333333333
    """
    return CustomJvp(fn, rule)
