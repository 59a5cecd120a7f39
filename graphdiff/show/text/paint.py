"""Colours for a terminal: names of the forward part blue, of the gradient orange."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator

from graphdiff.errors import GraphTypeError, shown
from graphdiff.show.text.rows import Line

_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_NAMES = {"forward": "\x1b[34m", "gradient": "\x1b[33m", "input": "\x1b[36m"}
_ASSIGNS = re.compile(r"(\s*)(\S.*?)( [-+*/]?= .*|)", re.DOTALL)


def is_coloured(colour: object) -> bool:
    """Whether to colour: None asks whether people will see it, on a terminal.

    ``NO_COLOR`` in the environment says no (https://no-color.org), and so does a
    terminal that calls itself dumb.
    """
    if colour is None:
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return wanted and sys.stdout is not None and sys.stdout.isatty()
    if colour is not True and colour is not False:
        raise GraphTypeError(
            f"to_text: colour: expected True, False or None, got {shown(colour)}"
        )
    return colour


def painted(lines: Iterable[Line], coloured: bool) -> Iterator[str]:
    """The lines as they are printed."""
    for text, comment, look in lines:
        if not coloured:
            yield f"{text}  {comment}".rstrip() if comment else text
            continue
        first = _coloured(text, look) if text.strip() else text
        yield f"{first}  {_DIM}{comment}{_END}" if comment else first


def _coloured(text: str, look: str) -> str:
    if look in _NAMES:
        found = _ASSIGNS.fullmatch(text)
        assert found is not None
        space, name, rest = found.groups()
        return f"{space}{_NAMES[look]}{name}{_END}{rest}"
    if look == "adjoint":
        return text
    return f"{_DIM if look == 'fold' else _BOLD}{text}{_END}"
