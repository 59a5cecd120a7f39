"""The Python source of a plan: plain statements, or loops over blocks in cache.

A value is written into a buffer of the workspace, over an operand that dies, into the
array of a result, or into a new array where that costs no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from graphdiff.compile.blocks import Loop
from graphdiff.compile.lower import Lowered
from graphdiff.compile.scalars import Scalars
from graphdiff.compile.source import FLOAT, INFIX
from graphdiff.compile.stages import BY_ENTRY, Unit
from graphdiff.compile.steps import LARGE, Step
from graphdiff.compile.storage import (
    SMALL,
    Lifetimes,
    Workspace,
    hints,
    leases,
    may_take_over,
)
from graphdiff.graph.node import Call

IN_PLACE = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}
SPECIAL = ("where", "cast", "bits", "keep", "select")
"""Maps that are no ufunc."""
NAMED_OUT = ("maximum", "minimum")
"""Ufuncs of which NumPy wants ``out=`` by name."""


class Writer(Scalars):
    """Statements for units, one after the other, and what they need around them."""

    def __init__(self, lowered: Lowered, units: Sequence[Unit], kept: bool) -> None:
        """Find out how long each value lives."""
        super().__init__(lowered)
        self.units = units
        self.kept = kept
        self.lives = Lifetimes(lowered, units)
        self.hints = hints(lowered, units, self.lives) if kept else {}
        self.workspace = Workspace()
        self.owned: dict[int, tuple[str, int]] = {}
        self.now = 0

    def home(self, target: int) -> str | None:
        """An array to write the value into; None if the call may make a new one."""
        _, held, dtype = self.lowered.values[target]
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

    def write(self) -> None:
        """Write all units."""
        self.take_apart(self.units, self.lives)
        for n, unit in enumerate(self.units):
            self.now = n
            if unit.space is not None:
                Loop(self, unit).write()
            else:
                for step in unit.steps:
                    getattr(self, f"_{step.kind}")(step)
            self.release()

    def _map(self, step: Step) -> None:
        values = self.lowered.values
        if values[step.target].held == ():
            return self.number(step)
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
        shape = record.args[1] if len(record.args) > 1 else ()
        if step.function in ("np.flip", "np.diagonal", "np.real", "np.imag"):
            line = self.written(record, step.operands)
        elif old.held == ():
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

    def _call(self, step: Step) -> None:
        self.check(step.operands)
        record = step.record
        assert record is not None
        if step.function in ("set_item", "add_item"):
            return self._update(step, record)
        name = self.names[step.target] = f"v{step.target}"
        self.owned[step.target] = ("new", 0)
        if step.function == "getitem":
            key = self.key(record.args[1], step.operands)
            return self.say(f"{name} = {self.ref(step.operands[0])}[{key}]", step.quiet)
        value = self.lowered.values[step.target]
        if step.function == "pack":
            entries = ", ".join(map(self.scalar, step.operands)) + ","
            array, kind = (
                self.function("array"),
                self.constant(value.dtype, value.dtype),
            )
            more = "" if value.dtype == FLOAT else f", {kind}"
            return self.say(f"{name} = {array}(({entries}){more})", step.quiet)
        if step.function == "astype" and value.held == () and value.dtype.kind == "f":
            kind = self.constant(value.dtype.type, value.dtype.type)
            return self.say(f"{name} = {kind}({self.ref(*step.operands)})", step.quiet)
        call = self.written(record, step.operands)
        return self.say(f"{name} = {call}", step.quiet)

    def _update(self, step: Step, record: Call) -> None:
        """Write into the array of the first operand if it dies here, or into a copy."""
        x, value = step.operands[:2]
        kind = self.owned.get(x, ("", 0))[0]
        dies = kind and self.lives.end.get(x) == self.now and self.lives.root[x] == x
        if dies and not (kind == "buffer" and step.target in self.lives.handed_out):
            self.inherit(step.target, x)
        else:
            self.names[step.target] = f"v{step.target}"
            self.owned[step.target] = ("new", 0)
            self.say(f"v{step.target} = {self.ref(x)}.copy()")
        name, entries = self.names[step.target], self.ref(value)
        if step.function == "add_item" and not record.args[3]:
            place = self.literal(record.args[2], step.operands)
            line = f"{self.bind('add_at', np.add.at)}({name}, {place}, {entries})"
        else:
            sign = "=" if step.function == "set_item" else "+="
            line = f"{name}[{self.key(record.args[2], step.operands)}] {sign} {entries}"
        self.say(line, step.quiet)

    def written(self, record: Call, operands: Sequence[int]) -> str:
        """The text of a call."""
        args = [self.literal(a, operands) for a in record.args]
        args += [f"{k}={self.literal(v, operands)}" for k, v in record.kwargs.items()]
        return f"{self.function(record.function)}({', '.join(args)})"


def statements(
    writer: Writer, nest: Callable[[list[str]], str], lent: int | None = None
) -> list[str]:
    """The statements of all units and of the return; `nest` writes what is returned.

    The body of a loop returns what others hold too: its first `lent` results are read
    by the next step, so that only a buffer must be copied, and the rest at once.
    """
    writer.write()
    lowered, lives = writer.lowered, writer.lives
    results: list[str] = []
    given: set[int] = set()
    writer.check(lowered.outputs)
    for place, k in enumerate(lowered.outputs):
        root = lives.root[k]
        if lowered.values[k].shape == ():
            name = writer.scalar(k) if k in lowered.known else writer.names[k]
            if lent is not None and lowered.values[k].dtype == FLOAT:
                results.append(name)
                continue
            scalar = lowered.values[k].dtype.type
            results.append(f"{writer.constant(scalar, scalar)}({name})")
            continue
        text = writer.ref(k)
        kind = writer.owned.get(root, ("given", 0))[0]
        if lent is not None:
            text += ".copy()" if kind == "buffer" and place < lent else ""
        elif root in given or kind not in ("new", "result") or k in lives.partial:
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
    return lines
