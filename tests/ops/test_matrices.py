"""Linear algebra where it is singular, degenerate or discarded; what is refused."""

import warnings

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphdiffError
from graphdiff.scipy import linalg

EYE = np.eye(3)
WEIGHTS = np.arange(1.0, 10).reshape(3, 3)
SKEW = np.array([[0.3, -0.1, 0.2], [0.1, 0.2, 0.4], [-0.2, 0.3, 0.1]])
BOTH = (-2, -1)

OPS = {
    "solve": lambda a: np.sum(np.linalg.solve(a, WEIGHTS[0]) ** 2, axis=-1),
    "inv": lambda a: np.sum(np.linalg.inv(a) ** 2, axis=BOTH),
    "det": lambda a: np.linalg.det(a) ** 2,
    "logdet": lambda a: np.linalg.slogdet(a)[1] ** 2,
    "log of det": lambda a: np.log(np.linalg.det(a)) ** 2,
    "cholesky": lambda a: np.sum(np.linalg.cholesky(a @ a.mT + EYE) ** 3, axis=BOTH),
    "qr": lambda a: np.sum(np.linalg.qr(a)[0] ** 3, axis=BOTH),
    "power": lambda a: np.sum(np.linalg.matrix_power(a, 5), axis=BOTH),
    "eigh": lambda a: np.sum(np.linalg.eigh(a + a.mT)[1] ** 4, axis=BOTH),
    "eigvalsh": lambda a: np.sum(np.linalg.eigvalsh(a + a.mT) ** 3, axis=-1),
    "svd": lambda a: np.sum(np.linalg.svd(a)[0] ** 4, axis=BOTH),
    "nuclear norm": lambda a: np.linalg.norm(a, "nuc", axis=BOTH),
    "pinv": lambda a: np.sum(np.linalg.pinv(a) ** 2, axis=BOTH),
}
RAISES = {"eigh", "eigvalsh", "svd", "nuclear norm", "pinv"}
"""NumPy itself raises for a matrix with a NaN."""


def orders(fn):
    """The derivatives of orders one to three of a function of entries."""
    first = gd.grad(fn)
    second = gd.grad(lambda s: np.sum(first(s)))
    return first, second, gd.grad(lambda s: np.sum(second(s)))


def check_masked(fn, at, others):
    """Derivatives of `fn` at `at`, evaluated and emitted, without a warning.

    Those of a function without the mask, at points where it is not needed, are known.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for ours, expected in zip(orders(fn), others, strict=True):
            found = ours(at)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
            np.testing.assert_array_equal(ours.emit(at).load()(at), found)


@pytest.mark.parametrize("name", OPS)
def test_matrix_chosen_before(name):
    """The matrix is the identity where its entries would be undefined."""

    def fn(s):
        return OPS[name](np.where(s > 0, EYE * np.sqrt(s) + SKEW, EYE))

    check_masked(fn, np.float64(-1), (0, 0, 0))


@pytest.mark.parametrize("name", sorted(set(OPS) - RAISES))
def test_result_chosen_afterwards(name):
    def fn(s):
        return np.where(s > 0, OPS[name](EYE * np.sqrt(s) + SKEW), s * s)

    check_masked(fn, np.float64(-1), (-2, 2, 0))


@pytest.mark.parametrize("name", sorted(set(OPS) - RAISES))
def test_one_matrix_of_a_stack_chosen_afterwards(name):
    def of_stack(s):
        return OPS[name](EYE * np.sqrt(s)[:, None, None] + SKEW)

    def fn(s):
        return np.sum(np.where(s > 0, of_stack(s), s * s))

    good = [f(np.array([2.0])) for f in orders(lambda s: np.sum(of_stack(s)))]
    expected = [np.append(v, g) for v, g in zip((-2, 2, 0), good, strict=True)]
    check_masked(fn, np.array([-1.0, 2.0]), expected)


@pytest.mark.parametrize("name", ["logdet", "log of det", "det"])
def test_singular_matrix_discarded(name):
    def fn(a):
        singular = np.linalg.det(a) == 0
        return np.where(singular, np.sum(a**2), OPS[name](a))

    a = np.diag([1.0, 2.0, 0.0])
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(gd.grad(fn)(a), 2 * a)
        np.testing.assert_array_equal(gd.grad(fn).emit(a).load()(a), 2 * a)


def test_only_the_chosen_matrix_is_inverted():
    """A stack of which some are singular: each has the identity in its place."""

    def fn(a):
        fine = np.abs(np.linalg.det(a)) > 1e-9
        safe = np.where(fine[:, None, None], a, EYE)
        return np.sum(np.where(fine, np.sum(np.linalg.inv(safe), axis=BOTH), 0))

    a = np.stack([EYE * 0, EYE * 2])
    expected = np.stack([EYE * 0, -np.ones((3, 3)) / 4])
    np.testing.assert_allclose(gd.grad(fn)(a), expected, atol=1e-15)


# --- degenerate points ----------------------------------------------------------------
def minors(a):
    """The cofactors of a matrix of 3 by 3, written out."""
    return np.array(
        [
            [
                a[(i + 1) % 3, (j + 1) % 3] * a[(i + 2) % 3, (j + 2) % 3]
                - a[(i + 1) % 3, (j + 2) % 3] * a[(i + 2) % 3, (j + 1) % 3]
                for j in range(3)
            ]
            for i in range(3)
        ]
    )


SINGULAR = {
    "rank 0": np.zeros((3, 3)),
    "rank 1": np.outer([1.0, 2, 3], [1.0, 1, -1]),
    "rank 2": np.diag([1.0, 2, 0]),
    "nearly singular": np.diag([1.0, 2, 1e-14]) + np.outer([1, 0, 1], [0, 1e-12, 0]),
    "underflow": EYE * 1e-130,
    "regular": SKEW + EYE,
}


@pytest.mark.parametrize("name", SINGULAR)
def test_det_by_its_cofactors(name):
    """The determinant is a polynomial: its derivatives exist everywhere."""
    a = SINGULAR[name]
    first = gd.grad(np.linalg.det)
    np.testing.assert_allclose(first(a), minors(a), rtol=1e-12, atol=1e-14)

    def along(a):
        return np.sum(first(a) * WEIGHTS)

    h = 1e-3
    expected = (minors(a + h * WEIGHTS) - minors(a - h * WEIGHTS)) / (2 * h)
    np.testing.assert_allclose(gd.grad(along)(a), expected, rtol=1e-9, atol=1e-11)
    third = gd.grad(lambda a: np.sum(gd.grad(along)(a) * SKEW))
    expected = sum(
        x * y * minors(a + x * WEIGHTS + y * SKEW)
        for x in (1, -1)
        for y in (1, -1)
    ) / 4  # fmt: skip
    np.testing.assert_allclose(third(a), expected, rtol=1e-9, atol=1e-11)


def test_det_of_a_large_matrix_by_its_inverse(rng):
    a = rng.normal(size=(30, 30))
    expected = np.linalg.det(a) * np.linalg.inv(a).T
    np.testing.assert_allclose(gd.grad(np.linalg.det)(a), expected, rtol=1e-9)


@pytest.mark.parametrize(
    "fn",
    [
        lambda a: np.sum(np.linalg.eigh(a)[1] ** 2 * WEIGHTS),
        lambda a: np.sum(np.linalg.svd(a)[0] ** 2 * WEIGHTS),
        lambda a: np.sum(np.linalg.svd(a)[2] ** 2 * WEIGHTS),
        lambda a: np.sum(np.linalg.eig(a)[1] ** 2 * WEIGHTS),
    ],
)
@pytest.mark.parametrize("turn", [False, True])
def test_vectors_of_equal_values_have_slope_0(fn, turn, rng):
    q = np.linalg.qr(rng.normal(size=(3, 3)))[0] if turn else EYE
    a = q @ (2 * EYE) @ q.T
    np.testing.assert_allclose(gd.grad(fn)(a), 0, atol=1e-12)


def test_values_that_are_equal_have_finite_slopes():
    slope = gd.grad(lambda a: np.sum(np.linalg.eigvalsh(a)))
    np.testing.assert_allclose(slope(EYE), EYE, atol=1e-14)


@pytest.mark.parametrize("order", [None, "fro", "nuc", 2, -2, 1, np.inf])
def test_norm_of_nothing_has_slope_0(order):
    for derivative in orders(lambda a: np.linalg.norm(a, order))[:2]:
        np.testing.assert_array_equal(derivative(np.zeros((3, 3))), 0)


def test_nuclear_norm_of_low_rank(rng):
    """The smallest of all slopes: singular values of 0 add nothing."""
    u, v = rng.normal(size=(2, 3))
    slope = gd.grad(lambda a: np.linalg.norm(a, "nuc"))(np.outer(u, v))
    expected = np.outer(u / np.linalg.norm(u), v / np.linalg.norm(v))
    np.testing.assert_allclose(slope, expected, atol=1e-12)


def test_spectral_norm_shares_ties():
    slope = gd.grad(lambda a: np.linalg.norm(a, 2))(EYE)
    np.testing.assert_allclose(slope, EYE / 3, atol=1e-14)
    np.testing.assert_allclose(gd.grad(np.linalg.cond)(EYE), 0, atol=1e-14)


def test_conventions_are_reported():
    graph = gd.trace(lambda a: np.sum(np.linalg.eigh(a)[1] ** 3), EYE)
    (kink,) = gd.differentiate(graph).kinks()
    assert "0 for equal eigenvalues" in str(kink)


# --- which entries are read -----------------------------------------------------------
@pytest.mark.parametrize(
    ("fn", "upper"),
    [
        (lambda a: np.sum(np.linalg.cholesky(a) ** 3), False),
        (lambda a: np.sum(np.linalg.cholesky(a, upper=True) ** 3), True),
        (lambda a: np.sum(np.linalg.eigvalsh(a) ** 3), False),
        (lambda a: np.sum(np.linalg.eigvalsh(a, "U") ** 3), True),
        (lambda a: np.sum(np.linalg.eigh(a)[1] ** 3), False),
        (lambda a: np.sum(linalg.cholesky(a) ** 3), True),
        (lambda a: np.sum(linalg.eigh(a, lower=False)[1] ** 3), True),
        (lambda a: linalg.solve(a, WEIGHTS[0], assume_a="pos") @ WEIGHTS[1], True),
    ],
)
def test_slope_lies_in_the_triangle_that_is_read(fn, upper):
    """What NumPy does not read has no slope, and what is read stands for both."""
    a = SKEW @ SKEW.T + 3 * EYE + WEIGHTS / 50 + WEIGHTS.T / 50
    slope = gd.grad(fn)(a)
    other = np.tril(slope, -1) if upper else np.triu(slope, 1)
    np.testing.assert_array_equal(other, 0)
    assert np.count_nonzero(slope) == 6
    assert gd.check_gradients(fn, a)


# --- what is refused ------------------------------------------------------------------
def trace(fn, *specs):
    return gd.trace(fn, *map(gd.spec, specs))


@pytest.mark.parametrize(
    ("fn", "specs", "words"),
    [
        (np.linalg.inv, ["2,3"], "square matrix, got shape (2, 3)"),
        (np.linalg.inv, ["m,n"], "square matrix, got shape (m, n)"),
        (np.linalg.det, ["3"], "expected a matrix"),
        (np.linalg.solve, ["3,3", "4"], "3 unknowns, 4 equations"),
        (np.linalg.solve, ["3,3", ""], "has no axes"),
        (np.linalg.cholesky, ["2,3"], "square"),
        (lambda a: np.linalg.eigh(a, "X"), ["3,3"], "UPLO"),
        (np.linalg.svd, ["2,3"], "full_matrices=False"),
        (lambda a: np.linalg.svdvals(a), ["m,n"], "give ints in the spec"),
        (lambda a: np.linalg.qr(a, "raw"), ["3,3"], "mode='raw'"),
        (lambda a: np.linalg.qr(a, "complete"), ["4,3"], "mode='complete'"),
        (lambda a: np.linalg.matrix_power(a, 0.5), ["3,3"], "integer"),
        (lambda a: np.linalg.norm(a, 3), ["3,3"], "ord=3"),
        (lambda a: np.linalg.lstsq(a, a[0]), ["4,3"], "do not fit"),
        (lambda a: np.linalg.tensorsolve(a, a), ["4,3"], "do not fit"),
        (lambda a: np.linalg.tensorinv(a), ["4,3"], "not as many entries"),
        (lambda a: linalg.solve(a, a, assume_a="banded"), ["3,3"], "assume_a='banded'"),
        (lambda a: linalg.qr(a, pivoting=True), ["3,3"], "pivoting=True"),
        (lambda a: linalg.lu(a, p_indices=True), ["3,3"], "p_indices"),
        (lambda a: linalg.qr(a), ["4,3"], "mode='economic'"),
        (lambda a: linalg.eigh(a, type=2), ["3,3"], "type="),
    ],
)
def test_refused_by_name(fn, specs, words):
    with pytest.raises(GraphdiffError) as caught:
        trace(fn, *specs)
    assert words in str(caught.value)


def test_scipys_own_names_ours():
    from scipy import linalg as theirs

    with pytest.raises(GraphdiffError, match=r"from graphdiff\.scipy import linalg"):
        trace(lambda a: theirs.expm(a), "3,3")


@pytest.mark.parametrize("fn", [np.linalg.eigvals, lambda a: np.linalg.eig(a)[0]])
def test_complex_eigenvalues_are_refused(fn):
    a = np.array([[0.0, 1.0], [-1.0, 0.0]])
    with pytest.raises(ValueError, match="expected real eigenvalues"):
        gd.value_and_grad(lambda a: np.sum(fn(a)))(a)


def test_plain_arrays_are_served():
    a = SKEW + 3 * EYE
    np.testing.assert_allclose(linalg.expm(a), linalg.expm(a))
    for name in ("solve_triangular", "solve"):
        x = getattr(linalg, name)(np.triu(a), WEIGHTS[0])
        np.testing.assert_allclose(np.triu(a) @ x, WEIGHTS[0])
    np.testing.assert_allclose(
        linalg.cho_solve(linalg.cho_factor(a @ a.T), a), np.linalg.inv(a.T)
    )


# --- results that come several at a time ----------------------------------------------
def test_unpacked_under_the_users_names():
    def fn(a):
        w, v = np.linalg.eigh(a)
        sign, size = np.linalg.slogdet(a)
        u, _, vh = np.linalg.svd(a)
        return np.sum(w * v) + sign * size + np.sum(u @ vh)

    graph = gd.trace(fn, EYE)
    source = gd.emit(graph).source
    assert "    w, v = np.linalg.eigh(a)\n" in source
    assert "    sign, size = np.linalg.slogdet(a)\n" in source
    assert "    u, _, vh = np.linalg.svd(a)\n" in source
    assert "w, v = np.linalg.eigh(a)" in str(graph)
    assert "eigh(a)" in graph.to_dot()
    a = SKEW + SKEW.T + np.diag([1.0, 2, 4])
    for style in ("readable", "fast"):
        found = gd.emit(gd.trace(fn, a), style=style).load()(a)
        assert found == pytest.approx(fn(a))
    assert gd.compile(gd.trace(fn, a))(a) == pytest.approx(fn(a))


def test_an_argument_may_be_called_underscore():
    def fn(_, a):
        return np.sum(np.linalg.svd(a)[0] @ np.linalg.svd(a)[2]) + _

    assert gd.emit(gd.trace(fn, 1.0, EYE)).load()(1.0, EYE) == pytest.approx(
        fn(1.0, EYE)
    )


def test_one_of_several_results_stands_inline():
    graph = gd.trace(lambda a: np.linalg.slogdet(a)[1] * 2, EYE)
    assert "np.linalg.slogdet(a)[1]" in gd.emit(graph).source


def test_backprop_through_several_results():
    def fn(a):
        w, v = np.linalg.eigh(a)
        return np.sum(w * v[0] ** 2)

    a = SKEW + SKEW.T + np.diag([1.0, 2, 4])
    table = gd.backprop(gd.trace(fn, a), {"a": a})
    np.testing.assert_allclose(table["a"], gd.grad(fn)(a), atol=1e-14)
    np.testing.assert_allclose(table["w"], np.linalg.eigh(a)[1][0] ** 2)
