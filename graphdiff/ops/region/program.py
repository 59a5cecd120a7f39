"""A body made ready to run many times: no graph is looked at while it runs.

Each node becomes one step, a function and the places of its operands in a list of
values; what depends on nothing but sizes and constants is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import LEAVES, Arg, Call, Constant, Input, Node, Op, Pick
from graphdiff.graph.types import ArrayType, dims_of
from graphdiff.runtime.table import FUNCTIONS

Step = tuple[Callable[..., Any], tuple[int, ...], int]
"""A function, the places of its operands, and the place of its result."""


class Program:
    """The statements of a graph whose sizes are all numbers.

    Called with a value for each input, in order, it gives those of the outputs. Sizes
    that are born in the body itself, by a loop that counts its steps, may stay open.
    """

    def __init__(self, body: Graph) -> None:
        """Look at every node once."""
        places = {node: i for i, node in enumerate(body.inputs.values())}
        self.known: list[Any] = []
        self.steps: list[Step] = []
        self.quiet = bool(body.ledger.roles)
        loops: dict[str, Node] = {}
        for node in body.nodes:
            if node in places:
                continue
            place = places[node] = len(body.inputs) + len(self.known)
            born = [loops[n] for n in _open_sizes(node) if n in loops]
            if isinstance(node.op, LEAVES) and not born:
                self.known.append(_leaf(node))
                continue
            self.known.append(None)
            function = Late(node.op, [n.op for n in born]) if born else _function(node)
            operands = tuple([places[a] for a in (*node.args, *born)])
            self.steps.append((function, operands, place))
            if node.op.born:
                loops[node.op.born] = node
        self.outputs = [places[node] for node in body.outputs.values()]

    def warnings(self) -> Any:
        """A context in which a derivative is silent, and anything else is not."""
        return np.errstate(all="ignore") if self.quiet else nullcontext()

    def __call__(self, *values: Any) -> list[Any]:
        """The outputs for these inputs."""
        table = [*values, *self.known]
        for function, operands, place in self.steps:
            table[place] = function(*[table[k] for k in operands])
        return [table[k] for k in self.outputs]


class Late:
    """An op some of whose sizes are known only when loops before it have run.

    Called with its operands, then the results of these loops.
    """

    def __init__(self, op: Op, loops: Sequence[Op]) -> None:
        """Wait for `loops`."""
        self.op = op
        self.loops = loops

    def __call__(self, *values: Any) -> Any:
        """Bind the sizes and compute."""
        count = len(values) - len(self.loops)
        runs = zip(self.loops, values[count:], strict=True)
        op = self.op.bind({loop.born: loop.count(run) for loop, run in runs})
        args = values[:count]
        types = [ArrayType(np.shape(a), np.asarray(a).dtype) for a in args]
        return op.call(*types)(*args)


def _open_sizes(node: Node) -> list[str]:
    """The names of the sizes on which the computation of `node` depends."""
    if isinstance(node.op, Pick):
        return []
    found = {name: None for dim in node.op.sizes() for name in sorted(dim.names)}
    for arg in node.args:
        found.update({n: None for d in dims_of(arg.type) for n in sorted(d.names)})
    return list(found)


def _leaf(node: Node) -> Any:
    """The value of a node without arguments."""
    op = node.op
    if isinstance(op, Constant):
        return op.value
    if isinstance(op, Input):
        raise AssertionError(f"{node!r} is read by a body and is not among its inputs")
    return op.call()()


def _function(node: Node) -> Callable[..., Any]:
    """What computes `node` from the values of its arguments."""
    op = node.op
    if isinstance(op, Pick):
        index = op.index
        return lambda results: results[index]
    call: Any = op.call(*[a.type for a in node.args])
    plain = call.args == tuple(map(Arg, range(len(node.args)))) and not call.kwargs
    if type(call) is Call and plain and call.function in FUNCTIONS:
        return FUNCTIONS[call.function]
    return call  # type: ignore[no-any-return]


def stacked(length: int, types: Sequence[ArrayType]) -> list[np.ndarray]:
    """Arrays for `length` values of each of these types."""
    return [np.empty((length, *type.shape), type.dtype) for type in types]
