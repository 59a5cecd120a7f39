"""The callable: it checks arguments, finds or makes the plan for their sizes, runs it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import optree

from graphdiff.compile.lower import Lowered
from graphdiff.compile.program import Program, Tape, bound_shape, tape_of
from graphdiff.compile.stages import units_of
from graphdiff.compile.write import Writer, source_of
from graphdiff.errors import GraphTypeError
from graphdiff.evaluate import bind_inputs, bind_sizes
from graphdiff.graph import Tree
from graphdiff.nest import NAMESPACE, flatten, unflatten

LONG = 3000
"""Records from which on a plan is a tape, unless each works on large arrays."""
WORTH = 1 << 14
"""Bytes that a record of a long program must work on to be worth a statement."""
KEPT = 1 << 15
"""Bytes of a value from which on buffers are kept between calls."""
PLANS = 64
"""Sizes for which plans are kept."""


class Compiled:
    """A compiled graph: call it with the parameters of the traced function.

    `style` says how the last plan computes and `why`; `source` is its Python. Calls
    may run in several threads at once. Pickles without the graph, and plans again
    where it is loaded.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.style = "unplanned"
        self.why = "sizes are known when it is called"
        self.source = ""
        self._parameters = program.parameters
        self._kinds = _plain_kinds(program)
        self._plans: dict[Any, Callable[..., Any]] = {}
        self._build: Callable[[list[Any]], Any] = _builder(program)
        self._enter = self._entry()
        if not program.is_symbolic:
            self._plan({}, self._key([d.type.shape for d in program.inputs.values()]))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The results for these arguments: fresh arrays, nested as the function's."""
        if kwargs or len(args) != len(self._parameters) or not self._kinds:
            args = self._ordered(args, kwargs)
        return self._enter(*args)

    def __reduce__(self) -> Any:
        """Pickle the records; the plans are made again."""
        return Compiled, (self.program,)

    def __repr__(self) -> str:
        """Name the function and the style."""
        names = ", ".join(self._parameters)
        signature = self.program.signature
        name = signature.function if signature is not None else "graph"
        return f"<compiled {name}({names}): {self.style}, {self.why}>"

    def _ordered(self, args: Any, kwargs: Any) -> list[Any]:
        """One value for each parameter, in order."""
        signature = self.program.signature
        kinds = signature.kinds if signature is not None else {}
        usual = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = (
            [
                inspect.Parameter(
                    f"p{i}" if name not in kinds else name, kinds.get(name, usual)
                )
                for i, name in enumerate(self._parameters)
            ]
            if all(n.isidentifier() for n in self._parameters)
            else None
        )
        if parameters is None or signature is None:
            return self._by_name(args, kwargs)
        try:
            found = inspect.Signature(parameters).bind(*args, **kwargs)
        except TypeError as error:
            raise GraphTypeError(f"{signature.function}: {error}") from None
        empty = {
            inspect.Parameter.VAR_POSITIONAL: (),
            inspect.Parameter.VAR_KEYWORD: {},
        }
        return [
            found.arguments[n] if n in found.arguments else empty[kinds[n]]
            for n in self._parameters
        ]

    def _by_name(self, args: Any, kwargs: Any) -> list[Any]:
        given = dict(zip(self._parameters, args, strict=False))
        twice = [n for n in kwargs if n in given]
        unknown = [n for n in kwargs if n not in self._parameters]
        missing = [n for n in self._parameters if n not in given and n not in kwargs]
        if len(args) > len(self._parameters) or twice or unknown or missing:
            expected = ", ".join(self._parameters)
            raise GraphTypeError(f"compiled graph: expected the arguments {expected}")
        return [{**given, **kwargs}[n] for n in self._parameters]

    # --- plans ------------------------------------------------------------------------

    def _key(self, shapes: Sequence[Any]) -> Any:
        return tuple(shapes) if self.program.is_symbolic else None

    def _slow(self, *args: Any) -> Any:
        """Check and convert with care; raises as `gd.evaluate` does."""
        given = dict(zip(self._parameters, args, strict=True))
        program: Any = self.program
        arrays = bind_inputs(program, given)
        sizes = bind_sizes(program, arrays)
        key = self._key([a.shape for a in arrays.values()])
        run = self._plans.get(key)
        if run is None:
            run = self._plan(sizes, key)
        values = [
            _plain(a, d.type.dtype)
            for a, d in zip(arrays.values(), program.inputs.values(), strict=True)
        ]
        return run(*values)

    def _plan(self, sizes: Mapping[str, int], key: Any) -> Callable[..., Any]:
        run, self.style, self.why, self.source = plan(self.program, sizes, self._build)
        if len(self._plans) >= PLANS:
            self._plans.pop(next(iter(self._plans)), None)
        self._plans[key] = run
        return run

    def _entry(self) -> Callable[..., Any]:
        """A function that checks arguments of the expected kinds at once."""
        inputs = self.program.inputs
        namespace: dict[str, Any] = {
            "ndarray": np.ndarray,
            "float64": np.float64,
            "slow": self._slow,
            "plans": self._plans,
        }
        lines: list[str] = []
        variables = {name: f"v{i}" for i, name in enumerate(inputs)}
        names = [f"a{i}" for i in range(len(self._parameters))]
        for name, tree in zip(names, self._parameters.values(), strict=True):
            _unpack(lines, namespace, name, tree, variables)
        self._checks(lines, namespace, variables)
        slow = f"return slow({', '.join(names)})"
        text = "\n".join(
            [f"def enter({', '.join(names)}):"]
            + [f"    {line.replace('SLOW', slow)}" for line in lines]
        )
        exec(compile(text, "<graphdiff entry>", "exec"), namespace)
        return namespace["enter"]  # type: ignore[no-any-return]

    def _checks(
        self, lines: list[str], namespace: dict[str, Any], variables: dict[str, str]
    ) -> None:
        tests, shapes, run = [], [], ", ".join(variables.values())
        for i, (name, declared) in enumerate(self.program.inputs.items()):
            v, (shape, dtype) = (
                variables[name],
                (declared.type.shape, declared.type.dtype),
            )
            if shape == () and dtype == np.float64:
                lines += [
                    f"if type({v}) is not float:",
                    f"    if type({v}) is float64:",
                    f"        {v} = {v}.item()",
                    "    else:",
                    "        SLOW",
                ]
                continue
            if shape == ():
                namespace[f"s{i}"] = dtype.type
                tests.append(f"type({v}) is not s{i}")
                continue
            namespace[f"d{i}"] = dtype
            tests.append(f"type({v}) is not ndarray or {v}.dtype is not d{i}")
            if self.program.is_symbolic:
                shapes.append(f"{v}.shape")
            else:
                tests.append(f"{v}.shape != {shape}")
        for at in range(0, len(tests), 50):
            lines += [f"if {' or '.join(tests[at : at + 50])}:", "    SLOW"]
        if self.program.is_symbolic:
            whole = [
                f"{v}.shape" if declared.type.shape else "()"
                for v, declared in zip(
                    variables.values(), self.program.inputs.values(), strict=True
                )
            ]
            lines.append(f"run = plans.get(({', '.join(whole)},))")
        else:
            lines.append("run = plans.get(None)")
        lines += ["if run is None:", "    SLOW", f"return run({run})"]


def _plain_kinds(program: Program) -> bool:
    """Whether all parameters can be given by position, one value each."""
    if program.signature is None:
        return True
    fine = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    kinds = program.signature.kinds
    return all(kinds.get(n, fine[1]) in fine for n in program.parameters)


def _plain(array: Any, dtype: np.dtype) -> Any:
    """An array as plans take it: a number where there are no axes."""
    if array.ndim == 0:
        return array.item() if dtype == np.float64 else dtype.type(array)
    return np.asarray(array)


def _unpack(
    lines: list[str],
    namespace: dict[str, Any],
    name: str,
    tree: Tree,
    variables: Mapping[str, str],
) -> None:
    """Lines that take the leaves of one parameter out of its nest."""
    if tree.spec is None and tree.leaves[0] is not None:
        lines.append(f"{variables[tree.leaves[0]]} = {name}")
        return
    namespace[f"leaves_{name}"] = _leaves(tree)
    lines += [f"found = leaves_{name}({name})", "if found is None:", "    SLOW"]
    if tree.names:
        lines.append(f"{', '.join(variables[n] for n in tree.names)}, = found")


def _leaves(tree: Tree) -> Callable[[Any], Any]:
    """A function from a nest to its array leaves; None if it is another nest."""
    spec, fixed = tree.spec, tree.fixed
    arrays = [i for i, name in enumerate(tree.leaves) if name is not None]
    others = [i for i, name in enumerate(tree.leaves) if name is None]

    def leaves(value: Any) -> Any:
        if spec is None:
            found, same = [value], True
        else:
            found, found_spec = optree.tree_flatten(value, namespace=NAMESPACE)
            same = found_spec == spec
        if not same:
            return None
        if not others:
            return found
        for i, expected in zip(others, fixed, strict=True):
            if found[i] is not expected and found[i] != expected:
                return None
        return [found[i] for i in arrays]

    return leaves


def _builder(program: Program) -> Callable[[list[Any]], Any]:
    """A function from the outputs in order to the nest that is returned."""
    names = list(program.outputs)
    if program.signature is None:
        return lambda values: values[0] if len(names) == 1 else tuple(values)
    result = program.signature.result
    if result.leaves == tuple(names) and not result.fixed:
        spec = result.spec
        return lambda values: unflatten(spec, values)
    return lambda values: result.unflatten(dict(zip(names, values, strict=True)))


def nest_text(program: Program) -> Callable[[list[str]], str] | None:
    """What writes the returned nest as a display, if it is of plain containers."""
    names = list(program.outputs)
    if program.signature is None:
        order: Any = names[0] if len(names) == 1 else tuple(names)
    else:
        result = program.signature.result
        if result.fixed:
            return None
        order = result.unflatten({name: name for name in names})

    def write(texts: list[str]) -> str:
        of = dict(zip(names, texts, strict=True))
        return _display(order, of)

    return write if _is_plain(order, 0) else None


def _is_plain(nest: Any, depth: int) -> bool:
    if type(nest) is str:
        return True
    if depth > 20:
        return False
    if type(nest) in (tuple, list):
        return all(_is_plain(part, depth + 1) for part in nest)
    return False


def _display(nest: Any, of: Mapping[str, str]) -> str:
    if isinstance(nest, str):
        return of[nest]
    parts = [_display(part, of) for part in nest]
    if isinstance(nest, list):
        return f"[{', '.join(parts)}]"
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"


def plan(
    program: Program, sizes: Mapping[str, int], build: Callable[[list[Any]], Any]
) -> tuple[Callable[..., Any], str, str, str]:
    """A function of the inputs for these sizes; how it computes, why, its source."""
    tape = tape_of(program, sizes)

    def again(*inputs: Any) -> Any:
        return build(tape(*inputs))

    n = len(program.records)
    if n > LONG:
        nbytes = sum(_nbytes(r.type, sizes) for r in program.records)
        if nbytes < WORTH * n:
            return again, "tape", f"{n} records on small arrays", ""
    if any(isinstance(r.type, tuple) for r in program.records):
        return again, "tape", "an op has several results", ""
    lowered = Lowered(program, sizes)
    units = units_of(lowered)
    most = max([v.nbytes for v in lowered.values], default=0)
    stretches = sum(unit.space is not None for unit in units)
    kept = stretches > 0 or most >= KEPT
    writer = Writer(lowered, units, kept)
    display = nest_text(program)
    text, namespace = source_of(
        writer, display or (lambda results: f"build([{', '.join(results)}])")
    )
    namespace.update(again=again, build=build)
    exec(compile(text, "<graphdiff plan>", "exec"), namespace)
    return namespace["run"], *_choice(stretches, kept, writer, most), text


def _choice(stretches: int, kept: bool, writer: Writer, most: int) -> tuple[str, str]:
    """The style of a plan and the reason for it."""
    if not kept:
        return "plain", f"no array above {most:,} bytes: new ones are quick to get"
    size = f"a workspace of {writer.workspace.nbytes:,} bytes"
    if not stretches:
        return "workspace", f"{size}; no array is larger than the cache"
    return "blocks", f"{stretches} stretches go block by block through cache, {size}"


def _nbytes(type: Any, sizes: Mapping[str, int]) -> int:
    if isinstance(type, tuple):
        return 0
    return int(np.prod(bound_shape(type, sizes), dtype=float)) * type.dtype.itemsize
