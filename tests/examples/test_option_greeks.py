"""Derivatives to third order, against the formulas of textbooks."""

import numpy as np

from tests.examples.scripts import load, run

script = load("option_greeks")


def test_all_greeks_at_random_points(tmp_path):
    module = script.load_module(script.write_module(tmp_path))
    rng = np.random.default_rng(2)
    low, high = [50, 0.1, 0.2, 0.0, 50], [150, 0.5, 2.0, 0.08, 150]
    args = rng.uniform(low, high, (200, 5)).T.copy()
    found, formulas = module.book(*args), script.by_hand(*args)
    assert set(found) == {"price", *formulas} == {"price", *script.GREEKS}
    for name, formula in formulas.items():
        scale = np.abs(formula).max()
        np.testing.assert_allclose(found[name], formula, rtol=1e-9, atol=1e-11 * scale)


def test_the_module_calls_its_outputs_by_their_names(tmp_path):
    source = script.write_module(tmp_path).read_text()
    for name in ["price", *script.GREEKS]:
        assert f"    {name} = " in source


def test_script(tmp_path):
    lines = run("option_greeks", "--out", str(tmp_path)).splitlines()
    assert float(lines[-1].split()[-4]) < 1e-11
    assert (tmp_path / "book.dot").read_text().startswith("digraph")
