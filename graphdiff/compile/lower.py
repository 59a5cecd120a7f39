"""Records with numbers for all sizes, taken apart into ufuncs and views.

What the helpers of `runtime` do in several NumPy calls becomes as many steps here, and
repetition along new axes stays unwritten: a value is *held* in the shape that
broadcasts to its own. What follows from constants and sizes alone is computed now.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from graphdiff.compile.program import Program, Record, bound_call, bound_shape
from graphdiff.node import Arg, Call
from graphdiff.runtime import FUNCTIONS

Shape = tuple[int, ...]

BOOL = np.dtype(bool)
LARGE = 1 << 18
"""Bytes from which on an array is worked on block by block."""
MANY = 1 << 11
"""Entries from which on a choice by bits is quicker than ``np.where``."""
SHORT = 16
"""The longest vector that is taken apart into numbers."""
FOLDED = 1 << 16
"""Bytes up to which a value that follows from the sizes is kept."""

REDUCTIONS = {
    "np.sum": "add",
    "np.mean": "add",
    "np.prod": "multiply",
    "np.max": "maximum",
    "np.min": "minimum",
    "np.all": "logical_and",
    "np.any": "logical_or",
}


class Value(NamedTuple):
    """A value: its shape, the shape in which it is held, its dtype."""

    shape: Shape
    held: Shape
    dtype: np.dtype

    @property
    def nbytes(self) -> int:
        """The bytes of what is held."""
        return math.prod(self.held) * self.dtype.itemsize


@dataclass(slots=True, eq=False)
class Step:
    """One action: ``target = function(*operands)``.

    `kind` says how it runs: "map" entry by entry (a ufunc), "reduce" (with `axes`),
    "view" (moves nothing), "product" (a matrix product), "call" (anything else).
    `quiet` names the warnings to silence; `record` is the call of a "call" or "view".
    """

    kind: str
    function: str
    operands: tuple[int, ...]
    target: int
    quiet: str = ""
    axes: tuple[int, ...] = ()
    record: Call | None = None


class Lowered:
    """Steps over numbered values; those in `known` have their value already."""

    def __init__(self, program: Program, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.values: list[Value] = []
        self.steps: list[Step] = []
        self.known: dict[int, Any] = {}
        self.place: dict[int, int] = {}
        self._seen: dict[Any, int] = {}
        self.quiet = ""
        self.makers: dict[int, Step] = {}
        self.packed: dict[int, dict[int, int]] = {}
        for i, record in enumerate(program.records):
            self.place[i] = self._lower(i, record, program)
        self.inputs = [self.place[i] for i in program.places.values()]
        self.outputs = [self.full(self.place[i]) for i in program.outputs.values()]
        self._drop_dead()

    def _lower(self, i: int, record: Record, program: Program) -> int:
        shape = bound_shape(record.type, self.sizes)
        dtype = record.type.dtype
        if i in program.constants:
            return self.constant(program.constants[i], shape)
        if record.call is None:
            return self.value(shape, shape, dtype)
        call = bound_call(record.call, self.sizes)
        self.quiet = "all" if record.quiet else ""
        args = [self.place[k] for k in record.operands]
        if call.function == "np.full":
            return self.constant(np.asarray(call.args[1], dtype), shape)
        special = LOWERINGS.get(call.function)
        made = special(self, call, args, shape, dtype) if special else None
        if made is not None:
            return made
        if _is_map(call):
            name = FUNCTIONS[call.function].__name__
            return self.map(name, *args, dtype=dtype)
        return self.call(call, args, shape, dtype)

    def value(self, shape: Shape, held: Shape, dtype: np.dtype) -> int:
        """A new value."""
        self.values.append(Value(shape, held, dtype))
        return len(self.values) - 1

    def constant(self, array: Any, shape: Shape) -> int:
        """The value that is `array`, repeated to `shape`."""
        array = np.asarray(array)
        key = (array.tobytes(), array.dtype, shape) if array.ndim == 0 else None
        if key in self._seen:
            return self._seen[key]
        new = self.value(shape, array.shape, array.dtype)
        self.known[new] = array
        if key is not None:
            self._seen[key] = new
        return new

    def number(self, value: float, like: int) -> int:
        """A number in the shape and dtype of another value."""
        was = self.values[like]
        return self.constant(np.asarray(value, was.dtype), was.shape)

    def map(
        self,
        function: str,
        *operands: int,
        dtype: np.dtype | None = None,
        quiet: str | None = None,
    ) -> int:
        """A ufunc over the entries; operands are held as they broadcast."""
        shapes = [self.values[k].held for k in operands]
        held = shapes[0]
        for other in shapes[1:]:
            if other != held:
                held = np.broadcast_shapes(*shapes)
                break
        first = self.values[operands[0]]
        new = self.value(first.shape, held, dtype or first.dtype)
        return self._add(
            Step("map", function, operands, new, self.quiet if quiet is None else quiet)
        )

    def call(self, call: Call, args: list[int], shape: Shape, dtype: np.dtype) -> int:
        """A call of the table, on operands in their full shape."""
        full = tuple([self.full(a) for a in args])
        kind = "product" if call.function == "np.matmul" else "call"
        new = self.value(shape, shape, dtype)
        return self._add(Step(kind, call.function, full, new, self.quiet, (), call))

    def view(self, call: Call, args: list[int], shape: Shape, dtype: np.dtype) -> int:
        """Another look at an operand."""
        full = tuple([self.full(a) for a in args])
        new = self.value(shape, shape, dtype)
        return self._add(Step("view", call.function, full, new, "", (), call))

    def reduce(self, function: str, x: int, axes: tuple[int, ...], shape: Shape) -> int:
        """A ufunc's reduction over `axes`."""
        x = self.full(x)
        dtype = _reduced_dtype(function, self.values[x].dtype)
        new = self.value(shape, shape, dtype)
        return self._add(Step("reduce", function, (x,), new, self.quiet, axes))

    def full(self, i: int) -> int:
        """The value held in its full shape."""
        shape, held, dtype = self.values[i]
        if shape == held:
            return i
        key = ("full", i)
        if key not in self._seen:
            call = Call("np.broadcast_to", (Arg(0), shape))
            new = self.value(shape, shape, dtype)
            self._seen[key] = self._add(
                Step("view", "broadcast", (i,), new, "", (), call)
            )
        return self._seen[key]

    def _add(self, step: Step) -> int:
        """Append `step`, unless it is known already or can be computed now."""
        key = (step.kind, step.function, step.operands, step.axes, step.quiet)
        if step.function == "reshape" and step.record is not None:
            key = (*key, step.record.args, self.values[step.target].shape)
        if step.kind in ("map", "reduce") or step.function == "reshape":
            if key in self._seen:
                return self._seen[key]
            self._seen[key] = step.target
        operands = [self.known.get(k) for k in step.operands]
        target = self.values[step.target]
        if all(o is not None for o in operands) and target.nbytes <= FOLDED:
            try:
                with np.errstate(all="raise", under="ignore"):
                    found = compute(step, operands)
            except (FloatingPointError, ArithmeticError, ValueError, IndexError):
                pass
            else:
                self.known[step.target] = np.asarray(found)
                return step.target
        self.steps.append(step)
        self.makers[step.target] = step
        return step.target

    def _drop_dead(self) -> None:
        """Leave out the steps whose result nobody reads."""
        wanted = set(self.outputs)
        kept: list[Step] = []
        for step in reversed(self.steps):
            if step.target in wanted:
                wanted.update(step.operands)
                kept.append(step)
        self.steps = kept[::-1]


def compute(step: Step, operands: list[Any]) -> Any:
    """The result of one step."""
    if step.function == "pack":
        return np.array([o[()] for o in operands])
    if step.record is not None:
        return step.record(*operands)
    if step.function in KERNELS:
        return KERNELS[step.function](*operands)
    ufunc = getattr(np, step.function)
    if step.kind == "reduce":
        return ufunc.reduce(*operands, axis=step.axes or None)
    return ufunc(*operands)


def _is_map(call: Call) -> bool:
    function = FUNCTIONS[call.function]
    return (
        isinstance(function, np.ufunc)
        and function.signature is None
        and not call.kwargs
        and call.args == tuple(map(Arg, range(len(call.args))))
    )


def _reduced_dtype(function: str, dtype: np.dtype) -> np.dtype:
    return getattr(np, function).reduce(np.ones(1, dtype)).dtype  # type: ignore[no-any-return]


def _dot(a: Any, b: Any) -> Any:
    return np.dot(a.reshape(-1), b.reshape(-1))


def _bits(mask: Any) -> Any:
    raise ValueError("made in blocks only")


KERNELS: dict[str, Callable[..., Any]] = {
    "dot": _dot,
    "where": np.where,
    "bits": _bits,
    "keep": _bits,
    "select": _bits,
    "cast": _bits,
}
"""Entry-by-entry actions that are no ufunc."""


# --- what the calls of the table become ------------------------------------------------


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
    return lo._add(Step("view", "reshape", (source,), new, "", (), record))


def _moved(lo: Lowered, call: Call, args: list[int], shape: Shape, dtype: Any) -> Any:
    if lo.values[args[0]].held == ():
        return _repeated(lo, args[0], shape)
    if call.function == "np.reshape" and lo.values[args[0]].shape == shape:
        return args[0]
    return lo.view(call, args, shape, dtype)


def _repeated(lo: Lowered, x: int, shape: Shape) -> int:
    """One number, repeated to another shape."""
    if x in lo.known:
        return lo.constant(lo.known[x], shape)
    new = lo.value(shape, (), lo.values[x].dtype)
    record = Call("np.reshape", (Arg(0), ()))
    return lo._add(Step("view", "reshape", (x,), new, "", (), record))


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
    return lo._add(Step("call", "pack", entries, new, lo.quiet, (), record))


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
    return dtype.itemsize > 1 and math.prod(held) >= MANY


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
        return lo._add(Step("call", "astype", (args[0],), held, lo.quiet, (), record))
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
    return lo._add(Step("reduce", "dot", operands, new, lo.quiet, axes))


Lowering = Callable[[Lowered, Call, list[int], Shape, Any], Any]

LOWERINGS: dict[str, Lowering] = {
    "spread": _spread,
    "np.reshape": _moved,
    "np.transpose": lambda lo, call, args, shape, dtype: (
        _repeated(lo, args[0], shape)
        if lo.values[args[0]].held == ()
        else lo.view(call, args, shape, dtype)
    ),
    "getitem": _item,
    "np.power": _power,
    "np.multiply": _product,
    "np.add": _sum,
    "put": _put,
    "put_once": _put,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "logsumexp_given": _logsumexp,
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
