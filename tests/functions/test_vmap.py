"""A function of one example, on a batch: axes, nests, sizes, errors, emitted code."""

from typing import Any

import numpy as np

import graphdiff as gd

RNG = np.random.default_rng(0)
PARAMS = {"W": RNG.normal(size=(5, 4)), "b": RNG.normal(size=4)}
X, Y = RNG.normal(size=(7, 5)), RNG.normal(size=(7, 4))


def loss(params: Any, x: Any, y: Any) -> Any:
    z = np.tanh(x @ params["W"] + params["b"])
    return np.sum((z - y) ** 2)


def near(found: Any, wanted: Any) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_values_are_those_of_a_loop() -> None:
    wanted = [loss(PARAMS, x, y) for x, y in zip(X, Y, strict=True)]
    near(gd.vmap(loss, (None, 0, 0))(PARAMS, X, Y), wanted)


def test_gradients_example_by_example() -> None:
    found = gd.vmap(gd.grad(loss), (None, 0, 0))(PARAMS, X, Y)
    wanted = [gd.grad(loss)(PARAMS, x, y) for x, y in zip(X, Y, strict=True)]
    for key in PARAMS:
        near(found[key], np.stack([w[key] for w in wanted]))


def test_the_gradient_of_a_batch_is_the_sum() -> None:
    batch = gd.vmap(loss, (None, 0, 0))
    found = gd.grad(lambda params, x, y: np.sum(batch(params, x, y)))(PARAMS, X, Y)
    wanted = [gd.grad(loss)(PARAMS, x, y) for x, y in zip(X, Y, strict=True)]
    for key in PARAMS:
        near(found[key], sum(w[key] for w in wanted))
