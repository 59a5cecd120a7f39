"""The NIST reference sets: all parameters to six digits and more, from both starts."""

import numpy as np
import pytest

from tests.examples.scripts import load, run

script = load("nist")


def test_files_are_read_as_they_are_meant():
    misra = script.read("Misra1a")
    assert misra.starts == [{"b1": 500.0, "b2": 0.0001}, {"b1": 250.0, "b2": 0.0005}]
    assert misra.certified["b2"] == 5.5015643181e-04
    assert misra.deviations["b1"] == 2.7070075241
    assert misra.squares == 1.2455138894e-01
    assert misra.y[0] == 10.07
    assert misra.x[0] == 77.6
    assert len(misra.y) == 14
    nelson = script.read("Nelson")
    assert nelson.x.shape == (2, 128)
    assert nelson.y[0] == np.log(15.0)


@pytest.mark.parametrize("name", ["Hahn1", "Nelson"])
def test_the_jacobian_is_that_of_differences(name):
    data = script.read(name)
    problem = script.problem_of(data)
    x = problem.pack(data.starts[1])
    jacobian = problem.jac(x)
    steps = np.diag(1e-6 * np.abs(x))
    for i, e in enumerate(steps):
        ends = problem.fun(x + e) - problem.fun(x - e)
        np.testing.assert_allclose(jacobian[:, i], ends / (2 * e[i]), rtol=1e-4)


def test_digits():
    assert script.digits(1.0, 1.0) == 11.0
    assert script.digits(1.001, 1.0) == pytest.approx(3.0)
    assert script.digits(0.0, 2.0) == 0.0


def test_script_finds_all_certified_values_from_both_starts(tmp_path):
    text = run("nist", "--out", str(tmp_path))
    fits = [
        row.split() for row in text.splitlines() if row[:9].strip() in script.MODELS
    ]
    assert [(name, start) for name, start, *_ in fits] == [
        (name, start) for name in script.MODELS for start in ("1", "2")
    ]
    for name, _, _, deviations, squares, *parameters in fits:
        assert len(parameters) == len(script.read(name).certified)
        assert min(map(float, (deviations, squares, *parameters))) > 9.0, name
    assert "def thurber_residuals_and_jac(b, x, y):" in text
    assert len(list(tmp_path.glob("test_*.py"))) == 13
