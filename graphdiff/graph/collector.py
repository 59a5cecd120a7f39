"""Python's cycle collector, held back while a graph is built.

Building makes many objects and drops almost none of them; the collector would look at
all of them again and again, and find nothing.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_held = 0
_was_on = False


@contextmanager
def collector_held() -> Iterator[None]:
    """Hold the collector back within the ``with`` block, in whatever thread."""
    global _held, _was_on
    with _lock:
        if _held == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _held += 1
    try:
        yield
    finally:
        with _lock:
            _held -= 1
            if _held == 0 and _was_on:
                gc.enable()
