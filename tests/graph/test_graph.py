import copy
import pickle

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.graph import Graph, check, in_order
from graphdiff.graph.node import building
from graphdiff.words import unique


def loss(params, x):
    h = np.tanh(x @ params["W"])
    return np.sum(h**2)


PARAMS = {"W": np.ones((3, 2)), "b": [np.zeros(2), 2.0, 7, "tanh"]}


@pytest.fixture
def graph():
    return gd.trace(loss, PARAMS, np.ones((4, 3)))


def test_nodes_come_after_what_they_read(graph):
    check(graph)
    assert list(graph) == list(graph.nodes)
    assert len(graph) == len(set(graph))
    seen = set()
    for node in graph:
        assert seen.issuperset(node.args)
        seen.add(node)


def test_order_depends_on_the_graph_alone():
    x, y = gd.var("x"), gd.var("y")
    a, b = np.sin(x), np.cos(y)
    (out,) = [(b * a + a).node]
    assert in_order([out]) == [
        y.node,
        b.node,
        x.node,
        a.node,
        (b * a).node,
        out,
    ]
    assert in_order([out], stop=[a.node]) == [
        y.node,
        b.node,
        a.node,
        (b * a).node,
        out,
    ]


def test_a_deep_graph_needs_no_recursion():
    x = gd.var("x")
    y = x
    for _ in range(20_000):
        y = np.sin(y)
    graph = gd.Graph({"x": x}, {"y": y})
    assert len(graph) == 20_001
    (shared,) = [x]
    for _ in range(400):
        shared = shared + shared
    assert len(gd.Graph({"x": x}, {"y": shared})) == 401


def test_unused_inputs_stand_first(graph):
    assert list(graph.inputs) == ["params.W", "params.b.0", "params.b.1", "x"]
    ops = [n.op.label for n in graph]
    assert ops[:2] == ["params.b.0", "params.b.1"]


def test_a_graph_cannot_be_changed(graph):
    with pytest.raises(AttributeError, match="immutable"):
        graph.inputs = {}
    with pytest.raises(TypeError):
        graph.inputs["x"] = None
    with pytest.raises(TypeError):
        graph.outputs["x"] = None


def test_mistakes_in_building_by_hand():
    x, y = gd.var("x"), gd.var("y")
    with pytest.raises(GraphValueError, match="depend on the variable 'y'"):
        gd.Graph({"x": x}, {"z": x + y})
    with pytest.raises(GraphTypeError, match=r"an input is made by gd\.var"):
        gd.Graph({"x": x + 1}, {"z": x})
    with pytest.raises(GraphValueError, match="one variable twice"):
        gd.Graph({"x": x, "y": x}, {"z": x})
    with pytest.raises(GraphTypeError, match="must be an expression, got int"):
        gd.Graph({"x": x}, {"z": 3})
    with pytest.raises(GraphTypeError, match="must map names"):
        gd.Graph({1: x}, {"z": x})


def test_nodes_copy_as_themselves_and_do_not_pickle(graph):
    node = graph.nodes[-1]
    assert copy.copy(node) is node
    assert copy.deepcopy(node) is node
    with pytest.raises(GraphTypeError, match="cannot be pickled"):
        pickle.dumps(node)


def test_the_ledger_belongs_to_the_graph(graph):
    dgraph = gd.differentiate(graph, wrt=["params.W"])
    h = next(n for n in graph if graph.name_of(n) == "h")
    assert dgraph.name_of(h) == "h"
    assert dgraph.position_of(h) == graph.position_of(h)
    assert dgraph.role_of(h) is None
    added = [n for n in dgraph if dgraph.role_of(n)]
    assert added
    assert all(graph.role_of(n) is None for n in added)
    first = dgraph.nodes.index(added[0])
    forward = [n for n in dgraph.nodes[first:] if dgraph.role_of(n) is None]
    assert not forward


def test_a_scope_of_a_graph_shares_its_nodes(graph):
    h = next(n for n in graph if graph.name_of(n) == "h")
    with building(graph.scope()) as scope:
        assert scope.make(h.op, h.args) is h
        again = Graph(graph.inputs, graph.outputs)
    assert again.ledger == graph.ledger


def test_the_names_of_sizes():
    graph = gd.trace(loss, {"W": gd.spec("k,h")}, gd.spec("batch,k"))
    assert graph.dims == ("batch", "h", "k")


def test_a_tree_takes_apart_what_nests_as_it_does(graph):
    tree = graph.signature.parameters["params"]
    assert tree.leaves == ("params.W", "params.b.0", "params.b.1", None, None)
    assert tree.fixed == (7, "tanh")
    assert len(tree.flatten("params", PARAMS)) == 3
    values = dict(zip(tree.names, "abc", strict=True))
    assert tree.unflatten(values) == {"W": "a", "b": ["b", "c", 7, "tanh"]}
    with pytest.raises(GraphTypeError, match="expected the structure"):
        tree.flatten("params", {"W": 1})
    with pytest.raises(GraphValueError, match="traced with"):
        tree.flatten("params", {"W": 1, "b": [1, 2, 8, "tanh"]})


def test_a_gradient_mirrors_what_it_is_taken_by(graph):
    names = {n: f"d {n}" for n in graph.inputs}
    mirror = graph.signature.gradient
    assert mirror(["x"], names) == "d x"
    assert mirror(["params.W"], names) == "d params.W"
    assert mirror(["params.b"], names) == ["d params.b.0", "d params.b.1", None, None]
    assert mirror(["params", "x"], names) == (
        {"W": "d params.W", "b": ["d params.b.0", "d params.b.1", None, None]},
        "d x",
    )


def test_a_signature_as_python_has_it():
    def f(a, /, b, *rest, c, **others):
        return a * b * c

    graph = gd.trace(f, 1.0, 2.0, 3.0, c=1.0, d=2.0)
    assert str(graph.signature.python) == "(a, /, b, *rest, c, **others)"


def test_unique_names_are_found_in_linear_time():
    used: dict[str, int] = {}
    names = [unique("z", used) for _ in range(10_000)]
    assert len(set(names)) == 10_000


@pytest.mark.parametrize("what", ["inputs", "outputs"])
def test_inputs_and_outputs_come_by_name(what):
    x = gd.var("x")
    named = {"inputs": {"x": x}, "outputs": {"y": x + 1}}
    with pytest.raises(GraphTypeError, match=f"Graph: {what} must map names"):
        Graph(**{**named, what: [x]})
