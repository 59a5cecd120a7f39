"""A Kalman filter: the adjoint of one step makes the gradient of a hundred."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import graphdiff as gd
from tests.examples.scripts import load, run

script = load("kalman")


@pytest.fixture(scope="module")
def total_and_grad():
    return script.gradient_of(script.written()[0].load())


def test_data():
    y = script.flows()
    assert len(y) == 100
    assert y.mean() == 919.35


@pytest.mark.parametrize("n", [3, 6])
def test_gradient_is_that_of_the_whole_sum(n, total_and_grad, rng):
    y, theta = script.flows()[:n], np.log([900.0, 20.0, 8000.0]) + rng.normal(size=3)
    value, slope = total_and_grad(theta, y)
    unrolled = gd.value_and_grad(script.total_surprise).emit(theta, y).load()
    wanted, gradient = unrolled(theta, y)
    assert value == pytest.approx(wanted)
    np.testing.assert_allclose(slope, gradient, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        slope, script.by_differences(theta, y), rtol=1e-5, atol=1e-7
    )


def test_the_filter_knows_the_density_of_the_flows(monkeypatch):
    monkeypatch.setattr(script, "IGNORED", 0)
    monkeypatch.setattr(script, "VAGUE", 10.0)
    level, slope, noise = variances = np.array([2.0, 0.5, 3.0])
    n, cov = 5, np.zeros((5, 5))
    turns = [np.linalg.matrix_power(script.TURN, k)[0] for k in range(n + 1)]
    for s in range(n):
        for t in range(n):
            start = 10.0 * turns[s + 1] @ turns[t + 1]
            moves = sum(
                turns[s - k] @ np.diag([level, slope]) @ turns[t - k]
                for k in range(min(s, t) + 1)
            )
            cov[s, t] = start + moves + (noise if s == t else 0)
    y = np.array([1.0, -2.0, 0.5, 3.0, 2.0])
    found = script.total_surprise(np.log(variances), y)
    assert found == pytest.approx(-multivariate_normal(cov=cov).logpdf(y))


def test_script(tmp_path):
    printed = run("kalman", "--out", str(tmp_path))
    assert "100 years" in printed
    assert "The slope does not move" in printed
    names = {path.name for path in tmp_path.iterdir()}
    assert {"step_and_adjoint.py", "step_and_adjoint.dot"} <= names
