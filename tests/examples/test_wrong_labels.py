"""Gradients of single examples, longest where labels are wrong."""

import numpy as np

import graphdiff as gd
from tests.examples.scripts import load, run

script = load("wrong_labels")


def test_gradients_are_those_of_each_example(rng):
    x, y, _ = script.points(rng, count=5, wrong=1)
    params = script.start(rng)
    found = script.gradients(params, x, y)
    one = gd.grad(script.loss)
    for i in range(5):
        for name, wanted in one(params, x[i], y[i]).items():
            np.testing.assert_allclose(found[name][i], wanted, rtol=1e-12)
    squares = sum(np.sum(g[0] ** 2) for g in found.values())
    np.testing.assert_allclose(script.lengths(found)[0], np.sqrt(squares))


def test_no_step_is_longer_than_allowed(rng):
    x, y, _ = script.points(rng, count=30, wrong=3)
    before = script.start(rng)
    after = script.train(before, x, y, longest=1e-3, steps=1, rate=1.0)
    moved = sum(np.sum((after[k] - before[k]) ** 2) for k in before)
    assert 0 < np.sqrt(moved) <= 1e-3


def test_script():
    lines = run("wrong_labels").splitlines()
    assert int(lines[1].split()[5]) >= 16
    assert "    d_W = " in "\n".join(lines)
    assert "np.add.at" not in "\n".join(lines)
