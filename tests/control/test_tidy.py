"""What loops are made of after the passes: one loop each way, and nothing in vain."""

from typing import Any

import numpy as np

import graphdiff as gd
from graphdiff.graph.graph import Graph
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While
from tests.control.programs import OURS, PROGRAMS


def loops_of(graph: Graph) -> list[Any]:
    return [n.op for n in graph.nodes if isinstance(n.op, (Loop, While))]


def recurrent(x: Any, W: Any, us: Any) -> Any:
    def step(h: Any, u: Any) -> Any:
        h = np.tanh(W @ h + u)
        return h, np.sum(h * h)

    h, ys = gd.scan(step, x, us)
    return np.sum(h) + np.sum(ys)


ARGS = PROGRAMS["recurrent"][1]


def test_reverse_mode_has_one_loop_each_way() -> None:
    forward, backward = loops_of(gd.value_and_grad(recurrent, [0, 1, 2]).graph(*ARGS))
    assert not forward.reverse
    assert backward.reverse


def test_the_tape_holds_what_the_step_back_reads() -> None:
    forward, backward = loops_of(gd.grad(recurrent, [0, 1]).graph(*ARGS))
    assert len(forward.body.outputs) == 1 + 2
    assert backward.scanned == 2


def test_a_result_that_is_there_already_is_the_tape() -> None:
    def f(x: Any, us: Any) -> Any:
        h, hs = gd.scan(lambda h, u: (np.exp(h * u),) * 2, x, us)
        return np.sum(h) + np.sum(hs**2)

    forward, _ = loops_of(gd.value_and_grad(f).graph(0.3, np.ones(4)))
    assert len(forward.body.outputs) == 2


def test_forward_mode_has_one_loop() -> None:
    graph = gd.jvp(recurrent).graph(ARGS, ARGS)
    (loop,) = loops_of(graph)
    assert loop.carries == 2


def test_reverse_mode_of_a_while_has_one_loop_each_way() -> None:
    function, args = PROGRAMS["shrinking"]
    graph = gd.value_and_grad(lambda x: function(OURS, x)).graph(*args)
    forward, backward = loops_of(graph)
    assert isinstance(forward, While)
    assert backward.length == forward.steps


def test_loops_within_steps_run_once_each_way() -> None:
    function, args = PROGRAMS["nested"]
    graph = gd.value_and_grad(lambda x, w: function(OURS, x, w)).graph(*args)
    for loop in loops_of(graph):
        assert len(loops_of(loop.body)) == 1


def test_results_and_carries_that_nobody_reads_go() -> None:
    def f(x: Any) -> Any:
        def step(c: Any, _: Any) -> Any:
            a, b = c
            return (np.sin(a), b * 2.0), (a, b)

        (a, _), _ = gd.scan(step, (x, x), None, length=3)
        return a

    (loop,) = loops_of(gd.simplify(gd.trace(f, 1.0)))
    assert loop.carries == 1
    assert len(loop.body.outputs) == 1


def test_a_counter_has_no_cotangent() -> None:
    def f(x: Any) -> Any:
        return gd.fori_loop(0, 4, lambda i, c: (c[0] * np.cos(x), c[1] + i), (x, 0))[0]

    *_, backward = loops_of(gd.grad(f).graph(1.0))
    assert all(x.type.is_inexact for x in backward.body.inputs.values())


def test_work_on_invariants_moves_out_of_the_step_back() -> None:
    def f(x: Any, w: Any) -> Any:
        return gd.fori_loop(0, 4, lambda i, c: c * np.exp(np.sin(c) * w**3), x)

    graph = gd.grad(f).graph(1.0, 2.0)
    inside = {n.op.label for loop in loops_of(graph) for n in loop.body.nodes}
    assert "power" not in inside


def test_equal_loops_of_two_traces_of_a_function_are_one() -> None:
    def f(x: Any) -> Any:
        return recurrent(x, *ARGS[1:])

    graph = gd.simplify(gd.trace(lambda x: f(x) * np.sum(gd.grad(f)(x)), ARGS[0]))
    assert len(loops_of(graph)) == 2


def test_kinks_in_steps_are_listed() -> None:
    def f(x: Any) -> Any:
        return gd.fori_loop(0, 3, lambda i, c: np.abs(c) - 1, x)

    for graph in (gd.differentiate(gd.trace(f, 1.0)), gd.grad(f).graph(1.0)):
        (kink,) = graph.kinks()
        assert kink.op == "abs"


def test_the_loop_that_fills_the_tape_is_no_part_of_the_derivative() -> None:
    graph = gd.grad(recurrent).graph(*ARGS)
    forward, backward = [n for n in graph.nodes if isinstance(n.op, Loop)]
    assert graph.role_of(forward) is None
    assert graph.role_of(backward) is not None


def test_a_linear_map_holds_the_linear_loop_alone() -> None:
    value, push = gd.linearize(recurrent, *ARGS)
    again, pushed = gd.jvp(recurrent)(ARGS, ARGS)
    np.testing.assert_allclose(value, again)
    np.testing.assert_allclose(push(*ARGS), pushed)
    function, args = PROGRAMS["shrinking"]
    _, push = gd.linearize(lambda x: function(OURS, x), *args)
    _, pushed = gd.jvp(lambda x: function(OURS, x))(args, args)
    np.testing.assert_allclose(push(*args), pushed)


def test_an_array_that_repeats_one_slice_is_not_run_over() -> None:
    def f(x: Any, us: Any, w: Any) -> Any:
        _, ys = gd.scan(lambda h, u: (np.sin(h) * u, h * h), x, us)
        return np.sum(ys) * w + np.sum(ys)

    us = np.linspace(0.1, 1.0, 6).reshape(3, 2)
    graph = gd.grad(f, [0, 1, 2]).graph(np.ones(2), us, 0.3)
    *_, backward = loops_of(graph)
    assert backward.scanned == 3
    got = gd.grad(f, [0, 1, 2])(np.ones(2), us, 0.3)
    given = {"x": np.ones(2), "us": us, "w": 0.3}
    table = gd.backprop(gd.trace(f, np.ones(2), us, 0.3), given)
    for name, g in zip(("x", "us", "w"), got, strict=True):
        np.testing.assert_allclose(g, table[name])


def test_tangents_are_carried_once() -> None:
    first, second = loops_of(gd.hvp(recurrent).graph(*ARGS, ARGS[0]))
    assert (first.carries, second.carries) == (2, 2)


def test_equal_carries_are_one() -> None:
    def f(x: Any) -> Any:
        def step(c: Any, u: Any) -> Any:
            a, b, d = c
            return (np.sin(a) * d, np.sin(b) * d, np.cos(d)), a * b

        (a, b, d), ys = gd.scan(step, (x, x, x), np.ones(3))
        return a + 2 * b + 3 * d + np.sum(ys)

    graph = gd.simplify(gd.trace(f, 0.5))
    (loop,) = loops_of(graph)
    assert loop.carries == 2
    np.testing.assert_allclose(gd.evaluate(graph, {"x": 0.5})["f"], f(0.5))


def test_equal_carries_of_a_while_are_one() -> None:
    def f(x: Any) -> Any:
        a, b = gd.while_loop(
            lambda c: c[0] + c[1] < 9.0, lambda c: (2 * c[0], 2 * c[1]), (x, x)
        )
        return a * b

    graph = gd.simplify(gd.trace(f, 0.5))
    (loop,) = loops_of(graph)
    assert loop.carries == 1
    np.testing.assert_allclose(gd.evaluate(graph, {"x": 0.5})["f"], f(0.5))
    np.testing.assert_allclose(gd.hessian(f)(0.5), 2 * 16.0**2)
