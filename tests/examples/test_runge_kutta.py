"""The adjoint of a step, and rates that others have found in the same data."""

import numpy as np

from tests.examples.scripts import load, run

script = load("runge_kutta")


def test_the_method_is_of_fourth_order():
    state, rates = np.log([30.0, 4.0]), np.array([0.55, 0.028, 0.8, 0.024])

    def end(steps):
        found = state
        for _ in range(steps):
            found = script.step(found, rates, 1 / steps)
        return found

    fine = end(640)
    errors = [np.max(np.abs(end(n) - fine)) for n in (5, 10, 20)]
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 16, rtol=0.2)


def test_script(tmp_path):
    lines = run("runge_kutta", "--out", str(tmp_path)).splitlines()
    off = next(line for line in lines if line.startswith("The slope"))
    assert float(off.split()[-1].rstrip(".")) < 1e-5
    rates = [
        float(line.split("at ")[1].split()[0]) for line in lines if " at  " in line
    ]
    np.testing.assert_allclose(rates, [0.55, 0.028, 0.80, 0.024], rtol=0.04)
    assert "import numpy as np" in (tmp_path / "step_back.py").read_text()
    assert (tmp_path / "step_back.dot").read_text().startswith("digraph")
