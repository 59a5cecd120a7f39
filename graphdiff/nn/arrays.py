"""What the functions of this package take: expressions, arrays, lists, numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import DTypeError
from graphdiff.expression.expression import Expression, as_array
from graphdiff.graph.types import promote


def array(what: str, x: Any) -> Any:
    """`x`, as it is if it is symbolic, else as an array; `what` is for errors."""
    return x if isinstance(x, Expression) else as_array(x, f"gd.nn.{what}")


def real(what: str, x: Any) -> Any:
    """As `array`; float dtypes are kept, integers and booleans become float64."""
    x = array(what, x)
    if x.dtype.kind == "c":
        raise DTypeError(f"gd.nn.{what}: expected real numbers, got {x.dtype}")
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def reals(what: str, *values: Any) -> list[Any]:
    """As `real`, in the one dtype in which NumPy combines them."""
    found = [real(what, x) for x in values]
    dtype = promote(*(x.dtype for x in found))
    return [x if x.dtype == dtype else x.astype(dtype) for x in found]
