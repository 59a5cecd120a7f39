"""Banded matrices, stored by diagonals as SciPy stores them.

Entry i, j of a matrix with so many diagonals `above` the main one stands at
``ab[above + i - j, j]``.
"""

import numpy as np


def banded_transposed(ab, below, above):
    """Return the transpose of a banded matrix, stored by diagonals like it."""
    n = ab.shape[-1]
    turned = np.zeros_like(ab)
    for d in range(max(-below, 1 - n), min(above, n - 1) + 1):
        here = slice(max(0, -d), min(n, n - d))
        there = slice(here.start + d, here.stop + d)
        turned[..., below + d, here] = ab[..., above - d, there]
    return turned


def banded_product(ab, x, below, above):
    """Multiply a banded matrix, stored by diagonals, by the columns of x."""
    n = ab.shape[-1]
    product = np.zeros_like(x)
    for d in range(max(-below, 1 - n), min(above, n - 1) + 1):
        here = slice(max(0, -d), min(n, n - d))
        there = slice(here.start + d, here.stop + d)
        product[..., here, :] += ab[..., above - d, there, None] * x[..., there, :]
    return product


def diagonals_of_product(a, b, below, above):
    """Return the diagonals of a @ b.T from so far below the main one to above it."""
    n = a.shape[-2]
    ab = np.zeros((*a.shape[:-2], below + above + 1, n), a.dtype)
    for d in range(max(-below, 1 - n), min(above, n - 1) + 1):
        here = slice(max(0, -d), min(n, n - d))
        there = slice(here.start + d, here.stop + d)
        ab[..., above - d, there] = np.sum(a[..., here, :] * b[..., there, :], axis=-1)
    return ab
