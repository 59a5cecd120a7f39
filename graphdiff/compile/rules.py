"""What the calls of the table become in a plan: one rule for each that is special."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphdiff.compile.lower import Lowered, Rule
from graphdiff.compile.steps import BOOL, LARGE, MANY, SHORT, Shape, Step
from graphdiff.graph.node import Arg, Call

REDUCTIONS = {
    "np.sum": "add",
    "np.mean": "add",
    "np.prod": "multiply",
    "np.max": "maximum",
    "np.min": "minimum",
    "np.all": "logical_and",
    "np.any": "logical_or",
}


def _spread(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> int:
    return _along(lo, args[0], {a % len(shape) for a in call.args[1]}, shape)


def _along(lo: Lowered, x: int, axes: set[int], shape: Shape) -> int:
    """A value repeated along new axes."""
    was, args, dtype = lo.values[x], [x], lo.values[x].dtype
    held = list(was.held)
    missing = len(was.shape) - len(held)
    held = [1] * missing + held if math.prod(was.held) != 1 else [1] * len(was.shape)
    rest = iter(held)
    wide = tuple([1 if k in axes else next(rest) for k in range(len(shape))])
    thin = wide
    while thin and thin[0] == 1:
        thin = thin[1:]
    source = args[0]
    if source in lo.known:
        return lo.constant(np.reshape(lo.known[source], thin), shape)
    new = lo.value(shape, thin, dtype)
    record = Call("np.reshape", (Arg(0), thin))
    return lo.add(Step("view", "reshape", (source,), new, "", (), record))


def _moved(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    if lo.values[args[0]].held == ():
        return _repeated(lo, args[0], shape)
    if call.function == "np.reshape":
        for x in (args[0], _reshaped(lo, args[0])):
            if x is not None and lo.values[x].shape == shape == lo.values[x].held:
                return x
        if lo.values[args[0]].shape == shape:
            return args[0]
    return lo.view(call, args, shape, dtype)


def _reshaped(lo: Lowered, x: int) -> int | None:
    """What a value is another shape of, if it is that."""
    step = lo.makers.get(x)
    return step.operands[0] if step and step.function == "np.reshape" else None


def _matmul(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    """A product with one column, or one row, is one with a vector."""
    for place, size in ((1, -1), (0, -2)):
        x = _reshaped(lo, args[place])
        if len(shape) != 2 or shape[size] != 1 or x is None:
            continue
        if len(lo.values[x].shape) == 1 and lo.values[x].held == lo.values[x].shape:
            given = [args[0], x] if place else [x, args[1]]
            short = shape[:1] if place else shape[1:]
            vector = lo.call(call, given, short, dtype)
            again = Call("np.reshape", (Arg(0), shape))
            return lo.view(again, [vector], shape, dtype)
    return None


def _repeated(lo: Lowered, x: int, shape: Shape) -> int:
    """One number, repeated to another shape."""
    if x in lo.known:
        return lo.constant(lo.known[x], shape)
    new = lo.value(shape, (), lo.values[x].dtype)
    record = Call("np.reshape", (Arg(0), ()))
    return lo.add(Step("view", "reshape", (x,), new, "", (), record))


def _item(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    if len(args) > 1 or not isinstance(call.args[1], tuple):
        return None
    return lo.view(call, args, shape, dtype)


def _power(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    x, p = args
    number = lo.known.get(p)
    if number is None or number.ndim or dtype.kind != "f":
        return None
    if number == 2:
        return lo.map("square", x)
    if number == 3:
        return lo.map("multiply", lo.map("square", x), x)
    if number == 4:
        return lo.map("square", lo.map("square", x))
    if number == -1:
        return lo.map("reciprocal", x)
    return None


def _product(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    if args[0] == args[1] and dtype.kind == "f":
        return lo.map("square", args[0])
    return None


def _sum(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    """Vectors made of numbers are added number by number."""
    if not (args[0] in lo.packed and args[1] in lo.packed):
        return None
    parts = dict(lo.packed[args[0]])
    for i, k in lo.packed[args[1]].items():
        parts[i] = lo.map("add", parts[i], k) if i in parts else k
    return _pack(lo, parts, shape, dtype)


def _put(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    key = call.args[2]
    if len(shape) != 1 or shape[0] > SHORT or len(args) > 1 or len(key) != 1:
        return None
    if not isinstance(key[0], int) or lo.values[args[0]].held != ():
        return None
    return _pack(lo, {key[0] % shape[0]: args[0]}, shape, dtype)


def _pack(lo: Lowered, parts: dict[int, int], shape: Shape, dtype: Any) -> int:
    """A short vector of numbers, 0 where there is none."""
    new = lo.value(shape, shape, dtype)
    zero = lo.constant(np.zeros((), dtype), ())
    entries = tuple([parts.get(i, zero) for i in range(shape[0])])
    lo.packed[new] = parts
    record = Call("pack", (tuple(map(Arg, range(shape[0]))), dtype))
    return lo.add(Step("call", "pack", entries, new, lo.quiet, (), record))


def _exponentials(lo: Lowered, call: Call, x: int) -> tuple[int, int, int, Any] | None:
    """What softmax and logsumexp share: shift, exp(x - shift), its sum, the axes."""
    axis = call.args[-1]
    was = lo.values[x]
    listed = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(sorted(a % len(was.shape) for a in listed)) if was.shape else ()
    if not axes or 0 in was.shape or was.dtype.itemsize < 4:
        return None
    kept = tuple([n for a, n in enumerate(was.shape) if a not in axes])
    top = lo.reduce("maximum", x, axes, kept)
    tame = lo.map("isfinite", top, dtype=BOOL)
    zero = lo.number(0, top)
    shift = lo.map("where", tame, top, zero, dtype=was.dtype)
    e = lo.map("exp", lo.map("subtract", x, _along(lo, shift, set(axes), was.shape)))
    return shift, e, lo.reduce("add", e, axes, kept), axes


def _softmax(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    found = _exponentials(lo, call, args[0])
    if found is None:
        return None
    _, e, total, axes = found
    none = lo.map("equal", total, lo.number(0, total), dtype=BOOL)
    safe = lo.map("where", none, lo.number(1, total), total, dtype=dtype)
    return lo.map("divide", e, _along(lo, safe, set(axes), shape))


def _logsumexp(
    lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any
) -> Any:
    found = _exponentials(lo, call, args[0])
    if found is None:
        return None
    shift, _, total, _ = found
    return lo.map("add", lo.map("log", total, quiet=lo.quiet or "zero"), shift)


def _relu(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> int:
    return lo.map("maximum", args[0], lo.number(0, args[0]))


def _sigmoid(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> int:
    quiet = lo.quiet or "over"
    e = lo.map("exp", lo.map("negative", args[0]), quiet=quiet)
    one = lo.number(1, args[0])
    return lo.map("divide", one, lo.map("add", one, e))


def _softplus(
    lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any
) -> int:
    return lo.map("logaddexp", args[0], lo.number(0, args[0]))


def _clip(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    if len(args) != 3:
        return None
    return lo.map("minimum", lo.map("maximum", args[0], args[1]), args[2])


def _blocked(lo: Lowered, args: list[int], dtype: np.dtype) -> bool:
    """Whether the entries of `args` are many, and as wide as some integer."""
    held = np.broadcast_shapes(*[lo.values[a].held for a in args])
    return dtype.kind != "c" and dtype.itemsize > 1 and math.prod(held) >= MANY


def _where(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> int:
    test, a, b = args
    if not _blocked(lo, args, dtype):
        return lo.map("where", *args, dtype=dtype)
    return _select(lo, test, a, b)


def _select(lo: Lowered, test: int, a: int, b: int) -> int:
    """Choose by the bits: three to ten times as quick as ``np.where``."""
    dtype = lo.values[a].dtype
    integer = np.dtype(f"i{dtype.itemsize}")
    if _is_zero(lo, b):
        mask = lo.map("bits", test, dtype=integer, quiet="")
        return lo.map("keep", a, mask, quiet="")
    if _is_zero(lo, a):
        return _select(lo, lo.map("logical_not", test, quiet=""), b, a)
    mask = lo.map("bits", test, dtype=integer, quiet="")
    return lo.map("select", a, b, mask, quiet="")


def _is_zero(lo: Lowered, i: int) -> bool:
    value = lo.known.get(i)
    return value is not None and value.ndim == 0 and not any(value.tobytes())


def _gated(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    g, s = args
    if not _blocked(lo, args, dtype):
        return None
    live = lo.map("not_equal", g, lo.number(0, g), dtype=BOOL)
    product = lo.map("multiply", g, s, quiet=lo.quiet or "invalid")
    return _select(lo, live, product, lo.number(0, g))


def _ratio(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    a, b = args
    if not _blocked(lo, args, dtype):
        return None
    tests = [lo.map("not_equal", k, lo.number(0, k), dtype=BOOL) for k in args]
    live = lo.map("logical_and", *tests)
    quotient = lo.map("divide", a, b, quiet=lo.quiet or "zero")
    return _select(lo, live, quotient, lo.number(0, a))


def _cast(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    x = lo.values[args[0]]
    if args[0] in lo.known:
        return lo.constant(lo.known[args[0]].astype(dtype), shape)
    if math.prod(x.held) * dtype.itemsize < LARGE:
        held = lo.value(shape, x.held, dtype)
        record = Call("astype", (Arg(0), dtype))
        return lo.add(Step("call", "astype", (args[0],), held, lo.quiet, (), record))
    return lo.map("cast", args[0], dtype=dtype)


def _reduction(
    lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any
) -> Any:
    """A sum or a like, over axes counted from the front."""
    x = args[0]
    was = lo.values[x]
    axis = call.kwargs.get("axis")
    if set(call.kwargs) - {"axis"} or len(call.args) > 1:
        return None
    ndim = len(was.shape)
    listed = (
        range(ndim) if axis is None else axis if isinstance(axis, tuple) else [axis]
    )
    axes = tuple(sorted(a % ndim for a in listed)) if ndim else ()
    if ndim == 0 or not axes:
        return None
    if call.function == "np.mean":
        if dtype.kind != "f" or dtype.itemsize < 4:
            return None
        total = lo.reduce("add", x, axes, shape)
        n = math.prod([was.shape[a] for a in axes])
        return lo.map("divide", total, lo.number(n, total))
    function = REDUCTIONS[call.function]
    made = _inner(lo, x, axes, shape) if function == "add" else None
    return lo.reduce(function, x, axes, shape) if made is None else made


def _inner(lo: Lowered, x: int, axes: tuple[int, ...], shape: Shape) -> int | None:
    """A sum of all products, as the inner product that BLAS computes in one pass."""
    was = lo.values[x]
    if shape or was.held != was.shape or was.dtype.char not in "fd" or not lo.steps:
        return None
    if was.nbytes < LARGE:
        return None
    made = lo.makers.get(x)
    if made is None or made.quiet or made.function not in ("square", "multiply"):
        return None
    operands = made.operands if len(made.operands) == 2 else made.operands * 2
    if any(lo.values[k].held != was.shape for k in operands):
        return None
    new = lo.value((), (), was.dtype)
    return lo.add(Step("reduce", "dot", operands, new, lo.quiet, axes))


def _shown(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> int:
    return lo.view(call, args, shape, dtype)


def _again(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> int:
    """The same array as another value, so that what is made of it is made anew."""
    (x,) = args
    if x in lo.known:
        return x
    held = lo.values[x].held
    new = lo.value(shape, held, dtype)
    record = Call("np.reshape", (Arg(0), held))
    return lo.add(Step("view", "again", (x,), new, "", (), record))


RULES: Mapping[str, Rule] = {
    "again": _again,
    **dict.fromkeys(("np.flip", "np.diagonal"), _shown),
    "spread": _spread,
    "np.reshape": _moved,
    "np.transpose": lambda lo, call, args, shape, dtype: (
        _repeated(lo, args[0], shape)
        if lo.values[args[0]].held == ()
        else lo.view(call, args, shape, dtype)
    ),
    "getitem": _item,
    "np.real": _shown,
    "np.imag": _shown,
    "np.power": _power,
    "np.matmul": _matmul,
    "np.multiply": _product,
    "np.add": _sum,
    "put": _put,
    "put_once": _put,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "logsumexp_from_softmax": _logsumexp,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "np.clip": _clip,
    "np.where": _where,
    "gated": _gated,
    "ratio": _ratio,
    "astype": _cast,
    **dict.fromkeys(REDUCTIONS, _reduction),
}
