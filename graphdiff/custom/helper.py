"""A user's function as text for modules: checked to mean the same there."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.runtime.late import MODULES, spelled
from graphdiff.runtime.own import Helper

_REFUSED = frozenset(
    [
        "eval",
        "exec",
        "compile",
        "open",
        "input",
        "__import__",
        "globals",
        "locals",
        "vars",
        "breakpoint",
    ]
)
"""Builtins by which text could become more than it says."""

_BUILTINS = frozenset(n for n in dir(builtins) if not n.startswith("__")) - _REFUSED


def helper(fn: Callable[..., Any]) -> Helper:
    """`fn`, fit for the call record of an op of your own: modules carry its source.

    A plain function of arrays and numbers, defined by ``def`` in a file. Its text goes
    into each emitted module that uses it, so it must stand on its own: beside its
    parameters and variables it reads ``np``, Python's builtins, other helpers, and
    ``special`` or ``linalg`` of SciPy under these names. Its defaults are numbers,
    strings, flags or None. Annotations of parameters and results are left out. It can
    be called as before. Raises `GraphValueError` for anything else that it reads.

    An op of your own calls it by ``gd.Call(smoothstep, (gd.Arg(0), self.width))``; see
    `gd.Op`.
    """
    if not inspect.isfunction(fn):
        raise GraphTypeError(
            f"helper: expected a function made by def, got {type(fn).__name__}"
        )
    what = f"helper: {fn.__name__}"
    tree, text = _definition(what, fn)
    if fn.__code__.co_freevars:
        raise GraphValueError(
            f"{what}: reads {fn.__code__.co_freevars[0]!r} of the function around it; "
            f"make it a parameter"
        )
    _check_defaults(what, tree)
    helpers: dict[str, Helper] = {}
    libraries: dict[str, None] = {}
    for name in dict.fromkeys(_free_names(tree)):
        value = fn.__globals__.get(name, _MISSING)
        if isinstance(value, Helper):
            helpers[name] = value
        elif (library := _library(name, value)) is not None:
            libraries.update(dict.fromkeys(library))
        else:
            raise GraphValueError(
                f"{what}: reads {name!r}, which modules do not have; they have np, "
                f"builtins, helpers defined before, and special and linalg of SciPy"
            )
    return Helper.of(fn, text, helpers, tuple(libraries))


_MISSING = object()


def _definition(what: str, fn: Callable[..., Any]) -> tuple[ast.FunctionDef, str]:
    """The definition without decorators and annotations, parsed and as text."""
    try:
        source = textwrap.dedent(inspect.getsource(fn))
    except (OSError, TypeError):
        raise GraphValueError(
            f"{what}: its source is not at hand; define it in a file"
        ) from None
    (tree,) = ast.parse(source).body
    if not isinstance(tree, ast.FunctionDef):
        raise GraphTypeError(f"{what}: expected a function made by def")
    lines = [line.encode() for line in source.splitlines()]
    for line, start, end in sorted(_annotations(tree, lines), reverse=True):
        rest = lines[line][end:]
        rest = b"=" + rest[3:] if rest.startswith(b" = ") else rest
        lines[line] = lines[line][:start] + rest
    tree.decorator_list = []
    text = b"\n".join(lines[tree.lineno - 1 :]).decode().rstrip()
    (bare,) = ast.parse(text).body
    assert isinstance(bare, ast.FunctionDef)
    return bare, text


def _annotations(
    tree: ast.FunctionDef, lines: list[bytes]
) -> Iterator[tuple[int, int, int]]:
    """Where annotations stand that begin and end on the line of what they annotate."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation:
            last = node.annotation
            start = node.col_offset + len(node.arg.encode())
        elif isinstance(node, ast.FunctionDef) and node.returns:
            last = node.returns
            start = lines[last.lineno - 1].rfind(b" ->", 0, last.col_offset)
        else:
            continue
        if last.lineno == last.end_lineno and last.end_col_offset is not None:
            yield last.lineno - 1, start, last.end_col_offset


def _check_defaults(what: str, tree: ast.FunctionDef) -> None:
    for default in (*tree.args.defaults, *tree.args.kw_defaults):
        value = default.operand if isinstance(default, ast.UnaryOp) else default
        if value is not None and not isinstance(value, ast.Constant):
            raise GraphValueError(f"{what}: a default must be a number or a string")


def _free_names(tree: ast.FunctionDef) -> Iterator[str]:
    """The names that the function reads and does not make itself."""
    own = {tree.name}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)):
            word = type(node).__name__.lower().replace("from", "")
            raise GraphValueError(f"helper: {tree.name}: cannot have {word} in it")
        if isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            own.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler)):
            own.add(node.name or tree.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in own:
            yield node.id


def _library(name: str, value: Any) -> list[str] | None:
    """SciPy's modules behind a name that modules have; None for any other name."""
    if name == "np" and value is np:
        return []
    if name in _BUILTINS and value is _MISSING:
        return []
    for full in MODULES:
        if name == spelled(full) and getattr(value, "__name__", None) == full:
            return [name]
    return None
