"""What a position says about the run of the function that its line stands in."""

import numpy as np

import graphdiff as gd
from graphdiff.errors import Position


def positions(graph, label):
    return [graph.position_of(n) for n in graph if n.op.label == label]


def test_a_position_names_the_function_and_who_called_it():
    def helper(x):
        return np.sin(x)

    def f(x):
        y = helper(x)
        return helper(y)

    first, second = positions(gd.trace(f, gd.spec("n")), "sin")
    assert first.run is not second.run
    assert first.place == second.place
    assert first.run.function == second.run.function == "helper"
    assert first.run.line == helper.__code__.co_firstlineno
    line = f.__code__.co_firstlineno
    assert [p.run.at.line - line for p in (first, second)] == [1, 2]
    assert first.run.at.run is second.run.at.run
    assert first.run.at.run.function == "f"
    assert first.run.at.run.at is None
    assert repr(first.run) == f"<Run of helper at test_runs.py:{line + 1}>"


def test_operations_of_one_line_have_different_places_in_order():
    def f(x):
        for _ in range(2):
            x = np.sin(np.cos(x))
        return x

    graph = gd.trace(f, gd.spec("n"))
    cos, sin = positions(graph, "cos"), positions(graph, "sin")
    assert cos[0].place == cos[1].place < sin[0].place == sin[1].place
    assert len({p.run for p in (*cos, *sin)}) == 1


def test_a_generator_runs_from_one_yield_to_the_next():
    def rows(x):
        for i in range(3):
            yield np.sin(np.exp(x[i]))

    def f(x):
        return sum(row * 2 for row in rows(x))

    graph = gd.trace(f, gd.spec("3"))
    runs = [p.run for p in positions(graph, "sin")]
    assert runs == [p.run for p in positions(graph, "exp")]
    assert [run.function for run in runs] == ["rows"] * 3


def test_an_inlined_derivative_keeps_the_lines_of_the_function():
    def inner(x):
        return np.sum(np.sin(np.exp(x)))

    def f(x):
        return np.sum(gd.grad(inner)(x))

    (exp,) = positions(gd.trace(f, gd.spec("n")), "exp")
    assert exp.line == inner.__code__.co_firstlineno + 1


def test_a_position_given_by_hand_knows_no_run():
    assert Position("model.py", 12).run is None
