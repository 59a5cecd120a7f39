"""What a run costs, counted: clocks differ from machine to machine, calls do not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def calls_of(run: Callable[[], Any]) -> int:
    """How many functions, of Python and of C, are called while `run` runs."""
    count = 0

    def took(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(took)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count


def assert_linear(calls: Callable[[int], int], size: int) -> None:
    """Assert that twice the size takes about twice the calls, not four times."""
    calls(size // 10)
    small, large = calls(size), calls(2 * size)
    assert large <= 2.1 * small, f"{small} calls of {size}, {large} of {2 * size}"
