"""Numbers in a plan: Python's own floats where they compute as NumPy's scalars do.

They are several times as quick. They overflow in silence, though, and division by zero
raises; so a plan looks where they go, and starts again with NumPy where that matters.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.compile.source import FLOAT, INFIX, Source
from graphdiff.compile.stages import Unit
from graphdiff.compile.steps import SHORT, Step
from graphdiff.compile.storage import Lifetimes

_SOFT = ("add", "subtract", "multiply", "negative", "square", "absolute")
"""What Python's own floats compute as NumPy does, but for the warning."""


class Scalars(Source):
    """The statements whose results are numbers."""

    def take_apart(self, units: Sequence[Unit], lives: Lifetimes) -> None:
        """Turn short vectors of which only entries are read into Python's floats."""
        readers: dict[int, list[Step]] = {}
        for unit in units:
            for step in unit.steps:
                for k in step.operands:
                    readers.setdefault(k, []).append(step)
        for k in self.lowered.inputs:
            shape, _, dtype = self.lowered.values[k]
            found = readers.get(k, [])
            if len(shape) != 1 or shape[0] > SHORT or dtype != FLOAT or not found:
                continue
            keys = [_entry(step) for step in found]
            if None in keys or k in lives.handed_out:
                continue
            names = ["_"] * shape[0]
            for i, step in zip(keys, found, strict=True):
                assert i is not None
                if names[i] == "_":
                    names[i] = f"v{step.target}"
                self.names[step.target] = names[i]
                self.soft.add(step.target)
            self.say(f"{', '.join(names)}, = {self.names[k]}.tolist()")

    def number(self, step: Step) -> None:
        """A map of numbers: Python's and NumPy's scalars have quick operators."""
        target, function = step.target, step.function
        dtype = self.lowered.values[target].dtype
        args = [self.scalar(k) for k in step.operands]
        read = [self.lowered.values[k].dtype for k in step.operands]
        name = self.names[target] = f"v{target}"
        real = all(d.kind == "f" for d in read)
        mild = all(k in self.soft or k in self.lowered.known for k in step.operands)
        if real and function in _SOFT and mild and dtype == FLOAT:
            self.soft.add(target)
            self.soft_results.add(target)
        else:
            self._check_soft(step)
        self.say(f"{name} = {self._expression(step, args, real)}", step.quiet)
        if dtype == FLOAT and function in ("divide", "where"):
            self.soft.add(target)

    def _expression(self, step: Step, args: list[str], real: bool) -> str:
        function = step.function
        if function == "where":
            return f"{args[1]} if {args[0]} else {args[2]}"
        if not real:
            return self._called(function, args)
        if function == "divide":
            return self._quotient(step, args)
        if function in INFIX:
            return f"{args[0]} {INFIX[function]} {args[1]}"
        if function == "square":
            return f"{args[0]} * {args[0]}"
        if function == "negative":
            return f"-{args[0]}"
        if function == "absolute" and step.operands[0] in self.soft:
            return f"abs({args[0]})"
        return self._called(function, args)

    def _quotient(self, step: Step, args: list[str]) -> str:
        """A quotient; by zero it is NumPy's, which warns where Python raises."""
        below = self.lowered.known.get(step.operands[1])
        if below is not None:
            zero = self._called("divide", args)
            return zero if not below else f"{args[0]} / {args[1]}"
        if step.operands[1] not in self.soft:
            return f"{args[0]} / {args[1]}"
        return f"{args[0]} / {args[1]} if {args[1]} else {self._called('divide', args)}"

    def _called(self, function: str, args: Sequence[str]) -> str:
        return f"{self.function(function)}({', '.join(args)})"

    def _check_soft(self, step: Step) -> None:
        """Where Python's floats leave the operations in which an overflow stays."""
        checked = step.operands[1:] if step.function == "divide" else step.operands
        if not step.quiet:
            self.check(checked)


def _entry(step: Step) -> int | None:
    """The position of the one entry that a step reads of a vector."""
    if step.kind != "view" or step.function != "getitem" or step.record is None:
        return None
    key = step.record.args[1]
    return key[0] if len(key) == 1 and isinstance(key[0], int) else None
