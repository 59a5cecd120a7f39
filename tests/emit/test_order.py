"""Statements stand in the order of the user's run, adjoints in one group each."""

import re

import numpy as np

import graphdiff as gd
from graphdiff.emit.emitted import emit


def euler(rate, start, data):
    x = start
    loss = 0.0
    for t in range(3):
        slope = rate * x * (1 - x)
        x = x + 0.1 * slope
        loss = loss + (x - data[t]) ** 2
    return loss


def recurrent(W, U, b, h, xs, target):
    loss = 0.0
    for t in range(3):
        h = np.tanh(W @ xs[t] + U @ h + b)
        loss = loss + np.sum((h - target[t]) ** 2)
    return loss


def body(fn, *specs, wrt):
    source = emit(gd.value_and_grad(fn, wrt=wrt).graph(*specs)).source
    return source.partition("\n\n    return ")[0].splitlines()


def names(lines):
    found = (re.match(r"    (\w+) = ", line) for line in lines)
    return [match[1] for match in found if match]


def euler_lines():
    return body(euler, gd.spec(), gd.spec(), gd.spec("3"), wrt=("rate", "start"))


def recurrent_lines():
    specs = map(gd.spec, ("h,i", "h,h", "h", "h", "3,i", "3,h"))
    return body(recurrent, *specs, wrt=("W", "U", "b"))


def test_a_loop_is_written_step_by_step():
    found = [n for n in names(euler_lines()) if re.fullmatch(r"(slope|loss)\d", n)]
    assert found == ["slope1", "loss1", "slope2", "loss2", "slope3", "loss3"]


def headings(lines):
    return [line for line in lines if re.match(r"    # .*\(test_order.py:\d+\)", line)]


def test_each_adjoint_is_one_group():
    for lines in (euler_lines(), recurrent_lines()):
        found = headings(lines)
        assert len(found) > 4
        assert sorted(set(found)) == sorted(found)


def test_a_sum_over_steps_grows_under_one_name():
    lines = recurrent_lines()
    for name in ("d_W", "d_U"):
        found = [line for line in lines if line.startswith(f"    {name} ")]
        assert [line.split()[1] for line in found] == ["=", "+="]
    assert not any(line.startswith("    total") for line in lines)


def test_sums_that_grow_are_those_evaluated(rng):
    specs = map(gd.spec, ("h,i", "h,h", "h", "h", "3,i", "3,h"))
    graph = gd.value_and_grad(recurrent, wrt=("W", "U", "b", "h", "xs")).graph(*specs)
    shapes = {"W": (4, 2), "U": (4, 4), "b": 4, "h": 4, "xs": (3, 2), "target": (3, 4)}
    given = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    kept = {name: value.copy() for name, value in given.items()}
    value, found = emit(graph).load()(**given)
    expected = gd.evaluate(graph, given)
    np.testing.assert_allclose(value, expected["recurrent"], rtol=1e-14)
    for name, slope in zip(("W", "U", "b", "h", "xs"), found, strict=True):
        np.testing.assert_allclose(slope, expected[f"d_{name}"], rtol=1e-12)
    for name, before in kept.items():
        np.testing.assert_array_equal(given[name], before)
