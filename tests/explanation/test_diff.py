"""What changed between two graphs is listed, with the rule that did it."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.explanation.compare import Comparison
from tests.cases import CASES
from tests.show import graphs


def f(x):
    y = np.log(1 + x)
    z = y * 2
    return np.sum(z)


def traced(function, *specs):
    return gd.trace(function, *map(gd.spec, specs or ("n",)))


def test_a_graph_and_itself_traced_again():
    a, b = traced(f), traced(f)
    assert not gd.diff(a, b)
    assert str(gd.diff(a, b)) == "no difference"


@pytest.mark.parametrize(
    "make",
    [graphs.figure_6_8, graphs.figure_6_10, graphs.figure_6_11, graphs.two_layers],
)
def test_isomorphic_graphs_have_no_difference(make):
    assert not gd.diff(make(), make())
    assert not gd.diff(make(), gd.parse(make().to_text(exact=True)))


def test_loops_are_compared_by_what_their_bodies_compute():
    def loop(scale):
        def program(x):
            def step(c, x):
                return np.tanh(c * scale + x), None

            return gd.scan(step, 0.0, x)[0]

        return gd.trace(program, gd.spec("t"))

    assert not gd.diff(loop(2.0), loop(2.0))
    assert gd.diff(loop(2.0), loop(3.0))
    first, second = (gd.simplify(gd.differentiate(loop(2.0))) for _ in range(2))
    assert not gd.diff(first, second)


def test_a_stabilising_rule_is_named_with_its_equation():
    a = traced(f)
    found = gd.diff(a, gd.stabilise(a))
    text = str(found)
    assert found
    assert found.made_by == "gd.stabilise(a)"
    assert "- y = np.log(1 + x)" in text
    assert "+ y = np.log1p(x)" in text
    assert "by log_of_one_plus (stabilising): log(1 + x) -> log1p(x)" in text
    assert [rule.name for rule in found.rules] == ["log_of_one_plus"]
    assert [(a.op.label, b.op.label) for a, b in found.replaced] == [("log", "log1p")]
    assert "test_diff.py" in text


def test_simplification_is_told_apart_from_stabilising():
    def g(x):
        return np.mean((x - 1) ** 2)

    raw = gd.differentiate(traced(g))
    found = gd.diff(raw, gd.simplify(raw))
    assert found.made_by == "gd.simplify(a)"
    assert found.rules
    assert not any(rule.stabilising for rule in found.rules)
    whole = gd.diff(traced(f), gd.simplify(gd.stabilise(traced(f))))
    assert whole.made_by in ("gd.stabilise(a)", "gd.simplify(gd.stabilise(a))")


@pytest.mark.parametrize("options", [{}, {"stabilise": False}, {"kinks": "right"}])
def test_a_derivative_is_recognised(options):
    def g(w, x):
        z = np.abs(w * x)
        loss = np.sum(np.log(1 + z))
        return loss

    a = traced(g, "n", "n")
    for wrt in (None, ["w"]):
        b = gd.differentiate(a, wrt=wrt, **options)
        found = gd.diff(a, b)
        assert found.made_by.startswith("gd.differentiate(a")
        assert ("wrt=['w']" in found.made_by) == (wrt is not None)
        for name, value in options.items():
            assert f"{name}={value!r}" in found.made_by
        assert "output new: d_w" in found.interface
        simple = gd.diff(a, gd.simplify(b))
        assert simple.made_by.startswith("gd.simplify(gd.differentiate(a")
        assert "+ d_w = " in str(simple)
        assert "rule of" in str(simple)


def test_one_of_several_outputs_was_differentiated():
    def g(x):
        return np.sum(np.sin(x)), np.sum(np.cos(x))

    a = traced(g)
    name = list(a.outputs)[1]
    b = gd.differentiate(a, of=name)
    assert f"of={name!r}" in gd.diff(a, b).made_by


def test_what_a_person_changed_is_replaced_renamed_or_gone():
    def g(x):
        y = np.log(2 + x)
        w = y * 2
        return np.sum(w)

    found = gd.diff(traced(f), traced(g))
    assert not found.made_by
    assert found.renamed == (("z", "w"),)
    assert [a.op.label for a, _ in found.replaced] == ["log"]
    text = str(found)
    assert "- y = np.log(1 + x)" in text
    assert "+ y = np.log(2 + x)" in text
    assert "renamed: z -> w" in text
    assert "statements unchanged" in text


def test_names_that_were_swapped_are_not_taken_for_changes_of_computations():
    def one(x):
        a, b = np.sin(x), np.cos(x)
        return np.sum(a * b)

    def other(x):
        b, a = np.sin(x), np.cos(x)
        return np.sum(b * a)

    found = gd.diff(traced(one), traced(other))
    assert not found.gone
    assert not found.new
    assert not found.replaced
    assert set(found.renamed) == {("a", "b"), ("b", "a")}


def test_inputs_and_outputs():
    def g(x, k):
        return np.sum(np.log(1 + x)), np.sum(k)

    a, b = traced(f), traced(g, "n", "m")
    text = str(gd.diff(a, b))
    assert "input new: k" in text
    assert "output gone: f" in text
    c = gd.trace(f, gd.spec("n", dtype=np.float32))
    assert "input x: float64[n] -> float32[n]" in str(gd.diff(a, c))


def test_what_moves_from_the_gradient_to_the_forward_part():
    def g(x, y):
        return np.sum(gd.nn.logsumexp(x, axis=-1) * y)

    a = gd.differentiate(traced(g, "n,3", "n"))
    found = gd.diff(a, gd.simplify(a))
    assert "moved: " in str(found)
    assert "logsumexp_beside_softmax" in str(found)


def test_the_partners_of_unchanged_nodes_are_equal():
    a, b = traced(f), gd.simplify(gd.differentiate(traced(f)))
    found = Comparison(a, b)
    assert found.partners[a.inputs["x"]] is b.inputs["x"]
    assert Comparison(a, a).same_outputs()
    assert not Comparison(a, gd.stabilise(a)).same_outputs()


@pytest.mark.parametrize("name", sorted(CASES)[::60])
def test_every_op_compares_with_itself_and_with_its_derivative(name):
    case = CASES[name]
    names = [f"x{i}" for i in range(len(case.args))]

    def graph():
        xs = [
            gd.var(n, a.shape, dtype=a.dtype)
            for n, a in zip(names, case.args, strict=True)
        ]
        y = case.function(*xs)
        parts = y if isinstance(y, (tuple, list)) else [y]
        total = sum(np.real(np.sum(np.sin(p * 1.0))) for p in parts)
        return gd.Graph(dict(zip(names, xs, strict=True)), {"y": total})

    a, b = graph(), graph()
    assert not gd.diff(a, b), name
    if case.real and case.order:
        wrt = [names[i] for i in case.real]
        made = gd.diff(a, gd.differentiate(b, wrt=wrt))
        assert made.made_by.startswith("gd.differentiate(a")


def test_other_things_are_no_graphs():
    with pytest.raises(gd.GraphTypeError, match="diff: expected a Graph"):
        gd.diff(traced(f), f)


def test_hostile_names_come_out_inert():
    text = str(gd.diff(graphs.hostile(), traced(f)))
    assert all(line.isprintable() for line in text.split("\n"))


def test_long_graphs():
    def chain(count):
        def program(x):
            for _ in range(count):
                x = np.sin(x) * 1.5
            return x

        return gd.trace(program, gd.spec(""))

    found = gd.diff(chain(1500), chain(1501))
    assert found
    assert len(str(found).splitlines()) < 3100
