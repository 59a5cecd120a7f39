"""dC/dw = a_prev sigma'(z) 2 (a - y), and its kin, proved by sympy."""

import numpy as np
import pytest
import sympy

from tests.examples.scripts import load, run

script = load("one_neuron")
symbols, in_symbols, is_zero = script.symbols, script.in_symbols, script.is_zero


@pytest.fixture(scope="module")
def chain():
    return script.derivative(script.cost, "", "", "", "", wrt=["w", "b", "a_prev"])


def one():
    return {name: symbols(name) for name in ("w", "b", "a_prev", "y")}


def several(n):
    inputs = {"w": symbols("w", n), "b": symbols("b")}
    return {**inputs, "x": symbols("x", n), "y": symbols("y")}


def test_chain_of_factors(chain):
    w, a_prev, y, a = (symbols(name) for name in ("w", "a_prev", "y", "a"))
    slope = sympy.Symbol("sigma'(z)")
    assert script.formulas(chain, ["w", "b", "a_prev"], one()) == {
        "dC/dw": a_prev * slope * 2 * (a - y),
        "dC/db": slope * 2 * (a - y),
        "dC/da_prev": w * slope * 2 * (a - y),
    }
    assert script.sympy_agrees(script.cost, chain, ["w", "b", "a_prev"], one())


def test_chain_of_two_layers():
    names = ("w1", "b1", "w2", "b2", "a0", "y")
    wrt = ["w2", "b2", "w1", "b1"]
    graph = script.derivative(script.two_layers, *[""] * 6, wrt=wrt)
    inputs = {name: symbols(name) for name in names}
    a1, a2, a0, w2, y = (symbols(name) for name in ("a1", "a2", "a0", "w2", "y"))
    first, second = sympy.Symbol("sigma'(z1)"), sympy.Symbol("sigma'(z2)")
    assert script.formulas(graph, wrt, inputs, ("a1", "a2")) == {
        "dC/dw2": a1 * second * 2 * (a2 - y),
        "dC/db2": second * 2 * (a2 - y),
        "dC/dw1": a0 * first * w2 * second * 2 * (a2 - y),
        "dC/db1": first * w2 * second * 2 * (a2 - y),
    }
    assert script.sympy_agrees(script.two_layers, graph, wrt, inputs)


def test_average_over_examples(chain):
    m = 3
    graph = script.derivative(
        script.average_cost, "", "", str(m), str(m), wrt=["w", "b"]
    )
    batch = {**one(), "a_prev": symbols("a_prev", m), "y": symbols("y", m)}
    made = in_symbols(graph, **batch)
    for name in ("d_w", "d_b"):
        each = [
            in_symbols(
                chain,
                w=batch["w"],
                b=batch["b"],
                a_prev=batch["a_prev"][i],
                y=batch["y"][i],
            )[name]
            for i in range(m)
        ]
        assert is_zero(made[name] - sum(each) / m)


@pytest.mark.parametrize("name", ["squared_error", "cross_entropy"])
def test_inputs_and_bias(name):
    fn = getattr(script, name)
    graph = script.derivative(fn, "3", "", "3", "", wrt=["w", "b"])
    assert script.sympy_agrees(fn, graph, ["w", "b"], several(3))


def test_cross_entropy_cancels_the_slope():
    graph = script.derivative(script.cross_entropy, "3", "", "3", "", wrt=["w", "b"])
    assert script.cancelled(graph, several(3))


def test_emitted_code_at_random_points(rng):
    module = script.gd.value_and_grad(script.cost, wrt=("w", "b", "a_prev")).emit(
        *[script.gd.spec("")] * 4, name="cost_and_grad"
    )
    cost_and_grad = module.load()
    for w, b, a_prev, y in rng.normal(size=(20, 4)):
        a = 1 / (1 + np.exp(-(w * a_prev + b)))
        common = a * (1 - a) * 2 * (a - y)
        value, slopes = cost_and_grad(w, b, a_prev, y)
        np.testing.assert_allclose(value, (a - y) ** 2, rtol=1e-14)
        np.testing.assert_allclose(
            slopes, [a_prev * common, common, w * common], rtol=1e-13
        )


def test_script():
    printed = run("one_neuron")
    assert "dC/dw = 2*a_prev*sigma'(z)*(a - y)\n" in printed
    assert "dC/db = 2*sigma'(z)*(a - y)\n" in printed
    assert "dC/da_prev = 2*sigma'(z)*w*(a - y)\n" in printed
    assert "dC/dw = x (a - y), dC/db = a - y: True" in printed
    assert printed.count("sympy finds the same: True") == 5
    assert "False" not in printed
