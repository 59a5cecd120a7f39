"""A program as steps of an interpreter: quick to build, slower to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from graphdiff.compile.program import Program, Record, bound_call, bound_shape
from graphdiff.compile.regions import Planner, RegionCall
from graphdiff.graph.node import Arg, Call
from graphdiff.graph.op import filled
from graphdiff.graph.types import dims_of
from graphdiff.runtime.table import FUNCTIONS
from graphdiff.sizes.dims import Dim

_QUIET: dict[str, Any] = {"all": "ignore"}


@dataclass
class Tape:
    """The records as steps of an interpreter: quick to build, slower to run."""

    steps: list[tuple[Any, ...]]
    table: list[Any]
    inputs: list[int]
    outputs: list[int]

    @cached_property
    def stretches(self) -> list[tuple[bool, list[tuple[Any, ...]]]]:
        """The steps, those together that run with warnings, or without."""
        pairs = groupby(self.steps, key=lambda step: step[2])
        return [(quiet, list(steps)) for quiet, steps in pairs]

    def __call__(self, *inputs: Any) -> list[Any]:
        """The outputs in order; arrays nobody else holds."""
        table = self.table.copy()
        for place, value in zip(self.inputs, inputs, strict=True):
            table[place] = value
        for quiet, steps in self.stretches:
            with np.errstate(**_QUIET if quiet else {}):
                for function, operands, _, target, dead in steps:
                    table[target] = function(*[table[k] for k in operands])
                    for k in dead:
                        table[k] = None
        return owned([table[k] for k in self.outputs], inputs)


def owned(values: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """Results that share no memory with anything: views and repeats are copied."""
    found: list[Any] = []
    seen: set[int] = set(map(id, inputs))
    for value in values:
        if isinstance(value, np.ndarray):
            if value.ndim == 0:
                value = value[()]
            elif (
                value.base is not None or id(value) in seen or not value.flags.writeable
            ):
                value = value.copy()
            seen.add(id(value))
        found.append(value)
    return found


def tape_of(program: Program, sizes: Mapping[str, int], plan: Planner) -> Tape:
    """The tape of `program` at these sizes; `plan` makes the bodies of loops ready."""
    records = program.records
    table: list[Any] = [None] * len(records)
    for place, value in program.constants.items():
        table[place] = value
    kept = set(program.outputs.values()) | set(program.constants)
    steps: list[tuple[Any, ...]] = []
    loops: dict[str, int] = {}
    for i, (call, operands, type, quiet) in enumerate(records):
        if call is None:
            continue
        if call.function == "np.full":
            _, value, dtype = bound_call(call, sizes).args
            shape = bound_shape(type, sizes)
            table[i] = np.broadcast_to(np.asarray(value, dtype), shape)
            kept.add(i)
            continue
        born = [loops[n] for n in _open_sizes(records, i, sizes) if n in loops]
        if isinstance(call, RegionCall) and call.born:
            loops[call.born] = i
        if born:
            names = [n for n, k in loops.items() if k in born]
            before: Any = [records[k].call for k in born]
            late = Late(call, names, before, sizes, plan)
            steps.append((late, (*operands, *born), quiet, i, ()))
            continue
        function = _runner(call, sizes, plan)
        steps.append((function, operands, quiet, i, ()))
    for k, writer in _in_place(program, steps, sizes).items():
        steps[k] = (writer, *steps[k][1:])
    for k in range(len(steps) - 1, -1, -1):
        function, operands, quiet, i, _ = steps[k]
        dead = tuple([a for a in dict.fromkeys(operands) if a not in kept])
        kept.update(dead)
        steps[k] = (function, operands, quiet, i, dead)
    places = list(program.places.values())
    return Tape(steps, table, places, list(program.outputs.values()))


_WRITES = ("set_item", "add_item")
_NEW = (*_WRITES, "put", "put_once", "concatenate", "np.matmul", "np.sum")


def _in_place(
    program: Program, steps: Sequence[tuple[Any, ...]], sizes: Mapping[str, int]
) -> dict[int, Callable[..., Any]]:
    """For steps that may write over their first operand: how they do.

    It is an array of ours, and nothing reads it, or a view of it, afterwards.
    """
    records = program.records
    if not any(r.call and r.call.function in _WRITES for r in records):
        return {}
    root = list(range(len(records)))
    own: set[int] = set()
    end: dict[int, int] = {}
    for k, (_, operands, _, i, _) in enumerate(steps):
        call, shape = records[i].call, getattr(records[i].type, "shape", None)
        assert call is not None
        new = isinstance(call, RegionCall) or call.function in _NEW
        new = new or isinstance(FUNCTIONS[call.function], np.ufunc)
        if new and shape:
            own.add(i)
        elif operands and not (new or (call.function == "getitem" and shape == ())):
            root[i] = root[operands[0]]
        for a in operands:
            end[root[a]] = k
    for i in program.outputs.values():
        end[root[i]] = len(steps)
    found = {}
    for k, (_, operands, _, i, _) in enumerate(steps):
        call = records[i].call
        assert call is not None
        if call.function in _WRITES and operands[0] in own and end[operands[0]] == k:
            found[k] = _writer(bound_call(call, sizes))
    return found


def _writer(call: Call) -> Callable[..., Any]:
    """What writes over the first operand of a call, and gives it back."""
    key, sets, once = call.args[2], call.function == "set_item", call.args[-1]

    def write(x: Any, value: Any, *index: Any) -> Any:
        place = filled(key, (x, value, *index))
        if sets:
            x[place] = value
        elif once:
            x[place] += value
        else:
            np.add.at(x, place, value)
        return x

    return write


def _runner(call: Call, sizes: Mapping[str, int], plan: Planner) -> Callable[..., Any]:
    """What computes the call from the values of its operands."""
    if isinstance(call, RegionCall):
        return call.runner(sizes, plan)
    args = call.args
    if not call.kwargs:
        for i, arg in enumerate(args):
            if type(arg) is not Arg or arg[0] != i:
                break
        else:
            return FUNCTIONS[call.function]
    return bound_call(call, sizes).__call__


class Late:
    """A call some of whose sizes are known only when loops before it have run.

    Called with its operands, then the results of these loops.
    """

    def __init__(
        self,
        call: Call,
        names: Sequence[str],
        loops: Sequence[RegionCall],
        sizes: Mapping[str, int],
        plan: Planner,
    ) -> None:
        """Wait for `loops`, whose steps are the sizes `names`."""
        self.call, self.names, self.loops = call, names, loops
        self.sizes, self.plan = sizes, plan
        self.runners: dict[Any, Callable[..., Any]] = {}

    def __call__(self, *values: Any) -> Any:
        """Bind the sizes and compute."""
        count = len(values) - len(self.loops)
        runs = zip(self.loops, values[count:], strict=True)
        steps = tuple([int(run[loop.carries]) for loop, run in runs])
        run = self.runners.get(steps)
        if run is None:
            if len(self.runners) >= _MOST_RUNNERS:
                self.runners.clear()
            sizes = {**self.sizes, **dict(zip(self.names, steps, strict=True))}
            run = self.runners[steps] = _runner(self.call, sizes, self.plan)
        return run(*values[:count])


_MOST_RUNNERS = 64
"""For how many numbers of steps what is planned is kept."""


def _open_sizes(
    records: Sequence[Record], i: int, sizes: Mapping[str, int]
) -> list[str]:
    """The names of the sizes that record `i` needs and that are not known yet."""
    call, operands, type, _ = records[i]
    found: list[Dim] = [d for k in operands for d in dims_of(records[k].type)]
    if not isinstance(call, RegionCall):
        found += dims_of(type)
    elif call.dims:
        found += call.dims
    names = {name: None for dim in found for name in sorted(dim.names)}
    return [name for name in names if name not in sizes]
