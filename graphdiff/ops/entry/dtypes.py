"""NumPy's questions about dtypes, and about membership, asked of symbolic arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.expression.doors import implements
from graphdiff.expression.expression import Expression, lift


def _example(value: Any) -> Any:
    """An array of the dtype of `value`; anything else as it is."""
    return np.empty(0, value.dtype) if isinstance(value, Expression) else value


@implements(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> np.dtype:
    """The dtype in which NumPy would compute with all of these."""
    return np.result_type(*map(_example, arrays_and_dtypes))


@implements(np.common_type)
def common_type(*arrays: Any) -> Any:
    """The type of floats that holds all of these."""
    return np.common_type(*map(_example, arrays))


@implements(np.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether a conversion is allowed."""
    given = from_.dtype if isinstance(from_, Expression) else from_
    return np.can_cast(given, to, casting)


@implements(np.isin)
def isin(element: Any, test_elements: Any, *, invert: bool = False) -> Any:
    """For each entry, whether it is one of the others."""
    element = lift(element, "np.isin")
    others = lift(test_elements, "np.isin").reshape(-1)
    found = np.any(element.reshape(*element.shape, 1) == others, axis=-1)
    return np.logical_not(found) if invert else found
