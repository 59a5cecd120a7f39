"""What networkx says of a derivative graph, against what is known of it."""

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from tests.examples.scripts import load, run

script = load("graph_questions")


@pytest.fixture(scope="module")
def network():
    return script.network_of()


def test_every_gradient_passes_the_gates(network):
    found = {w: script.gates(network, "d_S", f"d_{w}") for w in script.WEIGHTS}
    assert found == {"W1": ["d_A", "d_B", "d_S"], "W2": ["d_B", "d_S"], "W3": ["d_S"]}
    for gate in found["W1"][:-1]:
        without = network.copy()
        without.remove_node(script.find(network, gate))
        start, end = (script.find(network, name) for name in ("d_S", "d_W1"))
        assert not nx.has_path(without, start, end)


def test_the_way_round_a_layer_is_a_path(network):
    found = script.paths(network, "A", "S")
    assert sorted(found) == [["A", "B", "S"], ["A", "C", "B", "S"]]


def test_paths_are_counted_as_the_chain_rule_sums_them():
    network = script.network_of(lambda x: x * x * x, [gd.spec("")], "x")
    assert len(script.paths(network, "x", "output")) == 3


def test_what_is_kept_is_what_the_formula_reads(network):
    assert script.kept(network, "d_W3") == ["B", "Y", "softmax"]
    assert "W1" not in script.kept(network, "d_W1")


def test_the_longest_chain_is_one(network):
    chain = nx.dag_longest_path(network)
    assert all(network.has_edge(*pair) for pair in nx.utils.pairwise(chain))
    assert script.longest_chain(network)[-1] == "d_W1"


def test_the_same_gradient_and_another():
    division, logsumexp, column = script.softmax_networks()
    assert script.same(division, logsumexp, "d_W")
    assert not script.same(division, column, "d_W")


def test_isomorphic_gradients_have_equal_values(rng):
    W, X = rng.standard_normal((3, 4)), rng.standard_normal((5, 3))
    Y = np.eye(4)[[0, 1, 2, 3, 0]]
    first, second, other = (
        gd.grad(f)(W, X, Y)
        for f in (script.by_division, script.by_logsumexp, script.by_column)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, other)


def test_script():
    printed = run("graph_questions")
    assert "d_W1: d_S -> d_B -> d_A" in printed
    assert "by_division and by_logsumexp: yes" in printed
    assert "by_division and by_column: no" in printed
