"""Every rule fires on its examples, keeps value and type, and adds no work."""

import math
import types

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check
from graphdiff.ops.shape.alone import Rows
from graphdiff.rewrite import SIMPLIFY, STABILISE, rewrite
from graphdiff.rewrite.stable import FORMS
from tests.rewrite.examples import LAWFUL, STABILISING, STRICT, variables

RULES = {rule.__name__: rule for rule in (*STABILISE, *SIMPLIFY)}


def each(table):
    return [
        pytest.param(name, example, id=f"{name}-{k}")
        for name, examples in table.items()
        for k, example in enumerate(examples)
    ]


def graph_of(example):
    made = variables()
    y = example(types.SimpleNamespace(**made))
    return gd.Graph(inputs=made, outputs={"y": y})


def entries(rng, node, special=False, size=5):
    shape = tuple(n if isinstance(n, int) else size for n in node.type.shape)
    kind = node.type.dtype.kind
    if kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if kind == "i":
        return rng.integers(0, 2, shape)
    x = rng.normal(size=shape)
    if special:
        hard = np.array([0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 2.5, -1e30])
        x = rng.choice(hard, size=shape)
    return x.astype(node.type.dtype)


def values(graph, given):
    with np.errstate(all="ignore"):
        return gd.evaluate(graph, given)["y"]


def test_every_rule_has_an_example():
    assert set(RULES) == set(LAWFUL) | set(STABILISING) | set(STRICT)
    assert len(RULES) == len(LAWFUL) + len(STABILISING) + len(STRICT)


def test_rules_of_the_phase_of_simplifying_are_lawful():
    assert {rule.__name__ for rule in SIMPLIFY} == set(LAWFUL) | set(STRICT)
    named = {rule.__name__ for rule in STABILISE} - {rule.__name__ for rule in FORMS}
    assert named == set(STABILISING)


def test_every_rule_states_its_equation():
    for rule in RULES.values():
        first, *rest = rule.__doc__.splitlines()
        assert "->" in first, rule.__name__
        assert first.endswith("."), rule.__name__
        assert not rest or rest[0] == "", rule.__name__


@pytest.mark.parametrize(("name", "example"), each(LAWFUL | STABILISING | STRICT))
def test_rule_fires_and_keeps_value_and_type(rng, name, example):
    graph = graph_of(example)
    fired = {}
    rules = STABILISE if name in STABILISING else SIMPLIFY
    better = rewrite(graph, rules, fired)
    assert name in fired
    check(better)
    assert better.outputs["y"].type == graph.outputs["y"].type
    for _ in range(3):
        given = {k: entries(rng, node) for k, node in graph.inputs.items()}
        old, new = values(graph, given), values(better, given)
        single = old.dtype == np.float32
        np.testing.assert_allclose(new, old, rtol=1e-5 if single else 1e-11, atol=1e-13)


@pytest.mark.parametrize(("name", "example"), each(LAWFUL | STABILISING | STRICT))
def test_rule_does_not_grow_the_graph(name, example):
    graph = graph_of(example)
    better = rewrite(graph, STABILISE if name in STABILISING else SIMPLIFY)
    measure = operations if name in STABILISING else work
    assert measure(better) <= measure(graph)


FREE = {"full", "size", "spread", "reshape", "transpose", "negative"}
"""Numbers, views and changes of sign; and stacks of zeros, of which a part is read."""


def operations(graph):
    return sum(node.op.label not in FREE for node in graph.nodes)


def work(graph):
    """The entries read or made by all operations."""
    return sum(
        max(entries_of(n) for n in (node, *node.args))
        for node in graph.nodes
        if node.op.label not in FREE and not isinstance(node.op, Rows)
    )


def entries_of(node):
    return math.prod(n if isinstance(n, int) else 10 for n in node.type.shape)


@pytest.mark.parametrize(("name", "example"), each(LAWFUL))
def test_lawful_rule_keeps_nan_infinities_and_signs(rng, name, example):
    graph = graph_of(example)
    better = rewrite(graph, SIMPLIFY)
    unsigned = {"sum", "matmul", "einsum", "gated", "put"}
    summed = any(node.op.label in unsigned for node in graph.nodes)
    for _ in range(20):
        given = {k: entries(rng, node, True) for k, node in graph.inputs.items()}
        old, new = values(graph, given), values(better, given)
        if old.dtype.kind != "f":
            np.testing.assert_array_equal(old, new)
            continue
        np.testing.assert_array_equal(np.isnan(old), np.isnan(new))
        np.testing.assert_allclose(new, old, rtol=1e-5)
        signed = ~np.isnan(old) & (old != 0 if summed else True)
        np.testing.assert_array_equal(np.signbit(old[signed]), np.signbit(new[signed]))


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize(("name", "example"), each(LAWFUL))
def test_lawful_rule_keeps_empty_and_single(rng, name, example, size):
    graph = graph_of(example)
    given = {k: entries(rng, node, size=size) for k, node in graph.inputs.items()}
    try:
        old = values(graph, given)
    except ValueError:
        return
    np.testing.assert_allclose(values(rewrite(graph, SIMPLIFY), given), old, rtol=1e-5)


@pytest.mark.parametrize("rules", [SIMPLIFY, STABILISE], ids=["simplify", "stabilise"])
@pytest.mark.parametrize(("name", "example"), each(LAWFUL | STABILISING | STRICT))
def test_nothing_is_left_to_do(rules, name, example):
    once = rewrite(graph_of(example), rules)
    fired = {}
    rewrite(once, rules, fired)
    assert not fired
