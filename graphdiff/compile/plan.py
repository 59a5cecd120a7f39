"""A plan: the Python function that computes a program at given sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from graphdiff.compile.lower import Lowered
from graphdiff.compile.program import Program, bound_shape
from graphdiff.compile.rules import RULES
from graphdiff.compile.stages import units_of
from graphdiff.compile.tape import Tape, tape_of
from graphdiff.compile.write import Writer, statements
from graphdiff.graph.nest import unflatten
from graphdiff.graph.types import ArrayType

LONG = 3000
"""Records from which on a plan is a tape, unless each works on large arrays."""
WORTH = 1 << 14
"""Bytes that a record of a long program must work on to be worth a statement."""
KEPT = 1 << 15
"""Bytes of a value from which on buffers are kept between calls."""


class Plan(NamedTuple):
    """How a program runs at some sizes.

    `run` takes the inputs in order, each of the declared type. `lines` are its
    statements, empty for a tape; `names` its parameters, `namespace` what it refers to.
    """

    run: Callable[..., Any]
    style: str
    why: str
    lines: list[str]
    names: list[str]
    namespace: dict[str, Any]

    @property
    def source(self) -> str:
        """The Python source of `run`."""
        return text_of("run", self.names, self.lines) if self.lines else ""


def text_of(name: str, parameters: list[str], lines: list[str]) -> str:
    """The text of a function."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"def {name}({', '.join(parameters)}):\n{body}"


def define(
    name: str, parameters: list[str], lines: list[str], namespace: dict[str, Any]
) -> Callable[..., Any]:
    """The function of these statements."""
    code = compile(text_of(name, parameters, lines), "<graphdiff plan>", "exec")
    exec(code, namespace)
    return namespace[name]  # type: ignore[no-any-return]


def plan(program: Program, sizes: Mapping[str, int], lent: int | None = None) -> Plan:
    """The plan of `program` at these sizes; for `lent`, see `statements`."""
    build = builder(program)

    @cache
    def tape() -> Tape:
        return tape_of(program, sizes, run_of)

    def again(*inputs: Any) -> Any:
        return build(tape()(*inputs))

    why = _why_a_tape(program, sizes)
    if why:
        return Plan(again, "tape", why, [], [], {})
    lowered = Lowered(program, sizes, RULES)
    units = units_of(lowered)
    most = max([value.nbytes for value in lowered.values], default=0)
    stretches = sum(unit.space is not None for unit in units)
    writer = Writer(lowered, units, kept=stretches > 0 or most >= KEPT)
    lines = statements(writer, display(program), lent)
    namespace = {**writer.namespace, "again": again, "build": build}
    names = [f"v{k}" for k in lowered.inputs]
    run = define("run", names, lines, namespace)
    return Plan(run, *_choice(writer, stretches, most), lines, names, namespace)


def run_of(
    program: Program, sizes: Mapping[str, int], lent: int | None = None
) -> Callable[..., Any]:
    """What computes the body of a loop or branch; for `lent`, see `statements`."""
    return plan(program, sizes, lent).run


def _why_a_tape(program: Program, sizes: Mapping[str, int]) -> str:
    """Why the records are better interpreted than written out, if they are."""
    records = program.records
    if any(isinstance(record.type, tuple) for record in records):
        return "an op has several results"
    if len(records) > LONG:
        nbytes = sum(_nbytes(record.type, sizes) for record in records)
        if nbytes < WORTH * len(records):
            return f"{len(records)} records on small arrays"
    return ""


def _nbytes(type: ArrayType, sizes: Mapping[str, int]) -> int:
    total = type.dtype.itemsize
    for n in bound_shape(type, sizes):
        total *= n
    return total


def _choice(writer: Writer, stretches: int, most: int) -> tuple[str, str]:
    """The style of a plan and the reason for it."""
    if not writer.kept:
        return "plain", f"no array above {most:,} bytes: new ones are quick to get"
    size = f"a workspace of {writer.workspace.nbytes:,} bytes"
    if not stretches:
        return "workspace", f"{size}; every array fits into the cache"
    return "blocks", f"{stretches} stretches go block by block through cache, {size}"


def builder(program: Program) -> Callable[[list[Any]], Any]:
    """A function from the outputs in order to the nest that is returned."""
    names = list(program.outputs)
    if program.signature is None:
        return lambda values: values[0] if len(names) == 1 else tuple(values)
    result = program.signature.result
    if result.leaves == tuple(names) and not result.fixed:
        spec = result.spec
        return lambda values: unflatten(spec, values)
    return lambda values: result.unflatten(dict(zip(names, values, strict=True)))


def display(program: Program) -> Callable[[list[str]], str]:
    """What writes the returned nest: as tuples and lists, if it has nothing else."""
    names = list(program.outputs)
    nest: Any = names[0] if len(names) == 1 else tuple(names)
    if program.signature is not None:
        result = program.signature.result
        nest = None if result.fixed else result.unflatten({n: n for n in names})
    if not _is_plain(nest, 0):
        return lambda texts: f"build([{', '.join(texts)}])"
    return lambda texts: _display(nest, dict(zip(names, texts, strict=True)))


def _is_plain(nest: Any, depth: int) -> bool:
    if type(nest) in (tuple, list):
        return depth < 20 and all(_is_plain(part, depth + 1) for part in nest)
    return type(nest) is str


def _display(nest: Any, texts: Mapping[str, str]) -> str:
    if isinstance(nest, str):
        return texts[nest]
    parts = [_display(part, texts) for part in nest]
    if isinstance(nest, list):
        return f"[{', '.join(parts)}]"
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
