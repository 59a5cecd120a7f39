"""Loading the user's function from a file, and blaming the right line for errors."""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from graphdiff.errors import GraphdiffError, is_user_code


class UserError(Exception):
    """A mistake in what was asked of the command line: one line, no traceback."""


def load_function(target: str) -> Callable[..., Any]:
    """The function that ``FILE.py:FUNCTION`` names; its file is run.

    The file's folder comes first in the import path, as when Python runs the file, so
    that it finds the modules beside it. Raises `UserError` if there is no such file
    or function, or if running the file fails.
    """
    file, colon, name = target.rpartition(":")
    if not colon or not file or not name:
        raise UserError(f"expected FILE.py:FUNCTION, got {target!r}")
    path = Path(file)
    if not path.is_file():
        raise UserError(f"there is no file {file!r}")
    found: Any = _run(path)
    for part in name.split("."):
        if not hasattr(found, part) or isinstance(found, dict):
            raise UserError(f"{path.name} has no function {name!r}{_others(found)}")
        found = getattr(found, part)
    if not callable(found):
        raise UserError(f"{path.name}: {name} is not a function")
    return found  # type: ignore[no-any-return]


def _run(path: Path) -> Any:
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = path.stem if path.stem not in sys.modules else f"{path.stem} (loaded)"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with user_code(path.name):
        spec.loader.exec_module(module)
    return module


def _others(module: Any) -> str:
    owner = getattr(module, "__name__", None)
    found = [
        name
        for name, value in getattr(module, "__dict__", {}).items()
        if callable(value) and getattr(value, "__module__", None) == owner
    ]
    return f"; it has {', '.join(found)}" if found else ""


@contextmanager
def user_code(what: str) -> Iterator[None]:
    """Turn what the user's code raises into a `UserError` that names its line.

    What is raised within graphdiff itself is our fault, and keeps its traceback. What
    the code prints goes to stderr: stdout is for what was asked.
    """
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (GraphdiffError, UserError):
        raise
    except SyntaxError as error:
        file = os.path.basename(error.filename or what)
        line = f":{error.lineno}" if error.lineno else ""
        raise UserError(f"{file}{line}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        frames = list(traceback.walk_tb(error.__traceback__))
        inside = [(f, line) for f, line in frames if is_user_code(f.f_code)]
        last = str(frames[-1][0].f_globals.get("__name__", ""))
        if not inside or last.partition(".")[0] == "graphdiff":
            raise
        frame, at = inside[-1]
        file = os.path.basename(frame.f_code.co_filename)
        kind = type(error).__name__
        raise UserError(f"{what}: {kind}: {error} ({file}:{at})") from error
