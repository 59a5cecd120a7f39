"""Derivatives that there are none of: an error that says which, at the user's line."""

from __future__ import annotations

from typing import Any

from graphdiff.errors import UnsupportedError
from graphdiff.ops.core.entries import Rule


def no_slope(function: str, what: str) -> Rule:
    """The rule of an argument in which the function has no derivative to offer."""

    def rule(*args: Any) -> Any:
        raise UnsupportedError(
            f"{function} has no derivative with respect to {what}: SciPy has no "
            f"function for it; pass {what} as a constant"
        )

    return rule
