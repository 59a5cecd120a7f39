"""Which function of SciPy asks a symbolic array for its entries, so as to name ours."""

from __future__ import annotations

import sys
from types import FrameType

from graphdiff.errors import is_user_code

_WRAPPED = ("f", "func", "fun", "function")
"""What SciPy's decorators call the function that they wrap."""


def scipy_call() -> str:
    """The call of SciPy that the user wrote, as ``scipy.special.logsumexp``, or "".

    A public function names it, the outermost; ``scipy.special._logsumexp`` is none.
    """
    found = ""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_user_code(frame.f_code):
        module, name = str(frame.f_globals.get("__name__", "")), frame.f_code.co_name
        if module.startswith("scipy."):
            for key in _WRAPPED:
                inner = frame.f_locals.get(key)
                if str(getattr(inner, "__module__", "")).startswith("scipy."):
                    module, name = inner.__module__, getattr(inner, "__name__", "_")
            whole = (_of_distribution(frame) + name).removesuffix(".__call__")
            found = _public(module, whole) or found
        frame = frame.f_back
    return found


def _of_distribution(frame: FrameType) -> str:
    """``norm.`` in a method of that distribution, else "": methods are no functions."""
    holder = frame.f_locals.get("self")
    holder = getattr(holder, "dist", holder)
    kind = type(holder).__name__
    if not type(holder).__module__.startswith("scipy.stats") or kind.startswith("_"):
        return ""
    name = str(getattr(holder, "name", kind.removesuffix("_gen")))
    return f"{name}."


def _public(module: str, name: str) -> str:
    part = module.split(".")[1]
    if part.startswith(("_", "array_api")) or name.startswith(("_", "<")):
        return ""
    return f"scipy.{part}.{name}"


def instead_of(call: str) -> str:
    """What to write for a function of SciPy that asks for plain arrays."""
    part, name = call.split(".")[1:3]
    ours = sys.modules.get(f"graphdiff.scipy.{part}")
    text = f"{call} needs the entries of its arguments, and a symbolic array has none"
    if ours is None or name not in vars(ours):
        return f"{text}; it is not supported"
    return f"{text}: write from graphdiff.scipy import {part}, which takes both"
