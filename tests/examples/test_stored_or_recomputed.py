"""f(f(f(w))): three evaluations of f when stored, six when recomputed."""

import math

import numpy as np
import pytest

from tests.examples.scripts import load, run

script = load("stored_or_recomputed")


@pytest.mark.parametrize("times", range(1, 8))
def test_evaluations_of_f(times, rng):
    fn = script.thrice if times == 3 else script.repeated(times)
    w = np.array(rng.normal())
    stored, few = script.run(script.stored(fn).source, "stored", w)
    recomputed, many = script.run(script.recomputed(fn), "recomputed", w)
    assert few == times
    assert many == times * (times + 1) // 2
    np.testing.assert_array_equal(stored, recomputed)
    value, slope = float(w), 1.0
    for _ in range(times):
        value, slope = math.sin(value), slope * math.cos(value)
    np.testing.assert_allclose(stored, (value, slope), rtol=1e-14)


def test_recomputed_is_the_formula_of_the_book():
    source = script.recomputed(script.thrice)
    assert "np.cos(np.sin(np.sin(w))) * np.cos(np.sin(w)) * np.cos(w)" in source
    assert source.count("np.sin(") == 6


def test_script():
    printed = run("stored_or_recomputed")
    for statement in ("x = np.sin(w)", "y = np.sin(x)", "z = np.sin(y)"):
        assert f"    {statement}\n" in printed
    stored, recomputed = (s for s in printed.splitlines() if "times" in s)
    assert stored.endswith("f ran 3 times")
    assert recomputed.endswith("f ran 6 times")
    assert stored.split()[1:7] == recomputed.split()[1:7]
