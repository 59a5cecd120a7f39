"""Settling a whole graph: names, roles, sharing, and time in proportion to its size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphValueError
from graphdiff.graph.graph import check
from graphdiff.graph.node import Node, make
from graphdiff.ops.core.elementwise import sign, square
from graphdiff.rewrite import SIMPLIFY, rewrite
from graphdiff.rewrite.engine import rewrites
from tests.counting import assert_linear, calls_of


def graph_of(f, **shapes):
    made = {name: gd.var(name, shape) for name, shape in shapes.items()}
    return gd.Graph(inputs=made, outputs={"y": f(*made.values())})


def test_a_node_that_is_its_argument_becomes_that_very_node():
    graph = gd.simplify(graph_of(lambda x: -(np.negative(x * 1)) + -0.0, x="n"))
    assert graph.outputs["y"] is graph.inputs["x"]


def test_rewriting_what_is_settled_gives_the_same_nodes():
    once = gd.simplify(graph_of(lambda x, y: np.tanh(x @ y) * 1, x="n,3", y="3,k"))
    assert gd.simplify(once).nodes == once.nodes


def test_the_name_of_what_is_replaced_goes_to_its_replacement():
    x, y = gd.var("x", "n"), gd.var("y", "n")
    total = gd.named(x + (-y), "total")
    graph = gd.simplify(gd.Graph({"x": x, "y": y}, {"out": total * 2}))
    names = {node.op.label: graph.name_of(node) for node in graph.nodes}
    assert names["subtract"] == "total"


def test_roles_follow_the_nodes_that_they_speak_of():
    graph = graph_of(lambda x: np.sum(np.tanh(x * 1) * 1), x="n")
    better = gd.simplify(gd.differentiate(graph))
    nodes = set(better.nodes)
    roles = [better.role_of(node) for node in better.nodes]
    assert any(roles)
    assert all(role is None or role.of in nodes for role in roles)


def test_a_forward_node_keeps_to_the_forward_part():
    graph = graph_of(lambda x, w: np.sum(np.tanh(x) * w), x="n", w="n")
    better = gd.simplify(gd.differentiate(graph, wrt="w"))
    slope = better.outputs["d_w"]
    assert slope.op.label == "tanh"
    assert better.role_of(slope) is None
    assert better.name_of(slope) is None


def test_a_shared_value_is_not_computed_twice():
    def shared(x, y):
        product = 2 * (x * y)
        return np.sum(-product) + np.sum(np.tanh(product)) + np.sum((-product) * y)

    graph = graph_of(shared, x="n", y="n")
    count = sum(node.op.label == "multiply" for node in gd.simplify(graph).nodes)
    assert count == 3


def test_rules_that_undo_each_other_are_reported():
    @rewrites(square)
    def there(node: Node) -> Node:
        """x ** 2  ->  sign(x)."""
        return make(sign, *node.args)

    @rewrites(sign)
    def back(node: Node) -> Node:
        """sign(x)  ->  x ** 2."""
        return make(square, *node.args)

    with pytest.raises(GraphValueError, match="does not come to an end"):
        rewrite(graph_of(np.square, x="n"), [there, back])


def test_a_rule_that_changes_the_type_is_reported():
    @rewrites(square)
    def wrong(node: Node) -> Node:
        """x ** 2  ->  sum(x)."""
        return np.sum(gd.Expression(node.args[0])).node

    with pytest.raises(AssertionError, match="wrong turned"):
        rewrite(graph_of(np.square, x="n"), [wrong])


def chain(size):
    def f(x, w):
        for _ in range(size // 5):
            x = -(np.tanh(x * w) * 1) + 2 * (x * 3)
        return x

    return graph_of(f, x="", w="")


def fan(size):
    return graph_of(lambda x: sum((x * float(k) for k in range(size // 3)), x), x="")


def doubling(size):
    def f(x):
        for _ in range(size):
            x = x + x * -1.5
        return x

    return graph_of(f, x="n")


@pytest.mark.parametrize("build", [chain, fan, doubling])
def test_the_work_is_in_proportion_to_size(build):
    def calls(size):
        graph = build(size)
        return calls_of(lambda: check(gd.simplify(graph)))

    assert_linear(calls, 1_000)


UNARY = [
    np.negative,
    np.tanh,
    np.abs,
    np.square,
    lambda x: x * 1,
    lambda x: x + -0.0,
    lambda x: 2 * x,
    lambda x: x / 4,
    lambda x: 0.3 * x,
    lambda x: np.broadcast_to(np.sum(x), (3, 3)),
    lambda x: np.broadcast_to(np.sum(x, axis=0), (3, 3)),
    lambda x: np.broadcast_to(np.max(x, axis=1, keepdims=True), (3, 3)),
    np.transpose,
    lambda x: x.reshape(9).reshape(3, 3),
    lambda x: np.full_like(x, 0.5),
    lambda x: x[::-1],
]
BINARY = [
    np.add,
    np.subtract,
    np.multiply,
    lambda x, y: x / (1 + y * y),
    np.maximum,
    lambda x, y: np.where(x > y, x, y),
    lambda x, y: np.where(x > 0, x * y, np.where(x > 0, x, y)),
    lambda x, y: (x @ y) / 8,
    lambda x, y: np.concatenate([x, y])[:3],
]
STEPS = st.lists(
    st.tuples(
        st.integers(0, len(UNARY) + len(BINARY) - 1),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=14,
)


def run(steps, *found):
    """Apply steps to variables or to arrays alike; later steps use earlier results."""
    found = list(found)
    for which, i, j in steps:
        x, y = found[i % len(found)], found[j % len(found)]
        if which < len(UNARY):
            found.append(UNARY[which](x))
        else:
            found.append(BINARY[which - len(UNARY)](x, y))
    return found[-1] * 1 + found[-1]


@given(STEPS, st.integers(0, 1000))
def test_random_graphs_keep_their_value(steps, seed):
    rng = np.random.default_rng(seed)
    point = {"x": rng.normal(size=(3, 3)), "y": rng.normal(size=(3, 3))}
    graph = graph_of(lambda x, y: run(steps, x, y), x="3,3", y="3,3")
    better = gd.simplify(graph)
    check(better)
    with np.errstate(all="ignore"):
        plain = run(steps, *point.values())
        simple = gd.evaluate(better, point)["y"]
        raw = gd.evaluate(graph, point)["y"]
    np.testing.assert_allclose(raw, plain, rtol=1e-9)
    np.testing.assert_allclose(simple, raw, rtol=1e-9, atol=1e-12)


@given(STEPS, st.integers(0, 1000))
def test_random_gradients_keep_their_value(steps, seed):
    rng = np.random.default_rng(seed)
    point = {"x": rng.normal(size=(3, 3)), "y": rng.normal(size=(3, 3))}
    graph = graph_of(lambda x, y: np.sum(np.tanh(run(steps, x, y))), x="3,3", y="3,3")
    raw = gd.differentiate(graph)
    better = gd.simplify(raw)
    check(better)
    assert not set(map(id, rewrite(better, SIMPLIFY).nodes)) ^ set(map(id, better))
    with np.errstate(all="ignore"):
        old, new = gd.evaluate(raw, point), gd.evaluate(better, point)
    for name, value in old.items():
        np.testing.assert_allclose(new[name], value, rtol=1e-8, atol=1e-10)
