"""Delta C = dC/dw Delta w, with an error that shrinks as the square."""

import numpy as np
import pytest

from tests.examples.scripts import load, run

script = load("nudge")


@pytest.mark.parametrize("place", [(0, 0), (1, 2), (3, 4)])
def test_error_shrinks_as_the_square(place):
    values = script.start(seed=7)
    sizes = 10.0 ** -np.arange(1, 5)
    rows = script.nudges(place, sizes, *values)
    errors = np.array([change - foretold for _, change, foretold in rows])
    second = script.gd.grad(script.slope_of(place), wrt="W1")(*values)[place]
    np.testing.assert_allclose(errors[1:] / errors[:-1], 0.01, rtol=0.3)
    assert errors[-1] / sizes[-1] ** 2 == pytest.approx(second / 2, rel=1e-2)


def test_nudge_leaves_the_weights_alone():
    W = np.zeros((2, 2))
    assert script.nudged(W, (0, 1), 3.0)[0, 1] == 3
    assert not W.any()


def test_script():
    lines = run("nudge").splitlines()
    table = [line.split() for line in lines if line.strip().startswith("1e")]
    ratios = [float(row[-1]) for row in table]
    half = float(lines[-1].split()[-1])
    assert len(table) == 6
    assert ratios[-3:] == pytest.approx([half] * 3, rel=1e-2)
