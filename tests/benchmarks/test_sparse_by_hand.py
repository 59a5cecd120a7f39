"""The hand-written sparse Jacobians against differences of their residuals."""

import numpy as np

from tests.benchmarks.handwritten import bundle
from tests.examples.scripts import load


def column(f, x, k, step=1e-6):
    e = step * (np.arange(x.size) == k)
    return (f(x + e) - f(x - e)) / (2 * step)


def test_bundle_adjustment():
    script = load("bundle_adjustment")
    x, camera, point = script.scene(4, 6, np.random.default_rng(1))
    data = 4, camera, point, np.zeros((camera.size, 2))
    found = bundle.Jacobian(4, camera, point, 6)(x).toarray()
    for k in (*range(9), 36, 37, 53):
        expected = column(lambda x: script.residuals(x, *data), x, k)
        np.testing.assert_allclose(found[:, k], expected, atol=1e-4)


def test_boundary_value():
    script = load("boundary_value")
    u = np.linspace(0, 1, 7)
    found = bundle.tridiagonal(u).toarray()
    expected = [column(script.residual, u, k) for k in range(7)]
    np.testing.assert_allclose(found, np.stack(expected, axis=1), atol=1e-9)
