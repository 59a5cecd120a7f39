"""NumPy's linear algebra: what each function of ``np.linalg`` is made of."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np

from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.types import (
    Shape,
    broadcast,
    normalize_axes,
    promote,
    show_shape,
)
from graphdiff.ops.complex.complexes import abs_squared, is_complex
from graphdiff.ops.core.axes import reshape_node, spread_node
from graphdiff.ops.core.entries import cast_node
from graphdiff.ops.core.reduce import inexact
from graphdiff.ops.matrix.determinant import Det, SlogDet, identity_mask
from graphdiff.ops.matrix.factor import LstSq, MatrixPower, MatrixRank, Pinv, Qr
from graphdiff.ops.matrix.solve import Cholesky, Inv, Solve
from graphdiff.ops.matrix.spectral import (
    Eig,
    Eigh,
    Eigvals,
    Eigvalsh,
    Svd,
    Svdvals,
    smaller,
)
from graphdiff.ops.matrix.triangle import Triangle
from graphdiff.sizes.dims import Dim


class SlogdetResult(NamedTuple):
    """What ``np.linalg.slogdet`` returns."""

    sign: Any
    logabsdet: Any


class EighResult(NamedTuple):
    """What ``np.linalg.eigh`` returns."""

    eigenvalues: Any
    eigenvectors: Any


class EigResult(NamedTuple):
    """What ``np.linalg.eig`` returns."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """What ``np.linalg.svd`` returns."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """What ``np.linalg.qr`` returns."""

    Q: Any
    R: Any


def matrix(what: str, a: Any) -> Any:
    """`a` as matrices of floats, stacked or not."""
    x = inexact(lift(a, what))
    if x.ndim < 2:
        raise ShapeError(f"{what}: expected a matrix, got shape {show_shape(x.shape)}")
    if x.dtype == np.float16:
        raise UnsupportedError(f"{what}: NumPy has no linear algebra in float16")
    return x


def square(what: str, a: Any) -> Any:
    """`a` as square matrices of floats, stacked or not."""
    x = matrix(what, a)
    if x.shape[-1] != x.shape[-2]:
        raise ShapeError(
            f"{what}: expected a square matrix, got shape {show_shape(x.shape)}"
        )
    return x


def mirrored(x: Any) -> Any:
    """The symmetric matrix of which `x` holds the lower triangle."""
    return Triangle(False)(x) + np.conj(Triangle(False, -1)(x).mT)


def system(what: str, a: Any, b: Any) -> tuple[Expression, Expression, bool]:
    """Square `a` and right-hand sides `b` in one dtype, as many of each.

    Whether `b` is one vector, as it is if it has one axis: it stays one for a single
    matrix, and becomes a column for a stack.
    """
    rows, given = square(what, a), inexact(lift(b, what))
    if not given.ndim:
        raise ShapeError(f"{what}: the right-hand side has no axes")
    vector = given.ndim == 1
    columns = column(given) if vector else given
    if rows.shape[-1] != columns.shape[-2]:
        raise ShapeError(
            f"{what}: shapes {show_shape(rows.shape)} and {show_shape(given.shape)} "
            f"do not fit: {rows.shape[-1]} unknowns, {columns.shape[-2]} equations"
        )
    dtype = promote(rows.dtype, given.dtype)
    lead: Shape
    if vector and rows.ndim == 2:
        columns, lead = given, ()
    else:
        lead = broadcast(what, [rows.shape[:-2], columns.shape[:-2]])
        columns = Expression(spread_node(columns.node, lead + columns.shape[-2:]))
        rows = Expression(spread_node(rows.node, lead + rows.shape[-2:]))
    first, second = (Expression(cast_node(x.node, dtype)) for x in (rows, columns))
    return first, second, vector


def solved(op: Any, rows: Expression, columns: Expression, vector: bool) -> Expression:
    """Apply an op of systems, made by ``op(vector)``, to what `system` found."""
    if vector and columns.ndim > 1:
        return without_column(op(False)(rows, columns))
    return op(vector)(rows, columns)  # type: ignore[no-any-return]


def column(b: Expression) -> Expression:
    """A vector as a matrix of one column."""
    return Expression(reshape_node(b.node, (*b.shape, 1)))


def without_column(x: Expression) -> Expression:
    """A matrix of one column as a vector."""
    return Expression(reshape_node(x.node, x.shape[:-1]))


@implements(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x of ``a @ x = b``; `b` is a vector if it has one axis, else matrices."""
    return solved(Solve, *system("np.linalg.solve", a, b))


@implements(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse."""
    return Inv()(square("np.linalg.inv", a))


@implements(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant."""
    return Det()(square("np.linalg.det", a))


@implements(np.linalg.slogdet)
def slogdet(a: Any) -> SlogdetResult:
    """Sign and logarithm of the absolute value of the determinant."""
    return SlogdetResult(*SlogDet()(square("np.linalg.slogdet", a)))


@implements(np.linalg.cholesky)
def cholesky(a: Any, *, upper: bool = False) -> Any:
    """The lower (or upper) triangular factor, read from that triangle."""
    return Cholesky(bool(upper))(square("np.linalg.cholesky", a))


def _side(what: str, letter: str) -> str:
    side = str(letter).upper()
    if side not in ("L", "U"):
        raise UnsupportedError(f"{what}: UPLO must be 'L' or 'U', got {letter!r}")
    return side


@implements(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> EighResult:  # noqa: N803
    """Eigenvalues and eigenvectors of symmetric matrices."""
    what = "np.linalg.eigh"
    return EighResult(*Eigh(_side(what, UPLO))(square(what, a)))


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803
    """Eigenvalues of symmetric matrices."""
    what = "np.linalg.eigvalsh"
    return Eigvalsh(_side(what, UPLO))(square(what, a))


@implements(np.linalg.eig)
def eig(a: Any) -> EigResult:
    """Eigenvalues and eigenvectors; when complex, an error as the program runs."""
    return EigResult(*Eig()(square("np.linalg.eig", a)))


@implements(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues; when complex, an error as the program runs."""
    return Eigvals()(square("np.linalg.eigvals", a))


@implements(np.linalg.svd)
def svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    hermitian: bool = False,
) -> Any:
    """Singular values, with their vectors unless `compute_uv` is false."""
    x = matrix("np.linalg.svd", a)
    if hermitian:
        x = mirrored(square("np.linalg.svd", x))
    if not compute_uv:
        return Svdvals()(x)
    if hermitian:
        return _svd_of_symmetric(x)
    if full_matrices and x.shape[-1] != x.shape[-2]:
        raise UnsupportedError(
            f"np.linalg.svd: the full matrices of shape {show_shape(x.shape)} have "
            f"vectors that are not unique, so no derivative; use full_matrices=False"
        )
    return SVDResult(*Svd()(x))


def _svd_of_symmetric(x: Any) -> SVDResult:
    """As NumPy computes it: the eigenvectors, in the order of absolute eigenvalues."""
    values, vectors = Eigh("L")(x)
    order = np.argsort(np.abs(values), axis=-1)[..., ::-1]
    values = np.take_along_axis(values, order, axis=-1)
    vectors = np.take_along_axis(vectors, order[..., None, :], axis=-1)
    turned = np.conj(vectors) * np.sign(values)[..., None, :]
    return SVDResult(vectors, np.abs(values), turned.mT)


@implements(np.linalg.svdvals)
def svdvals(x: Any) -> Any:
    """Singular values, in falling order."""
    return Svdvals()(matrix("np.linalg.svdvals", x))


@implements(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Orthogonal and triangular factor; of mode ``r`` the triangular one alone."""
    x = matrix("np.linalg.qr", a)
    if mode == "complete" and smaller("np.linalg.qr", x.node.type) == x.shape[-2]:
        mode = "reduced"
    if mode not in ("reduced", "r"):
        raise UnsupportedError(
            f"np.linalg.qr: mode={mode!r} of shape {show_shape(x.shape)} has no "
            f"derivative; use mode='reduced'"
        )
    q, r = Qr()(x)
    return r if mode == "r" else QRResult(q, r)


@implements(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """Least squares, for matrices of full rank: x, residuals, rank, singular values."""
    what = "np.linalg.lstsq"
    rows, given = matrix(what, a), inexact(lift(b, what))
    if rows.ndim != 2 or given.ndim not in (1, 2) or rows.shape[0] != given.shape[0]:
        raise ShapeError(
            f"{what}: shapes {show_shape(rows.shape)} and {show_shape(given.shape)} do "
            f"not fit"
        )
    dtype = promote(rows.dtype, given.dtype)
    rows = Expression(cast_node(rows.node, dtype))
    given = Expression(cast_node(given.node, dtype))
    columns = column(given) if given.ndim == 1 else given
    op = LstSq(None if rcond is None else float(rcond))
    found, residuals, rank, s = op(rows, columns)
    x = without_column(found) if given.ndim == 1 else found
    if s.shape[0] != rows.shape[0]:
        rest = columns - rows @ found
        squares = abs_squared(rest) if is_complex(rest) else rest**2
        residuals = np.sum(squares, axis=0)
    return x, residuals, rank, s


@implements(np.linalg.pinv)
def pinv(
    a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None
) -> Any:
    """The pseudoinverse."""
    x = matrix("np.linalg.pinv", a)
    options: dict[str, Any] = {}
    for name, value in (("rcond", rcond), ("rtol", rtol)):
        if value is not None and np.ndim(value):
            raise UnsupportedError(f"np.linalg.pinv: {name}= must be one number")
        if value is not None:
            options[name] = float(value)
    if hermitian:
        x = mirrored(square("np.linalg.pinv", x))
        options["hermitian"] = True
    return Pinv(tuple(options.items()))(x)


@implements(np.linalg.matrix_rank)
def matrix_rank(
    A: Any,  # noqa: N803
    tol: Any = None,
    hermitian: bool = False,
    *,
    rtol: Any = None,
) -> Any:
    """How many singular values are not 0 to rounding: it has no derivative."""
    x = inexact(lift(A, "np.linalg.matrix_rank"))
    if x.ndim < 2:
        return np.any(x != 0).astype(np.intp)
    options: dict[str, Any] = {}
    for name, value in (("tol", tol), ("rtol", rtol)):
        if value is not None and np.ndim(value):
            raise UnsupportedError(f"np.linalg.matrix_rank: {name}= must be a number")
        if value is not None:
            options[name] = float(value)
    if hermitian:
        options["hermitian"] = True
    return MatrixRank(tuple(options.items()))(x)


@implements(np.linalg.matrix_power)
def matrix_power(a: Any, n: Any) -> Any:
    """`a` times itself; of a negative power the inverse."""
    x, times = square("np.linalg.matrix_power", a), operator.index(n)
    if times < 0:
        x, times = Inv()(x), -times
    if times == 0:
        return identity_mask(x).astype(x.dtype)
    return x if times == 1 else MatrixPower(times)(x)


@implements(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number in the norm `p`."""
    if p is None or p in (2, -2):
        s = Svdvals()(matrix("np.linalg.cond", x))
        largest, smallest = np.max(s, axis=-1), np.min(s, axis=-1)
        return smallest / largest if p == -2 else largest / smallest
    x = square("np.linalg.cond", x)
    axes = (-2, -1)
    return np.linalg.norm(x, p, axes) * np.linalg.norm(Inv()(x), p, axes)


def _product(sizes: Any) -> Any:
    total: int | Dim = 1
    for n in sizes:
        total = total * n
    return total


@implements(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x of ``np.tensordot(a, x, x.ndim) = b``."""
    a, b = lift(a, "np.linalg.tensorsolve"), lift(b, "np.linalg.tensorsolve")
    if axes is not None:
        moved = normalize_axes("np.linalg.tensorsolve", axes, a.ndim)
        order = [k for k in range(-a.ndim, 0) if k not in moved]
        listed = axes if isinstance(axes, (tuple, list)) else (axes,)
        a = np.transpose(a, [*order, *listed])
    left = a.shape[b.ndim :]
    n = _product(left)
    if n != b.size or a.shape[: b.ndim] != b.shape:
        raise ShapeError(
            f"np.linalg.tensorsolve: shapes {show_shape(a.shape)} and "
            f"{show_shape(b.shape)} do not fit"
        )
    return np.reshape(solve(np.reshape(a, (n, n)), np.ravel(b)), left)


@implements(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse as regards ``np.tensordot``, over the first `ind` axes."""
    a, first = lift(a, "np.linalg.tensorinv"), operator.index(ind)
    left, right = a.shape[:first], a.shape[first:]
    n = _product(left)
    if first <= 0 or n != _product(right):
        raise ShapeError(
            f"np.linalg.tensorinv: shape {show_shape(a.shape)} has not as many entries "
            f"before axis {first} as after"
        )
    return np.reshape(inv(np.reshape(a, (n, n))), (*right, *left))
