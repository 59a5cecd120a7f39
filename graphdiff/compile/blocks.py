"""A stretch as a loop over blocks: every step on one block before the next block.

A block is small enough to stay in the second cache through all steps. Reductions take
their share of each block while it is hot; the shares are reduced at the end.
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import Any

import numpy as np

from graphdiff.compile.stages import BY_ENTRY, Unit, blocked_axis
from graphdiff.compile.steps import Shape, Step
from graphdiff.compile.storage import NEVER, may_take_over

BLOCK = 1 << 17
"""Bytes of a block: 16384 doubles."""
CACHE = 3 << 18
"""Bytes that the blocks alive at once should take together."""


class Loop:
    """One stretch, written into a `Writer`."""

    def __init__(self, writer: Any, unit: Unit) -> None:
        """Choose the size of a block, and what lives on after the loop."""
        assert unit.space is not None
        self.w = writer
        self.values = writer.lowered.values
        self.steps = unit.steps
        self.space: Shape = unit.space
        self.made = {step.target: i for i, step in enumerate(unit.steps)}
        self.last: dict[int, int] = {}
        for i, step in enumerate(unit.steps):
            for k in step.operands:
                self.last[k] = i
        lives = writer.lives
        self.live_out = [
            s.target
            for s in unit.steps
            if s.kind == "map" and lives.end.get(s.target, -1) > writer.now
        ]
        itemsize = max(self.values[s.target].dtype.itemsize for s in self.steps)
        self.axis = blocked_axis(self.space, itemsize)
        self.row = math.prod(self.space[self.axis + 1 :]) * itemsize
        self.length = self.space[self.axis]
        self.size = self._rows()
        self.temporaries: dict[str, tuple[int, str]] = {}
        self.free: dict[np.dtype, list[str]] = {}
        self.local: dict[int, str] = {}
        self.top: list[str] = []
        self.after: list[str] = []

    def _rows(self) -> int:
        """How many rows make a block: fewer where many blocks are alive at once."""
        alive, most = 0, 0
        outside = {k for k in self.last if k not in self.made}
        for i, step in enumerate(self.steps):
            alive += step.kind == "map"
            most = max(most, alive)
            alive -= sum(
                self.last[k] == i and k not in outside for k in set(step.operands)
            )
        block = min(BLOCK, max(BLOCK // 4, CACHE // max(most, 1)))
        rows: int = max(1, block // self.row)
        count = -(-self.length // rows)
        return -(-self.length // count)

    # --- pieces -----------------------------------------------------------------------

    def at(self, held: Shape) -> str:
        """The index of this block in an array held in a shape; empty if it is whole."""
        parts: list[str] = []
        offset = len(self.space) - len(held)
        for a in range(self.axis + 1):
            if a < offset:
                continue
            same = held[a - offset] == self.space[a]
            if a < self.axis:
                parts.append(f"i{a}" if same else "0")
            else:
                parts.append("i:j" if same else ":")
        return "" if set(parts) <= {":"} else ", ".join(parts)

    def block(self, k: int) -> str:
        """The block of a value: made in this loop, or read from outside."""
        if k in self.local:
            return self.local[k]
        value = self.values[k]
        if value.held == ():
            self.local[k] = self._number(k)
            return self.local[k]
        whole = self.w.ref(k)
        index = self.at(value.held)
        if not index:
            self.local[k] = whole
        else:
            self.top.append(f"x{k} = {whole}[{index}]")
            self.local[k] = f"x{k}"
        return self.local[k]

    def _number(self, k: int) -> str:
        if k in self.w.lowered.known:
            return str(self.w.ref(k))
        dtype = self.values[k].dtype
        array = self.w.function("asarray")
        kind = self.w.constant(dtype, dtype)
        self.w.say(f"a{k} = {array}({self.w.ref(k)}, {kind})")
        return f"a{k}"

    def filled(self, k: int) -> str | None:
        """A block filled with a constant, for ufuncs that like it better."""
        name = self.w.filled(k, (self.size, *self.space[self.axis + 1 :]))
        return f"{name}[: j - i]" if name and self.length % self.size else name

    def temporary(self, dtype: np.dtype) -> str:
        """A block of the workspace, under its name in this loop."""
        if self.free.get(dtype):
            return self.free[dtype].pop()
        shape = (self.size, *self.space[self.axis + 1 :])
        buffer, array = self.w.workspace.take(shape, dtype)
        self.temporaries[array] = buffer, f"t{array[1:]}"
        return f"t{array[1:]}"

    # --- steps ------------------------------------------------------------------------

    def write(self) -> None:
        """Write what comes before the loop, the loop, and what comes after."""
        w = self.w
        w.check([k for k in self.last if k not in self.made])
        body: list[tuple[str, str]] = []
        owners: dict[int, str] = {}
        for i, step in enumerate(self.steps):
            if step.kind == "reduce":
                body.append((step.quiet, self._share(step)))
            else:
                body += self._entries(i, step, owners)
            for k in dict.fromkeys(step.operands):
                if self.last[k] == i and k in owners:
                    self.free.setdefault(self.values[k].dtype, []).append(owners.pop(k))
        self._frame(body)
        w.workspace.free += [buffer for buffer, _ in self.temporaries.values()]

    def _entries(
        self, i: int, step: Step, owners: dict[int, str]
    ) -> list[tuple[str, str]]:
        args = [self.block(k) for k in step.operands]
        if step.function in BY_ENTRY:
            args = [
                self.filled(k) or a for k, a in zip(step.operands, args, strict=True)
            ]
        out = self._target(i, step, owners)
        self.local[step.target] = out
        return [(step.quiet, line) for line in self.w.entrywise(step, args, out)]

    def _target(self, i: int, step: Step, owners: dict[int, str]) -> str:
        """Where the block of a result goes."""
        target = step.target
        if target in self.live_out:
            whole = self._whole(i, step)
            self.top.append(f"x{target} = {whole}[{self.at(self.space)}]")
            return f"x{target}"
        for k in step.operands:
            if (
                k in owners
                and self.last[k] == i
                and may_take_over(self.w.lowered, step, k)
            ):
                owners[target] = owners.pop(k)
                return owners[target]
        owners[target] = self.temporary(self.values[target].dtype)
        return owners[target]

    def _whole(self, i: int, step: Step) -> str:
        """The array of a value that is needed after the loop."""
        w, target = self.w, step.target
        lives = w.lives
        for k in list(w.owned):
            kind, _ = w.owned[k]
            wrong = target in lives.handed_out and kind == "buffer"
            if (
                not wrong
                and k not in self.made
                and lives.end.get(k) == w.now
                and self.last.get(k, NEVER) <= i
                and not self._shown_here(k)
                and self.values[k][1:] == self.values[target][1:]
                and (self.last[k] < i or may_take_over(w.lowered, step, k))
            ):
                w.inherit(target, k)
                return str(w.names[target])
        home = w.home(target)
        return str(home) if home is not None else self._new(target)

    def _shown_here(self, k: int) -> bool:
        """Whether the loop reads the memory of k under another number."""
        roots = self.w.lives.root
        return any(roots[other] == k and other != k for other in self.last)

    def _new(self, target: int) -> str:
        _, held, dtype = self.values[target]
        kind = self.w.constant(dtype, dtype)
        self.w.say(f"v{target} = empty({held}, {kind})")
        self.w.names[target] = f"v{target}"
        return f"v{target}"

    def _share(self, step: Step) -> str:
        """What one block adds to a reduction."""
        w, target = self.w, step.target
        blocks = -(-self.length // self.size)
        dtype = self.values[target].dtype
        kind = w.constant(dtype, dtype)
        args = [self.block(k) for k in step.operands]
        name = w.names[target] = f"v{target}"
        if len(step.axes) == len(self.space):
            count = math.prod(self.space[: self.axis]) * blocks
            w.say(f"p{target} = empty({count}, {kind})")
            self.after.append(f"{name} = {w.method(_end(step))}(p{target})")
            if step.function == "dot":
                flat = ", ".join(f"{a}.reshape(-1)" for a in args)
                dot = w.function("dot")
                return f"p{target}[{self._number_of_block()}] = {dot}({flat})"
            axis = "" if len(self.space) - self.axis == 1 else ", None"
            method = w.method(step.function)
            return f"p{target}[{self._number_of_block()}] = {method}({args[0]}{axis})"
        axes = step.axes[0] if len(step.axes) == 1 else step.axes
        method = w.method(step.function)
        home = w.home(target)
        if 0 not in step.axes:
            home = home or self._new(target)
            self.top.append(f"x{target} = {home}[i:j]")
            return f"{method}({args[0]}, {axes}, None, x{target})"
        shape = (blocks, *self.values[target].shape)
        w.say(f"p{target} = empty({shape}, {kind})")
        out = f", None, {home}" if home else ""
        made = f"{method}(p{target}, 0{out})"
        self.after.append(made if home else f"{name} = {made}")
        return (
            f"{method}({args[0]}, {axes}, None, p{target}[{self._number_of_block()}])"
        )

    def _number_of_block(self) -> str:
        blocks = -(-self.length // self.size)
        number = f"i // {self.size}"
        outer = ""
        for a in range(self.axis):
            outer = f"({outer}) * {self.space[a]} + i{a}" if outer else f"i{a}"
        return f"({outer}) * {blocks} + {number}" if outer else number

    # --- the loop ---------------------------------------------------------------------

    def _frame(self, body: list[tuple[str, str]]) -> None:
        """Write the loops around the lines of the body."""
        say = self.w.say
        names = list(self.temporaries.items())
        ragged = self.length % self.size
        if not ragged:
            for array, (_, name) in names:
                say(f"{name} = {array}")
        indent = ""
        for a in range(self.axis):
            say(f"{indent}for i{a} in range({self.space[a]}):")
            indent += "    "
        if ragged:
            for array, (_, name) in names:
                say(f"{indent}{name} = {array}")
        say(f"{indent}for i in range(0, {self.length}, {self.size}):")
        indent += "    "
        if ragged:
            say(f"{indent}j = min(i + {self.size}, {self.length})")
            if names:
                say(f"{indent}if j - i < {self.size}:")
            for _, (_, name) in names:
                say(f"{indent}    {name} = {name}[: j - i]")
        else:
            say(f"{indent}j = i + {self.size}")
        for line in self.top:
            say(indent + line)
        for quiet, pairs in groupby(body, key=lambda pair: pair[0]):
            for line in self.w.hushed(quiet, [line for _, line in pairs]):
                say(indent + line)
        for line in self.after:
            say(line)


def _end(step: Step) -> str:
    return "add" if step.function == "dot" else step.function
