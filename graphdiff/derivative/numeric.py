"""Rules that only graphs can follow, for those who pull numbers back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphdiff.evaluate import evaluate
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Input, Node, Scope, building, make
from graphdiff.graph.types import ArrayType
from graphdiff.strict import Strict

Shares = Callable[[list[Any], Any, list[Any]], Sequence[Any]]


def in_numbers(
    shares: Shares, g: Sequence[Any], y: Sequence[Any], args: Sequence[Any]
) -> list[Any]:
    """What `shares` gives of the arrays `g`, `y` and `args`: arrays, or None.

    `shares` builds graphs. It gets expressions: cotangents of results (None is zero),
    the results, one alone or a tuple, and the arguments.
    """
    inputs: dict[str, Node] = {}
    values: dict[str, np.ndarray] = {}

    def enter(word: str, value: Any) -> Any:
        array = np.asarray(value)
        name = f"{word}{len(inputs)}"
        values[name] = array
        inputs[name] = make(Input(name, ArrayType(array.shape, array.dtype)))
        strict = getattr(value, "strict", False)
        return (Strict if strict else Expression)(inputs[name])

    with building(Scope()):
        cotangents = [None if s is None else enter("g", s) for s in g]
        results = tuple([enter("y", v) for v in y])
        arguments = [enter("x", v) for v in args]
        single = results[0] if len(results) == 1 else results
        found = shares(cotangents, single, arguments)
        outputs = {str(i): s.node for i, s in enumerate(found) if s is not None}
        graph = Graph(inputs, outputs)
    made = evaluate(graph, values)
    return [made.get(str(i)) for i in range(len(found))]
