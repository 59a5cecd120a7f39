"""A long ODE: the same gradient with and without checkpoints, in less memory."""

import numpy as np
import pytest

from tests.examples.scripts import load, run

script = load("long_ode")
ARGUMENTS = np.array([1.0, 0.02, 1.0])


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize("schedule", [None, "sqrt", "binomial"])
def test_gradient_is_that_by_differences(schedule, style):
    module = script.written(300, schedule, style)
    value, slopes = module.load()(*ARGUMENTS)
    assert value == pytest.approx(script.restless(*ARGUMENTS, 300), rel=1e-12)
    wanted = script.by_differences(ARGUMENTS, 300)
    np.testing.assert_allclose(slopes, wanted, rtol=1e-7, atol=1e-9)


def test_checkpoints_bound_the_memory():
    few, many = 200, 800
    for schedule, most in ((None, 5.0), ("sqrt", 2.6), ("binomial", 2.4)):
        peaks = [
            script.most_bytes(script.written(n, schedule).load(), *ARGUMENTS)
            for n in (few, many)
        ]
        assert peaks[1] < most * peaks[0], (schedule, peaks)


def test_script(tmp_path):
    printed = run("long_ode", "--out", str(tmp_path), "--steps", "1000")
    assert "for t in reversed(range(" in printed
    assert "by differences" in printed
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"pendulum_{n}.py" for n in ("tape", "sqrt", "binomial")}
