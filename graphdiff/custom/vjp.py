"""Functions whose reverse mode is the user's: `custom_vjp`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphdiff.custom.function import CustomFunction
from graphdiff.custom.ruled import Ruled
from graphdiff.derivative.sweep import pull_back
from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import At, Full, Hole, Node, make


class Backward(Ruled):
    """A function whose rule takes cotangents back: ``rule(g, y, *args)``."""

    def shares(
        self, at: At, g: Sequence[Any], y: Any, args: Sequence[Any]
    ) -> list[Any]:
        """What the rule gives; it must be linear in a cotangent not known yet."""
        calling = self.calling
        ys = y if isinstance(y, tuple) else (y,)
        full = [_zeros(v) if s is None else s for s, v in zip(g, ys, strict=True)]
        by_place, by_name = calling.arguments(args)
        result, cotangent = calling.result(ys), calling.result(full)
        given = self.rule(cotangent, result, *by_place, **by_name)
        found = calling.leaves("the cotangent", given)
        made = [None if s is None else lift(s) for s in found]
        if any(getattr(s, "is_open", False) for s in full):
            self._check_linear([s.node for s in full], made)
        return [*made, *[None] * (len(args) - len(made))]

    def _check_linear(self, g: Sequence[Node], shares: Sequence[Any]) -> None:
        """Raise unless the slope of `shares` along `g` is the same wherever g is."""
        there = [s.node for s in shares if s is not None]
        seeds = {share: make(Hole(share.type)) for share in there}
        slopes = [s for s in pull_back(seeds, g, inner=True) if s is not None]
        if not set(g).isdisjoint(in_order(slopes)):
            raise UnsupportedError(
                f"{self.name}: forward mode transposes the rule of a custom_vjp, which "
                f"must be linear in the cotangent for that, and this one is not; take "
                f"the derivative in reverse mode, or write a custom_jvp"
            )


def _zeros(y: Any) -> Expression:
    return Expression(make(Full.of(0, y.node.type)))


class CustomVjp(CustomFunction):
    """A function with a rule for reverse mode; see `custom_vjp`."""

    op = Backward
    form = "custom_vjp"


def custom_vjp(
    fn: Callable[..., Any], rule: Callable[..., Any] | None = None
) -> CustomVjp:
    """`fn`, with a derivative that you state: its vector-Jacobian product.

    The rule is given as `rule`, or decorated by ``.rule`` of the result. It is called
    as ``rule(g, y, *args)``: `g` is the cotangent of the result and nests as that, `y`
    is the result, and the arguments are those of the call. It gives the cotangents of
    the arguments: a tuple with one entry for each (of a single argument the entry
    alone will do), which nests as the argument and has its shapes. None stands for
    zero, and for arguments without a derivative: integers, strings, flags.

    The rule is plain code and may use the function itself. So a derivative of any
    order follows from it; forward mode transposes it, and raises `UnsupportedError` if
    it is not linear in `g`. What the function reads through its closure must not be
    differentiated by (`GraphValueError`): make it an argument. On plain arrays `fn`
    runs as it is; graphs that run, and emitted code, hold its own nodes.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> @gd.custom_vjp
    ... def log1pexp(x):
    ...     return np.log(1 + np.exp(x))
    >>> @log1pexp.rule
    ... def _(g, y, x):
    ...     return g * (1 - 1 / (1 + np.exp(x)))
    >>> float(gd.grad(log1pexp)(100.0))  # exp(x) / (1 + exp(x)) is no better at 1000
    1.0
    """
    return CustomVjp(fn, rule)
