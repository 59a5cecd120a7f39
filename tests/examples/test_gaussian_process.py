"""Hyperparameters of a Gaussian process: the emitted gradient, and what it learns."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from tests.examples.scripts import load, run

script = load("gaussian_process")


@pytest.fixture(scope="module")
def evidence_and_grad():
    return script.written()[0].load()


@pytest.mark.parametrize("n", [1, 4, 30])
def test_value_is_that_of_the_density_and_gradient_that_of_differences(
    n, evidence_and_grad, rng
):
    X, y = script.data(n)
    theta = rng.normal(size=5) / 2
    value, slope = evidence_and_grad(theta, X, y)
    signal, noise, *length = np.exp(theta)
    Z = X / length
    K = signal**2 * np.exp(-((Z[:, None] - Z) ** 2).sum(axis=2) / 2)
    density = multivariate_normal(cov=K + noise**2 * np.eye(n))
    assert value == pytest.approx(-density.logpdf(y))
    found = script.by_differences(evidence_and_grad, theta, X, y)
    np.testing.assert_allclose(slope, found, rtol=1e-5, atol=1e-6)


def test_a_determinant_too_small_for_floats_does_no_harm(evidence_and_grad):
    X, y = script.data(400)
    theta = np.array([0.0, -3.0, 1.0, 1.0, 1.0])
    value, slope = evidence_and_grad(theta, X, y)
    with np.errstate(divide="ignore"):
        assert script.evidence(theta, X, y) == -np.inf
    assert np.isfinite(value)
    found = script.by_differences(evidence_and_grad, theta, X, y)
    np.testing.assert_allclose(slope, found, rtol=1e-4)


def test_script(tmp_path):
    printed = run("gaussian_process", "--out", str(tmp_path))
    assert "does not matter" in printed
    rows = [line.rpartition("   ")[0].split() for line in printed.splitlines()]
    learned = {" ".join(r[:-1]): float(r[-1]) for r in rows if r[:1] == ["length"]}
    assert learned["length 1"] == pytest.approx(0.5, rel=0.2)
    assert learned["length 2"] == pytest.approx(1.2, rel=0.2)
    assert learned["length 3"] > 10
    names = {path.name for path in tmp_path.iterdir()}
    assert {"evidence_and_grad.py", "evidence_and_grad.dot"} <= names
