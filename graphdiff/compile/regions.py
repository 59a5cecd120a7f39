"""Loops and branches of a compiled program: their bodies are planned as it is itself.

A body becomes a plan once, for the sizes at hand; around it stands a short Python
function that takes the steps, written for this loop, so that a step costs a call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.graph.node import Arg, Call
from graphdiff.graph.types import ArrayType, Size
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.region import Region, input_types, output_types
from graphdiff.ops.region.until import While
from graphdiff.sizes.dims import Dim, evaluate_size

Planner = Callable[..., Callable[..., Any]]
"""What makes the program of a body ready to run at some sizes.

The body of a loop says how many of its results are carries, which nobody keeps.
"""


class RegionCall(Call):
    """The call record of a region: which kind it is, and the programs of its bodies."""

    kind: str
    bodies: tuple[Any, ...]
    carries: int
    scanned: int
    length: Size
    reverse: bool
    born: str
    types: tuple[ArrayType, ...]
    given: tuple[ArrayType, ...]
    dims: tuple[Dim, ...]

    def __reduce__(self) -> Any:
        """Keep what is not in the tuple."""
        return _restored, (tuple(self), dict(self.__dict__))

    def runner(self, sizes: Mapping[str, int], plan: Planner) -> Callable[..., Any]:
        """What computes the results, given the values of the arguments."""
        return _RUNNERS[self.kind](self, sizes, plan)


def _restored(parts: tuple[Any, ...], more: dict[str, Any]) -> RegionCall:
    call = RegionCall(*parts)
    call.__dict__.update(more)
    return call


def region_call(op: Region, bodies: Sequence[Any]) -> RegionCall:
    """The record of `op`, whose bodies have become these programs."""
    body = op.bodies()[-1]
    given = input_types(body)
    call = RegionCall(op.label, tuple(map(Arg, range(len(given)))))
    call.kind, call.bodies, call.born = op.label, tuple(bodies), op.born
    call.given, call.types = tuple(given), tuple(output_types(body))
    call.dims = tuple(op.sizes())
    call.carries = call.scanned = call.length = 0
    call.reverse = False
    if isinstance(op, (Loop, While)):
        call.carries = op.carries
    if isinstance(op, Loop):
        call.scanned, call.length = op.scanned, op.length
        call.reverse = op.reverse
    return call


def _several(run: Callable[..., Any], count: int) -> Callable[..., Any]:
    """`run`, with a tuple for what it returns alone."""
    return run if count != 1 else lambda *values: (run(*values),)


def _is_number(type: ArrayType) -> bool:
    """Whether a value is one of Python's floats for a plan."""
    return type.shape == () and type.dtype == np.float64


def _loop(
    call: RegionCall, sizes: Mapping[str, int], plan: Planner
) -> Callable[..., Any]:
    """The function that takes the steps of a `Loop`."""
    k, stack = call.carries, call.carries + call.scanned
    length = evaluate_size(call.length, sizes)
    names = [f"a{i}" for i in range(len(call.given))]
    slices = [f"x{i}" for i in range(k, stack)]
    body = plan(call.bodies[0], sizes, k)
    namespace: dict[str, Any] = {"body": body}
    lines, results = _before(call, sizes, length, namespace)
    order = "[::-1]" if call.reverse else ""
    runs = [f"range({length}){order}"]
    for i in range(k, stack):
        number = ".tolist()" if _is_number(call.given[i]) else ""
        runs.append(f"a{i}{order}{number}")
    over = f"zip({', '.join(runs)})" if slices else runs[0]
    lines.append(f"for {', '.join(['t', *slices])} in {over}:")
    given = ", ".join([*names[:k], *slices, *names[stack:]])
    made = [*names[:k], *results]
    target = f"{', '.join(made)} = " if made else ""
    lines.append(f"    {target}body({given})")
    lines += [f"    s{name}[t] = {name}" for name in results]
    found = [*_finished(call, namespace), *[f"s{name}" for name in results]]
    lines.append(f"return ({', '.join(found)},)")
    return _defined("loop", names, lines, namespace)


def _before(
    call: RegionCall, sizes: Mapping[str, int], room: int, namespace: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """The lines before a loop: numbers as plans take them, and stacks for results."""
    k = call.carries
    namespace["empty"] = np.empty
    lines = [f"a{i} = float(a{i})" for i in range(k) if _is_number(call.given[i])]
    results = [f"y{i}" for i in range(k, len(call.types))]
    for name, type in zip(results, call.types[k:], strict=True):
        shape = (room, *[evaluate_size(n, sizes) for n in type.shape])
        namespace[f"d{name}"] = type.dtype
        lines.append(f"s{name} = empty({shape}, d{name})")
    return lines, results


def _while(
    call: RegionCall, sizes: Mapping[str, int], plan: Planner
) -> Callable[..., Any]:
    """The function that takes the steps of a `While`."""
    k = call.carries
    names = [f"a{i}" for i in range(len(call.given))]
    test, body = (plan(b, sizes, k) for b in call.bodies)
    namespace: dict[str, Any] = {"test": test, "body": body}
    namespace |= {"longer": _longer, "int64": np.int64}
    lines, results = _before(call, sizes, _FIRST, namespace)
    given = ", ".join(names)
    lines += ["count = 0", f"while test({given}):"]
    lines.append(f"    {', '.join([*names[:k], *results])} = body({given})")
    for name in results:
        lines += [
            f"    if count == len(s{name}):",
            f"        s{name} = longer(s{name})",
            f"    s{name}[count] = {name}",
        ]
    lines.append("    count += 1")
    found = [*_finished(call, namespace), "int64(count)"]
    found += [f"s{name}[:count]" for name in results]
    lines.append(f"return ({', '.join(found)},)")
    return _defined("loop", names, lines, namespace)


def _finished(call: RegionCall, namespace: dict[str, Any]) -> list[str]:
    """The texts of the final carries: arrays and numbers that nobody else holds."""
    found = []
    for i, type in enumerate(call.given[: call.carries]):
        namespace[f"k{i}"] = type.dtype.type
        found.append(f"a{i}.copy()" if type.shape else f"k{i}(a{i})")
    return found


_FIRST = 16
"""Steps for which there is room on a tape at first."""


def _longer(stack: np.ndarray) -> np.ndarray:
    """The stack with as much room again."""
    return np.concatenate((stack, np.empty_like(stack)))


def _cond(
    call: RegionCall, sizes: Mapping[str, int], plan: Planner
) -> Callable[..., Any]:
    """The function that chooses a branch; a plan is made when it is first taken."""
    count, last = len(call.types), len(call.bodies) - 1
    runs: dict[int, Callable[..., Any]] = {}
    numbers = [i for i, type in enumerate(call.given) if _is_number(type)]

    def choose(choice: Any, *values: Any) -> Any:
        i = min(max(int(choice), 0), last)
        run = runs.get(i)
        if run is None:
            run = runs[i] = _several(plan(call.bodies[i], sizes), count)
        given = list(values)
        for n in numbers:
            given[n] = float(given[n])
        return run(*given)

    return choose


def _defined(
    name: str, names: list[str], lines: list[str], namespace: dict[str, Any]
) -> Callable[..., Any]:
    body = "".join(f"    {line}\n" for line in lines)
    text = f"def {name}({', '.join(names)}):\n{body}"
    exec(compile(text, "<graphdiff loop>", "exec"), namespace)
    return namespace[name]  # type: ignore[no-any-return]


_RUNNERS = {"loop": _loop, "while": _while, "cond": _cond}
