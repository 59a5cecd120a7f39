"""One neuron per layer: the chain rule, read off the derivative graph.

The cost of a neuron with one input is C = (a - y)^2, with a = sigma(z) and
z = w a_prev + b. Going back along the chain w -> z -> a -> C, factor by factor,

    dC/dw      = a_prev * sigma'(z) * 2 (a - y)
    dC/db      =          sigma'(z) * 2 (a - y)
    dC/da_prev = w      * sigma'(z) * 2 (a - y)

and sigma'(z) = a (1 - a). A layer before adds its own factors to the chain. Over many
examples the derivatives are averaged; with n inputs there is one such product for each
weight.
"""

import numpy as np
import sympy
from symbols import in_symbols, is_zero, symbols

import graphdiff as gd


def sigma(z):
    return 1 / (1 + np.exp(-z))


def cost(w, b, a_prev, y):
    z = w * a_prev + b
    a = sigma(z)
    return (a - y) ** 2


def two_layers(w1, b1, w2, b2, a0, y):
    """The activation of one neuron is the input of the next."""
    a1 = sigma(w1 * a0 + b1)
    a2 = sigma(w2 * a1 + b2)
    return (a2 - y) ** 2


def average_cost(w, b, a_prev, y):
    return np.mean(cost(w, b, a_prev, y))


def squared_error(w, b, x, y):
    z = np.dot(w, x) + b
    a = sigma(z)
    return (a - y) ** 2


def cross_entropy(w, b, x, y):
    z = np.dot(w, x) + b
    a = sigma(z)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


def derivative(fn, *shapes, wrt):
    """The graph of `fn` of arrays of these shapes, with its gradient, simplified."""
    graph = gd.trace(fn, *[gd.spec(shape) for shape in shapes])
    return gd.simplify(gd.differentiate(graph, wrt=wrt))


def sympy_agrees(fn, graph, wrt, inputs):
    """Whether sympy, which differentiates the cost itself, finds the same formulas."""
    ours = in_symbols(graph, **inputs)
    return all(
        is_zero(np.ravel(ours[f"d_{name}"]) - sympy_gradient(ours[fn.__name__], x))
        for name in wrt
        for x in [np.ravel(inputs[name])]
    )


def sympy_gradient(value, variables):
    return np.array([sympy.diff(value, x) for x in variables])


def formulas(graph, wrt, inputs, activations=("a",)):
    """The derivatives by variable, in terms of a and of sigma'(z) = a (1 - a)."""
    spelled = in_symbols(graph, keep=activations, **inputs)
    slopes = {}
    for name in activations:
        a = sympy.Symbol(name, real=True)
        slopes[1 - a] = sympy.Symbol(f"sigma'(z{name[1:]})") / a
    return {
        f"dC/d{x}": sympy.factor_terms(formula.subs(slopes))
        for name in wrt
        for x, formula in zip(
            np.ravel(inputs[name]), np.ravel(spelled[f"d_{name}"]), strict=True
        )
    }


def show(title, fn, graph, wrt, inputs, activations=("a",)):
    print(f"\n{title}, in symbols:")
    for name, formula in formulas(graph, wrt, inputs, activations).items():
        print(f"    {name} = {formula}")
    print(f"sympy finds the same: {sympy_agrees(fn, graph, wrt, inputs)}")


def cancelled(graph, inputs):
    """Whether dC/dw = x (a - y) and dC/db = a - y: the slope of sigma is gone."""
    slopes = in_symbols(graph, **inputs)
    a = 1 / (1 + sympy.exp(-(np.dot(inputs["w"], inputs["x"]) + inputs["b"])))
    short = [*(inputs["x"] * (a - inputs["y"])), a - inputs["y"]]
    return is_zero(np.array([*slopes["d_w"], slopes["d_b"]]) - short)


def main():
    print("One neuron, one example: the statements of the derivative graph\n")
    wrt = ["w", "b", "a_prev"]
    chain = derivative(cost, "", "", "", "", wrt=wrt)
    print(chain)
    inputs = {name: symbols(name) for name in ("w", "b", "a_prev", "y")}
    show("One neuron", cost, chain, wrt, inputs)

    weights = ["w2", "b2", "w1", "b1"]
    longer = derivative(two_layers, "", "", "", "", "", "", wrt=weights)
    deeper = {name: symbols(name) for name in (*weights, "a0", "y")}
    show("Two layers", two_layers, longer, weights, deeper, ("a1", "a2"))

    print("\nThe average over m examples: every statement, for all of them at once\n")
    print(derivative(average_cost, "", "", "m", "m", wrt=["w", "b"]))
    three = derivative(average_cost, "", "", "3", "3", wrt=["w", "b"])
    inputs |= {name: symbols(name, 3) for name in ("a_prev", "y")}
    agrees = sympy_agrees(average_cost, three, ["w", "b"], inputs)
    print(f"\nFor m = 3, sympy finds the same: {agrees}")

    inputs = {"w": symbols("w", 2), "b": symbols("b")}
    inputs |= {"x": symbols("x", 2), "y": symbols("y")}
    print("\nn inputs and a bias, squared error\n")
    print(derivative(squared_error, "n", "", "n", "", wrt=["w", "b"]))
    two = derivative(squared_error, "2", "", "2", "", wrt=["w", "b"])
    show("n = 2", squared_error, two, ["w", "b"], inputs)

    print("\nn inputs and a bias, cross-entropy\n")
    print(derivative(cross_entropy, "n", "", "n", "", wrt=["w", "b"]))
    two = derivative(cross_entropy, "2", "", "2", "", wrt=["w", "b"])
    agrees = sympy_agrees(cross_entropy, two, ["w", "b"], inputs)
    print(f"\nFor n = 2, sympy finds the same: {agrees}")
    print(f"They are dC/dw = x (a - y), dC/db = a - y: {cancelled(two, inputs)}")


if __name__ == "__main__":
    main()
