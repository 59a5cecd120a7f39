"""Derivatives of high order, and the coefficients of Taylor series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphdiff.derivative.taylor import Derivative, Taylor, check_order
from graphdiff.functions.blocks import made
from graphdiff.functions.wrt import Wrt
from graphdiff.graph.graph import Graph


def derivative(
    fn: Callable[..., Any] | Graph,
    order: int = 1,
    wrt: Wrt | None = None,
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """The derivative of `fn` of any order by one number, or entry by entry.

    `fn` is a function of a number (it may return arrays: a curve), or an entrywise one
    of an array; its other arguments are constants. The result is shaped as what `fn`
    returns. Computed by power series (see `taylor`), the work grows with the square
    of the order. Of a graph, a graph with an output ``d3`` more. Raises `ShapeError`
    for a function of an array that is not entrywise.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> float(gd.derivative(np.exp, order=10)(0.0))
    1.0
    >>> gd.derivative(lambda x: x**4, 3)(np.array([1.0, 2.0]))
    array([24., 48.])
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise, allow_int=False)
    blocks = Derivative(kinks, n=check_order("order", order))
    return made("derivative", blocks, fn, wrt, of, options)


def taylor(
    fn: Callable[..., Any] | Graph,
    order: int,
    wrt: Wrt | None = None,
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """The coefficients of the powers 0 to `order` of t in ``fn(x + t)``.

    Along a new first axis, lowest order first, as ``numpy.polynomial`` has them. See
    `derivative` for what `fn` may be. Where a derivative is infinite, so is its
    coefficient; those after it need not be numbers.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> gd.taylor(lambda x: 1 / (1 - x), order=4)(0.0)
    array([1., 1., 1., 1., 1.])
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise, allow_int=False)
    blocks = Taylor(kinks, n=check_order("order", order))
    return made("taylor", blocks, fn, wrt, of, options)
