"""For numbers: the derivative as a product of local derivatives, or a sum of such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphdiff.explanation.derivation import Derivation
from graphdiff.explanation.local import Local
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Input, Node

MOST_PRODUCTS = 4
"""How many products are written out."""

MOST_FACTORS = 8
"""How many factors each of them may have."""


@dataclass(frozen=True)
class Factor:
    """The local derivative along an edge: of its first node in its second."""

    edge: tuple[Node, Node]
    local: Local

    @property
    def graph(self) -> Graph:
        """The factor, over inputs that stand for forward values."""
        return self.local.graph

    @property
    def text(self) -> str:
        """The factor in NumPy's words."""
        return "; ".join(self.local.texts["slope"]).removeprefix("slope = ")

    @property
    def bracketed(self) -> str:
        """The factor as it stands in a product."""
        text = self.text
        return text if text.replace("_", "a").isalnum() else f"({text})"


@dataclass(frozen=True)
class Product:
    """The factors along a path, which leads from the variable to the target."""

    path: tuple[Node, ...]
    factors: tuple[Factor, ...]


def products(
    found: Derivation, paths: Sequence[Sequence[Node]], known: Mapping[Node, str]
) -> list[Product] | None:
    """The products along `paths`, the factor at the target first.

    None where values are no numbers, or where there is too much to write out.
    """
    if not paths or len(paths) > MOST_PRODUCTS:
        return None
    if any(len(path) > MOST_FACTORS + 1 for path in paths):
        return None
    if any(isinstance(n.type, tuple) or n.type.shape for path in paths for n in path):
        return None
    return [_product(found, path, known) for path in paths]


def _product(
    found: Derivation, path: Sequence[Node], known: Mapping[Node, str]
) -> Product:
    factors = []
    for top, bottom in zip(path[:0:-1], path[-2::-1], strict=True):
        factors.append(factor(found, top, bottom, known))
    return Product(tuple(path), tuple(factors))


def factor(
    found: Derivation, top: Node, bottom: Node, known: Mapping[Node, str]
) -> Factor:
    """The derivative of `top` in `bottom`, which it reads, all else held fixed."""
    (step,) = [s for s in found.arrivals(bottom) if s.root is top]
    adjoint = found.adjoints.get(top)
    ones = [adjoint] if adjoint is not None and isinstance(adjoint.op, Input) else []
    local = Local({"slope": step.shares[bottom]}, known, ones)
    return Factor((top, bottom), local)
