"""The test that travels with an emitted module: stored values, and differences.

It needs NumPy and the module alone. Its points are formulas, not random numbers, whose
streams NumPy may change. Each is tried here first, so that what is shipped passes: a
logarithm wants positive numbers, an index wants small ones.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from graphdiff.emit.module import Module
from graphdiff.emit.proof import proof_parts
from graphdiff.emit.shell.arguments import Parameter, passed_by_name
from graphdiff.emit.shell.header import gradients_of
from graphdiff.emit.shell.nests import key_text, put_together
from graphdiff.emit.store.calls import dtype_text
from graphdiff.emit.text.layout import assign, docstring, returns
from graphdiff.emit.text.text import (
    CONDITIONAL,
    Text,
    atom,
    call,
    dict_,
    literal,
    method,
    string,
    subscript,
    tuple_,
)
from graphdiff.sizes.dims import evaluate_size

_CENTRES = ((0.0, 1.0), (1.5, 0.5), (0.0, 0.4), (2.5, 0.5), (0.5, 0.3))
_SMALLEST = (3, 4, 6, 8, 16)
_LIMITS = (3, 2, 1)
_APART = 7


class _Point(NamedTuple):
    """Sizes, and where the entries lie."""

    least: int
    centre: float
    spread: float
    limit: int


class Proof:
    """The source of the test of one module, at the first point that serves."""

    def __init__(self, module: Module, function: Callable[..., Any]) -> None:
        """Take a module, and its function, loaded."""
        self.module = module
        self.graph = module.graph
        self.function = function
        self.gradients = gradients_of(self.graph)
        found = [n for n in self.graph.outputs if n not in self.gradients]
        if len(found) != 1 or self.graph.outputs[found[0]].type.shape:
            self.gradients = {}
        self.value = found[0] if self.gradients else None
        self.classes = any(p.classes for p in module.parameters)
        nodes = self.graph.nodes
        self.single = any(
            t.is_inexact and np.finfo(t.dtype).dtype.itemsize < 8
            for n in nodes
            for t in (n.type if isinstance(n.type, tuple) else (n.type,))
        )

    def source(self, file: str) -> str:
        """The text of the test of the module called `file`."""
        points = itertools.product(_SMALLEST, _CENTRES, _LIMITS)
        for least, (centre, spread), limit in points:
            point = _Point(least, centre, spread, limit)
            stored = self._stored(point)
            if stored is not None:
                return self._text(file, point, stored)
        self.gradients = {}
        return self._text(file, _Point(3, 0.0, 1.0, 1), {})

    def _stored(self, point: _Point) -> dict[str, float] | None:
        """A number for each output at the point; None if the point does not serve."""
        try:
            with np.errstate(all="ignore"):
                found = self._run(point, {})
                outputs = found["call"](found["arguments"]())
                stored = {n: found["weigh"](v) for n, v in outputs.items()}
                if not all(map(np.isfinite, stored.values())):
                    return None
                found = self._run(point, stored)
                for name, test in found.items():
                    if name.startswith("test_"):
                        test()
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError):
            return None
        return stored

    def _run(self, point: _Point, stored: Mapping[str, float]) -> dict[str, Any]:
        """What the test defines, with the function at hand instead of imported."""
        namespace: dict[str, Any] = {
            "np": np,
            "emitted": self.function,
            "SimpleNamespace": SimpleNamespace,
        }
        source = "\n".join(self._definitions(point, stored))
        exec(compile(source, "<test>", "exec"), namespace)
        return namespace

    # --- text -------------------------------------------------------------------------

    def _text(self, file: str, point: _Point, stored: Mapping[str, float]) -> str:
        title = f"Checks {self.module.name}: stored values, and differences."
        lines = [*docstring([title], 0), ""]
        lines += ["from pathlib import Path", "from runpy import run_path"]
        if self.classes:
            lines.append("from types import SimpleNamespace")
        lines += ["", "import numpy as np", ""]
        beside = method(
            call("Path", [atom("__file__")]), "with_name", [string(f"{file}.py")]
        )
        loaded = call("run_path", [call("str", [beside])])
        lines += assign("emitted", subscript(loaded, [string(self.module.name)]))
        return "\n".join([*lines, "", *self._definitions(point, stored)]) + "\n"

    def _definitions(self, point: _Point, stored: Mapping[str, float]) -> list[str]:
        parts = [self._settings(point, stored)]
        uses_reals, uses_wholes = self._kinds()
        if uses_reals:
            parts.append(_source(proof_parts.reals))
        if uses_wholes:
            parts.append(_source(proof_parts.wholes))
        parts += [self._arguments(point), self._call()]
        parts += [_source(proof_parts.weigh), _source(proof_parts.weights)]
        parts.append(_source(proof_parts.test_outputs_are_those_stored))
        if self.gradients:
            parts.append(_source(proof_parts.test_gradients_agree_with_differences))
        parts.append(_source(proof_parts.test_arguments_are_not_modified))
        lines = parts[0]
        for part in parts[1:]:
            lines += ["", "", *part]
        return lines

    def _kinds(self) -> tuple[bool, bool]:
        kinds = {n.type.is_inexact for n in self.graph.inputs.values()}
        return True in kinds, False in kinds

    def _settings(self, point: _Point, stored: Mapping[str, float]) -> list[str]:
        uses_reals, uses_wholes = self._kinds()
        lines = []
        if uses_reals:
            lines += assign("CENTRE", literal(point.centre))
            lines += assign("SPREAD", literal(point.spread))
        if uses_wholes:
            lines += assign("LIMIT", literal(point.limit))
        lines += assign("PRECISION", literal(1e-3 if self.single else 1e-9))
        if self.gradients:
            pairs = [(o, string(n)) for o, n in self.gradients.items()]
            lines += assign("STEP", literal(1e-2 if self.single else 1e-5))
            lines += assign("TOLERANCE", literal(2e-2 if self.single else 1e-6))
            lines += assign("VALUE", string(self.value or ""))
            lines += assign("GRADIENTS", dict_(pairs))
        return [
            *lines,
            *assign("STORED", dict_((n, literal(v)) for n, v in stored.items())),
        ]

    def _arguments(self, point: _Point) -> list[str]:
        sizes = {d: point.least + i for i, d in enumerate(self.graph.dims)}
        pairs = []
        for i, (name, node) in enumerate(self.graph.inputs.items()):
            shape = tuple(evaluate_size(n, sizes) for n in node.type.shape)
            dtype = node.type.dtype
            places = [tuple_([literal(n) for n in shape]), literal(_APART * i)]
            if dtype != np.float64:
                places.append(dtype_text(dtype))
            maker = "reals" if dtype.kind in "fc" else "wholes"
            pairs.append((name, call(maker, places)))
        return [
            "def arguments():",
            *docstring(["Return the arrays that are passed, by name."]),
            *returns(dict_(pairs)),
        ]

    def _call(self) -> list[str]:
        places, named = [], {}
        for parameter, tree in zip(
            self.module.parameters, self.module.trees(), strict=True
        ):
            fixed = iter(tree.fixed)
            leaves = (
                key_text(next(fixed))
                if n is None
                else subscript(atom("values"), [string(n)])
                for n in tree.leaves
            )
            text = put_together(tree.spec, leaves, _namespace)
            if passed_by_name(parameter):
                named[parameter.name] = text
            else:
                places.append(_starred(parameter, text))
        accesses = self.module.returned.accesses(atom("result"))
        return [
            "def call(values):",
            *docstring(["Return the outputs by name."]),
            *assign("result", call("emitted", places, named), 4),
            *returns(dict_(accesses.items())),
        ]


def _starred(parameter: Parameter, text: Text) -> Text:
    """The argument as it is passed: what the function gathers is handed out again."""
    stars = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }.get(parameter.kind, "")
    if not stars:
        return text
    width = text.width + len(stars)
    return Text("atom", (stars, text), CONDITIONAL, width, text.depth)


def _namespace(spec: Any, fields: dict[str, Text]) -> Text:
    """An instance of a class that the test need not import."""
    return call("SimpleNamespace", [], fields)


def _source(function: Callable[..., Any]) -> list[str]:
    return inspect.getsource(function).rstrip().splitlines()
