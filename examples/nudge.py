"""The nudge: what a small change of one weight does to the cost.

A nudge Delta w changes the cost by Delta C = dC/dw * Delta w, up to an error that
shrinks as the square: a nudge ten times smaller is foretold a hundred times better. The
error divided by Delta w squared settles on half the second derivative.
"""

import numpy as np

import graphdiff as gd


def sigma(z):
    return 1 / (1 + np.exp(-z))


def cost(W1, b1, W2, b2, x, y):
    a1 = sigma(W1 @ x + b1)
    a2 = sigma(W2 @ a1 + b2)
    return np.sum((a2 - y) ** 2)


def start(seed=3, inputs=5, hidden=4, outputs=3):
    """Random weights, biases, input and target."""
    rng = np.random.default_rng(seed)
    shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]
    weights = [rng.normal(size=shape) for shape in shapes]
    return *weights, rng.random(inputs), rng.random(outputs)


def nudged(W, place, size):
    W = W.copy()
    W[place] += size
    return W


def slope_of(place):
    """dC/dw of one weight of the first layer, as a function like `cost`."""
    gradient = gd.grad(cost, wrt="W1")
    return lambda W1, b1, W2, b2, x, y: gradient(W1, b1, W2, b2, x, y)[place]


def nudges(place, sizes, W1, *rest):
    """For each size: Delta w, Delta C, and dC/dw times Delta w."""
    slope = slope_of(place)(W1, *rest)
    before = cost(W1, *rest)
    return [
        (size, cost(nudged(W1, place, size), *rest) - before, slope * size)
        for size in sizes
    ]


def main():
    place = 0, 0
    values = start()
    print(f"C = {cost(*values):.6f}; the weight W1[{place[0]}, {place[1]}] is nudged\n")
    print("  Delta w        Delta C   dC/dw * Delta w      error   error / Delta w^2")
    for size, change, foretold in nudges(place, 10.0 ** -np.arange(6), *values):
        error = change - foretold
        print(
            f"{size:9.0e}  {change:13.10f}   {foretold:15.10f}  {error:9.1e}"
            f"   {error / size**2:17.6f}"
        )
    half = gd.grad(slope_of(place), wrt="W1")(*values)[place] / 2
    print(f"\nHalf the second derivative, by differentiating twice: {half:.6f}")


if __name__ == "__main__":
    main()
