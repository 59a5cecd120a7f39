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
        local = teller.local(step)
        graph = local.graph if simple else local.raw
        values = {}
        for node, name in teller.known.items():
            if node in forward:
                values[name] = forward[node]
        for node, variable in found.adjoints.items():
            if variable in teller.known and node in totals:
                values[teller.known[variable]] = totals[node]
        wanted = {name: values[name] for name in graph.inputs}
        with np.errstate(all="ignore"):
            made = gd.evaluate(graph, wanted)
        for arg in step.shares:
            share = made[teller.adjoint_name(arg)]
            totals[arg] = share + totals[arg] if arg in totals else share
    return totals.get(teller.start, np.zeros(np.shape(forward[teller.start])))
