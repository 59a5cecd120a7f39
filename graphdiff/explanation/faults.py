"""What went wrong where a value that is not finite arises: one table, by operation.

Each entry tells from the operands at one place what happened, and how a mask that
keeps the operation in its domain is written. The domains are those of NIST's Digital
Library of Mathematical Functions, chapter 4, in floating point (IEEE 754): a pole, an
operation that is invalid, or a result beyond the largest number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphdiff.graph.node import Node
from graphdiff.ops.core.elementwise import Elementwise


class Fault(NamedTuple):
    """What happened: its kind, and what to say of it.

    The kind is one of ``"overflow"``, ``"division by zero"``, ``"0/0"``, ``"pole"``,
    ``"outside of the domain"``, ``"inf - inf"``, ``"0 * inf"``, ``"inf/inf"``,
    ``"no entries"``, ``"no decomposition"``, ``"given"`` and ``"invalid"``.
    """

    kind: str
    words: str


class Domain(NamedTuple):
    """Where a function of one argument has no finite value, and what to write.

    `pole` says whether its value there is infinite, `outside` whether it has none;
    `inside` is the condition under which all is well, of ``{0}``.
    """

    pole: Callable[[Any], bool]
    outside: Callable[[Any], bool]
    at: str
    beyond: str
    inside: str


def _never(x: Any) -> bool:
    return False


_LOG = Domain(lambda x: x == 0, lambda x: x < 0, "0", "a negative number", "{0} > 0")
_UNIT = Domain(
    _never, lambda x: abs(x) > 1, "", "a number outside of [-1, 1]", "np.abs({0}) <= 1"
)

DOMAINS: dict[str, Domain] = {
    **dict.fromkeys(("log", "log2", "log10"), _LOG),
    "log1p": Domain(
        lambda x: x == -1, lambda x: x < -1, "-1", "a number below -1", "{0} > -1"
    ),
    "sqrt": Domain(_never, lambda x: x < 0, "", "a negative number", "{0} >= 0"),
    "xlogx": Domain(_never, lambda x: x < 0, "", "a negative number", "{0} >= 0"),
    **dict.fromkeys(("arcsin", "arccos"), _UNIT),
    "arctanh": Domain(
        lambda x: abs(x) == 1,
        lambda x: abs(x) > 1,
        "1 or -1",
        "a number outside of [-1, 1]",
        "np.abs({0}) < 1",
    ),
    "arccosh": Domain(_never, lambda x: x < 1, "", "a number below 1", "{0} >= 1"),
    "reciprocal": Domain(lambda x: x == 0, _never, "0", "", "{0} != 0"),
}
"""The functions of one argument that are not defined everywhere, by label."""

REMEDIES = {
    "exp": "subtract the largest exponent first (logsumexp and softmax do)",
    "softmax": "give each row an entry that is not -inf",
}
"""What helps where no mask does, by label."""

UNMASKED = {
    "overflow": "compute with logarithms, or with smaller numbers",
    "no entries": "an array without entries has none",
    "no decomposition": "add a small multiple of the identity, or look at the matrix",
}
"""What helps where no mask can, by the kind of fault."""


def of_entry(node: Node, args: Sequence[Any], result: Any) -> Fault:
    """What happened where numbers `args` gave `result`."""
    label = node.op.label
    domain = DOMAINS.get(label)
    if domain is not None and np.isreal(args[0]):
        x = args[0].real
        if domain.pole(x):
            kind = "division by zero" if label == "reciprocal" else "pole"
            return Fault(kind, f"{label} of {domain.at}")
        if domain.outside(x):
            return Fault("outside of the domain", f"{label} of {domain.beyond}")
    special = SPECIAL.get(label)
    found = special(*args) if special is not None else None
    return found or _general(node, args, result)


def _general(node: Node, args: Sequence[Any], result: Any) -> Fault:
    """What can be said of any operation: the result is too large, or there is none."""
    label = node.op.label
    if np.isnan(result):
        return Fault("invalid", f"{label} has no value there")
    dtype = np.asarray(result).dtype
    return Fault("overflow", f"beyond {largest(dtype):.2g}, the largest {dtype}")


def largest(dtype: np.dtype) -> float:
    """The largest number of a dtype, real or complex."""
    return float(np.finfo(dtype).max)


def _divide(a: Any, b: Any) -> Fault | None:
    if b == 0:
        return (
            Fault("0/0", "0 divided by 0")
            if a == 0
            else Fault("division by zero", "division by 0")
        )
    if np.isinf(a) and np.isinf(b):
        return Fault("inf/inf", "infinity divided by infinity")
    return None


def _modulo(a: Any, b: Any) -> Fault | None:
    return Fault("division by zero", "the remainder by 0") if b == 0 else None


def _sum(a: Any, b: Any) -> Fault | None:
    if np.isinf(a) and np.isinf(b):
        return Fault("inf - inf", "infinities of opposite signs cancel")
    return None


def _product(a: Any, b: Any) -> Fault | None:
    if (a == 0 and np.isinf(b)) or (b == 0 and np.isinf(a)):
        return Fault("0 * inf", "0 times infinity")
    return None


def _power(base: Any, exponent: Any) -> Fault | None:
    if not np.isreal(base) or not np.isreal(exponent):
        return None
    base, exponent = base.real, exponent.real
    if base == 0 and exponent < 0:
        return Fault("division by zero", "0 to a negative power")
    if base < 0 and not float(exponent).is_integer():
        return Fault(
            "outside of the domain",
            "a negative number to a power that is no whole number",
        )
    return None


SPECIAL: dict[str, Callable[..., Fault | None]] = {
    **dict.fromkeys(("divide", "ratio"), _divide),
    **dict.fromkeys(("mod", "floor_divide", "fmod"), _modulo),
    **dict.fromkeys(("add", "subtract"), _sum),
    **dict.fromkeys(("multiply", "gated"), _product),
    "power": _power,
}
"""What can go wrong with two operands, by label."""


def of_array(node: Node, args: Sequence[Any], result: Any) -> Fault:
    """What happened where an operation on whole arrays gave a bad entry `result`."""
    label = node.op.label
    arrays = [np.asarray(a) for a in args if np.asarray(a).dtype.kind in "fc"]
    if arrays and not arrays[0].size:
        return Fault("no entries", f"{label} of no entries")
    infinite = [a for a in arrays if np.isinf(a).any()]
    if np.isnan(result) and infinite:
        if label == "softmax" and (infinite[0] == -np.inf).any():
            return Fault("invalid", "softmax of a row in which every entry is -inf")
        if label in ("sum", "mean", "matmul", "einsum", "cumsum"):
            return Fault("inf - inf", f"{label} adds infinities of opposite signs")
    if np.isnan(result):
        return Fault("invalid", f"{label} has no value there")
    top = max((float(np.abs(a).max()) for a in arrays if a.size), default=0.0)
    if label in ("sum", "prod") or top > np.sqrt(largest(np.asarray(result).dtype)):
        return _general(node, args, result)
    return Fault("pole", f"{label} is infinite there")


STEEP = {
    "xlogx": "{0} > 0",
    "sqrt": "{0} > 0",
    "cbrt": "{0} != 0",
    "arcsin": "np.abs({0}) < 1",
    "arccos": "np.abs({0}) < 1",
    "arccosh": "{0} > 1",
}
"""Where the slope is finite, of functions that are finite in more places."""


SPELLED: dict[str, str] = {"xlogx": "{0} * np.log({0})"}
"""How a user writes what only graphdiff has a function for."""


def condition(node: Node, texts: Sequence[str], slope: bool = False) -> str | None:
    """The condition under which `node`, of operands called `texts`, is finite.

    Or, if the `slope` is asked for, its derivative.
    """
    label = node.op.label
    if slope and label in STEEP:
        return STEEP[label].format(*texts)
    if label in DOMAINS:
        return DOMAINS[label].inside.format(*texts)
    if label in ("divide", "mod", "floor_divide"):
        return f"{texts[1]} != 0"
    if label == "power":
        return f"{texts[0]} > 0"
    return None


def is_by_entry(node: Node) -> bool:
    """Whether each entry of the result depends on entries at the same place alone."""
    return isinstance(node.op, Elementwise)
