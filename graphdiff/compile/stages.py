"""Which steps run together, block by block, and in which order all run.

Steps that go entry by entry over one large shape form a *stretch*: each block of it
stays in cache from the first step to the last. A value that a matrix product or a
reduction makes must be whole before it is read, which divides the steps into stages;
a stretch lies within one. A step that could run in several stages runs where its
neighbours do, so that few arrays are written out between stretches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphdiff.compile.lower import Lowered
from graphdiff.compile.steps import LARGE, Shape, Step

BY_ENTRY = ("maximum", "minimum")
"""Ufuncs that are slow with a number, quick with an array filled with it."""


@dataclass(slots=True, eq=False)
class Unit:
    """Steps that run together; `space` is the shape of a stretch, else None."""

    steps: list[Step]
    space: Shape | None = None
    needs: list[Unit] = field(default_factory=list)


def units_of(lowered: Lowered) -> list[Unit]:
    """The units of a plan, in an order in which they can run."""
    spaces = [space_of(lowered, step) for step in lowered.steps]
    if not any(spaces):
        return [Unit([step]) for step in lowered.steps]
    stages = _Stages(lowered, spaces)
    return _ordered(_joined(stages), lowered)


def space_of(lowered: Lowered, step: Step) -> Shape | None:
    """The shape over which a step can run block by block, if it is large."""
    if step.kind == "map":
        value = lowered.values[step.target]
        wide = max(
            value.nbytes, *[_bytes(lowered, k, value.held) for k in step.operands]
        )
        return value.held if value.held and wide >= LARGE else None
    if step.kind == "reduce":
        value = lowered.values[step.operands[0]]
        fits = all(lowered.values[k].held == value.shape for k in step.operands)
        large = value.nbytes >= LARGE and fits
        return value.shape if large and _sinks(step, value.shape) else None
    return None


def _bytes(lowered: Lowered, operand: int, held: Shape) -> int:
    value = lowered.values[operand]
    return value.nbytes if value.held == held else 0


def _sinks(step: Step, shape: Shape) -> bool:
    """Whether a reduction can take its argument block by block."""
    return len(step.axes) == len(shape) or blocked_axis(shape) == 0


def blocked_axis(shape: Shape, itemsize: int = 8) -> int:
    """The axis that is cut into blocks: the first whose rows fit into cache."""
    row = itemsize
    axis = len(shape) - 1
    while axis > 0 and row * shape[axis] <= LARGE:
        row *= shape[axis]
        axis -= 1
    return axis


class _Stages:
    """The stage of each step that can run in a stretch."""

    def __init__(self, lowered: Lowered, spaces: Sequence[Shape | None]) -> None:
        self.lowered = lowered
        self.steps = lowered.steps
        self.spaces = spaces
        self.maker = {step.target: i for i, step in enumerate(self.steps)}
        self.readers: list[list[int]] = [[] for _ in self.steps]
        for i, step in enumerate(self.steps):
            for k in dict.fromkeys(step.operands):
                if k in self.maker:
                    self.readers[self.maker[k]].append(i)
        self.first = self._earliest()
        last = max(s for s, space in zip(self.first, spaces, strict=True) if space)
        self.stage = self._chosen(last)
        self._let_sinks_join()

    def gap(self, producer: int, consumer: int) -> int:
        """How many stages the consumer must come later."""
        space = self.spaces[producer]
        if space is None:
            return 0
        fused = self.steps[producer].kind == "map" and self.spaces[consumer] == space
        return 0 if fused else 1

    def _earliest(self) -> list[int]:
        first = [0] * len(self.steps)
        for i, readers in enumerate(self.readers):
            for j in readers:
                first[j] = max(first[j], first[i] + self.gap(i, j))
        return first

    def _chosen(self, last: int) -> list[int]:
        """Late, beside a reader of the same stretch; else as early as can be."""
        stage = [0] * len(self.steps)
        for i in range(len(self.steps) - 1, -1, -1):
            readers = self.readers[i]
            fusable = self.spaces[i] is not None
            late = last if fusable else last + 1
            for j in readers:
                late = min(late, stage[j] - self.gap(i, j))
            beside = any(stage[j] == late and not self.gap(i, j) for j in readers)
            stage[i] = late if beside or not fusable else self.first[i]
        return stage

    def _let_sinks_join(self) -> None:
        """Move reductions of given arrays to where those are read anyway."""
        places: dict[tuple[Shape, int], set[int]] = {}
        for i, step in enumerate(self.steps):
            space = self.spaces[i]
            if space is not None and step.kind == "map":
                for k in step.operands:
                    if self.lowered.values[k].held == space:
                        places.setdefault((space, k), set()).add(self.stage[i])
        for i, step in enumerate(self.steps):
            space = self.spaces[i]
            if space is None or step.kind != "reduce":
                continue
            if any(
                self.spaces[self.maker[k]] == space
                for k in step.operands
                if k in self.maker
            ):
                continue
            late = min(
                [self.stage[j] - 1 for j in self.readers[i]], default=self.stage[i]
            )
            for k in step.operands:
                fitting = [
                    s
                    for s in places.get((space, k), ())
                    if self.first[i] <= s <= max(late, self.first[i])
                ]
                if fitting:
                    self.stage[i] = min(fitting)
                    break


def _joined(stages: _Stages) -> list[Unit]:
    """Units: the stretches, joined where they share what they read, and the rest."""
    steps, parent = stages.steps, list(range(len(stages.steps)))

    def top(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    met: dict[tuple[int, Shape, int], int] = {}
    for i, step in enumerate(steps):
        space = stages.spaces[i]
        if space is None:
            continue
        touched = [k for k in step.operands if stages.lowered.values[k].held == space]
        for k in (*touched, step.target) if step.kind == "map" else touched:
            other = met.setdefault((stages.stage[i], space, k), i)
            parent[top(i)] = top(other)
    units: dict[int, Unit] = {}
    for i, step in enumerate(steps):
        found = units.setdefault(top(i), Unit([], stages.spaces[i]))
        found.steps.append(step)
    for unit in units.values():
        if len(unit.steps) == 1 and unit.steps[0].function not in BY_ENTRY:
            unit.space = None
    return list(units.values())


def _ordered(units: Iterable[Unit], lowered: Lowered) -> list[Unit]:
    """Each unit after those that it needs, and not long before it is needed."""
    maker = {step.target: unit for unit in units for step in unit.steps}
    for unit in units:
        found = [maker[k] for s in unit.steps for k in s.operands if k in maker]
        unit.needs = [u for u in dict.fromkeys(found) if u is not unit]
    done: dict[Unit, None] = {}
    for output in lowered.outputs:
        if output not in maker:
            continue
        stack = [(maker[output], 0)]
        while stack:
            unit, i = stack.pop()
            if unit in done:
                continue
            while i < len(unit.needs) and unit.needs[i] in done:
                i += 1
            if i == len(unit.needs):
                done[unit] = None
            else:
                stack += [(unit, i + 1), (unit.needs[i], 0)]
    return list(done)
