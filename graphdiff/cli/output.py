"""Where the result of a command goes: a file, or stdout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from graphdiff.cli.load import UserError


def is_stdout(path: str | None) -> bool:
    """Whether ``-o`` asks for stdout: it does unless a path is given."""
    return path in (None, "-")


def write(path: str | None, content: str | bytes) -> None:
    """Write `content` to the file `path`, or to stdout.

    Text is UTF-8 in files, on every system, with plain line ends. Bytes are refused by
    a terminal, which they would only confuse.
    """
    if not is_stdout(path):
        assert path is not None
        _write_file(path, content)
    elif isinstance(content, bytes):
        if sys.stdout.isatty():
            raise UserError(
                "this is no text for a terminal: say -o FILE, or use a pipe"
            )
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        _write_text(content)


def _write_file(path: str, content: str | bytes) -> None:
    if not path:
        raise UserError("-o: expected the path of a file, or - for stdout")
    data = content.encode("utf-8") if isinstance(content, str) else content
    Path(path).write_bytes(data)


def _write_text(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError as error:
        letter = error.object[error.start]
        raise UserError(
            f"stdout is {error.encoding}, which has no {letter!a}: say "
            f"-o FILE, or set PYTHONIOENCODING=utf-8"
        ) from None
    sys.stdout.flush()


def close_stdout() -> None:
    """Give up on stdout, whose reader has gone: nothing more is said about it."""
    hole = os.open(os.devnull, os.O_WRONLY)
    os.dup2(hole, sys.stdout.fileno())
