"""What an emitted module says about itself: contents, conventions, cost, origin."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from graphdiff.cost import Peaks, holds_memory, larger, operations, product, show_size
from graphdiff.emit.body.body import Body
from graphdiff.emit.shell.arguments import Leaf, Parameter
from graphdiff.emit.store.blocks import flattened
from graphdiff.emit.store.statements import InPlace
from graphdiff.emit.text.layout import docstring, one_line, paragraph
from graphdiff.emit.text.printer import LIMIT
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Pick
from graphdiff.graph.types import ArrayType, Size, show_shape
from graphdiff.graph.within import nodes_within
from graphdiff.memory.again import RECOMPUTED

_STRICT = (
    "Zeros are strict: an entry that a choice has discarded has the adjoint 0, even "
    "where the slope is infinite or undefined."
)


def gradients_of(graph: Graph) -> dict[str, str]:
    """The outputs that are gradients, and the input that each belongs to."""
    by_name: dict[str, str] = {}
    for name, node in graph.inputs.items():
        short = graph.name_of(node) or name.rpartition(".")[2]
        by_name.setdefault(f"d_{short}", name)
    return {
        output: variable
        for output, node in graph.outputs.items()
        if (variable := by_name.get(output)) is not None
        and output not in graph.inputs
        and node.type == graph.inputs[variable].type
    }


class Header:
    """The docstrings of the module and of its function."""

    def __init__(
        self,
        graph: Graph,
        body: Body,
        made: Sequence[Parameter],
        gradients: Mapping[str, str],
        modules: Sequence[str] = (),
    ) -> None:
        """Look at the graph, its statements and the parameters of the function.

        `gradients`: see `gradients_of`; `modules`: those of SciPy that are called.
        Of a function that computes values again, `released` tells after which
        statement which variables are let go of, and `stored` what operations and
        memory it would take to keep them instead.
        """
        self.modules = modules
        self.graph = graph
        self.body = body
        self.made = made
        self.gradients = gradients
        self.solvers: Sequence[Parameter] = ()
        self.released: dict[int, list[str]] = {}
        self.stored: tuple[Size, Size] | None = None

    def title(self) -> str:
        """Say in a line what the function computes."""
        own = self.graph.signature.function if self.graph.signature else "the graph"
        values = [name for name in self.graph.outputs if name not in self.gradients]
        call = f"{own}({', '.join(p.name for p in self.made)})"
        if not self.gradients:
            return f"Value of {call}."
        inputs = self._variables()
        what = "Value and gradient" if values else "Gradient"
        return f"{what} of {call} with respect to {_listing(inputs)}."

    def _variables(self) -> list[str]:
        """The inputs that gradients are of; the parameter, if they are all of it."""
        wanted = {self.graph.inputs[name] for name in self.gradients.values()}
        found = []
        for parameter in self.made:
            leaves = [x for x in parameter.leaves if x.node.type.is_inexact]
            inside = [x for x in leaves if x.node in wanted]
            if inside and len(inside) == len(leaves):
                found.append(parameter.name)
            else:
                found += [one_line(leaf.path) for leaf in inside]
        return found

    def module(self) -> list[str]:
        """The docstring of the module."""
        first, *rest = _wrapped(self.title(), 3)
        if rest:
            first, rest = _wrapped(self._short_title(), 3)[0], [*_wrapped(self.title())]
            rest = ["", *rest]
        lines = [first, *rest, "", *_wrapped(f"Computes {self._outputs()}.")]
        for solver in self.solvers:
            default = f", by default {solver.default}" if solver.default else ""
            text = f"Equations are solved by the argument {solver.name}{default}."
            lines += ["", *_wrapped(text)]
        kinks = [str(kink) for kink in self.graph.kinks()]
        if kinks:
            lines += ["", "Slopes that are a matter of convention:"]
            lines += [f"    {one_line(kink)}" for kink in dict.fromkeys(kinks)]
        if any(n.op.label.startswith("gated") for n in nodes_within(self.graph)):
            lines += ["", *_wrapped(_STRICT)]
        return docstring([*lines, "", *self._cost(), "", *_wrapped(self._origin())], 0)

    def _short_title(self) -> str:
        own = self.graph.signature.function if self.graph.signature else "the graph"
        return f"{'Value and gradient' if self.gradients else 'Value'} of {own}."

    def _outputs(self) -> str:
        return _listing([one_line(name) for name in self.graph.outputs])

    def _cost(self) -> list[str]:
        nodes, roles = self.graph.nodes, self.graph.ledger.roles
        again = [n for n in nodes if n in roles and roles[n].rule == RECOMPUTED]
        text = f"Cost: about {show_size(self.operations())} operations"
        if self.gradients:
            forward = operations(n for n in nodes if n not in roles)
            text += f", of which {show_size(forward)} for the value"
        if again:
            word = " and" if self.gradients else ", of which"
            text += f"{word} {show_size(operations(again))} to compute values again"
        text += f"; at most {show_size(self.memory())} bytes beside the arguments."
        if self.solvers:
            text += " What solvers take comes on top."
        if self.stored is not None:
            count, memory = map(show_size, self.stored)
            text += f" If all were kept: {count} operations and {memory} bytes."
        return _wrapped(text)

    def operations(self) -> Size:
        """The number of operations in all."""
        return operations(self.graph.nodes)

    def memory(self) -> Size:
        """What the variables hold in the end, and the largest temporary on top.

        Where variables are let go of: what they hold at any time, temporaries too.
        """
        if any(self.released.values()):
            return self._most_at_once()
        stored: Counter[ArrayType] = Counter()
        inline: set[ArrayType] = set()
        for statement in flattened(self.body.statements):
            for part in statement.parts:
                if holds_memory(part):
                    if part is statement.node or _is_result(part):
                        stored[part.type] += 1
                    else:
                        inline.add(part.type)
        held: Size = 0
        extra: Size = 0
        for type, count in stored.items():
            held = held + count * _bytes(type)
        for type in sorted(inline, key=str):
            extra = larger(extra, _bytes(type))
        return held + extra

    def _most_at_once(self) -> Size:
        peaks = Peaks()
        held: dict[str, ArrayType] = {}
        for i, statement in enumerate(self.body.statements):
            inside = [p.type for p in statement.parts if p is not statement.node]
            if isinstance(statement, InPlace):
                inside = []
            elif statement.parts and holds_memory(statement.node):
                held[statement.name] = statement.node.type
                peaks.take(statement.node.type)
            for type in dict.fromkeys(inside):
                if isinstance(type, ArrayType) and type.shape:
                    peaks.take(type)
            for type in dict.fromkeys(inside):
                if isinstance(type, ArrayType) and type.shape:
                    peaks.drop(type)
            for name in self.released.get(i, ()):
                if name in held:
                    peaks.drop(held.pop(name))
        most: Size = 0
        for size in peaks.largest():
            most = larger(most, size)
        return most

    def _origin(self) -> str:
        files = sorted({p.file for p in self.graph.ledger.positions.values()})
        source = f" from {_listing([one_line(f) for f in files])}" if files else ""
        needed = "NumPy and SciPy only" if self.modules else "NumPy only"
        return f"Written by graphdiff{source}; needs {needed}."

    def function(self) -> list[str]:
        """The docstring of the function."""
        lines = ["Compute " + self._outputs() + "."]
        if len(lines[0]) > LIMIT - 7:
            lines = ["Compute the outputs listed below."]
        leaves = [leaf for parameter in self.made for leaf in parameter.leaves]
        if leaves or self.solvers:
            lines += ["", "Arguments:", *map(self._argument, leaves)]
        for solver in self.solvers:
            text = f"{solver.name}: {solver.about}"
            lines += textwrap.wrap(
                text, LIMIT - 4, initial_indent=" " * 4, subsequent_indent=" " * 8
            )
        lines += ["", "Returns:"]
        lines += [
            f"    {one_line(name)}: {_type(node.type)}"
            for name, node in self.graph.outputs.items()
        ]
        return docstring(lines)

    def _argument(self, leaf: Leaf) -> str:
        access = one_line(leaf.access.flat)
        called = "" if access == leaf.name else f", called {leaf.name}"
        return f"    {access}: {_type(leaf.node.type)}{called}"


@lru_cache(maxsize=256)
def _type(type: ArrayType) -> str:
    shape = f" {show_shape(type.shape)}" if type.shape else ""
    return f"{type.dtype}{shape}"


def _bytes(type: ArrayType) -> Size:
    return type.dtype.itemsize * product(type.shape)


def _is_result(node: Node) -> bool:
    """Whether `node` is a result of a loop or a branch, and so a variable."""
    return isinstance(node.op, Pick) and bool(node.args[0].op.bodies())


def _listing(words: Sequence[str]) -> str:
    if len(words) > 1:
        return f"{', '.join(words[:-1])} and {words[-1]}"
    return "".join(words)


def _wrapped(text: str, less: int = 0) -> list[str]:
    return paragraph(text, LIMIT - less)
