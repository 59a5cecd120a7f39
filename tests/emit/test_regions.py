"""Loops and branches: emitted as Python's own, in both styles."""

import subprocess
import sys

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.emit import emit
from graphdiff.graph.nest import flatten
from tests.emit.regions import PROGRAMS, numbers, s

STYLES = ["readable", "fast"]


def body_of(source):
    """The lines of the main function that compute."""
    _, _, rest = source.partition('    """Compute')
    return rest.partition('"""')[2].partition("\n\n\ndef")[0]


def outputs(made, arguments):
    return flatten(made.load()(*arguments))[0]


def agree(graph, arguments, style):
    """Emitted and evaluated results, which must agree; arguments stay as they are."""
    before = [np.copy(a) for a in arguments]
    wanted = gd.evaluate(graph, dict(zip(graph.inputs, arguments, strict=True)))
    found = outputs(emit(graph, style=style), arguments)
    for name, one, other in zip(wanted, found, wanted.values(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14, err_msg=name)
        assert np.shape(one) == np.shape(other)
        assert np.asarray(one).dtype == other.dtype
    for old, new in zip(before, arguments, strict=True):
        np.testing.assert_array_equal(old, new)
    return found


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("simplify", [True, False])
@pytest.mark.parametrize("gradient", [True, False])
@pytest.mark.parametrize("name", PROGRAMS)
def test_emitted_values_are_those_of_the_evaluator(name, gradient, simplify, style):
    program = PROGRAMS[name]
    agree(program.graph(gradient, simplify), program.arguments, style)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("steps", [0, 1, 2, 7])
def test_any_number_of_steps(steps, style):
    graph = PROGRAMS["recurrent"].graph()
    arguments = numbers(3, 3), numbers(3, 2), numbers(3), numbers(steps, 2)
    agree(graph, arguments, style)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_results_share_memory_with_nothing(steps, style):
    def f(h0, W, xs):
        def step(c, x):
            h, _, kept = c
            return (h + x, h, W), (h, kept)

        (h, old, kept), tapes = gd.scan(step, (h0, h0, W), xs)
        return h, old, kept, tapes

    graph = gd.trace(f, s("n"), s("n,n"), s("m,n"))
    arguments = numbers(2), numbers(2, 2), numbers(steps, 2)
    found = outputs(emit(graph, style=style), arguments)
    arrays = [*found, *arguments]
    for i, one in enumerate(arrays):
        for other in arrays[i + 1 :]:
            assert not np.shares_memory(one, other)
    h, old, kept, hs, ws = found
    total = numbers(2) + np.vstack([np.zeros(2), np.cumsum(arguments[2], axis=0)])
    np.testing.assert_allclose(h, total[-1])
    np.testing.assert_allclose(old, total[-2] if steps else numbers(2))
    np.testing.assert_allclose(hs, total[:-1])
    np.testing.assert_allclose(kept, numbers(2, 2))
    assert ws.shape == (steps, 2, 2)


@pytest.mark.parametrize("style", STYLES)
def test_the_code_is_as_long_for_a_million_steps(style):
    def f(x, steps=10):
        return gd.fori_loop(0, steps, lambda i, x: np.cos(x) + i, x)

    graphs = gd.trace(f, 1.0), gd.trace(lambda x: f(x, 10**6), 1.0)
    texts = [emit(graph, name="f", style=style) for graph in graphs]
    few, many = (made.source for made in texts)
    assert few.count("\n") == many.count("\n")
    assert "for i in range(10):" in few
    assert "for i in range(1000000):" in many


def test_a_sum_grows_in_the_array_of_the_loop():
    def f(W, X):
        total, _ = gd.scan(lambda total, x: (total + np.outer(x, x), None), W, X)
        return total

    source = emit(gd.trace(f, s("3,3"), s("m,3"))).source
    assert "total = W.copy()" in source
    assert "total += " in source


@pytest.mark.parametrize("style", STYLES)
def test_what_a_branch_adds_to_is_not_the_argument(style):
    def f(x0, xs):
        def step(x, u):
            x = gd.cond(u > 0, lambda x, u: x - u, lambda x, u: x * x, x, u)
            return x, x

        return gd.scan(step, x0, xs)

    graph = gd.trace(f, s("n"), s("steps"))
    agree(graph, (numbers(3), np.array([0.5, -1.0, 2.0])), style)


def test_sums_over_the_steps_grow_in_both_styles():
    for style in STYLES:
        source = emit(PROGRAMS["recurrent"].graph(), style=style).source
        assert "d_W = np.zeros((n, n))" in source
        assert "        d_W += " in source
        assert "for t in reversed(range(steps)):" in source


def test_an_adjoint_stands_under_the_statement_of_the_forward_loop():
    source = emit(PROGRAMS["recurrent"].graph()).source
    assert "        # h = np.tanh(W @ h + U @ xs[t])  (regions.py:" in source


def test_each_line_of_a_loop_is_mapped():
    made = emit(PROGRAMS["recurrent"].graph())
    lines = made.source.splitlines()
    found = [m for m in made.map if m["variable"] == "h"]
    assert any(lines[m["line"] - 1].strip().startswith("h = np.tanh(") for m in found)
    assert all(m["file"] == "regions.py" for m in found if m["op"] == "tanh")
    for entry in made.map:
        if entry["variable"]:
            assert entry["variable"] in lines[entry["line"] - 1], entry


def test_values_are_exchanged_at_once():
    source = emit(PROGRAMS["shifted"].graph(False)).source
    assert "a, b = b, a + b * i" in source


def test_a_test_of_several_statements_stands_inside():
    def f(x):
        def test(x):
            y = np.exp(x)
            z = y * y + y
            return (z + np.sin(z)) * y > 1e-3

        return gd.while_loop(test, lambda x: x - 1.0, x)

    made = emit(gd.trace(f, s("")))
    assert "    while True:\n" in made.source
    assert "        if not " in made.source
    assert made.load()(0.0) == gd.evaluate(gd.trace(f, s("")), {"x": 0.0})["f"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("k", [-3, 0, 1, 2, 5])
def test_an_integer_chooses(k, style):
    def f(k, x):
        branches = (lambda x: x, lambda x: 2 * x, lambda x: np.exp(x))
        return gd.switch(k, branches, x) if hasattr(gd, "switch") else 0 * x

    graph = gd.trace(f, s("", np.int64), s("n"))
    agree(graph, (np.int64(k), numbers(3)), style)


def test_blocks_have_names_of_their_own():
    def f(x, product, t):
        def step(c, u):
            product = c * u
            return np.sin(product) * product, product * product

        a, p = gd.scan(step, x, t)
        b, q = gd.scan(step, x, t)
        return a + b * product, p, q

    made = emit(gd.trace(f, s(""), s(""), s("n")))
    agree(gd.trace(f, s(""), s(""), s("n")), (0.3, 2.0, numbers(4)), "readable")
    compile(made.source, "made", "exec")


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_linter_and_formatter_have_nothing_to_say(style, tmp_path):
    for name, program in PROGRAMS.items():
        for simplify in (True, False):
            made = emit(program.graph(True, simplify), style=style)
            made.write(tmp_path / f"{name}_{simplify:d}.py")
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [*ruff, *command, "--no-cache", "--isolated", str(tmp_path)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_carries_that_begin_as_one_value_without_names_of_their_own():
    def f(x):
        zero = 0 * x
        start = zero, zero
        return gd.while_loop(
            lambda s: s[0] < 2, lambda s: (s[0] + 1, s[1] * x + 1), start
        )

    agree(gd.trace(lambda x: f(x)[1], s("")), [np.float64(3.0)], "readable")
    agree(gd.trace(f, s("")), [np.float64(3.0)], "fast")


@pytest.mark.parametrize("style", STYLES)
def test_a_tape_of_tapes_is_read_as_a_list_of_arrays(style):
    def settle(x):
        def relax(d, u):
            d = gd.while_loop(
                lambda e: e @ e > 0.6, lambda e: 0.8 * e * np.cos(e * u), d
            )
            return 0.9 * d, None

        def test(c):
            return c @ c > 0.1

        return np.sum(gd.while_loop(test, lambda c: gd.scan(relax, c, x)[0], x) ** 2)

    graph = gd.differentiate(gd.trace(settle, s("n")), wrt=["x"])
    agree(graph, [3 * numbers(3)], style)
    body = body_of(emit(graph, style=style).source)
    assert "_tape_tape[t][i]" in body
    assert "broadcast_to" not in body


@pytest.mark.parametrize("style", STYLES)
def test_a_while_that_is_computed_again_counts_in_the_same_variable(style):
    def settle(x):
        def relax(c):
            d = gd.while_loop(lambda d: d @ d > 0.5, lambda d: 0.6 * d * np.cos(d), c)
            return 0.9 * d * np.cos(x)

        return np.sum(gd.while_loop(lambda c: c @ c > 0.1, relax, x) ** 2)

    def slopes(x):
        return np.sum(np.sin(gd.grad(gd.checkpoint(settle))(x)))

    graph = gd.simplify(gd.differentiate(gd.trace(slopes, s("n")), wrt=["x"]))
    agree(graph, [3 * numbers(3)], style)
