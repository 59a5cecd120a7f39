"""Sparse derivatives as source: arrays of the pattern, few sweeps, a sparse matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphdiff.emit.fast.fast import FastModule
from graphdiff.emit.module import Module
from graphdiff.emit.shell.header import Header
from graphdiff.emit.shell.returns import Returned
from graphdiff.emit.text.layout import returns
from graphdiff.emit.text.text import Text, attribute, call, literal, string, tuple_
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node

_FIELDS = {"values": "data", "indices": "indices", "indptr": "indptr"}


@dataclass(frozen=True)
class Told:
    """What the source says about a sparse derivative.

    `kind` is "Jacobian" or "Hessian", `wrt` what it is by; `sweeps` were taken instead
    of `whole`. `read` holds the integer arguments for which alone the pattern holds.
    A `matrix` is returned as one, else its parts.
    """

    kind: str
    wrt: str
    shape: tuple[int, int]
    entries: int
    sweeps: int
    whole: int
    read: Mapping[str, Any]
    matrix: bool


class SparseHeader(Header):
    """Docstrings that say how many sweeps there are."""

    told: Told

    def title(self) -> str:
        """The derivative, of what, and at which cost."""
        told = self.told
        own = self.graph.signature.function if self.graph.signature else "the graph"
        call = f"{own}({', '.join(p.name for p in self.made)})"
        sweeps = "sweep" if told.sweeps == 1 else "sweeps"
        return (
            f"Sparse {told.kind} of {call} with respect to {told.wrt}, in "
            f"{told.sweeps:,} {sweeps} instead of {told.whole:,}."
        )

    def _short_title(self) -> str:
        own = self.graph.signature.function if self.graph.signature else "the graph"
        return f"Sparse {self.told.kind} of {own}."

    def _outputs(self) -> str:
        if not self.told.matrix:
            return super()._outputs()
        rows, columns = self.told.shape
        return f"a matrix of {rows:,} by {columns:,} with {self.told.entries:,} entries"

    def function(self) -> list[str]:
        """The docstring of the function."""
        lines = super().function()
        if not self.told.matrix:
            return lines
        start = lines.index("    Returns:") + 1
        text = f"scipy.sparse.csr_array of float {self.told.shape}"
        values = next(iter(self.graph.outputs.values()))
        text = text.replace("float", str(values.type.dtype))
        return [*lines[:start], f"        {text}", lines[-1]]


class SparseReturned(Returned):
    """A sparse matrix after ``return``."""

    told: Told

    def text(self) -> Text:
        """The constructor, of the values and index arrays."""
        parts = tuple_(list(self.outputs.values()))
        shape = tuple_([literal(n) for n in self.told.shape])
        return call("sparse.csr_array", [parts], {"shape": shape})

    def lines(self) -> list[str]:
        """The statement."""
        return returns(self.text())

    def accesses(self, result: Text) -> dict[str, Text]:
        """How each part is reached in the matrix `result`."""
        return {name: attribute(result, field) for name, field in _FIELDS.items()}


class _Sparse(Module):
    """A module of a sparse derivative, in some style."""

    def __init__(self, graph: Graph, name: str | None, told: Told) -> None:
        """Write the graph, and what is `told`."""
        self.told = told
        self._patterns: dict[str, str] = {}
        super().__init__(graph, name)
        leaves = {leaf.path: leaf.name for p in self.parameters for leaf in p.leaves}
        for path in told.read:
            own = leaves[path]
            self._patterns[path] = self.names.fresh(f"{own}_of_pattern")

    def _libraries(self, nodes: Sequence[Node]) -> list[str]:
        found = super()._libraries(nodes)
        return sorted({*found, "sparse"}) if self.told.matrix else found

    def _header(self) -> Header:
        header = SparseHeader(
            self.graph, self.body, self.parameters, self.gradients, self.modules
        )
        header.told = self.told
        return header

    def _returned(self) -> Returned:
        if not self.told.matrix:
            return super()._returned()
        returned = SparseReturned(
            self.graph, self.body, self.parameters, self.gradients, self.called
        )
        returned.told = self.told
        return returned

    def _beside(self, graph: Graph) -> Module:
        return type(self)(graph, self.name, self.told)

    def _arrays(self) -> Iterator[tuple[str, Any]]:
        yield from super()._arrays()
        for path, name in self._patterns.items():
            yield name, self.told.read[path]

    def _checks(self) -> list[str]:
        lines: list[str] = []
        leaves = {leaf.path: leaf.name for p in self.parameters for leaf in p.leaves}
        for path, name in self._patterns.items():
            message = string(f"{path}: the pattern holds for other entries").flat
            lines += [
                f"    if not np.array_equal({leaves[path]}, {name}):",
                f"        raise ValueError({message})",
            ]
        return lines


class SparseModule(_Sparse):
    """In the readable style."""


class FastSparseModule(_Sparse, FastModule):
    """In the fast style."""


STYLES: Mapping[str, Any] = {"readable": SparseModule, "fast": FastSparseModule}
