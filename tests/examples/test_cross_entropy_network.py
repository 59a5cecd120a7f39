"""Section 6.5.7: the book's quantities, five matrix products, nothing done twice."""

import subprocess
import sys

import numpy as np
import pytest

from graphdiff.graph.node import Full
from graphdiff.ops.core.axes import Spread, Transpose
from graphdiff.ops.core.linalg import MatMul
from tests.examples.reading import matrix_products, written_twice
from tests.examples.scripts import load, run
from tests.examples.write_golden import GOLDEN, modules

script = load("cross_entropy_network")

NETWORKS = list(script.NETWORKS)
PRODUCTS = {
    script.with_relu: (2, 3),
    script.with_maximum: (2, 3),
    script.with_tanh: (2, 3),
    script.three_layers: (3, 5),
}


def named(graph):
    return {graph.name_of(node): node for node in graph if graph.name_of(node)}


def transposed(node):
    """The node that `node` is the transpose of."""
    assert isinstance(node.op, Transpose)
    return node.args[0]


def split(node):
    """The two terms of a gradient: twice lambda times a weight, and a product."""
    assert node.op.label == "add"
    (product,) = [n for n in node.args if isinstance(n.op, MatMul)]
    (decay,) = [n for n in node.args if n is not product]
    return decay, product


def check_decay(graph, decay, weight):
    """`decay` is 2 lambda times `weight`."""
    assert decay.op.label == "multiply"
    (spread,) = [n for n in decay.args if isinstance(n.op, Spread)]
    assert weight in decay.args
    (twice,) = spread.args
    assert graph.inputs["lam"] in twice.args
    (two,) = [n for n in twice.args if isinstance(n.op, Full)]
    assert two.op.value == 2


def test_the_quantities_of_the_book():
    graph = script.graph_of(script.with_relu)
    node = named(graph)
    X, W1, W2 = (graph.inputs[name] for name in ("X", "W1", "W2"))
    U1, H, G = node["U1"], node["H"], node["d_U2"]

    decay, product = split(graph.outputs["d_W2"])
    check_decay(graph, decay, W2)
    assert transposed(product.args[0]) is H
    assert product.args[1] is G

    decay, product = split(graph.outputs["d_W1"])
    check_decay(graph, decay, W1)
    assert transposed(product.args[0]) is X
    zeroed = product.args[1]
    assert zeroed.op.label == "where"
    positive, kept, zero = zeroed.args
    assert positive.op.label == "greater"
    assert positive.args[0] is U1
    assert positive.args[1].op.value == 0
    assert zero.op.value == 0
    assert isinstance(kept.op, MatMul)
    assert kept.args[0] is G
    assert transposed(kept.args[1]) is W2


@pytest.mark.parametrize("network", NETWORKS, ids=lambda f: f.__name__)
def test_products_and_nothing_twice(network):
    graph, module = script.graph_of(network), script.module_of(network)
    assert script.products(graph) == PRODUCTS[network]
    assert matrix_products(module) == sum(PRODUCTS[network])
    assert not written_twice(module)
    computed = [(node.op, node.args) for node in graph if node.args]
    assert len(set(computed)) == len(computed)


class CountingNumPy:
    """NumPy, with a count of how often exp runs."""

    def __init__(self):
        self.runs = 0

    def __getattr__(self, name):
        return getattr(np, name)

    def exp(self, x):
        self.runs += 1
        return np.exp(x)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda f: f.__name__)
def test_exponentials_once(network, rng):
    depth, *_ = script.NETWORKS[network]
    widths = [4, 3, 5, 3][: depth + 1]
    weights = [rng.normal(size=(m, n)) for m, n in script.pairwise(widths)]
    module = script.module_of(network)
    space = {}
    exec(module.source, space)
    space["np"] = CountingNumPy()
    labels = rng.integers(widths[-1], size=6)
    space[module.name](rng.normal(size=(6, 4)), labels, *weights, 0.1)
    assert space["np"].runs == 1


def test_value_and_gradient_by_hand(rng):
    values = script.start(rng, batch=9)
    J, gradients = script.module_of(script.with_relu).load()(*values)
    expected_J, *expected = script.by_hand(*values)
    assert pytest.approx(expected_J, rel=1e-14) == J
    for ours, book in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(ours, book, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda f: f.__name__)
def test_gradient_against_differences(network, rng):
    step = 1e-6
    depth, *names = script.NETWORKS[network]
    widths = [4, 3, 5, 3][: depth + 1]
    weights = [rng.normal(size=(m, n)) for m, n in script.pairwise(widths)]
    values = [rng.normal(size=(6, 4)), rng.integers(widths[-1], size=6), *weights, 0.1]
    value, gradients = script.module_of(network).load()(*values)
    assert pytest.approx(network(*values), rel=1e-13) == value
    assert len(gradients) == len(names)
    for i, gradient in enumerate(gradients, start=2):
        direction = rng.normal(size=values[i].shape)
        ahead, behind = list(values), list(values)
        ahead[i] = values[i] + step * direction
        behind[i] = values[i] - step * direction
        expected = (network(*ahead) - network(*behind)) / (2 * step)
        assert np.sum(gradient * direction) == pytest.approx(expected, rel=1e-6)


def test_ties_of_relu_and_maximum(rng):
    """At U1 = 0 the named relu has slope 0, and maximum the mean of 0 and 1."""
    X, y, W1, W2, _ = script.start(rng)
    X[:] = 0
    _, (relu_W1, _) = script.module_of(script.with_relu).load()(X, y, W1, W2, 0.0)
    assert not relu_W1.any()
    graph = script.graph_of(script.with_maximum)
    node = named(graph)
    step = next(n for n in node["d_U1"].args if n is not node["d_H"])
    assert step.op.label == "heaviside"
    assert step.args[0] is node["U1"]
    assert step.args[1].op.value == 0.5


def test_float32_stays(rng):
    X, y, W1, W2, lam = script.start(rng)
    narrow = [a.astype(np.float32) for a in (X, W1, W2)]
    gradient = script.gradient_of(script.with_relu)
    J, slopes = gradient(narrow[0], y, *narrow[1:], np.float32(lam))
    assert {np.asarray(a).dtype for a in (J, *slopes)} == {np.dtype(np.float32)}
    for ours, book in zip(slopes, script.by_hand(X, y, W1, W2, lam)[1:], strict=True):
        np.testing.assert_allclose(ours, book, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", sorted(modules()))
def test_golden(name):
    """The text of the module, as a reviewer has read it."""
    module = modules()[name]
    assert module.source == (GOLDEN / f"{name}.py").read_text()
    for command in (["check", "--isolated"], ["format", "--check", "--isolated"]):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, GOLDEN / f"{name}.py"],
            check=True,
            capture_output=True,
        )


def test_script():
    printed = run("cross_entropy_network")
    listing, module = printed.split("The module that graphdiff writes:")
    for statement in (
        "U1 = X @ W1",
        "U2 = H @ W2",
        "d_H = d_U2 @ W2.T",
        "d_W2 = two_times_lam * W2 + H.T @ d_U2",
        "d_U1 = d_H * (U1 > 0)",
        "d_W1 = two_times_lam * W1 + X.T @ d_U1",
    ):
        assert f"  {statement} " in listing
        assert f"    {statement}\n" in module.replace("  # (", "\n")
    table = {s.split()[0]: s.split()[1:] for s in printed.splitlines()[-4:]}
    assert table == {f.__name__: [str(a), str(b)] for f, (a, b) in PRODUCTS.items()}
