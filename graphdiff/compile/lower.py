"""Records with numbers for all sizes, taken apart into ufuncs and views.

What the helpers of `runtime` do in several NumPy calls becomes as many steps (`rules`
says how), and repetition along new axes stays unwritten: a value is *held* in the shape
that broadcasts to its own. What follows from constants and sizes alone is computed now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphdiff.compile.program import Program, Record, bound_call, bound_shape
from graphdiff.compile.steps import Shape, Step, Value, compute, short_name
from graphdiff.graph.inner import Solver
from graphdiff.graph.node import Arg, Call
from graphdiff.runtime.table import FUNCTIONS

FOLDED = 1 << 16
"""Bytes up to which a value that follows from the sizes is kept."""

Rule = Callable[["Lowered", Call, list[int], Shape, Any], int | None]
"""How a call of the table is lowered; None leaves it to the usual way."""


class Lowered:
    """Steps over numbered values; those in `known` have their value already."""

    def __init__(
        self, program: Program, sizes: Mapping[str, int], rules: Mapping[str, Rule]
    ) -> None:
        """Lower all records of `program`."""
        self.rules = rules
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
        special = None if _is_bent(call) else self.rules.get(call.function)
        made = special(self, call, args, shape, dtype) if special else None
        if made is not None:
            return made
        if _is_map(call):
            return self.map(short_name(call.function), *args, dtype=dtype)
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
        return self.add(
            Step("map", function, operands, new, self.quiet if quiet is None else quiet)
        )

    def call(self, call: Call, args: list[int], shape: Shape, dtype: np.dtype) -> int:
        """A call of the table, on operands in their full shape."""
        full = tuple([self.full(a) for a in args])
        kind = "product" if call.function == "np.matmul" else "call"
        new = self.value(shape, shape, dtype)
        return self.add(Step(kind, call.function, full, new, self.quiet, (), call))

    def view(self, call: Call, args: list[int], shape: Shape, dtype: np.dtype) -> int:
        """Another look at an operand."""
        full = tuple([self.full(a) for a in args])
        new = self.value(shape, shape, dtype)
        return self.add(Step("view", call.function, full, new, "", (), call))

    def reduce(self, function: str, x: int, axes: tuple[int, ...], shape: Shape) -> int:
        """A ufunc's reduction over `axes`."""
        x = self.full(x)
        dtype = _reduced_dtype(function, self.values[x].dtype)
        new = self.value(shape, shape, dtype)
        return self.add(Step("reduce", function, (x,), new, self.quiet, axes))

    def full(self, i: int) -> int:
        """The value held in its full shape."""
        shape, held, dtype = self.values[i]
        if shape == held:
            return i
        key = ("full", i)
        if key not in self._seen:
            call = Call("np.broadcast_to", (Arg(0), shape))
            new = self.value(shape, shape, dtype)
            self._seen[key] = self.add(
                Step("view", "broadcast", (i,), new, "", (), call)
            )
        return self._seen[key]

    def add(self, step: Step) -> int:
        """Append `step`, unless it is known already or can be computed now."""
        key: Any = (step.kind, step.function, step.operands, step.axes, step.quiet)
        if step.function == "reshape" and step.record is not None:
            key = (*key, step.record.args, self.values[step.target].shape)
        if step.kind in ("map", "reduce") or step.function == "reshape":
            if key in self._seen:
                return self._seen[key]
            self._seen[key] = step.target
        operands = [self.known.get(k) for k in step.operands]
        target = self.values[step.target]
        folds = target.nbytes <= FOLDED and not _asks_user(step.record)
        if folds and all(o is not None for o in operands):
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


def _asks_user(call: Call | None) -> bool:
    """Whether a call runs a user's solver, which is not to be asked in advance."""
    return call is not None and any(isinstance(a, Solver) for a in call.args)


def _is_map(call: Call) -> bool:
    return _is_on_entries(call) and not _is_bent(call) and not call.kwargs


def _is_on_entries(call: Call) -> bool:
    function = FUNCTIONS[call.function]
    return isinstance(function, np.ufunc) and function.signature is None


def _is_bent(call: Call) -> bool:
    """Whether a ufunc gets others than its arrays, as a user's own op may say."""
    plain = tuple(map(Arg, range(len(call.args))))
    return _is_on_entries(call) and call.args != plain


def _reduced_dtype(function: str, dtype: np.dtype) -> np.dtype:
    return getattr(np, function).reduce(np.ones(1, dtype)).dtype  # type: ignore[no-any-return]
