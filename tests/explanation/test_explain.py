"""Explanations of gradients: what they say is true, and reads as a textbook's."""

from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.evaluate import node_values
from graphdiff.explanation.factors import products
from graphdiff.explanation.front import find
from graphdiff.explanation.gradient import MOST_PATHS, Teller
from graphdiff.explanation.paths import large
from graphdiff.explanation.wording import Wording
from tests.cases import CASES
from tests.explanation.steps import evaluated
from tests.show import graphs

UNARY = (np.sin, np.tanh, np.exp, np.square, np.negative)
BINARY = (np.add, np.multiply, np.subtract, lambda a, b: a / (3 + b * b))


@st.composite
def programs(draw):
    """A program of numbers: each line reads values of lines before it."""
    lines = []
    for i in range(draw(st.integers(1, 7))):
        place = st.integers(0, i)
        if draw(st.booleans()):
            lines.append((draw(st.sampled_from(UNARY)), (draw(place),)))
        else:
            lines.append((draw(st.sampled_from(BINARY)), (draw(place), draw(place))))
    named = draw(st.lists(st.booleans(), min_size=7, max_size=7))
    return lines, named


def graph_of(program):
    lines, named = program
    w = gd.var("w")
    values = [w]
    for i, (f, places) in enumerate(lines):
        made = f(*[values[k] for k in places])
        values.append(gd.named(made, f"v{i}") if named[i] else made)
    return gd.Graph({"w": w}, {"J": values[-1]})


def teller(graph, name, target=None, kinks=None):
    wording = Wording(graph)
    start = find(wording, name)[1]
    end = graph.outputs[target or next(iter(graph.outputs))]
    return Teller(wording, f"d_{name}", end, start, kinks=kinks)


def brute(links, target, start):
    """The number of paths, one after the other."""
    if target is start:
        return 1
    return sum(brute(links, arg, start) for arg in links.get(target, ()))


@given(programs(), st.floats(-1, 1))
@settings(max_examples=25, deadline=None)
def test_steps_products_and_paths_of_numbers(program, w):
    graph = graph_of(program)
    told = teller(graph, "w")
    want = gd.evaluate(gd.differentiate(graph), {"w": w})["d_w"]
    for simple in (True, False):
        found = evaluated(told, {"w": w}, simple)
        np.testing.assert_allclose(found, want, rtol=1e-9, atol=1e-12)
    derivation = told.derivation
    number = brute(derivation.active, told.target, told.start)
    assert told.paths().number == number
    listed = told.named_paths
    number = brute(derivation.links, told.target, told.start)
    assert len(listed) == (number if number <= MOST_PATHS else 0)
    found = products(derivation, listed, told.known)
    if found is not None and told.target is not told.start:
        total = sum(
            np.prod([slope(told, factor, w) for factor in product.factors])
            for product in found
        )
        np.testing.assert_allclose(total, want, rtol=1e-9, atol=1e-12)
    assert str(told.tell(None))


def slope(told, factor, w):
    """The value of a local derivative."""
    values = node_values(told.wording.graph, {"w": w})
    by_name = {name: values[n] for n, name in told.known.items() if n in values}
    inputs = {name: by_name[name] for name in factor.graph.inputs}
    return gd.evaluate(factor.graph, inputs)["slope"]


ALIKE = ["cov aweights=", "stats.pareto density", "update an entry", "update rows"]
"""Programs in which several values are written alike."""


@pytest.mark.parametrize("name", list(dict.fromkeys([*sorted(CASES)[::90], *ALIKE])))
def test_the_steps_of_every_op_add_up_to_its_gradient(name):
    case = CASES[name]
    if not case.real or not case.order:
        return
    names = [f"x{i}" for i in range(len(case.args))]
    xs = [
        gd.var(n, a.shape, dtype=a.dtype) for n, a in zip(names, case.args, strict=True)
    ]
    y = case.function(*xs)
    parts = y if isinstance(y, (tuple, list)) else [y]
    total = sum(np.real(np.sum(np.sin(p * 1.0))) for p in parts)
    graph = gd.stabilise(gd.Graph(dict(zip(names, xs, strict=True)), {"y": total}))
    inputs = dict(zip(names, case.args, strict=True))
    dgraph = gd.differentiate(graph)
    want = gd.evaluate(dgraph, inputs)
    for i in case.real:
        told = teller(graph, names[i])
        found = evaluated(told, inputs)
        rtol = 1e-3 if case.args[i].dtype.itemsize < 8 else 1e-7
        np.testing.assert_allclose(
            np.conj(found), want[f"d_{names[i]}"], rtol=rtol, atol=1e-9
        )
        told = gd.explain(gd.simplify(dgraph), f"d_{names[i]}", depth=None)
        assert "derivative" in str(told)
        assert told.to_latex()
        assert told.to_html()


def text_of(graph, *args, **options):
    return str(gd.explain(graph, *args, **options))


def test_the_chain_of_figure_6_10():
    text = text_of(graphs.figure_6_10(), "d_w")
    assert "w reaches z over one path of 3 operations" in text
    assert "w -> x -> y -> z" in text
    assert "dz/dw = ∂z/∂y * ∂y/∂x * ∂x/∂w" in text
    assert "= (1 - z * z) * (1 - y * y) * (1 - x * x)" in text
    assert "d_x = d_y * (1 - y * y)" in text
    assert "graphs.py:" in text


def test_the_network_of_section_6_5_7():
    text = text_of(graphs.figure_6_11(), "d_W1")
    for part in (
        "d_W1 is the derivative of J with respect to W1: float64[784, 256]",
        "W1 -> u -> J",
        "W1 -> U1 -> H -> U2 -> J_MLE -> J",
        "d_u = lam",
        "d_H = d_U2 @ W2.T",
        "matrix product Z = A @ B with adjoint G: A gets G @ B.T, B gets A.T @ G",
        "relu: the slope jumps at 0; convention there: zero",
        "mask: 0 where U1 <= 0",
        "d_W1 += X.T @ d_U1",
        "d_W1 += 2 * d_u * W1",
        "d_W1 is the sum of 2 shares, from u and U1",
        "d_W1 = two_times_lam * W1 + X.T @ d_U1",
    ):
        assert part in text


def test_nielsens_four_equations():
    text = text_of(graphs.two_layers(), "d_b1", depth=None)
    assert "d_z2 = d_X2 * (X2 * (1 - X2))" in text
    assert "d_X1 = d_z2 @ W2.T" in text
    assert "d_z1 = d_X1 * (X1 * (1 - X1))" in text
    assert "d_b1 = np.sum(d_z1, axis=0)" in text
    assert "d_W1 = X.T @ d_z1" in text_of(graphs.two_layers(), "d_W1", depth=None)


def diamonds(count):
    def f(x):
        for _ in range(count):
            x = np.sin(x) + np.cos(x)
        return x

    return gd.simplify(gd.differentiate(gd.trace(f, gd.spec(""))))


def test_paths_are_counted_exactly_where_they_are_too_many():
    text = " ".join(text_of(diamonds(30), "d_x").split())
    assert "1,073,741,824 paths through 90 operations" in text
    assert "each of the 120 edges once: 118 products and 30 sums" in text
    assert "more steps, from" in text
    assert large(10**20) == "about 1.0e20"


@pytest.mark.parametrize("count", [100, 400])
def test_a_long_chain_is_folded(count):
    text = text_of(diamonds(count), "d_x")
    assert len(text.splitlines()) < 120
    assert f"{3 * count} operations" in text.replace(",", "")
    assert "depth=None shows them" in text


def test_depth_is_the_number_of_steps():
    graph = diamonds(10)
    few, more = (len(text_of(graph, depth=d).splitlines()) for d in (3, 8))
    every = len(text_of(graph, depth=None).splitlines())
    assert few < more < every
    for wrong in (0, -1, "all", True, 1.5):
        with pytest.raises(gd.GraphValueError, match="depth"):
            gd.explain(graph, depth=wrong)


def test_forward_values_inputs_and_handles():
    graph = graphs.two_layers()
    assert "z1 = X @ W1 + b1" in text_of(graph, "z1")
    assert "z2 is computed from" in text_of(graph, "z2")
    assert "X1 = sigmoid(z1)" in text_of(graph, "z1")
    assert "X is an input" in text_of(graph, "X")
    assert "d_z1 is the derivative of network with respect to z1" in text_of(
        graph, "d_z1"
    )
    x = gd.var("x", "n")
    y = np.sin(x)
    made = gd.Graph({"x": x}, {"y": np.sum(y)})
    assert "np.sin(x)" in text_of(made, y)
    with pytest.raises(gd.GraphValueError, match="not in the graph"):
        gd.explain(made, np.cos(x))


def test_names_that_are_not_there():
    graph = graphs.figure_6_11()
    with pytest.raises(gd.GraphValueError, match="did you mean 'd_W1'"):
        gd.explain(graph, "d_w1")
    with pytest.raises(gd.GraphValueError, match="name one of the values"):
        gd.explain(graph)
    with pytest.raises(gd.GraphTypeError, match="expected the name of a value"):
        gd.explain(graph, 3)
    with pytest.raises(gd.GraphTypeError, match="expected a Graph"):
        gd.explain(np.sin, "x")
    with pytest.raises(gd.GraphValueError, match="of: expected one of the outputs"):
        gd.explain(graph, "d_W1", of="loss")


def derivative(f, *specs, **options):
    graph = gd.trace(f, *map(gd.spec, specs))
    return gd.simplify(gd.differentiate(graph, **options))


def test_a_graph_that_has_not_been_differentiated():
    def loss(w, x):
        z = np.log(1 + np.exp(w * x))
        return np.sum(z)

    graph = gd.trace(loss, gd.spec("n"), gd.spec("n"))
    text = text_of(graph, "d_w")
    assert "d_w is the derivative of loss with respect to w" in text
    assert "softplus" in text
    assert "in this graph" not in text
    assert "d_z is the derivative of loss with respect to z" in text_of(graph, "d_z")
    with pytest.raises(gd.GraphValueError, match="no value called 'd_q'"):
        gd.explain(graph, "d_q")
    two = gd.trace(lambda x: (np.sum(x), np.prod(x)), gd.spec("n"))
    with pytest.raises(gd.GraphValueError, match="of: name one of the outputs"):
        gd.explain(two, "d_x")
    assert "the derivative of" in text_of(two, "d_x", of=list(two.outputs)[1])


def test_a_value_called_like_a_gradient_is_none():
    x = gd.var("x", "n")
    made = gd.Graph({"x": x}, {"y": np.sum(x * x), "d_x": np.sin(x)})
    assert "d_x is computed from x" in text_of(made, "d_x")
    shared = derivative(lambda x, y: np.sum(x * y), "n", "n")
    assert "d_x is the derivative of" in text_of(shared, "d_x")


def test_why_a_gradient_is_zero():
    def f(x, y, z):
        a = np.floor(x)
        return np.sum(a + gd.stop_gradient(y))

    graph = derivative(f, "n", "n", "n")
    assert "floor" in text_of(graph, "d_x")
    assert "its slope is 0 everywhere" in " ".join(text_of(graph, "d_x").split())
    assert "stop_gradient" in text_of(graph, "d_y")
    assert "does not depend on z" in text_of(graph, "d_z")


def test_masks_and_conventions():
    def f(x):
        y = np.where(x > 1, np.log(x), 0.0)
        return np.sum(y * np.abs(x))

    text = text_of(derivative(f, "n"))
    assert "mask x > 1: 0 where np.where chose the other branch" in text
    assert "abs: the slope jumps at 0; convention there: mean" in text
    text = text_of(derivative(f, "n", kinks="right"))
    assert "convention there: right" in text


def test_simplification_is_told():
    def f(x):
        return np.mean((x - 1) ** 2)

    text = text_of(derivative(f, "n"))
    assert "before simplification:" in text
    assert "literal_times_quotient: c * (x / d)" in text


def test_loops_branches_and_rules_of_ones_own():
    def rnn(W, h, xs):
        def cell(h, x):
            z = W @ h + x
            n = np.tanh(z)
            return n, None

        h, _ = gd.scan(cell, h, xs)
        return np.sum(h * h)

    text = text_of(derivative(rnn, "k,k", "k", "t,k"), "d_W")
    assert "the adjoint of a loop is a loop in the other direction" in text
    assert "one step of the loop" in text
    assert "d_W = np.outer(d_z, h)" in text
    assert "d_h = W.T @ d_z" in text
    assert "d_n = d_h_after" in text
    assert "d_z = d_n * (1 - n**2)" in text

    def branches(x):
        return gd.cond(x > 0, lambda x: np.log(x), lambda x: x * x, x)

    text = text_of(derivative(branches, ""))
    assert "the branch that was taken" in text
    assert "branch 1" in text

    square = gd.custom_vjp(lambda x: x * x, lambda g, y, x: 2 * g * x)
    text = text_of(derivative(lambda x: np.sum(square(x)), "n"))
    assert "the rule that was given for" in text


def test_a_second_derivative_is_derived_from_the_first():
    def f(x):
        y = np.sin(x)
        return y * x

    first = gd.simplify(gd.differentiate(gd.trace(f, gd.spec(""))))
    second = gd.simplify(gd.differentiate(first, of="d_x"))
    text = text_of(second, "d_x_2")
    assert "d_x_2 is the derivative of d_x with respect to x" in text
    assert "itself part of a derivative" in text
    hessian = gd.hessian(lambda x: np.sum(np.tanh(x) ** 2)).graph(np.ones(3))
    text = text_of(hessian)
    assert "a derivative of a derivative" in text
    assert "derivative of the gradient: 2 statements" in text


def test_graphs_of_forms_and_of_vmap():
    def f(w, x):
        return np.sum(np.tanh(w * x))

    graph = gd.grad(f).graph(np.ones(3), np.ones(3))
    assert "gd.value_and_grad(f)" in text_of(graph, "d_w")
    graph = gd.value_and_grad(f).graph(np.ones(3), np.ones(3))
    assert "the derivative of" in text_of(graph)
    mapped = gd.vmap(gd.grad(f)).graph(np.ones((2, 3)), np.ones((2, 3)))
    for name in mapped.outputs:
        assert text_of(mapped, name)


def test_a_cotangent_given_from_outside_is_not_taken_for_one():
    graph = gd.vjp(lambda x: np.sum(np.sin(x))).graph((np.ones(3),), np.array(1.0))
    text = text_of(graph, "d_x")
    assert "d_x belongs to a derivative" in text
    assert "no output of this graph" in text


def test_every_value_of_every_graph_can_be_asked_about():
    for graph in (graphs.figure_6_8(), graphs.figure_6_11(), graphs.two_layers()):
        for name in Wording(graph).by_name:
            assert text_of(graph, name)


def test_formulas_are_those_of_a_textbook():
    latex = gd.explain(graphs.figure_6_11(), "d_W1").to_latex()
    for part in (
        r"\bar{Z} = \frac{\partial J}{\partial Z}",
        r"U_1 = X W_1",
        r"\bar{u} = \lambda",
        r"\bar{H} = \bar{U}_2 W_2^\top",
        r"\bar{U}_1 = \bar{H} \odot [U_1 > 0]",
        r"\bar{W}_1 \mathrel{+}= X^\top \bar{U}_1",
        r"\operatorname{softmax}(U_2)",
    ):
        assert part in latex
    chain = gd.explain(graphs.figure_6_10(), "d_w").to_latex()
    assert r"\frac{\partial z}{\partial y} = 1 - z^2" in chain
    assert r"= (1 - z^2) \cdot (1 - y^2) \cdot (1 - x^2)" in chain


@pytest.mark.parametrize(
    "make", [graphs.figure_6_10, graphs.figure_6_11, graphs.two_layers, graphs.hostile]
)
def test_html_is_well_formed_and_nothing_in_it_runs(make):
    graph = make()
    for name in graph.outputs:
        root = ElementTree.fromstring(gd.explain(graph, name).to_html())
        for found in root.iter():
            assert found.tag not in ("script", "img", "a", "style", "iframe")
            assert set(found.attrib) <= {"class", "style", "title", *MATHML}


MATHML = {
    "displaystyle",
    "display",
    "stretchy",
    "mathvariant",
    "accent",
    "form",
    "fence",
}
MATHML |= {"width", "lspace", "rspace", "linethickness", "columnalign", "separator"}


def test_hostile_names_come_out_inert():
    graph = graphs.hostile()
    for name in [*graph.inputs, *graph.outputs]:
        made = gd.explain(graph, name)
        assert all(line.isprintable() for line in str(made).split("\n"))
        assert "<b>" not in made.to_html()
        assert "</b>" not in made.to_html()
        assert made.to_latex().replace(r"\$", "").count("$") % 2 == 0


def test_a_rule_is_that_of_the_forward_part_where_that_stands_inline() -> None:
    def ridge(w: Any, x: Any, y: Any) -> Any:
        return np.sum((x @ w - y) ** 2)

    graph = gd.grad(ridge).graph(gd.spec("d,k"), gd.spec("n,d"), gd.spec("n,k"))
    text = str(gd.explain(graph, "d_w"))
    assert "from the rule of x @ w\n" in text
    assert "rule of d_w" not in text


def test_a_jacobian_is_no_derivative_of_a_derivative() -> None:
    form = gd.jacobian(lambda x, w: np.tanh(w @ x))
    text = str(gd.explain(form.graph(gd.spec("n"), gd.spec("m,n")), "d_x"))
    assert "derivative of a derivative" not in text
    second = gd.hessian(lambda x: np.sum(np.tanh(x) ** 3))
    assert "a derivative of a derivative" in str(
        gd.explain(second.graph(gd.spec("3")), "d2_x_x")
    )
