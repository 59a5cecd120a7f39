"""Products of several matrices, multiplied in the order that takes the least work.

``(A @ B) @ v`` is ``A @ (B @ v)``, and so is what a gradient makes of it. A chain of
products is taken apart into its factors, through transposes, and put together again by
dynamic programming (Cormen, Leiserson, Rivest and Stein, *Introduction to Algorithms*,
section 15.2), over the sizes as they are: numbers, or formulas in named sizes. There
an order counts as better only if it is never worse, whatever the sizes are from 4 on.
(From 1 on, not even ``A @ (B @ v)`` is: where A has one row, the sizes of the others
decide; and then neither order is much work.)

Another order rounds differently, and where entries come near the ends of the range of
floats, it overflows elsewhere: the one phase of which that is true, under its own name.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Node, building, make
from graphdiff.graph.types import Size
from graphdiff.ops.core.axes import Reshape, Spread, spread_node
from graphdiff.ops.core.elementwise import multiply
from graphdiff.ops.core.linalg import Einsum, MatMul
from graphdiff.rewrite.axes import AXES, reshaped
from graphdiff.rewrite.engine import Engine, inherit, rebuilt, rewrite, rewrites
from graphdiff.rewrite.matrices import FLIP, flipped
from graphdiff.sizes.dims import Dim, evaluate_size, is_nonnegative, names_in

LONGEST = 12
"""The most factors of a chain that are put in order together."""

SMALLEST = 4
"""The sizes, if they are named, from which on an order must not be worse."""

LARGE = 1000
"""A large size, to try costs at."""

MOST = 3
"""The most ways to multiply part of a chain that are kept because none is better."""


class Factor(NamedTuple):
    """A factor of a chain: a node, or its transpose."""

    node: Node
    turned: bool

    @property
    def shape(self) -> tuple[Size, Size]:
        """Rows and columns."""
        rows, columns = self.node.type.shape[-2:]
        return (columns, rows) if self.turned else (rows, columns)

    def built(self, becomes: dict[Node, Node]) -> Node:
        """The matrix, as a node."""
        node = becomes.get(self.node, self.node)
        if not self.turned:
            return node
        if isinstance(node.op, Reshape) and node.args[0].type.ndim == 1:
            return reshaped(node.args[0], node.type.shape[::-1])
        return flipped(node)


class Way(NamedTuple):
    """A way to multiply factors: what it costs, and where the last product splits.

    `trials` are the costs at a few sizes, which tell most formulas apart at once.
    `split` is 0 for a lone factor; `left` and `right` are the ways of the parts.
    """

    cost: Size
    trials: tuple[int, ...]
    split: int = 0
    left: Way | None = None
    right: Way | None = None


def never_more(a: Size, b: Size) -> bool:
    """Whether `a` is at most `b` for all named sizes of at least `SMALLEST`.

    >>> n, m = Dim.named("n"), Dim.named("m")
    >>> never_more(n + m, n * m), never_more(n * n, n * m)
    (True, False)
    """
    difference = b - a
    if isinstance(difference, Dim):
        above = {name: SMALLEST + Dim.named(name) for name in sorted(difference.names)}
        difference = difference.substitute(above)
    return is_nonnegative(difference)


def is_less(a: Size, b: Size) -> bool:
    """Whether `a` is never more than `b`, and sometimes less."""
    return a != b and never_more(a, b)


def ways(sizes: Sequence[Size]) -> list[Way]:
    """The ways to multiply factors of these sizes of which none is better than another.

    Factor i has ``sizes[i]`` rows and ``sizes[i + 1]`` columns.
    """
    count = len(sizes) - 1
    points = _points(sizes)
    table = {(i, i + 1): [Way(0, (0,) * len(points))] for i in range(count)}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length
            found: list[Way] = []
            for k in range(i + 1, j):
                own = 2 * sizes[i] * sizes[k] * sizes[j]
                tried = [evaluate_size(own, point) for point in points]
                for left in table[i, k]:
                    for right in table[k, j]:
                        costs = zip(left.trials, right.trials, tried, strict=True)
                        trials = tuple(map(sum, costs))
                        cost = left.cost + right.cost + own
                        found = _with(found, Way(cost, trials, k - i, left, right))
            table[i, j] = found
    return table[0, count]


def _points(sizes: Sequence[Size]) -> list[dict[str, int]]:
    """A few sizes for the names: all small, all large, each small and large alone."""
    names = names_in(sizes)
    small, large = dict.fromkeys(names, SMALLEST), dict.fromkeys(names, LARGE)
    found = [small, large] if names else [small]
    for name in names if len(names) > 1 else ():
        found += [{**small, name: LARGE}, {**large, name: SMALLEST}]
    return found


def _with(found: list[Way], way: Way) -> list[Way]:
    """The ways with one more, without those that another is never worse than."""
    if any(_is_no_worse(other, way) for other in found):
        return found
    kept = [other for other in found if not _is_no_worse(way, other)]
    return sorted([*kept, way], key=lambda w: w.trials[1:2])[:MOST]


def _is_no_worse(a: Way, b: Way) -> bool:
    trials = zip(a.trials, b.trials, strict=True)
    return all(x <= y for x, y in trials) and never_more(a.cost, b.cost)


def is_product(node: Node) -> bool:
    """Whether `node` is a product of matrices: also that of a column and a row."""
    return isinstance(node.op, MatMul) or (
        node.op is multiply
        and [getattr(arg.op, "axes", ()) for arg in node.args] == [(-1,), (-2,)]
        and all(isinstance(arg.op, Spread) and node.type.ndim == 2 for arg in node.args)
    )


def operands(product: Node) -> tuple[Node, Node]:
    """The matrices that are multiplied."""
    left, right = product.args
    if isinstance(product.op, MatMul):
        return left, right
    rows, columns = product.type.shape
    return reshaped(left.args[0], (rows, 1)), reshaped(right.args[0], (1, columns))


class Products:
    """The products of a graph: which belong to one chain, and in which order."""

    def __init__(self, graph: Graph) -> None:
        """Find out who reads each product."""
        self.outputs = set(graph.outputs.values())
        self.readers: dict[Node, list[Node]] = {}
        for node in graph.nodes:
            for arg in node.args:
                self.readers.setdefault(arg, []).append(node)
        self.products = [n for n in graph.nodes if is_product(n)]
        self.uses = {n: self._uses(n) for n in self.products}
        self.loose = {n for n, uses in self.uses.items() if len(uses) == 1}
        for node in self.products:
            if len(self.uses[node]) > 1 and self._is_better_apart(node):
                self.loose.add(node)

    def _uses(self, product: Node) -> list[Node]:
        """The products that read this one; none if anything else does."""
        found: list[Node] = []
        seen = [product]
        while seen:
            node = seen.pop()
            if node in self.outputs:
                return []
            for reader in self.readers.get(node, ()):
                if reader.op == FLIP:
                    seen.append(reader)
                elif is_product(reader) and _alike(reader, product):
                    found.append(reader)
                else:
                    return []
        return found

    def _is_better_apart(self, product: Node) -> bool:
        """Whether no reader of `product` profits from it enough to pay for it."""
        roots = list(dict.fromkeys(self._roots(product)))
        together = self._least(product, self.loose)
        for root in roots:
            together = together + self._least(root, self.loose)
        apart: Size = 0
        for root in roots:
            apart = apart + self._least(root, self.loose | {product})
        return is_less(apart, together)

    def _roots(self, product: Node) -> list[Node]:
        """The ends of the chains that `product` would be a part of."""
        waiting, found = list(self.uses[product]), []
        while waiting:
            node = waiting.pop()
            if node in self.loose:
                waiting += self.uses[node]
            else:
                found.append(node)
        return found

    def _least(self, root: Node, loose: Set[Node]) -> Size:
        factors, cost = self.chain(root, loose)
        best = _best(factors, cost)
        return cost if best is None else best.cost

    def chain(self, root: Node, loose: Set[Node]) -> tuple[list[Factor], Size]:
        """The factors of the chain that ends in `root`, and its cost as it is."""
        found: list[Factor] = []
        cost: Size = 0
        stack = [Factor(root, False)]
        while stack:
            node, turned = stack.pop()
            while node.op == FLIP:
                (node,), turned = node.args, not turned
            inner = node is root or (
                node in loose and _alike(node, root) and len(found) < LONGEST
            )
            if not inner:
                found.append(Factor(node, turned))
                continue
            left, right = operands(node)
            cost = cost + 2 * left.type.shape[-1] * _entries(node)
            parts = [Factor(left, turned), Factor(right, turned)]
            stack += parts if turned else parts[::-1]
        return found, cost

    def better(self, root: Node) -> tuple[list[Factor], Way] | None:
        """The factors of a chain and a way that takes less work, if there is one."""
        if root in self.loose or not isinstance(root.op, MatMul):
            return None
        factors, cost = self.chain(root, self.loose)
        best = _best(factors, cost)
        return None if best is None else (factors, best)


def _entries(node: Node) -> Size:
    rows, columns = node.type.shape[-2:]
    return rows * columns


def _alike(a: Node, b: Node) -> bool:
    """Whether two products are of the same stacks, in one dtype."""
    return all(
        x.type.shape[:-2] == b.type.shape[:-2] and x.type.dtype == b.type.dtype
        for x in (a, *operands(a))
    )


def _best(factors: Sequence[Factor], cost: Size) -> Way | None:
    """A way to multiply the factors for less than `cost`, whatever the sizes are."""
    if len(factors) < 3:
        return None
    sizes = [factors[0].shape[0], *(factor.shape[1] for factor in factors)]
    found = [way for way in ways(sizes) if is_less(way.cost, cost)]
    return found[0] if found else None


def _built(factors: list[Factor], way: Way, becomes: dict[Node, Node]) -> Node:
    """The product of the factors, multiplied in that way."""
    if way.left is None or way.right is None:
        return factors[0].built(becomes)
    left = _built(factors[: way.split], way.left, becomes)
    right = _built(factors[way.split :], way.right, becomes)
    return _product(left, right)


def _product(left: Node, right: Node) -> Node:
    """The product of two matrices; as numbers where it is made of vectors."""
    shape = (*left.type.shape[:-1], right.type.shape[-1])
    if shape == (1, 1):
        vectors = [reshaped(x, (left.type.shape[-1],)) for x in (left, right)]
        return reshaped(make(Einsum(("i", "i"), ""), *vectors), shape)
    if right.type.shape == (1, 1):
        return make(multiply, left, spread_node(reshaped(right, ()), shape))
    if left.type.shape == (1, 1):
        return make(multiply, spread_node(reshaped(left, ()), shape), right)
    return make(MatMul(), left, right)


@rewrites(Reshape, over=(multiply,))
def reshape_of_multiple(node: Node, engine: Engine) -> Node | None:
    """reshape(x * c)  ->  reshape(x) * c, for a number c, if x was reshaped before."""
    (product,) = node.args
    if product.op is not multiply or not engine.sole(product):
        return None
    numbers = [_number(arg) for arg in product.args]
    for number, x in zip(numbers, product.args[::-1], strict=True):
        if number is not None and isinstance(x.op, Reshape):
            shape = node.type.shape
            pair = reshaped(x, shape), spread_node(number, shape)
            return make(multiply, *(pair if x is product.args[0] else pair[::-1]))
    return None


def _number(node: Node) -> Node | None:
    """The number that `node` repeats."""
    repeats = isinstance(node.op, Spread) and not node.args[0].type.shape
    return node.args[0] if repeats else None


def reassociate(graph: Graph) -> Graph:
    """`graph` with chains of matrix products in the order that takes the least work.

    Of sizes that are numbers, the order of the fewest operations; of named ones, an
    order that takes no more than the one written for all sizes of at least 4. A product
    that is needed for itself, or that serves several readers for less than they could
    do without it, stays. Results change by rounding.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda A, v: A @ A @ v, gd.spec("n,n"), gd.spec("n"))
    >>> str(graph.cost().total), str(gd.reassociate(graph).cost().total)
    ('2 * n**3 + 2 * n**2', '4 * n**2')
    """
    check_graph("reassociate", graph)
    if sum(map(is_product, graph.nodes)) < 2:
        return graph
    with building(graph.scope()) as scope:
        products = Products(graph)
        found = {n: products.better(n) for n in products.products}
        if not any(found.values()):
            return graph
        scope.keep_fresh = True
        becomes: dict[Node, Node] = {}
        for node in graph.nodes:
            chosen = found.get(node)
            args = tuple([becomes[arg] for arg in node.args])
            if chosen is not None:
                made = _built(*chosen, becomes)
            else:
                made = node if args == node.args else scope.make(node.op, args)
            becomes[node] = made
            if made is not node:
                inherit(scope, node, made)
        graph = rebuilt(graph, scope, becomes)
    return rewrite(graph, (*AXES, reshape_of_multiple))
