"""Functions of matrices that NumPy lacks; stacks of matrices are taken one by one."""

import numpy as np


def solve_vectors(a, b):
    """Return the x of a @ x = b for stacks of matrices and of vectors."""
    return np.linalg.solve(a, b[..., None])[..., 0]


def half_lower(x):
    """Return the lower triangle of x, its diagonal halved."""
    half = np.tril(x)
    i = np.arange(x.shape[-1])
    half[..., i, i] /= 2
    return half


def gaps(w):
    """Return w[j] - w[i] at [i, j], and 0 where the two agree to rounding."""
    found = w[..., None, :] - w[..., :, None]
    size = np.max(np.abs(w), axis=-1, initial=0)[..., None, None]
    near = np.abs(found) <= w.shape[-1] * np.finfo(w.dtype).eps * size
    return np.where(near, w.dtype.type(0), found)


def above_rounding(s):
    """Return 1 where a singular value is not 0 to rounding, else 0."""
    size = np.max(s, axis=-1, keepdims=True, initial=0)
    return (s > s.shape[-1] * np.finfo(s.dtype).eps * size).astype(s.dtype)


def logdet(a):
    """Return log(det(a)), NaN where the determinant is negative."""
    sign, size = np.linalg.slogdet(a)
    return np.where(sign < 0, a.dtype.type(np.nan), size)[()]


def cofactors(a):
    """Return det(a) * inv(a).mT, which exists for singular matrices too."""
    det = np.linalg.det(a)[..., None, None]
    if np.all(det != 0) and np.all(np.isfinite(a)):
        inverse = np.linalg.inv(a)
        condition = float(np.abs(a).sum(axis=-1).max(initial=0))
        condition *= float(np.abs(inverse).sum(axis=-1).max(initial=0))
        if condition < np.finfo(a.dtype).eps ** -0.25:
            return det * inverse.mT
    return cofactor_slopes(a)


def cofactor_slopes(a, *directions):
    """Return the derivative of the cofactors of a along all directions in turn.

    The determinant is linear in each row. So with a made diagonal, its singular values
    s, every derivative is a sum over minors of the directions, each times the product
    of the other s; nothing is divided by. A cofactor is a polynomial of degree n - 1:
    along more directions than that, nothing is left.
    """
    if len(directions) >= a.shape[-1]:
        shapes = [np.shape(d) for d in (a, *directions)]
        return np.zeros(np.broadcast_shapes(*shapes), a.dtype)
    u, s, vh = np.linalg.svd(np.where(np.isfinite(a), a, np.nan_to_num(a)))
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    turned = [u.mT.conj() @ d @ vh.mT.conj() for d in directions]
    rank, n = len(turned) + 1, s.shape[-1]
    used = np.equal(np.indices((n,) * rank)[..., None], np.arange(n))
    rows = s.reshape(*s.shape[:-1], *[1] * rank, n)
    others = np.prod(np.where(used.any(axis=0), 1, rows), axis=-1, dtype=a.dtype)
    others *= used.any(axis=0).sum(axis=-1) == rank
    total = np.zeros_like(a)
    i = np.arange(n)
    letters = "ijklmnop"[:rank]
    orders = [[0]]
    for m in range(1, rank):
        orders = [[*o[:k], m, *o[k:]] for o in orders for k in range(m + 1)]
    for order in orders:
        swaps = sum(order[x] > order[y] for y in range(rank) for x in range(y))
        terms = [f"...{letters[m]}{letters[order[m]]}" for m in range(1, rank)]
        out = letters[0] if order[0] == 0 else letters[0] + letters[order[0]]
        text = ",".join([f"...{letters}", *terms]) + f"->...{out}"
        share = np.einsum(text, others, *turned) * (-1) ** swaps
        if order[0] == 0:
            total[..., i, i] += share
        else:
            total += share
    return sign * (u.conj() @ total @ vh.conj())


def real_eigvals(a):
    """Return the eigenvalues of a general matrix; complex ones are refused."""
    w = np.linalg.eigvals(a)
    if np.iscomplexobj(w):
        raise ValueError(
            "np.linalg.eigvals: expected real eigenvalues, got complex; write "
            "np.linalg.eigvals(a.astype(complex))"
        )
    return w


def real_eig(a):
    """Return eigenvalues and eigenvectors of a matrix; complex ones are refused."""
    w, v = np.linalg.eig(a)
    if np.iscomplexobj(w):
        raise ValueError(
            "np.linalg.eig: expected real eigenvalues, got complex; write "
            "np.linalg.eig(a.astype(complex))"
        )
    return w, v


def unit_lower(a):
    """Return the lower triangle of a, its diagonal replaced by ones."""
    return np.tril(a, -1) + np.eye(a.shape[-1], dtype=a.dtype)


def swap_rows(a, piv, back=False):
    """Swap the rows of a as the pivots of a factorisation say, or swap them back."""
    order = np.broadcast_to(np.arange(a.shape[-2]), piv.shape).copy()
    for i in range(piv.shape[-1]):
        place = piv[..., i, None]
        here, there = order[..., i].copy(), np.take_along_axis(order, place, -1)
        np.put_along_axis(order, place, here[..., None], -1)
        order[..., i] = there[..., 0]
    if back:
        order = np.argsort(order, axis=-1)
    return np.take_along_axis(a, order[..., None], -2)


def diagonal_rows(v, rank, axes=None):
    """Return rows of zeros but for the entries of v at one place along the axes."""
    lead = v.ndim - rank
    axes = (
        tuple(range(lead, v.ndim)) if axes is None else tuple(v.ndim + a for a in axes)
    )
    front = tuple(range(lead, lead + len(axes)))
    parts = np.moveaxis(v, axes, front)
    n = np.prod(parts.shape[lead : lead + len(axes)], dtype=int)
    rest = parts.shape[lead + len(axes) :]
    rows = np.zeros((*v.shape[:lead], n, n, *rest), v.dtype)
    i = np.arange(n)
    rows[(*(slice(None),) * lead, i, i)] = parts.reshape(*v.shape[:lead], n, *rest)
    rows = rows.reshape(*v.shape[:lead], n, *parts.shape[lead:])
    return np.moveaxis(rows, [a + 1 for a in front], [a + 1 for a in axes])
