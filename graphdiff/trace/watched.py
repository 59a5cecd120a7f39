"""The frames of the user's functions, as tracing finds them between two events."""

from __future__ import annotations

import inspect
from collections.abc import Hashable
from types import FrameType

from graphdiff.errors import Position, Run, traced_at
from graphdiff.trace.stores import Site, Sites, sites_of

_RESUMABLE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_NESTED = frozenset(("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"))


class Watched:
    """A frame of the user's, as it was at the last event.

    `below` is the frame that called it, `run` what positions say about it.
    """

    __slots__ = (
        *("cost", "frame", "late", "node", "offset", "parameters", "rank"),
        *("resumable", "run", "site", "sites"),
    )

    def __init__(self, frame: FrameType, below: Watched | None, run: Run) -> None:
        """Begin to watch `frame`."""
        code = frame.f_code
        self.frame = frame
        self.run = run
        self.sites: Sites = sites_of(code)
        self.resumable = bool(code.co_flags & _RESUMABLE)
        size = code.co_nlocals if code.co_flags & inspect.CO_OPTIMIZED else 0
        self.cost = 1 + size * (1 + size // 256)
        count = code.co_argcount + code.co_kwonlyargcount
        count += bool(code.co_flags & inspect.CO_VARARGS)
        count += bool(code.co_flags & inspect.CO_VARKEYWORDS)
        self.parameters = code.co_varnames[:count]
        above = 0 if below is None else below.rank + 1
        self.rank: int = above - 1 if above and code.co_name in _NESTED else above
        self.node: Hashable = None
        self.offset = -1
        self.site: Site | None = None
        self.late: list[Site] = []

    @property
    def waiting_at(self) -> Position | None:
        """Where it stands while it waits for another frame of the user's."""
        return traced_at(self.frame, 0, self.run)
