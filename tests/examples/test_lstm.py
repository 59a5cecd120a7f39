"""An LSTM over a thousand hours: loops in the module, and a loss that falls."""

import numpy as np
import pytest

import graphdiff as gd
from tests.examples.scripts import load, run

script = load("lstm")


@pytest.mark.parametrize("hours", [2, 3, 30])
@pytest.mark.parametrize("style", ["readable", "fast"])
def test_gradient(style, hours, rng):
    heights, params = script.tide(hours, rng), script.start(rng)
    value, slopes = script.written(style).load()(params, heights)
    assert value == pytest.approx(script.loss(params, heights), rel=1e-12)
    assert script.by_difference(params, heights, slopes) < 1e-6
    found = gd.value_and_grad(script.loss, wrt="params")(params, heights)
    for name, slope in slopes.items():
        np.testing.assert_allclose(slope, found[1][name], rtol=1e-9, atol=1e-12)


def test_loops_stay_loops():
    source = script.written().source
    assert "for t in range(" in source
    assert "for t in reversed(range(" in source
    assert "np.empty(" in source


def test_script(tmp_path):
    printed = run("lstm", "--out", str(tmp_path), "--steps", "4")
    assert "by differences" in printed
    assert "after 4 steps of Adam" in printed
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"loss_and_grad.py", "test_loss_and_grad.py"}
