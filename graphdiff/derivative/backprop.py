"""Symbol to number: back-propagation that computes instead of building.

Algorithm 6.2 of Goodfellow, Bengio and Courville, *Deep Learning* (2016), section
6.5.2: the values are computed forward and kept, then one sweep backwards fills the
table of gradients with numbers. Each op's own rule runs on arrays, so the two ways to
a derivative cannot disagree, and the graph gains no node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.derivative.differentiate import check_scalar, target_of
from graphdiff.derivative.kinks import check_kinks
from graphdiff.derivative.sweep import Sweep
from graphdiff.errors import check_flag
from graphdiff.evaluate import (
    bind_inputs,
    bind_sizes,
    check_sizes,
    check_types,
    compute,
)
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import At, Node
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.strict import StrictArray
from graphdiff.words import unique


class Numeric(Sweep):
    """Symbol to number: cotangents are arrays."""

    def __init__(
        self,
        targets: Sequence[Node],
        wrt: Iterable[Node],
        kinks: str,
        values: Mapping[Node, Any],
        sizes: Mapping[str, int],
    ) -> None:
        """Prepare to pull back at `values`, where named sizes are `sizes`."""
        super().__init__(targets, wrt, kinks)
        self.values = values
        self.sizes = sizes

    def shares(self, node: Node, at: At, g: Any) -> Iterator[tuple[Node, Any]]:
        """Run the op's own rule on arrays."""
        op = node.op.bind(self.sizes) if self.sizes else node.op
        args = [self.values[a] for a in node.args]
        carried = g
        if at.masked:
            carried = [strict(s) for s in g] if isinstance(g, list) else strict(g)
        found = self.active[node]
        wanted = [i for i, _ in found]
        shares = op.pullbacks(wanted, at, carried, self.values[node], *args)
        for (i, arg), share in zip(found, shares, strict=True):
            yield arg, None if share is None else _fit(share, args[i])

    def add(self, a: Any, b: Any) -> Any:
        """The sum of what arrives over two paths."""
        return a + b


def _fit(share: Any, arg: np.ndarray) -> np.ndarray:
    """`share` in the dtype and shape of the argument that it belongs to."""
    found = np.asarray(share if arg.dtype.kind == "c" else np.real(share), arg.dtype)
    return found if found.shape == arg.shape else np.broadcast_to(found, arg.shape)


def strict(g: Any) -> Any:
    """The cotangent with strict zeros; None is absent."""
    return None if g is None else np.asarray(g).view(StrictArray)


def backprop(
    graph: Graph,
    inputs: Mapping[str, Any],
    of: str | None = None,
    *,
    kinks: str = "mean",
    stabilise: bool = True,
) -> dict[str, np.ndarray]:
    """The gradient of a scalar output with respect to everything that has a name.

    `inputs` are arrays, as for `evaluate`; `of` names the output (the only one, by
    default). The result maps the name of each real input, and of each named value on
    the way to the output, to its gradient: an array of its shape and dtype. What the
    output does not depend on has zeros. No node is built: for the derivative as a
    graph, see `differentiate`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def loss(w):
    ...     z = 3 * w
    ...     return np.sum(z**2)
    >>> table = gd.backprop(gd.trace(loss, gd.spec("n")), {"w": np.ones(2)})
    >>> {name: g.tolist() for name, g in table.items()}
    {'w': [18.0, 18.0], 'z': [6.0, 6.0], 'loss': 1.0}
    """
    check_graph("backprop", graph)
    check_kinks(kinks)
    if check_flag("stabilise", stabilise):
        graph = stabilise_graph(graph)
    name = target_of(graph, of)
    target = graph.outputs[name]
    check_scalar("backprop", f"the output {name!r}", target.type)
    given = bind_inputs(graph, inputs)
    sizes = bind_sizes(graph, given)
    check_sizes(graph.ledger.needs, sizes)
    check_types([node.type for node in graph.nodes], sizes)
    values: dict[Node, Any] = {graph.inputs[n]: value for n, value in given.items()}
    real = {n: x for n, x in graph.inputs.items() if x.type.is_inexact}
    sweep = Numeric([target], real.values(), kinks, values, sizes)
    with np.errstate(all="ignore"):
        for node in sweep.nodes:
            if node not in values:
                values[node] = compute(node, values, sizes)
        table = sweep.run({target: np.ones((), target.dtype)})
    found = {n: table.get(x, np.zeros_like(given[n])) for n, x in real.items()}
    taken = dict.fromkeys(graph.inputs, 1)
    own = unique(name, taken)
    for node in sweep.nodes:
        known = graph.name_of(node)
        if known and node in table and node.args and node is not target:
            found[unique(known, taken)] = table[node]
    found[own] = table[target]
    return {n: np.array(np.conj(g), subok=False) for n, g in found.items()}
