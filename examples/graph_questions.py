"""Questions to a derivative graph, answered by networkx.

``graph.to_networkx()`` is a plain networkx graph with an edge from every argument to
its reader, and with what graphdiff knows of each node as attributes. The algorithms of
networkx then answer what one asks of backpropagation:

- dominators: through which values must every gradient of a weight pass?
- paths: how many lead from a value to the loss, and over which others?
- ancestors: what does a gradient need of the forward pass, which must be kept for it?
- the longest path: how many operations must follow one another, whatever the machine?
- isomorphism: do two functions, written differently, have the same gradient?
"""

import textwrap

import networkx as nx
import numpy as np

import graphdiff as gd


def loss(W1, W2, W3, X, Y):
    """Two layers, the second with a way round it, and a cross-entropy."""
    A = np.tanh(X @ W1)
    C = np.tanh(A @ W2)
    B = A + C
    S = B @ W3
    return -np.sum(Y * gd.nn.log_softmax(S))


SPECS = [gd.spec(shape) for shape in ("d,h", "h,h", "h,k", "n,d", "n,k")]
WEIGHTS = ("W1", "W2", "W3")
INDENTED = {"initial_indent": "  ", "subsequent_indent": "  "}


def network_of(function=loss, specs=SPECS, wrt=WEIGHTS):
    """The graph of value and gradients of `function`, as a networkx graph."""
    return gd.value_and_grad(function, wrt=wrt).graph(*specs).to_networkx()


def find(network, name):
    """The node of this name; outputs have theirs in ``network.graph``."""
    found = {facts["name"]: k for k, facts in network.nodes(data=True)}
    return {**found, **network.graph["outputs"]}[name]


def name_of(network, k):
    """What people call a node: an output's name, the user's, or None."""
    outputs = {node: name for name, node in network.graph["outputs"].items()}
    return outputs.get(k) or network.nodes[k]["name"]


def named(network, nodes):
    """The names of those among `nodes` that have one."""
    return [name for k in nodes if (name := name_of(network, k))]


def words(network, nodes):
    """The names of `nodes`, or what their operations are called."""
    return [name_of(network, k) or network.nodes[k]["label"] for k in nodes]


def gates(network, start, end):
    """The values that every path from `start` to `end` passes, the last one first."""
    first, node = find(network, start), find(network, end)
    above = nx.immediate_dominators(network, first)
    passed = []
    while node != first:
        node = above[node]
        passed.append(node)
    return named(network, passed)


def forward_part(network):
    """The nodes that are no part of the derivative."""
    return network.subgraph(k for k, role in network.nodes(data="role") if role is None)


def paths(network, start, end):
    """The paths from `start` to `end`, each by the names on it.

    A value that is read twice by one operation, as in ``x * x``, is two paths, as the
    chain rule counts them: edges are told apart.
    """
    edges = nx.all_simple_edge_paths(network, find(network, start), find(network, end))
    return [
        named(network, [path[0][0], *(reader for _, reader, _ in path)])
        for path in edges
    ]


def kept(network, gradient):
    """What `gradient` reads of the forward part: arrays kept from the way there."""
    forward = set(forward_part(network))
    needed = nx.ancestors(network, find(network, gradient)) - forward
    read = {arg for k in needed for arg in network.predecessors(k)} & forward
    return sorted(words(network, read))


def longest_chain(network):
    """The input, and then the operations that must follow one another, in order."""
    return words(network, nx.dag_longest_path(network))


def part(network, output):
    """What computes one output, and nothing else."""
    last = find(network, output)
    return network.subgraph({last, *nx.ancestors(network, last)})


def same(first, second, output):
    """Whether two networks compute this output by the same operations.

    An operation is the same if its kind and parameters, its type, and the places of its
    arguments are; names, other than those of the inputs, and lines do not matter.
    """
    return nx.is_isomorphic(
        part(first, output),
        part(second, output),
        node_match=lambda a, b: (a["row"], a["type"]) == (b["row"], b["type"]),
        edge_match=nx.isomorphism.categorical_multiedge_match("place", None),
    )


def by_division(W, X, Y):
    """Softmax as the definition has it, which overflows for large scores."""
    E = np.exp(X @ W)
    P = E / np.sum(E, axis=1, keepdims=True)
    return -np.sum(Y * np.log(P))


def by_logsumexp(W, X, Y):
    """The same loss, as an author writes it who thinks of log-likelihoods."""
    scores = np.dot(X, W)
    evidence = np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return np.sum(Y * (evidence - scores))


def by_column(W, X, Y):
    """A slip that runs without an error where sizes allow it: the wrong axis."""
    E = np.exp(X @ W)
    P = E / np.sum(E, axis=0, keepdims=True)
    return -np.sum(Y * np.log(P))


def softmax_networks():
    specs = [gd.spec(shape) for shape in ("d,k", "n,d", "n,k")]
    return [network_of(f, specs, "W") for f in (by_division, by_logsumexp, by_column)]


def main():
    network = network_of()
    print(f"The graph: {len(network)} nodes, {network.size()} edges\n")
    print("Through which values must the gradient in S pass, to become ...")
    for name in WEIGHTS:
        print(f"  d_{name}: {' -> '.join(gates(network, 'd_S', f'd_{name}')[::-1])}")
    print("\nThe paths from A to S:")
    for path in paths(network, "A", "S"):
        print(f"  {' -> '.join(path)}")
    ways = len(paths(network, "A", "loss"))
    print(f"and to the loss, which reads S more than once: {ways}")
    print("\nOf the forward pass, a gradient reads ...")
    for name in WEIGHTS:
        print(f"  d_{name}: {', '.join(kept(network, f'd_{name}'))}")
    chain = longest_chain(network)
    print(f"\nThe longest chain has {len(chain) - 1} operations:")
    print(textwrap.fill(" -> ".join(chain), 78, **INDENTED))
    division, logsumexp, column = softmax_networks()
    print("\nIs the gradient by W the same graph?")
    for f, other in ((by_logsumexp, logsumexp), (by_column, column)):
        answer = "yes" if same(division, other, "d_W") else "no"
        print(f"  by_division and {f.__name__}: {answer}")


if __name__ == "__main__":
    main()
