"""Where each array lives: lifetimes, buffers used again, results that are handed out.

A buffer of the workspace serves one value after another; a value may take over the
array of an operand that dies with it. What the caller gets is never in the workspace.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphdiff.compile.lower import Lowered
from graphdiff.compile.stages import Unit
from graphdiff.compile.steps import Shape, Step

SMALL = 1 << 11
"""Bytes below which a new array costs no more than a kept one."""
APART = 576
"""Bytes between buffers: at a multiple of 4096 their entries evict one another."""
ALIGNED = 64
NEVER = 1 << 60
ALONE = ("select", "bits", "where")
"""Functions that write before they have read all."""


class Lifetimes:
    """For each value the one whose memory it shows, and the unit that needs it last."""

    def __init__(self, lowered: Lowered, units: Sequence[Unit]) -> None:
        """Go through the units in order."""
        self.root = list(range(len(lowered.values)))
        self.partial: set[int] = set()
        self.given = {*lowered.inputs, *lowered.known}
        self.end: dict[int, int] = {}
        self.read: dict[int, int] = {}
        for n, unit in enumerate(units):
            for step in unit.steps:
                if shows_operand(lowered, step):
                    self.root[step.target] = self.root[step.operands[0]]
                    whole = step.function in ("np.reshape", "np.transpose")
                    if not whole or step.operands[0] in self.partial:
                        self.partial.add(step.target)
                for k in step.operands:
                    self.end[self.root[k]] = n
                    self.read[k] = n
        self.handed_out = {self.root[k] for k in lowered.outputs}
        for k in self.handed_out:
            self.end[k] = NEVER
        self.shown = {r for k, r in enumerate(self.root) if r != k}


def shows_operand(lowered: Lowered, step: Step) -> bool:
    """Whether the result of `step` may be a view of its first operand."""
    others = step.operands[1:]
    if lowered.values[step.target].shape == ():
        return False
    return (
        step.kind == "view"
        or (step.function == "np.einsum" and not others)
        or (
            step.function == "getitem"
            and all(lowered.values[k].shape == () for k in others)
        )
    )


class Workspace:
    """The layout of one slab of memory, and the arrays on it."""

    def __init__(self) -> None:
        """Begin with no buffer."""
        self.sizes: list[int] = []
        self.free: list[int] = []
        self.arrays: dict[tuple[int, Shape, np.dtype], str] = {}

    def take(self, shape: Shape, dtype: np.dtype) -> tuple[int, str]:
        """A buffer that is free, or a new one, and its name in this shape."""
        wanted = math.prod(shape) * dtype.itemsize
        fitting = [b for b in self.free if wanted <= self.sizes[b] <= 2 * wanted]
        if fitting:
            buffer = min(reversed(fitting), key=self.sizes.__getitem__)
            self.free.remove(buffer)
        else:
            buffer = len(self.sizes)
            self.sizes.append(wanted)
        name = self.arrays.setdefault((buffer, shape, dtype), f"w{len(self.arrays)}")
        return buffer, name

    @property
    def nbytes(self) -> int:
        """The bytes that one workspace takes."""
        return sum(_padded(n) for n in self.sizes)

    def maker(self) -> Callable[[], tuple[np.ndarray, ...]]:
        """A function that makes the arrays, all on one new slab."""
        starts = [0]
        for n in self.sizes:
            starts.append(starts[-1] + _padded(n))
        layout = [(starts[b], shape, dtype) for b, shape, dtype in self.arrays]
        total = starts[-1]

        def new() -> tuple[np.ndarray, ...]:
            slab = aligned(total)
            return tuple(
                slab[at : at + math.prod(shape) * dtype.itemsize]
                .view(dtype)
                .reshape(shape)
                for at, shape, dtype in layout
            )

        return new


def _padded(nbytes: int) -> int:
    return -(-nbytes // ALIGNED) * ALIGNED + APART


def aligned(nbytes: int) -> np.ndarray:
    """New bytes that start where a line of the cache does."""
    raw = np.empty(nbytes + ALIGNED, np.uint8)
    start = -raw.ctypes.data % ALIGNED
    return raw[start : start + nbytes]


class Lease:
    """The owner of one result's memory, which it keeps for the next when all is read.

    The last array that shows the memory holds the lease, so nobody can see it change.
    """

    __slots__ = ("__array_interface__", "memory", "pool")

    def __init__(self, memory: np.ndarray, pool: list[np.ndarray]) -> None:
        """Hold `memory`, to be given back to `pool`."""
        self.__array_interface__ = memory.__array_interface__
        self.memory, self.pool = memory, pool

    def __del__(self) -> None:
        """Give the memory back, unless enough lies idle."""
        if len(self.pool) < 2:
            self.pool.append(self.memory)


def leases(shape: Shape, dtype: np.dtype) -> Callable[[], np.ndarray]:
    """A function that gives uninitialised arrays, on memory that has been paged in.

    Fresh pages cost a large result more than its arithmetic does.
    """
    pool: list[np.ndarray] = []
    nbytes = math.prod(shape) * dtype.itemsize

    def fresh() -> np.ndarray:
        try:
            memory = pool.pop()
        except IndexError:
            memory = aligned(nbytes).view(dtype).reshape(shape)
        return np.asarray(Lease(memory, pool))

    return fresh


def may_take_over(lowered: Lowered, step: Step, k: int) -> bool:
    """Whether the result of `step` can be written over its operand k."""
    old, new = lowered.values[k], lowered.values[step.target]
    return (
        step.kind == "map"
        and step.function not in ALONE
        and old.held == new.held != ()
        and old.dtype == new.dtype
    )


def hints(lowered: Lowered, units: Sequence[Unit], lives: Lifetimes) -> dict[int, int]:
    """Values that should be born in the array of the result that takes them over."""
    found: dict[int, int] = {}
    for n in range(len(units) - 1, -1, -1):
        here = {step.target for step in units[n].steps}
        for step in reversed(units[n].steps):
            result = found.get(step.target)
            if step.target in lives.handed_out:
                result = step.target
            if result is None:
                continue
            for k in step.operands:
                if (
                    may_take_over(lowered, step, k)
                    and lives.root[k] == k
                    and k not in lives.given
                    and k not in here
                    and lives.end[k] == n
                ):
                    found.setdefault(k, result)
                    break
    return found


def constant_block(value: Any, shape: Shape) -> np.ndarray:
    """A read-only block filled with one number."""
    block = np.full(shape, value)
    block.flags.writeable = False
    return block
