"""Wrong labels found by gradients of single examples, and made harmless by clipping.

A network is trained on points in two classes, of which some carry the wrong label. The
gradient of each example's loss, all of them at once by ``gd.vmap(gd.grad(loss))``, is
longest for the examples that the network cannot reconcile with the others. Cutting
each gradient to a given length before the mean is taken keeps any example from pulling
far (Abadi et al., "Deep learning with differential privacy", 2016, section 3.1).
"""

import numpy as np
from excerpt import function_of

import graphdiff as gd

AXES = (None, 0, 0)


def loss(params, x, y):
    """The cross-entropy of one example, whose label is -1 or 1."""
    hidden = np.tanh(x @ params["W"] + params["b"])
    score = hidden @ params["v"]
    return gd.nn.softplus(-y * score)


gradients = gd.vmap(gd.grad(loss), AXES)


def points(rng, count=400, wrong=20):
    """Points on a disk and a ring around it, and the places of the wrong labels."""
    y = rng.choice([-1.0, 1.0], count)
    radius = np.where(y > 0, rng.uniform(0, 1, count), rng.uniform(1.2, 2, count))
    angle = rng.uniform(0, 2 * np.pi, count)
    x = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    places = rng.choice(count, wrong, replace=False)
    y[places] *= -1
    return x, y, places


def start(rng, hidden=12):
    """Random weights."""
    return {
        "W": rng.normal(size=(2, hidden)),
        "b": rng.normal(size=hidden),
        "v": rng.normal(size=hidden) / np.sqrt(hidden),
    }


def lengths(grads):
    """The length of each example's gradient, over all parameters."""
    squares = [np.sum(g.reshape(len(g), -1) ** 2, axis=1) for g in grads.values()]
    return np.sqrt(sum(squares))


def train(params, x, y, longest=np.inf, steps=600, rate=1.0):
    """Descend along the mean of the gradients, none of them longer than `longest`."""
    for _ in range(steps):
        grads = gradients(params, x, y)
        share = np.minimum(1, longest / np.maximum(lengths(grads), 1e-300)) / len(x)
        params = {
            k: w - rate * np.tensordot(share, grads[k], 1) for k, w in params.items()
        }
    return params


def main():
    rng = np.random.default_rng(4)
    x, y, wrong = points(rng)
    params = train(start(rng), x, y, longest=0.5)
    order = np.argsort(-lengths(gradients(params, x, y)))
    found = np.isin(order[: len(wrong)], wrong).sum()
    print(f"{len(x)} examples, {len(wrong)} of them with the wrong label.")
    print(f"Of the {len(wrong)} longest gradients {found} are theirs.\n")
    specs = {name: gd.spec_like(value) for name, value in params.items()}
    module = gradients.emit(specs, gd.spec("batch,2"), gd.spec("batch"))
    print(function_of(module))


if __name__ == "__main__":
    main()
