"""Jacobians and Hessians of expressions, beside `gradients`."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.derivative.differentiate import (
    check_variable,
    expression_node,
    expression_nodes,
)
from graphdiff.derivative.jacobians import (
    check_mode,
    hessian_nodes,
    jacobian_nodes,
    recording,
)
from graphdiff.derivative.kinks import check_kinks
from graphdiff.expression.doors import surface
from graphdiff.expression.expression import Expression


@surface
def jacobians(
    y: Expression,
    wrt: Sequence[Expression],
    *,
    mode: str = "auto",
    kinks: str = "mean",
) -> list[Expression]:
    """The Jacobian of `y` with respect to each expression of `wrt`.

    Each has shape ``y.shape + x.shape``; see `gd.jacobian` for modes, dtypes and
    complex numbers.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x, w = gd.var("x", "n"), gd.var("w", "m,n")
    >>> (by_x,) = gd.jacobians(w @ x, [x])
    >>> by_x.shape
    (m, n)
    """
    check_kinks(kinks)
    target = expression_node("y", y)
    variables = expression_nodes("wrt", wrt)
    for i, x in enumerate(variables):
        check_variable(f"wrt[{i}]", x.type, False)
    with recording(target, "jacobian"):
        (row,) = jacobian_nodes([target], variables, kinks, check_mode(mode))
    return [Expression(block) for block in row]


@surface
def hessians(
    y: Expression,
    wrt: Sequence[Expression],
    *,
    mode: str = "auto",
    kinks: str = "mean",
) -> list[list[Expression]]:
    """The second derivatives of `y`: a list of rows of blocks, as `wrt` twice.

    Each has shape ``y.shape + x.shape + z.shape``; see `gd.hessian`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x, s = gd.var("x", "n"), gd.var("s", "")
    >>> rows = gd.hessians(s * np.sum(x**3), [x, s])
    >>> [[block.shape for block in row] for row in rows]
    [[(n, n), (n,)], [(n,), ()]]
    """
    check_kinks(kinks)
    target = expression_node("y", y)
    variables = expression_nodes("wrt", wrt)
    for i, x in enumerate(variables):
        check_variable(f"wrt[{i}]", x.type, False)
    with recording(target, "hessian"):
        rows = hessian_nodes(target, variables, kinks, check_mode(mode))
    return [[Expression(block) for block in row] for row in rows]
