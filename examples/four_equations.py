"""The four equations of backpropagation, on the code that graphdiff writes.

For layers z_l = W_l a_(l-1) + b_l, a_l = sigma(z_l), the error of a layer is
delta_l = dC/dz_l, and (Nielsen, "Neural Networks and Deep Learning", chapter 2)

    (1)  delta_L = (gradient of C in a_L) * sigma'(z_L)       the output error
    (2)  delta_l = (W_(l+1)^T delta_(l+1)) * sigma'(z_l)      from the next layer
    (3)  dC/db_l = delta_l                                    the bias
    (4)  dC/dW_l = delta_l a_(l-1)^T                          the weights

The gradient is written once for each number of layers, with all sizes left open.
"""

from itertools import pairwise

import numpy as np
from excerpt import function_of

import graphdiff as gd


def sigma(z):
    return 1 / (1 + np.exp(-z))


def cost(layers, x, y):
    a = x
    for W, b in layers:
        z = W @ a + b
        a = sigma(z)
    return np.sum((a - y) ** 2) / 2


def written(depth):
    """The module with the gradient for this many layers, of any sizes."""
    layers = [
        (gd.spec(f"n{i},n{i - 1}"), gd.spec(f"n{i}")) for i in range(1, depth + 1)
    ]
    form = gd.value_and_grad(cost)
    return form.emit(layers, gd.spec("n0"), gd.spec(f"n{depth}"), name="cost_and_grad")


def network(sizes, rng):
    """Random layers of these sizes, an input and a target."""
    layers = [(rng.normal(size=(m, n)), rng.normal(size=m)) for n, m in pairwise(sizes)]
    return layers, rng.normal(size=sizes[0]), rng.random(sizes[-1])


def forward(layers, x):
    """The weighted inputs z_1, ..., z_L and the activations a_0, ..., a_L."""
    zs, activations = [], [x]
    for W, b in layers:
        zs.append(W @ activations[-1] + b)
        activations.append(sigma(zs[-1]))
    return zs, activations


def errors(layers, x, y):
    """delta_l for every layer, by definition: the slope of the cost in z_l itself."""

    def rest(z, later, y):
        return cost(later, sigma(z), y)

    zs, _ = forward(layers, x)
    slope = gd.grad(rest)
    return [slope(z, layers[i:], y) for i, z in enumerate(zs, start=1)]


def mismatches(cost_and_grad, layers, x, y):
    """For each equation, the largest difference of its two sides over all layers."""
    _, gradients = cost_and_grad(layers, x, y)
    delta = [d_b for _, d_b in gradients]
    zs, activations = forward(layers, x)
    slope = [sigma(z) * (1 - sigma(z)) for z in zs]
    sides = {
        "(1) output error": [(delta[-1], (activations[-1] - y) * slope[-1])],
        "(2) layer error": [
            (delta[i], layers[i + 1][0].T @ delta[i + 1] * slope[i])
            for i in range(len(layers) - 1)
        ],
        "(3) bias": list(zip(delta, errors(layers, x, y), strict=True)),
        "(4) weights": [
            (d_W, np.outer(d, a))
            for (d_W, _), d, a in zip(gradients, delta, activations[:-1], strict=True)
        ],
    }
    return {
        name: max((np.max(np.abs(a - b), initial=0) for a, b in pairs), default=0.0)
        for name, pairs in sides.items()
    }


def main():
    print("The gradient of a network of three layers, as graphdiff writes it:\n")
    print(function_of(written(3)))
    print()
    rng = np.random.default_rng(0)
    print("The largest difference of the two sides of each equation:\n")
    for sizes in [(3, 2), (4, 5, 2), (784, 30, 10), (6, 1, 7, 3), (5, 4, 3, 2, 3, 4)]:
        cost_and_grad = written(len(sizes) - 1).load()
        found = mismatches(cost_and_grad, *network(sizes, rng))
        print(f"layers of {'-'.join(map(str, sizes))} neurons")
        for name, difference in found.items():
            print(f"    {name:17} {difference:.0e}")


if __name__ == "__main__":
    main()
