"""Sparse derivatives as source: right, clean, short, and honest about their pattern."""

import subprocess
import sys

import numpy as np
import pytest

import graphdiff as gd

N = 300
U = np.linspace(0.1, 1.0, N)
EDGES = np.random.default_rng(3).integers(N, size=(1500, 2))


def residual(u):
    return u[2:] - 2 * u[1:-1] + u[:-2] + np.exp(u[1:-1])


def springs(x):
    return (x[EDGES[:, 0]] - x[EDGES[:, 1]]) ** 3


def clean(source, tmp_path):
    path = tmp_path / "emitted.py"
    path.write_text(source)
    for command in (["check", "-q"], ["format", "-q", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", str(path)]
        subprocess.run(ruff, check=True)


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize("f", [residual, springs])
def test_the_source_computes_the_matrix(f, style, tmp_path):
    form = gd.sparse_jacobian(f)
    emitted = form.emit(U, style=style)
    clean(emitted.source, tmp_path)
    found, wanted = emitted.load()(U), form(U)
    assert found.has_canonical_format
    assert abs(found - wanted).max() < 1e-14
    again = emitted.load()(U)
    again.indices[:] = 0
    assert abs(emitted.load()(U) - wanted).max() < 1e-14


def test_regular_arrays_are_rules_and_the_header_counts_sweeps():
    source = gd.sparse_jacobian(residual).emit(U).source
    assert "with respect to u, in 1 sweep instead of 298." in source
    assert "indptr = np.arange(0, 897, 3).astype(np.int32)" in source
    assert "(np.arange(298)[:, None] + np.arange(3)).ravel()" in source
    assert len(source) < 4000


def test_forward_sweeps_are_one_batch_without_a_loop():
    source = gd.sparse_jacobian(residual, mode="forward").emit(U).source
    assert "in 3 sweeps instead of 298." in source
    assert "groups = np.tile(np.arange(3), 100)" in source
    assert "for " not in source.partition("def _")[0].partition("import")[2]


def test_irregular_arrays_are_packed():
    source = gd.sparse_jacobian(springs).emit(U).source
    assert len(source) < 12 * 1500 * 2
    assert "zlib" in source


def test_values_and_triplets():
    for format in ("values", "triplets"):
        form = gd.sparse_jacobian(residual, format=format)
        found, wanted = form.emit(U).load()(U), form(U)
        for a, b in zip(np.atleast_2d(found), np.atleast_2d(wanted), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14)


def test_a_hessian_and_its_test(tmp_path):
    form = gd.sparse_hessian(lambda x: np.sum((x[1:] - x[:-1] ** 2) ** 2))
    emitted = form.emit(U)
    clean(emitted.source, tmp_path)
    assert "Sparse Hessian" in emitted.source
    assert abs(emitted.load()(U) - form(U)).max() < 1e-12
    assert "def test_" in emitted.test


def test_another_index_is_refused():
    form = gd.sparse_jacobian(lambda x, i: x[i] ** 2)
    index = EDGES[:200, 0]
    computed = form.emit(U, index).load()
    assert abs(computed(U, index) - form(U, index)).max() < 1e-14
    with pytest.raises(ValueError, match="i: the pattern holds for other entries"):
        computed(U, index[::-1])


def test_an_unknown_style_is_refused():
    with pytest.raises(gd.GraphValueError, match="style"):
        gd.sparse_jacobian(residual).emit(U, style="quick")
