"""Several neurons: an activation reaches the cost by several paths, and they add up.

Activation a_k of the last layer but one acts on the cost through every neuron j of the
last layer, so its derivative is a sum over paths,

    dC/da_k = sum over j of  w_jk * sigma'(z_j) * 2 (a_j - y_j).

Through more layers the paths multiply: there are exponentially many. Nobody walks them
one by one: the derivative graph holds each node's derivative once, and grows linearly.
"""

import numpy as np
import sympy
from symbols import in_symbols, is_zero, symbols

import graphdiff as gd


def sigma(z):
    return 1 / (1 + np.exp(-z))


def cost(W, b, a_prev, y):
    z = W @ a_prev + b
    a = sigma(z)
    return np.sum((a - y) ** 2)


def paths_to_cost(W, y, k):
    """The terms of dC/da_k, one for each neuron j that a_k reaches."""
    a = symbols("a", len(y))
    return [W[j, k] * a[j] * (1 - a[j]) * 2 * (a[j] - y[j]) for j in range(len(y))]


def three_by_four():
    """For each of 3 activations: its 4 terms, and the derivative from the graph."""
    specs = [gd.spec(shape) for shape in ("4,3", "4", "3", "4")]
    graph = gd.differentiate(gd.trace(cost, *specs), wrt=["a_prev"])
    inputs = {
        "W": symbols("w", 4, 3),
        "b": symbols("b", 4),
        "a_prev": symbols("a_prev", 3),
        "y": symbols("y", 4),
    }
    made = in_symbols(gd.simplify(graph), keep=["a"], **inputs)["d_a_prev"]
    return [(paths_to_cost(inputs["W"], inputs["y"], k), made[k]) for k in range(3)]


def deep(weights, a1, a2):
    """Two neurons in every layer, written out one by one."""
    for (u, v), (p, q) in weights:
        a1, a2 = np.tanh(u * a1 + v * a2), np.tanh(p * a1 + q * a2)
    return a1 + a2


def count_paths(graph, start, end):
    """How many paths lead from one node to another, counted in one pass."""
    paths = {start: 1}
    for node in graph:
        if node is not start:
            paths[node] = sum(paths[arg] for arg in node.args)
    return paths[end]


def counts(depth):
    """For the network of this depth: paths, forward and derivative operations."""
    number = gd.spec("")
    weights = [((number, number), (number, number))] * depth
    graph = gd.trace(deep, weights, number, number)
    dgraph = gd.simplify(gd.differentiate(graph))
    operations = [node for node in dgraph if node.args]
    backward = [node for node in operations if dgraph.role_of(node) is not None]
    paths = count_paths(graph, graph.inputs["a1"], graph.outputs["deep"])
    return paths, len(operations) - len(backward), len(backward)


def main():
    print("Three activations, four neurons: dC/da_k is a sum over four paths\n")
    for k, (terms, made) in enumerate(three_by_four(), start=1):
        print(f"dC/da_prev_{k} =")
        for j, term in enumerate(terms, start=1):
            print(f"    + {sympy.sstr(term)}    (through neuron {j})")
        print(f"  equal to what graphdiff made: {is_zero(made - sum(terms))}")
    print("\nTwo neurons in every layer: paths from a1 to the cost, and operations\n")
    print("layers                 paths   forward  derivative")
    for depth in (1, 2, 4, 8, 16, 32, 64):
        paths, forward, backward = counts(depth)
        print(f"{depth:6}  {paths:20}  {forward:8}  {backward:10}")


if __name__ == "__main__":
    main()
