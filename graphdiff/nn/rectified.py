"""Activations beside the sigmoid and the rectifier, as compositions.

What is said of slopes where two pieces meet, for ``kinks="mean"``:

=================  ===========  ====================================================
function           at           slope there
=================  ===========  ====================================================
relu, relu6        0            0
leaky_relu, prelu  0            that of the negative side
elu, celu, selu    0            that of the negative side (the same, if alpha is 1)
relu6              6            1/2
hard_tanh          -1, 1        1/2
hard_sigmoid       -3, 3        1/12
hard_swish         -3, 3        halfway between the two sides
=================  ===========  ====================================================

Those at 0 are the same for every `kinks`, except for `relu` and `relu6`; the others
follow ``np.clip`` and ``np.minimum``. All further functions are smooth.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError, ShapeError
from graphdiff.expression.expression import surface
from graphdiff.graph.types import normalize_axis, show_shape
from graphdiff.nn.arrays import real, reals
from graphdiff.ops.core import elementwise
from graphdiff.ops.special.normal import ndtr

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@surface
def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """`x` where it is above 0, else ``slope * x``.

    >>> import graphdiff as gd
    >>> gd.nn.leaky_relu([-1.0, 2.0])
    array([-0.01,  2.  ])
    """
    x = real("leaky_relu", x)
    return np.where(x > 0, x, slope * x)


@surface
def prelu(x: Any, slope: Any) -> Any:
    """As `leaky_relu`, with slopes that are learned and broadcast against `x`."""
    x, slope = reals("prelu", x, slope)
    return np.where(x > 0, x, slope * x)


@surface
def relu6(x: Any) -> Any:
    """The rectifier that stops at 6: min(max(x, 0), 6)."""
    return np.minimum(elementwise.relu(real("relu6", x)), 6)


@surface
def elu(x: Any, alpha: float = 1.0) -> Any:
    """`x` where it is above 0, else ``alpha * (exp(x) - 1)``.

    >>> import graphdiff as gd
    >>> gd.nn.elu([-1000.0, 1000.0])
    array([  -1., 1000.])
    """
    x = real("elu", x)
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0, x)))


@surface
def celu(x: Any, alpha: float = 1.0) -> Any:
    """`x` where it is above 0, else ``alpha * (exp(x / alpha) - 1)``."""
    x = real("celu", x)
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0, x) / alpha))


@surface
def selu(x: Any) -> Any:
    """`elu`, scaled so that layers keep mean 0 and variance 1.

    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks",
    2017.
    """
    return _SELU_SCALE * elu(real("selu", x), _SELU_ALPHA)


@surface
def gelu(x: Any, approximate: str = "none") -> Any:
    """`x` times the probability that a standard normal number is below it.

    ``approximate="tanh"`` is the formula without the error function, which needs no
    SciPy. Hendrycks and Gimpel, "Gaussian error linear units", 2016.

    >>> import graphdiff as gd
    >>> gd.nn.gelu([-1.0, 0.0, 1.0], approximate="tanh").round(3)
    array([-0.159,  0.   ,  0.841])
    """
    x = real("gelu", x)
    if approximate == "none":
        return x * ndtr(x)
    if approximate != "tanh":
        raise GraphValueError(f"gd.nn.gelu: approximate={approximate!r}: none, tanh")
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@surface
def silu(x: Any) -> Any:
    """``x * sigmoid(x)``, also called swish.

    >>> import graphdiff as gd
    >>> gd.nn.silu([-1000.0, 0.0, 1000.0])
    array([  -0.,    0., 1000.])
    """
    x = real("silu", x)
    return x * elementwise.sigmoid(x)


@surface
def swish(x: Any, beta: Any = 1.0) -> Any:
    """``x * sigmoid(beta * x)``."""
    x = real("swish", x)
    return x * elementwise.sigmoid(beta * x)


@surface
def mish(x: Any) -> Any:
    """``x * tanh(softplus(x))``."""
    x = real("mish", x)
    return x * np.tanh(elementwise.softplus(x))


@surface
def hard_tanh(x: Any, low: float = -1.0, high: float = 1.0) -> Any:
    """`x`, cut to lie between `low` and `high`."""
    return np.clip(real("hard_tanh", x), low, high)


@surface
def hard_sigmoid(x: Any) -> Any:
    """The broken line ``x / 6 + 1 / 2``, cut to lie between 0 and 1."""
    return np.clip(real("hard_sigmoid", x) / 6 + 0.5, 0, 1)


@surface
def hard_swish(x: Any) -> Any:
    """``x * hard_sigmoid(x)``."""
    x = real("hard_swish", x)
    return x * np.clip(x / 6 + 0.5, 0, 1)


@surface
def softsign(x: Any) -> Any:
    """``x / (1 + abs(x))``."""
    x = real("softsign", x)
    return x / (1 + np.abs(x))


@surface
def squareplus(x: Any, b: float = 4.0) -> Any:
    """``(x + sqrt(x**2 + b)) / 2``: a smooth rectifier without exponentials."""
    x = real("squareplus", x)
    return (x + np.sqrt(x**2 + b)) / 2


@surface
def log_sigmoid(x: Any) -> Any:
    """The logarithm of `sigmoid`, without overflow.

    >>> import graphdiff as gd
    >>> gd.nn.log_sigmoid([-1000.0, 1000.0])
    array([-1000.,    -0.])
    """
    return -elementwise.softplus(-real("log_sigmoid", x))


@surface
def logit(p: Any) -> Any:
    """The inverse of `sigmoid`: ``log(p / (1 - p))``, with all digits near 0.

    >>> import graphdiff as gd
    >>> float(gd.nn.logit(0.5))
    0.0
    """
    p = real("logit", p)
    return np.log(p) - np.log1p(-p)


@surface
def glu(x: Any, axis: int = -1) -> Any:
    """The first half of `x` along `axis`, gated by the `sigmoid` of the second.

    Raises `ShapeError` for an axis of odd size.

    >>> import graphdiff as gd
    >>> gd.nn.glu([[3.0, 0.0]])
    array([[1.5]])
    """
    x = real("glu", x)
    place = normalize_axis("glu", axis, x.ndim)
    size = x.shape[place]
    if isinstance(size, int) and size % 2:
        raise ShapeError(f"gd.nn.glu: axis {axis} of {show_shape(x.shape)} is odd")
    rest = (slice(None),) * (-place - 1)
    first = x[(..., slice(None, size // 2), *rest)]
    second = x[(..., slice(size // 2, None), *rest)]
    return first * elementwise.sigmoid(second)
