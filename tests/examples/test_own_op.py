"""An op of one's own: the Lambert function, by a helper and a stated derivative."""

import numpy as np
from scipy import special

import graphdiff as gd
from tests.examples.scripts import load, run

script = load("own_op")


def test_the_helper_computes_the_function():
    x = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, 50)])
    np.testing.assert_allclose(script.lambert(x), special.lambertw(x).real, rtol=1e-12)


def test_the_op_keeps_its_promises():
    report = gd.check_op(script.Lambert(), np.array([[0.1, 0.5], [2.0, 30.0]]))
    assert set(report.found.values()) == {"ok"}


def test_script(tmp_path):
    lines = run("own_op", "--out", str(tmp_path)).splitlines()
    assert "    w = np.log1p(x)" in (tmp_path / "power_and_grad.py").read_text()
    for line in lines[-3:]:
        words = line.split()
        slope, measured = float(words[2]), float(words[-1])
        assert abs(slope - measured) <= 1e-4 * abs(slope)
