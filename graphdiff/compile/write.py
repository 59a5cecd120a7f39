"""The Python source of a plan: plain statements, or loops over blocks in cache.

Every name in it is made here; constants come in through the namespace. Names: ``v3``
is value 3, ``w0`` an array of the workspace, ``k1`` a constant, ``x3`` the block of
value 3 in a loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from graphdiff.compile.blocks import Loop
from graphdiff.compile.lower import LARGE, SHORT, Lowered, Shape, Step
from graphdiff.compile.stages import BY_ENTRY, Unit
from graphdiff.compile.storage import (
    SMALL,
    Lifetimes,
    Workspace,
    constant_block,
    hints,
    leases,
    may_take_over,
)
from graphdiff.node import Arg
from graphdiff.runtime import FUNCTIONS

FLOAT = np.dtype(np.float64)
INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "greater": ">",
    "greater_equal": ">=",
    "less": "<",
    "less_equal": "<=",
    "equal": "==",
    "not_equal": "!=",
}
IN_PLACE = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}
MANY = 1 << 10
"""Entries from which on that shows."""
SPECIAL = ("where", "cast", "bits", "keep", "select")
"""Maps that are no ufunc."""
SOFT = ("add", "subtract", "multiply", "negative", "square", "absolute")
"""What Python's own floats compute as NumPy does, though they overflow in silence."""
NAMED_OUT = ("maximum", "minimum")
"""Ufuncs of which NumPy wants ``out=`` by name."""
QUIET = {
    "all": 'all="ignore"',
    "over": 'over="ignore"',
    "invalid": 'invalid="ignore"',
    "zero": 'divide="ignore", invalid="ignore"',
}


class Writer:
    """Statements for units, one after the other, and what they need around them."""

    def __init__(self, lowered: Lowered, units: Sequence[Unit], kept: bool) -> None:
        self.lowered = lowered
        self.units = units
        self.kept = kept
        self.lives = Lifetimes(lowered, units)
        self.hints = hints(lowered, units, self.lives) if kept else {}
        self.workspace = Workspace()
        self.namespace: dict[str, Any] = {"float64": np.float64, "empty": np.empty}
        self.names: dict[int, str] = {k: f"v{k}" for k in lowered.inputs}
        self.owned: dict[int, tuple[str, int]] = {}
        self.lines: list[tuple[str, str]] = []
        self.soft: set[int] = {
            k for k in lowered.inputs if lowered.values[k][::2] == ((), FLOAT)
        }
        self.soft_results: set[int] = set()
        self._constants: dict[Any, str] = {}
        self.now = 0

    # --- names ------------------------------------------------------------------------

    def bind(self, name: str, value: Any) -> str:
        """Put `value` into the namespace of the source under `name`."""
        self.namespace[name] = value
        return name

    def constant(self, value: Any, key: Any = None) -> str:
        """The name of a constant."""
        if key is None:
            return self.bind(f"k{len(self.namespace)}", value)
        if key not in self._constants:
            self._constants[key] = self.bind(f"k{len(self.namespace)}", value)
        return self._constants[key]

    def function(self, name: str) -> str:
        """The name of a ufunc or of a function of the table."""
        if name in self.namespace:
            return name
        short = name.removeprefix("np.").replace(".", "_")
        found = FUNCTIONS.get(name)
        return self.bind(short, getattr(np, name) if found is None else found)

    def method(self, ufunc: str) -> str:
        """The name of the reduction of a ufunc."""
        return self.bind(f"{ufunc}_reduce", getattr(np, ufunc).reduce)

    def ref(self, k: int) -> str:
        """A value among arrays."""
        if k in self.names:
            return self.names[k]
        value = self.lowered.known[k]
        self.names[k] = self.constant(value)
        return self.names[k]

    def scalar(self, k: int) -> str:
        """A value among numbers."""
        known = self.lowered.known.get(k)
        if known is None:
            return self.names[k]
        number = known[()]
        if known.dtype == FLOAT and math.isfinite(number):
            text = repr(float(number))
            return f"({text})" if text.startswith("-") else text
        return self.constant(number, (known.tobytes(), known.dtype))

    def filled(self, k: int, shape: Shape) -> str | None:
        """An array filled with a constant, for ufuncs that are quicker with one."""
        known = self.lowered.known.get(k)
        if known is None or known.ndim or math.prod(shape) < MANY:
            return None
        key = ("filled", known.tobytes(), known.dtype, shape)
        if key not in self._constants:
            self.constant(constant_block(known, shape), key)
        return self._constants[key]

    # --- storage ----------------------------------------------------------------------

    def home(self, target: int) -> str | None:
        """An array to write the value into; None if the call may make a new one."""
        shape, held, dtype = self.lowered.values[target]
        nbytes = self.lowered.values[target].nbytes
        root = self.lives.root[target]
        if not self.kept or nbytes < SMALL:
            self.owned[target] = ("new", 0)
            return None
        if root in self.lives.handed_out or target in self.hints:
            self.owned[target] = ("result", 0)
            return self.result(target)
        buffer, name = self.workspace.take(held, dtype)
        self.owned[target] = ("buffer", buffer)
        self.names[target] = name
        return name

    def result(self, target: int) -> str:
        """A new array that the caller will get."""
        _, held, dtype = self.lowered.values[target]
        name = self.names[target] = f"v{target}"
        if self.lowered.values[target].nbytes >= LARGE:
            self.say(f"{name} = {self.constant(leases(held, dtype))}()")
        else:
            kind = self.constant(dtype, dtype)
            self.say(f"{name} = empty({held}, {kind})")
        return name

    def taken_over(self, step: Step) -> int | None:
        """The operand whose array the result may have: it dies here, and is ours."""
        for k in step.operands:
            if k not in self.owned or self.lives.end.get(k) != self.now:
                continue
            kind, _ = self.owned[k]
            if step.target in self.lives.handed_out and kind == "buffer":
                continue
            if may_take_over(self.lowered, step, k):
                return k
        return None

    def inherit(self, target: int, k: int) -> None:
        """Let `target` have the array of value k."""
        self.owned[target] = self.owned.pop(k)
        self.names[target] = self.names[k]

    def release(self) -> None:
        """Free the buffers of values that nothing needs after this unit."""
        for k, (kind, buffer) in list(self.owned.items()):
            if self.lives.end.get(k, -1) <= self.now:
                del self.owned[k]
                if kind == "buffer":
                    self.workspace.free.append(buffer)

    # --- statements -------------------------------------------------------------------

    def say(self, line: str, quiet: str = "") -> None:
        """Write one line."""
        self.lines.append((quiet, line))

    def write(self) -> None:
        """Write all units."""
        self.take_apart()
        for self.now, unit in enumerate(self.units):
            if unit.space is not None:
                Loop(self, unit).write()
            else:
                for step in unit.steps:
                    getattr(self, f"_{step.kind}")(step)
            self.release()

    def take_apart(self) -> None:
        """Turn short vectors of which only entries are read into Python's floats."""
        readers: dict[int, list[Step]] = {}
        for unit in self.units:
            for step in unit.steps:
                for k in step.operands:
                    readers.setdefault(k, []).append(step)
        for k in self.lowered.inputs:
            shape, _, dtype = self.lowered.values[k]
            found = readers.get(k, [])
            if len(shape) != 1 or shape[0] > SHORT or dtype != FLOAT or not found:
                continue
            keys = [_entry(step) for step in found]
            if None in keys or k in self.lives.handed_out:
                continue
            names = ["_"] * shape[0]
            for i, step in zip(keys, found, strict=True):
                assert i is not None
                if names[i] == "_":
                    names[i] = f"v{step.target}"
                self.names[step.target] = names[i]
                self.soft.add(step.target)
            self.say(f"{', '.join(names)}, = {self.names[k]}.tolist()")

    def _map(self, step: Step) -> None:
        values = self.lowered.values
        if values[step.target].held == ():
            return self._number(step)
        self.check(step.operands)
        args = [self.ref(k) for k in step.operands]
        if step.function in BY_ENTRY:
            held = values[step.target].held
            args = [
                self.filled(k, held) or a
                for k, a in zip(step.operands, args, strict=True)
            ]
        function, target = step.function, step.target
        name = self.names.setdefault(target, f"v{target}")
        taken = self.taken_over(step)
        if taken is not None:
            self.inherit(target, taken)
            name = self.names[target]
            if function in IN_PLACE and taken == step.operands[0]:
                line = f"{name} {IN_PLACE[function]} {args[1]}"
                return self.say(line, step.quiet)
            return self.into_all(step, args, name)
        if function in SPECIAL:
            return self._special(step, args)
        home = self.home(target)
        if home is not None:
            return self.say(self.into(function, args, home), step.quiet)
        if function in INFIX:
            line = f"{name} = {args[0]} {INFIX[function]} {args[1]}"
        else:
            line = f"{name} = {self.function(function)}({', '.join(args)})"
        return self.say(line, step.quiet)

    def into_all(self, step: Step, args: list[str], out: str) -> None:
        """Write a map into an array."""
        for line in self.entrywise(step, args, out):
            self.say(line, step.quiet)

    def into(self, function: str, args: Sequence[str], out: str) -> str:
        """A ufunc call that writes into an array."""
        where = f"out={out}" if function in NAMED_OUT else out
        return f"{self.function(function)}({', '.join(args)}, {where})"

    def _special(self, step: Step, args: list[str]) -> None:
        target = step.target
        if step.function == "where":
            self.owned[target] = ("new", 0)
            line = f"{self.names[target]} = {self.function('np.where')}"
            return self.say(f"{line}({', '.join(args)})", step.quiet)
        held, dtype = self.lowered.values[target][1:]
        home = self.home(target)
        if home is None:
            home = f"v{target}"
            self.say(f"{home} = empty({held}, {self.constant(dtype, dtype)})")
        self.into_all(step, args, home)

    def entrywise(self, step: Step, args: list[str], out: str) -> list[str]:
        """The lines of a map into an array."""
        if step.function not in SPECIAL:
            return [self.into(step.function, args, out)]
        dtype = self.lowered.values[step.target].dtype
        copyto = self.function("copyto")
        if step.function == "cast":
            return [f'{copyto}({out}, {args[0]}, "unsafe")']
        if step.function == "bits":
            return [
                f"{copyto}({out}, {args[0]})",
                f"{self.function('negative')}({out}, {out})",
            ]
        integer = np.dtype(f"i{dtype.itemsize}")
        kind = self.constant(integer, integer)
        conjunction = self.function("bitwise_and")
        if step.function == "keep":
            return [
                f"{conjunction}({args[0]}.view({kind}), {args[1]}, {out}.view({kind}))"
            ]
        a, b, mask = args
        exclusive = self.function("bitwise_xor")
        return [
            f"o = {out}.view({kind})",
            f"b = {b}.view({kind})",
            f"{exclusive}({a}.view({kind}), b, o)",
            f"{conjunction}(o, {mask}, o)",
            f"{exclusive}(o, b, o)",
        ]

    def _number(self, step: Step) -> None:
        """A map of numbers: Python's and NumPy's scalars have quick operators."""
        target, function = step.target, step.function
        dtype = self.lowered.values[target].dtype
        args = [self.scalar(k) for k in step.operands]
        read = [self.lowered.values[k].dtype for k in step.operands]
        name = self.names[target] = f"v{target}"
        real = all(d.kind == "f" for d in read)
        mild = all(k in self.soft or k in self.lowered.known for k in step.operands)
        if real and function in SOFT and mild and dtype == FLOAT:
            self.soft.add(target)
            self.soft_results.add(target)
        else:
            self._check_soft(step)
        if function == "where":
            line = f"{args[1]} if {args[0]} else {args[2]}"
            if any(k in self.soft for k in step.operands) and dtype == FLOAT:
                self.soft.add(target)
        elif not real:
            line = self._called(function, args)
        elif function == "divide" and read[1] == FLOAT:
            below = self.lowered.known.get(step.operands[1])
            line = f"{args[0]} / {args[1]}"
            if below is None:
                line += f" if {args[1]} else {self._called(function, args)}"
            elif not below:
                line = self._called(function, args)
            self.soft.add(target)
        elif function in INFIX:
            line = f"{args[0]} {INFIX[function]} {args[1]}"
        elif function == "square":
            line = f"{args[0]} * {args[0]}"
        elif function == "negative":
            line = f"-{args[0]}"
        elif function == "absolute" and step.operands[0] in self.soft:
            line = f"abs({args[0]})"
        else:
            line = self._called(function, args)
        self.say(f"{name} = {line}", step.quiet)

    def _called(self, function: str, args: Sequence[str]) -> str:
        return f"{self.function(function)}({', '.join(args)})"

    def _check_soft(self, step: Step) -> None:
        """Where Python's floats leave the operations in which an overflow stays."""
        checked = step.operands[1:] if step.function == "divide" else step.operands
        if not step.quiet:
            self.check(checked)

    def check(self, values: Sequence[int]) -> None:
        """Start again with NumPy's scalars, which warn, if one is not finite."""
        found = [k for k in dict.fromkeys(values) if k in self.soft_results]
        self.soft_results.difference_update(found)
        if found:
            self.bind("inf", math.inf)
            names = dict.fromkeys(self.names[k] for k in found)
            finite = " and ".join([f"-inf < {name} < inf" for name in names])
            self.say(f"if not ({finite}):")
            self.say(f"    return again({self.parameters})")

    @property
    def parameters(self) -> str:
        """The inputs, by name."""
        return ", ".join(f"v{k}" for k in self.lowered.inputs)

    def _reduce(self, step: Step) -> None:
        self.check(step.operands)
        x, target = step.operands[0], step.target
        ndim = len(self.lowered.values[x].shape)
        name = self.names.setdefault(target, f"v{target}")
        if step.function == "dot":
            flat = [f"{self.ref(k)}.reshape(-1)" for k in step.operands]
            return self.say(f"{name} = {self.function('dot')}({', '.join(flat)})")
        method = self.method(step.function)
        if len(step.axes) == ndim:
            axis = "" if ndim == 1 else ", None"
            self.owned[target] = ("new", 0)
            return self.say(f"{name} = {method}({self.ref(x)}{axis})", step.quiet)
        axes = step.axes[0] if len(step.axes) == 1 else step.axes
        home = self.home(target)
        if home is None:
            line = f"{name} = {method}({self.ref(x)}, {axes})"
        else:
            line = f"{method}({self.ref(x)}, {axes}, None, {home})"
        return self.say(line, step.quiet)

    def _product(self, step: Step) -> None:
        a, b = map(self.ref, step.operands)
        home = self.home(step.target)
        if home is None:
            name = self.names[step.target] = f"v{step.target}"
            return self.say(f"{name} = {a} @ {b}", step.quiet)
        return self.say(f"{self.function('matmul')}({a}, {b}, {home})", step.quiet)

    def _view(self, step: Step) -> None:
        if step.target in self.names:
            return
        (x, *_), target = step.operands, step.target
        old, new = self.lowered.values[x], self.lowered.values[target]
        record = step.record
        assert record is not None
        name = f"v{target}"
        if step.function == "reshape" and old.held == new.held:
            self.names[target] = self.ref(x)
            if x in self.soft:
                self.soft.add(target)
            if x in self.soft_results:
                self.soft_results.add(target)
            return
        self.check(step.operands)
        source = self.ref(x)
        shape = record.args[1]
        if old.held == ():
            line = f"{self.function('np.broadcast_to')}({source}, {shape})"
            if step.function != "broadcast":
                line = f"{self.function('np.reshape')}({source}, {shape})"
        elif step.function == "broadcast":
            line = f"{self.function('np.broadcast_to')}({source}, {shape})"
        elif step.function == "np.transpose":
            back = tuple(range(len(shape) - 1, -1, -1))
            line = f"{source}.T" if shape == back else f"{source}.transpose({shape})"
        elif step.function == "getitem":
            line = f"{source}[{self.key(shape, [x])}]"
        else:
            line = f"{source}.reshape({shape})"
        if new.shape == () and not (
            step.function == "getitem" and all(isinstance(i, int) for i in shape)
        ):
            line += "[()]"
        self.names[target] = name
        self.say(f"{name} = {line}")

    def key(self, items: tuple[Any, ...], operands: Sequence[int]) -> str:
        """The text of an index."""
        parts = []
        for item in items:
            if isinstance(item, slice):
                ends = [item.start, item.stop] + [item.step] * (item.step is not None)
                parts.append(":".join("" if e is None else str(e) for e in ends))
            elif isinstance(item, Arg):
                parts.append(self.ref(operands[item.index]))
            else:
                parts.append("..." if item is Ellipsis else str(item))
        return ", ".join(parts)

    def _call(self, step: Step) -> None:
        self.check(step.operands)
        record = step.record
        assert record is not None
        name = self.names[step.target] = f"v{step.target}"
        self.owned[step.target] = ("new", 0)
        if step.function == "getitem":
            key = self.key(record.args[1], step.operands)
            return self.say(f"{name} = {self.ref(step.operands[0])}[{key}]", step.quiet)
        value = self.lowered.values[step.target]
        if step.function == "pack":
            entries = ", ".join(map(self.scalar, step.operands)) + ","
            array, kind = self.function("array"), self.constant(value.dtype, value.dtype)
            more = "" if value.dtype == FLOAT else f", {kind}"
            return self.say(f"{name} = {array}(({entries}){more})", step.quiet)
        if step.function == "astype" and value.held == () and value.dtype.kind == "f":
            kind = self.constant(value.dtype.type, value.dtype.type)
            return self.say(f"{name} = {kind}({self.ref(*step.operands)})", step.quiet)
        args = [self.literal(a, step.operands) for a in record.args]
        args += [
            f"{k}={self.literal(v, step.operands)}" for k, v in record.kwargs.items()
        ]
        call = f"{self.function(step.function)}({', '.join(args)})"
        return self.say(f"{name} = {call}", step.quiet)

    def literal(self, item: Any, operands: Sequence[int]) -> str:
        """The text of an argument of a call."""
        if isinstance(item, Arg):
            k = operands[item.index]
            _, held, dtype = self.lowered.values[k]
            if held == () and k not in self.lowered.known:
                kind = self.constant(dtype, dtype)
                return f"{self.function('asarray')}({self.ref(k)}, {kind})"
            return self.ref(k)
        if type(item) is tuple:
            inner = [self.literal(part, operands) for part in item]
            return f"({', '.join(inner)}{',' * (len(inner) == 1)})"
        if item is None or isinstance(item, (bool, int)):
            return str(item)
        return self.constant(item)

    def quieted(self, quiet: str) -> str:
        """The arguments of ``errstate`` that silence these warnings."""
        self.bind("errstate", np.errstate)
        return QUIET[quiet]

    def body(self) -> list[str]:
        """The lines, warnings silenced where they should be."""
        found: list[str] = []
        for quiet, lines in groupby(self.lines, key=lambda pair: pair[0]):
            if quiet:
                found.append(f"with errstate({self.quieted(quiet)}):")
            found += ["    " * bool(quiet) + line for _, line in lines]
        return found


def _entry(step: Step) -> int | None:
    """The position of the one entry that a step reads of a vector."""
    if step.kind != "view" or step.function != "getitem" or step.record is None:
        return None
    key = step.record.args[1]
    return key[0] if len(key) == 1 and isinstance(key[0], int) else None


def source_of(
    writer: Writer, nest: Callable[[list[str]], str]
) -> tuple[str, dict[str, Any]]:
    """The source of ``run`` and its namespace; `nest` writes what is returned."""
    writer.write()
    lowered, lives = writer.lowered, writer.lives
    results: list[str] = []
    given: set[int] = set()
    writer.check(lowered.outputs)
    for k in lowered.outputs:
        root = lives.root[k]
        if lowered.values[k].shape == ():
            name = writer.scalar(k) if k in lowered.known else writer.names[k]
            kind = lowered.values[k].dtype
            results.append(f"{writer.constant(kind.type, kind.type)}({name})")
            continue
        text = writer.ref(k)
        kind = writer.owned.get(root, ("given", 0))[0]
        if root in given or kind not in ("new", "result") or k in lives.partial:
            text += ".copy()"
        given.add(root)
        results.append(text)
    lines = writer.body()
    if writer.workspace.arrays:
        names = ", ".join(writer.workspace.arrays.values())
        writer.namespace.update(pool=[], new=writer.workspace.maker())
        head = ["try:", "    w = pool.pop()", "except IndexError:", "    w = new()"]
        head.append(f"{names}, = w")
        kept = [f"results = {nest(results)}", "pool.append(w)", "return results"]
        lines = [*head, *lines, *kept]
    else:
        lines.append(f"return {nest(results)}")
    text = "".join(f"    {line}\n" for line in lines)
    return f"def run({writer.parameters}):\n{text}", writer.namespace
