"""Bratu's problem by Newton's method with the Jacobian of an emitted module."""

import numpy as np

from tests.examples.scripts import load, run

script = load("boundary_value")


def test_the_exact_solution_has_a_residual_of_second_order():
    left = []
    for n in (99, 199):
        points = np.linspace(0, 1, n + 2)[1:-1]
        left.append(np.max(np.abs(script.residual(script.solution(points)))))
    assert 15 < left[0] / left[1] < 17


def test_script(tmp_path):
    lines = run("boundary_value", "--out", str(tmp_path)).splitlines()
    assert "in 3 sweeps instead of 10,000." in lines[0]
    assert "in 1 sweep instead of 10,000." in lines[1]
    assert float(lines[-1].split()[-1]) < 1e-8
    steps = [line for line in lines if line[:4].strip().isdigit()]
    assert len(steps) <= 6
    source = (tmp_path / "bratu_jacobian.py").read_text()
    assert len(source) < 4500
    assert "np.arange(" in source
