"""Graphs as networkx has them: the same graph, and what its algorithms tell."""

from typing import Any

import networkx
import numpy as np
import pytest

import graphdiff as gd


def loss(W: Any, V: Any, X: Any) -> Any:
    h = np.tanh(X @ W)
    return np.sum((h @ V) ** 2)


ARGS = gd.spec("d,h"), gd.spec("h,k"), gd.spec("batch,d")


def gradient(fn: Any = loss) -> gd.Graph:
    return gd.simplify(gd.differentiate(gd.trace(fn, *ARGS), wrt=["W", "V"]))


def test_there_and_back() -> None:
    graph = gradient()
    again = gd.from_networkx(graph.to_networkx())
    assert str(again) == str(graph)
    assert gd.emit(again).source == gd.emit(graph).source


def test_attributes() -> None:
    network = gradient().to_networkx()
    (h,) = [k for k, facts in network.nodes.items() if facts["name"] == "h"]
    facts = network.nodes[h]
    assert (facts["label"], facts["shape"], facts["dtype"]) == (
        "tanh",
        ("batch", "h"),
        "float64",
    )
    assert facts["line"][0] == "test_network.py"
    assert facts["role"] is None
    (d_h,) = [k for k, facts in network.nodes.items() if facts["name"] == "d_h"]
    of, rule, *_ = network.nodes[d_h]["role"]
    assert h in network.predecessors(of)
    assert rule == network.nodes[of]["label"] == "matmul"


def test_an_argument_used_twice_is_two_edges() -> None:
    network = gd.trace(lambda x: x * x, gd.spec("n")).to_networkx()
    assert sorted(data["place"] for *_, data in network.edges(data=True)) == [0, 1]


def test_what_a_variable_reaches() -> None:
    network = gradient().to_networkx()
    inputs = network.graph["inputs"]
    outputs = network.graph["outputs"]
    assert outputs["loss"] in networkx.descendants(network, inputs["W"])
    paths = networkx.all_simple_paths(network, inputs["W"], outputs["loss"])
    assert len(list(paths)) > 0


def test_two_gradients_are_isomorphic() -> None:
    def other(W: Any, V: Any, X: Any) -> Any:
        activations = np.tanh(X @ W)
        scores = activations @ V
        return np.sum(scores**2)

    def alike(a: Any, b: Any) -> bool:
        return bool((a["label"], a["shape"]) == (b["label"], b["shape"]))

    one, two, three = (
        gradient(f).to_networkx()
        for f in (loss, other, lambda W, V, X: np.sum((X @ W @ V) ** 2))
    )
    matches = networkx.is_isomorphic
    assert matches(networkx.DiGraph(one), networkx.DiGraph(two), node_match=alike)
    assert not matches(networkx.DiGraph(one), networkx.DiGraph(three), node_match=alike)


def test_a_changed_network_is_checked() -> None:
    network = gradient().to_networkx()
    network.nodes[0]["row"] = {"op": "os.system"}
    with pytest.raises(gd.GraphValueError, match="no graph"):
        gd.from_networkx(network)
    with pytest.raises(gd.GraphTypeError, match="expected a networkx graph"):
        gd.from_networkx(3)
