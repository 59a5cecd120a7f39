"""The strength of a ridge regression, by the gradient through a minimum."""

import numpy as np

from tests.examples.scripts import load, run

script = load("ridge_strength")


def test_the_gradient_is_that_of_the_formula_for_any_number_of_points(tmp_path):
    emitted, path = script.write_module(tmp_path)
    assert path.read_text() == emitted.source
    error_and_grad = emitted.load()
    for m, n, s in ((30, 200, -3.0), (15, 4, 1.0)):
        data = *script.points(m, 5), *script.points(n, 6)
        for options in ({}, {"solver": script.bfgs}):
            _, slope = error_and_grad(s, *data, **options)
            wanted = script.by_formula(s, *data)
            np.testing.assert_allclose(slope, wanted, rtol=1e-5)


def test_script(tmp_path):
    lines = run("ridge_strength", "--out", str(tmp_path)).splitlines()
    rows = [line.split() for line in lines if line.startswith("     ")]
    slopes = [row[2:] for row in rows if len(row) == 5 and row[0][-2:] == ".0"]
    assert len(slopes) == 4
    for gradient, formula, by_bfgs in slopes:
        assert gradient == formula
        assert abs(float(by_bfgs) - float(formula)) < 2e-6
    words = lines[-1].replace(",", " ").replace(".\n", "").split()
    assert float(words[5]) <= float(words[-1].rstrip("."))
