"""Blocks: layers, loops, calls and checkpoints, found in the graphs of programs."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show.blocks import blocks
from graphdiff.show.blocks.repeats import Item, Tokens, repeats
from tests.cases import CASES
from tests.counting import assert_linear, calls_of


def layer(x, W, b):
    z = x @ W + b
    return np.tanh(z)


def network(params, x, y):
    for W, b in params:
        x = layer(x, W, b)
    return np.mean((x - y) ** 2)


PARAMS = [(gd.spec("d,h"), gd.spec("h")), *[(gd.spec("h,h"), gd.spec("h"))] * 3]


def summary(graph):
    """Titles, kinds, numbers of instances, and the titles of parents."""
    return [
        (b.title, b.kind, len(b.instances), b.parent and b.parent.title)
        for b in blocks(graph)
    ]


def lines(function, *offsets):
    """``file:line`` of lines of a function, by their distance from its first."""
    code = function.__code__
    numbers = "-".join(str(code.co_firstlineno + i) for i in offsets)
    return f"test_blocks.py:{numbers}"


def test_layers_are_the_calls_of_their_function():
    graph = gd.trace(network, PARAMS, gd.spec("n,d"), gd.spec("n,h"))
    (found,) = blocks(graph)
    assert (found.title, found.kind, found.parent) == ("layer", "call", None)
    assert found.where.line == layer.__code__.co_firstlineno
    assert [i.number for i in found.instances] == [1, 2, 3, 4]
    assert {i.form for i in found.instances} == {0}
    for instance in found.instances:
        labels = [node.op.label for node in instance.forward]
        assert labels == ["matmul", "spread", "add", "tanh"]
        assert instance.gradient == ()


def test_gradients_belong_to_the_layer_that_they_are_derivatives_of():
    graph = gd.value_and_grad(network).graph(PARAMS, gd.spec("n,d"), gd.spec("n,h"))
    (found,) = blocks(graph)
    names = [{graph.name_of(n) for n in i.gradient} - {None} for i in found.instances]
    for number, some in enumerate(names, 1):
        assert {f"d_W{number}", f"d_b{number}"} <= some
    nodes = [node for i in found.instances for node in (*i.forward, *i.gradient)]
    assert len(nodes) == len(set(nodes))
    for instance in found.instances:
        assert all(graph.role_of(node) is None for node in instance.forward)
        assert all(graph.role_of(node) for node in instance.gradient)


def test_a_last_layer_of_which_less_is_needed_has_another_form():
    def f(weights, x):
        for W in weights:
            x = np.exp(x @ W) + x
        return np.sum(x)

    graph = gd.grad(f).graph([gd.spec("h,h")] * 4, gd.spec("n,h"))
    (found,) = blocks(graph)
    assert found.title == lines(f, 2)
    assert found.kind == "loop"
    assert [i.form for i in found.instances] == [0, 0, 0, 1]


def test_loops_nest():
    def f(x):
        for _ in range(3):
            for _ in range(2):
                x = np.sin(x) * 2.5
            x = np.exp(x)
        return np.sum(x)

    outer, inner = lines(f, 3, 4), lines(f, 3)
    for graph in (gd.trace(f, gd.spec("n")), gd.grad(f).graph(gd.spec("n"))):
        assert summary(graph) == [
            (outer, "loop", 3, None),
            (inner, "loop", 6, outer),
        ]
        within = [i.within.number for i in blocks(graph)[1].instances]
        assert within == [1, 1, 2, 2, 3, 3]


def test_calls_within_calls():
    def norm(x, g):
        m = np.mean(x, axis=-1, keepdims=True)
        return (x - m) * g

    def block(x, p):
        x = x + norm(x, p["g1"]) @ p["V"]
        return x + np.tanh(norm(x, p["g2"]) @ p["W"])

    def f(ps, x):
        for p in ps:
            x = block(x, p)
        return np.sum(x * x)

    p = {"g1": gd.spec("8"), "g2": gd.spec("8"), "V": gd.spec("8,8")}
    p["W"] = gd.spec("8,8")
    graph = gd.grad(f).graph([p] * 3, gd.spec("n,8"))
    found = [("block", "call", 3, None), ("norm", "call", 6, "block")]
    assert summary(graph) == found


def test_calls_from_different_lines_are_one_block():
    def f(x, V, W, b):
        x = layer(x, V, b)
        x = x / np.sum(x)
        x = layer(x, W, b)
        return layer(np.exp(x), V, b)

    graph = gd.trace(f, *map(gd.spec, ("n,8", "8,8", "8,8", "8")))
    assert summary(graph) == [("layer", "call", 3, None)]


def test_comprehensions_and_lambdas_are_no_functions_with_names():
    def f(xs):
        ys = [np.sin(x) * 2.0 for x in xs]
        g = lambda x: np.exp(x) + 1.0  # noqa: E731
        return g(ys[0]) + g(ys[1]) * g(ys[2])

    assert summary(gd.trace(f, [gd.spec("n")] * 3)) == [
        (lines(f, 1), "loop", 3, None),
        (lines(f, 2), "call", 3, None),
    ]


def test_methods_go_by_their_class():
    class Dense:
        def __init__(self, W):
            self.W = W

        def __call__(self, x):
            return np.tanh(x @ self.W)

        def plain(self, x):
            return np.sin(x @ self.W)

    def f(x, V, W):
        a, b = Dense(V), Dense(W)
        return b.plain(a.plain(b(a(x))))

    found = summary(gd.trace(f, *map(gd.spec, ("n,8", "8,8", "8,8"))))
    assert [title for title, *_ in found] == ["Dense", "Dense.plain"]


def test_one_line_is_no_loop():
    def f(a, b):
        return np.sin(np.sin(np.sin(a))) * b * b * b + a @ b + b @ a

    assert blocks(gd.trace(f, gd.spec("3,3"), gd.spec("3,3"))) == []


def test_checkpoints_are_blocks_even_alone():
    @gd.checkpoint
    def inner(x):
        return np.sin(np.exp(x))

    def f(x):
        return np.sum(inner(x) * x)

    assert summary(gd.grad(f).graph(gd.spec("n"))) == [("inner", "checkpoint", 1, None)]

    def g(x):
        for _ in range(3):
            x = inner(x)
        return np.sum(x)

    graph = gd.value_and_grad(g).graph(gd.spec("n"))
    assert summary(graph) == [("inner", "checkpoint", 3, None)]


def test_second_derivatives_belong_where_the_first_do():
    def slope(params, x, y):
        return np.sum(gd.grad(network)(params, x, y)[0][0] ** 2)

    params = [(gd.spec("2,2"), gd.spec("2"))] * 2
    graph = gd.grad(slope).graph(params, gd.spec("5,2"), gd.spec("5,2"))
    found = blocks(graph)[0]
    orders = {graph.role_of(n).order for i in found.instances for n in i.gradient}
    assert orders >= {1, 2}


def test_hand_made_graphs_have_no_blocks():
    x = gd.var("x", "n")
    assert blocks(gd.Graph({"x": x}, {"y": np.sin(np.sin(x))})) == []


@pytest.mark.parametrize("name", list(CASES)[::40])
def test_every_node_belongs_to_one_innermost_instance(name):
    case = CASES[name]

    def f(*args):
        return [case.function(*args) for _ in range(3)]

    graph = gd.trace(f, *case.args)
    for block in blocks(graph):
        nodes = [n for i in block.instances for n in (*i.forward, *i.gradient)]
        assert len(nodes) == len(set(nodes))
        assert set(nodes) <= set(graph.nodes)


def rounds(row):
    """A sequence of letters, with repeats as lists."""
    tokens = Tokens()
    items = [Item(tokens[c], (ord(c), 0), i, i + 1, c) for i, c in enumerate(row)]

    def shown(items):
        return [[shown(r) for r in i.rounds] if i.rounds else i.thing for i in items]

    return shown(repeats(items, tokens))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("", []),
        ("abc", ["a", "b", "c"]),
        ("aaa", [[["a"], ["a"], ["a"]]]),
        ("xababy", ["x", [["a", "b"], ["a", "b"]], "y"]),
        ("abcabca", [[["a", "b", "c"], ["a", "b", "c"], ["a"]]]),
        ("bcabcabc", [[["b", "c"], ["a", "b", "c"], ["a", "b", "c"]]]),
        ("aabaab", [[[[["a"], ["a"]], "b"], [[["a"], ["a"]], "b"]]]),
    ],
)
def test_repeats(row, found):
    assert rounds(row) == found


def test_the_cost_is_linear():
    def calls(count):
        def f(x):
            for _ in range(count):
                y = np.sin(x) * 2.0
                x = np.tanh(y) - x
            return np.sum(x)

        graph = gd.differentiate(gd.trace(f, gd.spec("n")))
        return calls_of(lambda: blocks(graph))

    assert_linear(calls, 300)


def test_deep_recursion_of_the_users_is_linear_too():
    def calls(count):
        def f(x, n):
            y = np.sin(x)
            return y * f(y, n - 1) if n else y

        graph = gd.trace(lambda x: f(x, count), gd.spec("n"))
        return calls_of(lambda: blocks(graph))

    assert_linear(calls, 100)


def test_a_loop_that_the_interpreter_has_warmed_up_to_is_one_loop():
    def f(xs, W):
        h = np.ones(3)
        for t in range(30):
            h = np.tanh(W @ h + xs[t])
        return np.sum(h)

    graph = gd.trace(f, gd.spec("30,3"), gd.spec("3,3"))
    assert summary(graph) == [(lines(f, 3), "loop", 30, None)]
