"""Bundle adjustment with a sparse Jacobian found in two sweeps."""

import numpy as np

import graphdiff as gd
from tests.examples.scripts import load, run

script = load("bundle_adjustment")


def small():
    rng = np.random.default_rng(1)
    truth, camera, point = script.scene(5, 12, rng)
    return truth, (5, camera, point, rng.normal(size=(camera.size, 2)))


def test_a_rotation_keeps_lengths_and_its_axis():
    rng = np.random.default_rng(0)
    points, vectors = rng.normal(size=(2, 20, 3))
    turned = script.rotated(points, vectors)
    lengths = [np.linalg.norm(p, axis=1) for p in (points, turned)]
    np.testing.assert_allclose(*lengths)
    np.testing.assert_allclose(script.rotated(vectors, vectors), vectors)


def test_both_directions_agree_with_differences():
    x, data = small()
    both = [gd.sparse_jacobian(script.residuals, mode=m) for m in ("auto", "forward")]
    reverse, forward = (form(x, *data) for form in both)
    np.testing.assert_allclose(reverse.toarray(), forward.toarray(), atol=1e-9)
    step = 1e-6
    for k in (0, 4, 6, 8, 45, 50, x.size - 1):
        e = step * np.eye(x.size)[k]
        f = [script.residuals(x + s * e, *data) for s in (1, -1)]
        column = (f[0] - f[1]) / (2 * step)
        np.testing.assert_allclose(reverse.toarray()[:, k], column, atol=1e-4)
    assert np.all(np.diff(reverse.indptr) == 12)


def test_script(tmp_path):
    options = "--cameras", "10", "--points", "800", "--out", str(tmp_path)
    lines = run("bundle_adjustment", *options).splitlines()
    before, after = (float(line.split()[-2]) for line in lines[-2:])
    assert before > 3
    assert after < 0.5
    source = (tmp_path / "bundle_jacobian.py").read_text()
    assert "in 2 sweeps instead of" in " ".join(source.split())
    assert len(source) < 100_000
