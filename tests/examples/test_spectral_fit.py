"""Tones found below a hum, by an emitted gradient of a misfit of spectra."""

import numpy as np

from tests.examples.scripts import load, run

script = load("spectral_fit")


def test_unknowns_go_into_a_vector_and_back():
    packed = script.packed(script.FREQUENCIES, script.DECAYS, script.TONES)
    assert packed.shape == (12,)
    found = script.unpacked(packed)
    for a, b in zip(
        found, (script.FREQUENCIES, script.DECAYS, script.TONES), strict=True
    ):
        np.testing.assert_allclose(a, b)


def test_script(tmp_path):
    lines = run("spectral_fit", "--out", str(tmp_path)).splitlines()
    off = next(line for line in lines if line.startswith("The slope"))
    assert float(off.split()[-1].rstrip(".")) < 1e-4
    table = np.array([line.split()[:4] for line in lines[-3:]], float)
    np.testing.assert_allclose(table[:, 1], table[:, 0], atol=0.3)
    np.testing.assert_allclose(table[:, 3], table[:, 2], rtol=0.25)
    assert "np.fft.rfft" in (tmp_path / "spectral_fit.py").read_text()
    assert (tmp_path / "spectral_fit.dot").read_text().startswith("digraph")
