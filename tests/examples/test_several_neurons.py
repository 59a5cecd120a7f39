"""The sum over paths, term by term, and why nobody walks them one by one."""

import numpy as np
import sympy

from tests.examples.scripts import load, run

script = load("several_neurons")


def test_sum_over_paths_term_by_term():
    found = script.three_by_four()
    assert len(found) == 3
    a, y, w = (script.symbols(*s) for s in (("a", 4), ("y", 4), ("w", 4, 3)))
    for k, (terms, made) in enumerate(found):
        expected = [w[j, k] * (a[j] * (1 - a[j])) * 2 * (a[j] - y[j]) for j in range(4)]
        assert terms == expected
        assert script.is_zero(made - sum(terms))
        addends = sympy.Add.make_args(made)
        assert {sympy.expand(t) for t in addends} == {sympy.expand(t) for t in terms}


def test_all_of_it_against_sympy():
    specs = [script.gd.spec(shape) for shape in ("2,2", "2", "2", "2")]
    graph = script.gd.trace(script.cost, *specs)
    inputs = {
        "W": script.symbols("w", 2, 2),
        "b": script.symbols("b", 2),
        "a_prev": script.symbols("p", 2),
        "y": script.symbols("y", 2),
    }
    made = script.in_symbols(
        script.gd.simplify(script.gd.differentiate(graph)), **inputs
    )
    for name, x in inputs.items():
        for ours, variable in zip(
            np.ravel(made[f"d_{name}"]), np.ravel(x), strict=True
        ):
            assert script.is_zero(ours - sympy.diff(made["cost"], variable))


def test_paths_grow_exponentially_and_operations_linearly():
    counts = {depth: script.counts(depth) for depth in (1, 2, 3, 10, 50)}
    assert [paths for paths, _, _ in counts.values()] == [2, 4, 8, 2**10, 2**50]
    _, forward, backward = counts[1]
    more_forward = counts[2][1] - forward
    more_backward = counts[2][2] - backward
    for depth, (_, there, back) in counts.items():
        assert there == forward + (depth - 1) * more_forward
        assert back == backward + (depth - 1) * more_backward
        assert back <= 2 * there


def test_script():
    printed = run("several_neurons")
    assert "+ 2*a_4*w_43*(1 - a_4)*(a_4 - y_4)    (through neuron 4)" in printed
    assert printed.count("(through neuron") == 12
    assert printed.count("equal to what graphdiff made: True") == 3
    *_, last = printed.splitlines()
    assert last.split()[:2] == ["64", str(2**64)]
