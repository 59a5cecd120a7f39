"""Functions of matrices by SciPy, where its own do not do."""

import numpy as np

from graphdiff.runtime.late import linalg


def expm_slope(a, e):
    """Return the derivative of the exponential of a matrix along e."""
    return linalg.expm_frechet(a, e, compute_expm=False).astype(a.dtype, copy=False)


def real_sqrtm(a):
    """Return the square root of a matrix; a complex one is refused."""
    root = linalg.sqrtm(a)
    if np.iscomplexobj(root):
        raise ValueError("scipy.linalg.sqrtm: expected a real root, got complex")
    return root


def real_logm(a):
    """Return the logarithm of a matrix; a complex one is refused."""
    log = linalg.logm(a)
    if np.iscomplexobj(log):
        raise ValueError("scipy.linalg.logm: expected a real logarithm, got complex")
    return log


def logm_slope(a, e):
    """Return the derivative of the logarithm of a matrix along e."""
    n = a.shape[-1]
    top = np.concatenate([a, e], axis=-1)
    bottom = np.concatenate([np.zeros_like(a), a], axis=-1)
    return real_logm(np.concatenate([top, bottom], axis=-2))[..., :n, n:]
