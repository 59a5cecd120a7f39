"""The record of what passes did: each phase, and each firing of a rule."""

from itertools import pairwise

import numpy as np

import graphdiff as gd
from graphdiff.evaluate import node_values
from graphdiff.rewrite import SIMPLIFYING, STABILISING, recorded, recording
from tests.show import graphs


def loss(x):
    y = np.log(1 + x)
    return np.sum(y * 1.0)


def steps(passes):
    return [(p.name, p.phase, s.rule) for p in passes for s in p.steps]


def test_each_phase_is_recorded_with_the_graphs_around_it():
    graph = gd.trace(loss, gd.spec("n"))
    passes = recorded(graph)
    assert len(passes) == len(STABILISING) + len(SIMPLIFYING)
    assert passes[0].before is graph
    for before, after in pairwise(passes):
        assert before.after is after.before
    assert str(passes[-1].after) == str(gd.simplify(gd.stabilise(graph)))
    assert all(p.about for p in passes)


def test_steps_say_the_rule_its_equation_and_what_was_replaced():
    graph = gd.trace(loss, gd.spec("n"))
    passes = recorded(graph)
    assert steps(passes)[0] == ("stabilise", "stable rules", "log_of_one_plus")
    step = passes[1].steps[0]
    assert "log(1 + x)  ->  log1p(x)" in step.equation
    assert (step.old.op.label, step.new.op.label) == ("log", "log1p")
    assert step.name == "y"
    assert step.position.file == "test_record.py"


def test_passes_over_the_whole_graph_say_what_they_replaced():
    def chain(A, v):
        return A @ A @ v

    graph = gd.trace(chain, gd.spec("n,n"), gd.spec("n"))
    with recording() as passes:
        gd.simplify(graph)
    assert ("simplify", "reassociate", "reassociate") in steps(passes)

    def masked(x):
        return np.sum(np.where(x > 0, np.log(x), 0.0))

    with recording() as passes:
        gd.stabilise(gd.trace(masked, gd.spec("n")))
    (step,) = [s for p in passes for s in p.steps if s.rule == "protect"]
    assert step.old.op.label == step.new.op.label == "log"


def test_rules_in_the_bodies_of_loops_are_recorded():
    def body(c, x):
        return np.log(1 + c * x), None

    graph = gd.trace(lambda x: gd.scan(body, 1.0, x)[0], gd.spec("n"))
    assert "log_of_one_plus" in [s.rule for p in recorded(graph) for s in p.steps]


def test_nothing_is_recorded_outside_and_records_nest():
    graph = gd.trace(loss, gd.spec("n"))
    with recording() as outer:
        gd.stabilise(graph)
        with recording() as inner:
            gd.simplify(graph)
        count = len(outer)
    gd.simplify(graph)
    assert (count, len(outer), len(inner)) == (3, 3, len(SIMPLIFYING))


def test_node_values_has_every_node_and_agrees_with_evaluate():
    graph = graphs.figure_6_11()
    rng = np.random.default_rng(0)
    given = {
        "X": rng.normal(size=(5, 784)),
        "W1": rng.normal(size=(784, 256)),
        "W2": rng.normal(size=(256, 10)),
        "y": np.arange(5),
        "lam": 0.5,
    }
    values, outputs = node_values(graph, given), gd.evaluate(graph, given)
    assert list(values) == list(graph.nodes)
    for name, node in graph.outputs.items():
        np.testing.assert_array_equal(values[node], outputs[name])


def test_node_values_of_several_results_rules_and_gates():
    square = gd.custom_vjp(lambda x: x * x, lambda g, y, x: 2 * g * x)

    def program(x):
        q, r = np.linalg.qr(x)
        return np.sum(square(gd.stop_gradient(q))) + np.sum(r)

    graph = gd.trace(program, gd.spec("3,3"))
    values = node_values(graph, {"x": np.eye(3)})
    for node in graph:
        if isinstance(node.type, tuple):
            assert [v.shape for v in values[node]] == [t.shape for t in node.type]
    np.testing.assert_allclose(
        values[graph.outputs["program"]], 3.0 + np.trace(np.linalg.qr(np.eye(3))[1])
    )
