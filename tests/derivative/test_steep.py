"""Derivatives along given vectors at points where a slope is infinite."""

import numpy as np
import pytest

import graphdiff as gd

X = np.array([1.0, 0.0, 4.0, 9.0])
UNITS = np.eye(4)
IN_ALL_MODES = pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])

pytestmark = pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")


def scanned(x):
    """Sums of roots, by a loop."""

    def step(carry, entry):
        carry = carry + np.sqrt(entry)
        return carry, carry

    return gd.scan(step, 0.0, x)[1]


def branched(x):
    """Two slices, in a branch."""
    return gd.cond(
        x[0] > 0, lambda x: x[1:] - np.sqrt(x[:-1]), lambda x: x[1:] + x[:-1], x
    )


SLICES = [[-0.5, 1, 0, 0], [0, -np.inf, 1, 0], [0, 0, -0.25, 1]]
SUMS = [
    [0.5, 0, 0, 0],
    [0.5, np.inf, 0, 0],
    [0.5, np.inf, 0.25, 0],
    [0.5, np.inf, 0.25, 1 / 6],
]
JACOBIANS = {
    "slices": (lambda x: x[1:] - np.sqrt(x[:-1]), SLICES),
    "sums": (lambda x: np.cumsum(np.sqrt(x)), SUMS),
    "power": (
        lambda x: x[1:] * x[:-1] ** 0.5,
        [[0, 1, 0, 0], [0, np.inf, 0, 0], [0, 0, 2.25, 2]],
    ),
    "arccos": (
        lambda x: x[1:] - np.arccos(1 - x[:-1] / 9),
        [[-1 / 17**0.5, 1, 0, 0], [0, -np.inf, 1, 0], [0, 0, -1 / 56**0.5, 1]],
    ),
    "entropy": (
        lambda x: x[1:] - x[:-1] * np.log(x[:-1]),
        [[-1, 1, 0, 0], [0, np.inf, 1, 0], [0, 0, -1 - np.log(4), 1]],
    ),
    "scanned": (scanned, SUMS),
    "branched": (branched, SLICES),
}


@IN_ALL_MODES
@pytest.mark.parametrize("case", JACOBIANS)
def test_an_infinite_slope_spoils_no_other_entry_of_a_jacobian(case, mode):
    f, expected = JACOBIANS[case]
    form = gd.jacobian(f, mode=mode)
    np.testing.assert_allclose(form(X), expected, rtol=1e-12)
    load = form.emit(X).load()
    np.testing.assert_allclose(load(X), expected, rtol=1e-12)


def product(x):
    """A number with an infinite slope where an entry is 0."""
    return np.sum(x[1:] * np.sqrt(x[:-1]))


HESSIAN = [
    [0, 0.5, 0, 0],
    [0.5, -np.inf, np.inf, 0],
    [0, np.inf, -9 / 32, 0.25],
    [0, 0, 0.25, 0],
]


@IN_ALL_MODES
def test_nor_of_a_hessian(mode):
    np.testing.assert_allclose(gd.hessian(product, mode=mode)(X), HESSIAN)


@pytest.mark.parametrize("i", range(4))
def test_nor_what_is_made_along_a_unit_vector(i):
    e = UNITS[i]
    slopes = [0.5, np.inf, 0.25, 1 / 6]
    diagonal = np.where(e, slopes, 0)
    np.testing.assert_allclose(gd.hvp(product)(X, e), HESSIAN[i])
    np.testing.assert_allclose(gd.jvp(np.sqrt)((X,), (e,))[1], diagonal)
    np.testing.assert_allclose(gd.vjp(np.sqrt)((X,), e)[1][0], diagonal)
    np.testing.assert_allclose(gd.linearize(np.sqrt, X)[1](e), diagonal)


def test_nor_of_a_batch_of_vectors():
    along = gd.vmap(lambda t: gd.jvp(lambda x: np.sum(np.sqrt(x)))((X,), (t,))[1])
    np.testing.assert_allclose(along(UNITS), [0.5, np.inf, 0.25, 1 / 6])


def test_roles_may_lead_round_in_a_circle():
    """1 / norm is a value, and a derivative of a derivative of it."""
    form = gd.hessian(lambda x: 1 / np.sqrt(np.sum(x * x)))
    x = np.array([3.0, 4.0])
    wanted = (3 * np.outer(x, x) / 25 - np.eye(2)) / 125
    np.testing.assert_allclose(form(x), wanted)


SMOOTH = {
    "guarded": lambda x: x / np.sqrt(np.var(x) + 1e-5),
    "length": lambda x: np.sqrt(1 + np.sum(x * x)) * x,
    "risen": lambda x: np.cumsum(np.sqrt(2 * np.exp(x) + x**4)),
    "quotient": lambda x: x / np.sum(x),
}


@IN_ALL_MODES
@pytest.mark.parametrize("case", SMOOTH)
def test_no_care_is_taken_where_no_slope_is_infinite(case, mode):
    assert "gated" not in gd.jacobian(SMOOTH[case], mode=mode).emit(X).source


VANISHING = {
    "exp": lambda x: x[1:] + np.sqrt(np.exp(x[:-1])),
    "exp2": lambda x: x[1:] + np.sqrt(np.exp2(2 * x[:-1])),
    "quotient": lambda x: x[1:] + np.sqrt(np.exp(x[:-1]) / 3),
}


@IN_ALL_MODES
@pytest.mark.parametrize("case", VANISHING)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_positive_in_mathematics_may_vanish_in_floating_point(case, mode):
    x = np.array([-2000.0, 0.0, 1.0])
    found = gd.jacobian(VANISHING[case], mode=mode)(x)
    np.testing.assert_array_equal(found[0, 1:], [1.0, 0.0])
    assert np.isfinite(found[1]).all()


@IN_ALL_MODES
def test_a_sum_of_no_entries_vanishes(mode):
    def f(x, none):
        return x + np.sqrt(np.sum((x[:, None] * none) ** 2 + 1.0, axis=1))

    found = gd.jacobian(f, mode=mode)(np.ones(2), np.ones(0))
    np.testing.assert_array_equal(found, np.eye(2))
