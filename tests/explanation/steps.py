"""A derivation evaluated as it is told: step by step, in numbers."""

from typing import Any

import numpy as np

import graphdiff as gd
from graphdiff.evaluate import node_values
from graphdiff.explanation.gradient import Teller


def evaluated(teller: Teller, given: dict[str, Any], simple: bool = True) -> Any:
    """The derivative that the steps of `teller` add up to.

    Each step is a graph of its own, over forward values and adjoints by name.
    """
    forward = node_values(teller.wording.graph, given)
    found = teller.derivation
    totals: dict[Any, Any] = {}
    for step in found.steps:
        values = {}
        for node, name in teller.known.items():
            if node in forward:
                values[name] = forward[node]
        for node, variable in found.adjoints.items():
            if variable in teller.known and node in totals:
                values[teller.known[variable]] = totals[node]
        for arg in step.shares:
            local = teller.local(step, arg)
            graph = local.graph if simple else local.raw
            wanted = {name: values[name] for name in graph.inputs}
            with np.errstate(all="ignore"):
                (share,) = gd.evaluate(graph, wanted).values()
            totals[arg] = share + totals[arg] if arg in totals else share
    return totals.get(teller.start, np.zeros(np.shape(forward[teller.start])))
