"""A graph run on sympy's symbols instead of numbers, so that formulas can be proved.

A graph is a list of nodes, each after those that it reads. Every node says which NumPy
function it calls, and NumPy calculates with objects as it does with numbers: only the
few functions that need a number to be a number are given by sympy.
"""

import numpy as np
import sympy

from graphdiff.graph.node import Constant, Full, Input


def logistic(z):
    return 1 / (1 + sympy.exp(-z))


def positive_part(z):
    return sympy.log(1 + sympy.exp(z))


FUNCTIONS = {
    "np.exp": sympy.exp,
    "np.log": sympy.log,
    "np.tanh": sympy.tanh,
    "np.sin": sympy.sin,
    "np.cos": sympy.cos,
    "sigmoid": logistic,
    "softplus": positive_part,
}


def symbols(name, *shape):
    """An array of real symbols, ``w_1, w_2, ...``; without a shape, one symbol."""
    array = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        index = "".join(str(i + 1) for i in place)
        array[place] = sympy.Symbol(f"{name}_{index}" if shape else name, real=True)
    return array if shape else array[()]


def in_symbols(graph, keep=(), **inputs):
    """The outputs of `graph`, by name, for symbolic inputs.

    What the graph knows by a name in `keep` is not spelled out: it stays a symbol.
    """
    table = {graph.inputs[name]: value for name, value in inputs.items()}
    for node in graph.nodes:
        name = graph.name_of(node)
        if isinstance(node.op, Input):
            continue
        if name in keep:
            table[node] = symbols(name, *node.type.shape)
        elif isinstance(node.op, (Full, Constant)):
            exact = np.vectorize(sympy.nsimplify, otypes=[object])(node.op.value)
            table[node] = np.broadcast_to(exact, node.type.shape)[()]
        else:
            table[node] = run(node, [table[arg] for arg in node.args])
    return {name: table[node] for name, node in graph.outputs.items()}


def run(node, args):
    call = node.op.call(*[arg.type for arg in node.args])
    if call.function in FUNCTIONS:
        return np.vectorize(FUNCTIONS[call.function], otypes=[object])(*args)[()]
    return call(*args)


def is_zero(expression):
    """Whether sympy proves that `expression` is 0, every entry of it."""
    return all(map(proved, np.ravel(expression)))


def proved(entry):
    numerator = sympy.numer(sympy.together(entry))
    return sympy.expand(numerator) == 0 or sympy.simplify(entry) == 0
