"""Dawson's integral far from 0, where the usual formula for its slope cancels."""

import numpy as np
import pytest
from scipy import special

import graphdiff as gd

X = np.array([-20.0, -6.6, -3.3, 0.5, 5.0, 6.49, 6.51, 10.0, 50.0, 1e3, 1e8])


def exact(x: float, n: int) -> float:
    """The n-th derivative, by its recurrence with digits to spare."""
    mp = pytest.importorskip("mpmath")
    with mp.workdps(200):
        z = mp.mpf(x)
        before = mp.sqrt(mp.pi) / 2 * mp.exp(-z * z) * mp.erfi(z)
        now = 1 - 2 * z * before
        for k in range(1, n):
            now, before = -2 * z * now - 2 * k * before, now
        return float(now)


@pytest.mark.parametrize(("order", "near"), [(1, 1e-14), (2, 1e-13), (3, 2e-12)])
def test_every_order_keeps_its_digits(order: int, near: float) -> None:
    f = special.dawsn
    for _ in range(order):
        f = gd.grad(lambda x, f=f: np.sum(f(x)))
    wanted = [exact(float(x), order) for x in X]
    np.testing.assert_allclose(f(X), wanted, rtol=near)
