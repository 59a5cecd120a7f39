"""What a graph costs: operations and memory, of the value and of the derivative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphdiff.cost.memory import peak_memory
from graphdiff.cost.operations import operations
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import building
from graphdiff.graph.types import Size
from graphdiff.memory.again import RECOMPUTED
from graphdiff.rewrite.unfold import unfolded
from graphdiff.sizes.dims import Dim, evaluate_size


@dataclass(frozen=True)
class Ratio:
    """A quotient of two formulas."""

    numerator: Size
    denominator: Size

    def evaluate(self, sizes: Mapping[str, int] | None = None) -> float:
        """The number, where the named sizes have these values; 0 / 0 is 0."""
        above, below = (
            evaluate_size(n, sizes or {}) for n in (self.numerator, self.denominator)
        )
        return above / below if below else float("inf") if above else 0.0

    def __float__(self) -> float:
        """The number, if no size is named."""
        return self.evaluate()

    def to_sympy(self) -> Any:
        """The quotient as a sympy expression, common factors cancelled."""
        import sympy

        above, below = (
            n.to_sympy() if isinstance(n, Dim) else sympy.Integer(n)
            for n in (self.numerator, self.denominator)
        )
        return sympy.cancel(above / below) if below != 0 else sympy.nan

    def __str__(self) -> str:
        """The quotient; as a number with two places if it is one."""
        if isinstance(self.numerator, int) and isinstance(self.denominator, int):
            return f"{float(self):.2f}"
        return str(self.to_sympy())


@dataclass(frozen=True)
class Cost:
    """What one run of a graph costs, as formulas in its named sizes.

    `forward` counts the operations of the value, `gradient` those that only the
    derivative needs, `again` those among them that compute values once more. `memory`
    is the most that all of it holds at once beside the arguments, in bytes, and
    `forward_memory` what the value alone would hold: several formulas, if it depends on
    the sizes which is the largest.
    """

    forward: Size
    gradient: Size
    again: Size
    forward_memory: tuple[Size, ...]
    memory: tuple[Size, ...]

    @property
    def total(self) -> Size:
        """All operations."""
        return self.forward + self.gradient

    @property
    def ratio(self) -> Ratio:
        """The operations of the derivative for each one of the value."""
        return Ratio(self.gradient, self.forward)

    def at(self, **sizes: int) -> Cost:
        """The cost in numbers, for these values of the named sizes."""

        def most(formulas: tuple[Size, ...]) -> tuple[Size, ...]:
            return (max(evaluate_size(n, sizes) for n in formulas),)

        return Cost(
            evaluate_size(self.forward, sizes),
            evaluate_size(self.gradient, sizes),
            evaluate_size(self.again, sizes),
            most(self.forward_memory),
            most(self.memory),
        )

    def __str__(self) -> str:
        """Say it in a sentence or two."""
        text = f"{show_size(self.total)} operations"
        if self.gradient != 0:
            text += (
                f" (value {show_size(self.forward)}, derivative "
                f"{show_size(self.gradient)}, ratio {self.ratio})"
            )
        text += f", at most {show_largest(self.memory)} bytes"
        if self.gradient != 0:
            text += f" (value alone {show_largest(self.forward_memory)})"
        return text


def cost(graph: Graph) -> Cost:
    """What one run of `graph` costs, as formulas in the named sizes; see `Cost`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def loss(W, x):
    ...     return np.sum(np.tanh(x @ W))
    >>> graph = gd.value_and_grad(loss).graph(gd.spec("m,k"), gd.spec("n,m"))
    >>> found = graph.cost()
    >>> found.forward, found.gradient
    (2 * k * m * n + 2 * k * n, 2 * k * m * n + 2 * k * n)
    >>> print(found.ratio, found.at(n=10, m=20, k=5).memory)
    1 (1200,)
    """
    graph = unfolded(graph)
    roles = graph.ledger.roles
    late = [n for n in graph.nodes if n in roles]
    return Cost(
        operations(n for n in graph.nodes if n not in roles),
        operations(late),
        operations(n for n in late if roles[n].rule == RECOMPUTED),
        peak_memory(_value_alone(graph)),
        peak_memory(graph),
    )


def _value_alone(graph: Graph) -> Graph:
    """The graph of the forward part: of the outputs, or of what they are made of."""
    roles = graph.ledger.roles
    outputs = {name: n for name, n in graph.outputs.items() if n not in roles}
    if not outputs:
        forward = [n for n in graph.nodes if n not in roles and n.args]
        read = {arg for node in forward for arg in node.args}
        ends = [n for n in forward if n not in read and hasattr(n.type, "shape")]
        outputs = {f"value_{i}": node for i, node in enumerate(ends)}
    with building(graph.scope()):
        return Graph(graph.inputs, outputs)


def show_size(size: Size) -> str:
    """A formula for people; large plain numbers with separators.

    >>> show_size(1234567)
    '1,234,567'
    """
    return f"{size:,}" if isinstance(size, int) else str(size)


def show_largest(sizes: tuple[Size, ...]) -> str:
    """One formula, or ``max(...)`` of several."""
    shown = [show_size(n) for n in sizes]
    return shown[0] if len(shown) == 1 else f"max({', '.join(shown)})"
