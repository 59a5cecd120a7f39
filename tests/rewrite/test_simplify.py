"""What simplifying makes of gradients: section 6.5.7 of the book, and other cases."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check
from graphdiff.rewrite import simplify


def plain_cross_entropy(scores, targets):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.sum(targets * log_p) / scores.shape[0]


def library_cross_entropy(scores, targets):
    return np.mean(gd.nn.logsumexp(scores, axis=1) - np.sum(scores * targets, axis=1))


ACTIVATIONS = {
    "relu": gd.nn.relu,
    "tanh": np.tanh,
    "maximum": lambda u: np.maximum(u, 0),
}


def objective(activation, cross_entropy, layers):
    def cost(X, targets, decay, *weights):
        hidden = X
        for k, W in enumerate(weights):
            hidden = hidden @ W if k == 0 else ACTIVATIONS[activation](hidden) @ W
        penalty = sum(np.sum(W**2) for W in weights)
        return cross_entropy(hidden, targets) + decay * penalty

    sizes = ["784", "256", "10"] if layers == 2 else ["784", "h", "30", "10"]
    weights = {
        f"W{k + 1}": gd.var(f"W{k + 1}", f"{a},{b}")
        for k, (a, b) in enumerate(pairwise(sizes))
    }
    inputs = {
        "X": gd.var("X", "batch,784"),
        "targets": gd.var("targets", "batch,10"),
        "decay": gd.var("decay", ""),
        **weights,
    }
    return gd.Graph(inputs=inputs, outputs={"J": cost(*inputs.values())}), [*weights]


def labels(graph):
    return Counter(node.op.label for node in graph.nodes)


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("cross_entropy", [plain_cross_entropy, library_cross_entropy])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_of_a_regularised_network(activation, cross_entropy, layers):
    graph, weights = objective(activation, cross_entropy, layers)
    dgraph = simplify(gd.differentiate(graph, wrt=weights))
    check(dgraph)
    count = labels(dgraph)
    assert count["matmul"] == 3 * layers - 1
    assert count["logsumexp"] == count["softmax"] == 1
    assert not {"gated", "exp", "log", "max", "cast", "reshape"} & set(count)
    for k, name in enumerate(weights):
        assert_gradient_of_book(dgraph, name, first=k == 0)


def assert_gradient_of_book(dgraph, name, first):
    """``H.T @ G + 2 * decay * W``, the products in either order of the sum."""
    slope, W = dgraph.outputs[f"d_{name}"], dgraph.inputs[name]
    assert slope.op.label == "add"
    (decayed,) = [a for a in slope.args if a.op.label == "multiply"]
    (product,) = [a for a in slope.args if a.op.label == "matmul"]
    scale, weight = decayed.args
    assert weight is W
    assert scale.op.label == "spread"
    two, decay = scale.args[0].args
    assert two.op.value == 2
    assert decay is dgraph.inputs["decay"]
    assert product.args[0].op.label == "transpose"
    below = product.args[0].args[0]
    assert (below is dgraph.inputs["X"]) == first


def test_relu_zeroes_the_gradient_where_its_argument_is_not_positive():
    graph, weights = objective("relu", plain_cross_entropy, 2)
    dgraph = simplify(gd.differentiate(graph, wrt=weights))
    (choice,) = [n for n in dgraph.nodes if n.op.label == "where"]
    positive, through, zero = choice.args
    assert positive.op.label == "greater"
    assert positive.args[0].op.label == "matmul"
    assert through.op.label == "matmul"
    assert through.args[1].args[0] is dgraph.inputs["W2"]
    assert zero.op.value == 0


def test_nothing_is_computed_twice():
    graph, weights = objective("tanh", plain_cross_entropy, 3)
    dgraph = simplify(gd.differentiate(graph, wrt=weights))
    seen = set()
    for node in dgraph.nodes:
        key = (node.op, frozenset(node.args) if len(node.args) == 2 else node.args)
        assert key not in seen or node.op.label in ("subtract", "divide", "matmul")
        seen.add(key)


def gradient(f, **shapes):
    made = {name: gd.var(name, shape) for name, shape in shapes.items()}
    graph = gd.Graph(inputs=made, outputs={"y": f(*made.values())})
    return simplify(gd.differentiate(graph))


def test_half_the_squared_error_has_the_error_as_its_gradient():
    dgraph = gradient(lambda a, y: np.sum((a - y) ** 2) / 2, a="n", y="n")
    slope = dgraph.outputs["d_a"]
    assert slope.op.label == "subtract"
    assert slope.args == tuple(dgraph.inputs.values())


def test_a_square_has_twice_its_base_as_slope():
    dgraph = gradient(lambda x: np.sum(x * x), x="n")
    two, x = dgraph.outputs["d_x"].args
    assert (two.op.value, x) == (2, dgraph.inputs["x"])


def test_the_slope_of_a_masked_logarithm_needs_no_gate():
    dgraph = gradient(lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)), x="n")
    count = labels(dgraph)
    assert "gated" not in count
    assert count["where"] == 3


def test_the_gradient_of_a_bias_is_a_plain_sum():
    dgraph = gradient(lambda x, b: np.sum(np.tanh(x + b)), x="n,3", b="1,3")
    (total,) = dgraph.outputs["d_b"].args
    assert total.op.label == "sum"
    assert total.op.axes == (-2,)


def test_a_gradient_is_the_same_bytes_every_time():
    made = [labels(gradient(lambda x: np.sum(np.tanh(x) ** 2), x="n")) for _ in "12"]
    assert made[0] == made[1]
