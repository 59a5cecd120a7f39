"""Checkpoints within the other transformations, and these within checkpoints."""

import numpy as np
import pytest

import graphdiff as gd

rng = np.random.default_rng(2)
x = rng.normal(size=4)


def deep(x):
    a = np.sin(x)
    b = np.exp(0.3 * a)
    c = np.tanh(b * x)
    return c * b


def written(x):
    y = x.copy()
    for i in range(3):
        y[i] = np.sin(y[i]) * y[i + 1]
    return y


def scan(f):
    def loss(x):
        c, sums = gd.scan(lambda c, t: (f(c) + t, np.sum(c)), x, np.arange(3.0))
        return np.sum(c) + np.sum(sums)

    return gd.grad(loss)


PROGRAMS = {
    "vmap of grad": (
        lambda f: gd.vmap(gd.grad(lambda x: np.sum(f(f(x))))),
        np.outer([1.0, 2.0], x),
    ),
    "grad of vmap": (
        lambda f: gd.grad(lambda X: np.sum(gd.vmap(f)(X))),
        np.outer([1.0, 2.0], x),
    ),
    "jacobian": (lambda f: gd.jacobian(lambda x: f(f(x)), mode="reverse"), x),
    "hessian": (lambda f: gd.hessian(lambda x: np.sum(f(f(x)))), x),
    "scan": (scan, x),
    "grad of grad of scan": (
        lambda f: gd.grad(lambda x: np.sum(scan(f)(x) ** 2)),
        x,
    ),
    "cond": (
        lambda f: gd.grad(lambda x: np.sum(gd.cond(x[0] > 0, f, lambda v: v * 2, x))),
        x,
    ),
    "while": (
        lambda f: gd.grad(
            lambda x: np.sum(
                gd.while_loop(lambda c: c @ c < 50.0, lambda c: f(c) + c + 0.5, x * x)
            )
        ),
        x,
    ),
    "a stopped gradient": (
        lambda f: gd.grad(lambda x: np.sum(f(x) * gd.stop_gradient(f(x)))),
        x,
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_composed(name):
    make, at = PROGRAMS[name]
    expected = make(deep)(at)
    np.testing.assert_allclose(make(gd.checkpoint(deep))(at), expected, rtol=1e-9)


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_a_step_of_a_loop_is_computed_again_from_its_carries(style):
    source = scan(deep).emit(x, style=style).source
    emitted = scan(gd.checkpoint(deep)).emit(x, style=style)
    assert source.count("np.empty(") > emitted.source.count("np.empty(") == 1
    assert "# recomputed" in emitted.source
    np.testing.assert_allclose(emitted.load()(x), scan(deep)(x), rtol=1e-12)


def test_a_loop_within_a_checkpoint_runs_again():
    def run(x):
        return gd.fori_loop(0, 3, lambda i, c: deep(c), x)

    again = gd.checkpoint(run)
    made = gd.grad(lambda x: np.sum(again(again(x))))(x)
    expected = gd.grad(lambda x: np.sum(run(run(x))))(x)
    np.testing.assert_allclose(made, expected, rtol=1e-12)


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_tapes_of_a_loop_that_runs_again_are_let_go(style):
    again = gd.checkpoint(
        lambda x: gd.fori_loop(0, 3, lambda i, c: np.sin(c) * np.exp(c), x)
    )
    form = gd.grad(lambda x: np.sum(again(np.tanh(again(x)))))
    emitted = form.emit(x, style=style)
    assert "_tape" in " ".join(
        line for line in emitted.source.splitlines() if line.strip().startswith("del ")
    )
    np.testing.assert_allclose(emitted.load()(x), form(x), rtol=1e-12)


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_several_results_are_let_go_by_name(style):
    @gd.checkpoint
    def norms(A):
        _, s, vt = np.linalg.svd(A, full_matrices=False)
        return np.exp(-s) @ vt

    form = gd.grad(lambda A: np.sum(np.sin(norms(A)) * norms(A.T @ A)))
    emitted = form.emit(np.diag([1.0, 2.0, 3.0]) + 0.1, style=style)
    assert "del _," not in emitted.source
    at = np.diag([1.0, 2.0, 3.0]) + 0.1
    np.testing.assert_allclose(emitted.load()(at), form(at), rtol=1e-11)


@pytest.mark.parametrize(
    "at",
    [np.float32(0.5), np.ones(0), np.ones((2, 0)), x + 1j * x, x.astype(np.float32)],
    ids=["scalar", "empty", "no columns", "complex", "single"],
)
@pytest.mark.parametrize("style", ["readable", "fast"])
def test_hostile_arguments(at, style):
    def loss(f):
        return lambda v: np.sum(np.abs(f(f(v))) ** 2)

    expected = gd.grad(loss(np.exp))(at)
    form = gd.grad(loss(gd.checkpoint(np.exp)))
    for found in (form(at), form.emit(at, style=style).load()(at)):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_assignments(style):
    again = gd.checkpoint(written)
    form = gd.grad(lambda x: np.sum(again(again(x))))
    expected = gd.grad(lambda x: np.sum(written(written(x))))(x)
    np.testing.assert_allclose(form.emit(x, style=style).load()(x), expected)


def test_adjoints_have_a_heading_of_their_own():
    again = gd.checkpoint(deep)
    form = gd.vmap(gd.grad(lambda x: np.sum(again(again(x)))))
    source = form.emit(np.outer([1.0, 2.0], x)).source
    headings = [line.strip() for line in source.splitlines() if "    # " in line]
    assert headings == ["# recomputed", "# adjoints"] * 2
