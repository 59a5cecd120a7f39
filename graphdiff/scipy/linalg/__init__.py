"""`scipy.linalg`, of which the functions below take expressions and plain arrays.

They return what SciPy's return. ``check_finite`` and the ``overwrite`` flags concern
SciPy's checks and copies alone and change no value; a graph leaves them at their
defaults. As NumPy does, SciPy reads one triangle of a symmetric matrix, and derivatives
are those of the function so read. A function that is not here is SciPy's own.
"""

from __future__ import annotations

from typing import Any

from graphdiff.runtime import late
from graphdiff.scipy.linalg.banded import eigh_tridiagonal as eigh_tridiagonal
from graphdiff.scipy.linalg.banded import eigvalsh_tridiagonal as eigvalsh_tridiagonal
from graphdiff.scipy.linalg.banded import solve_banded as solve_banded
from graphdiff.scipy.linalg.banded import solveh_banded as solveh_banded
from graphdiff.scipy.linalg.equations import expm as expm
from graphdiff.scipy.linalg.equations import logm as logm
from graphdiff.scipy.linalg.equations import (
    solve_continuous_are as solve_continuous_are,
)
from graphdiff.scipy.linalg.equations import (
    solve_continuous_lyapunov as solve_continuous_lyapunov,
)
from graphdiff.scipy.linalg.equations import solve_discrete_are as solve_discrete_are
from graphdiff.scipy.linalg.equations import (
    solve_discrete_lyapunov as solve_discrete_lyapunov,
)
from graphdiff.scipy.linalg.equations import solve_lyapunov as solve_lyapunov
from graphdiff.scipy.linalg.equations import solve_sylvester as solve_sylvester
from graphdiff.scipy.linalg.equations import sqrtm as sqrtm
from graphdiff.scipy.linalg.factors import cho_factor as cho_factor
from graphdiff.scipy.linalg.factors import cholesky as cholesky
from graphdiff.scipy.linalg.factors import det as det
from graphdiff.scipy.linalg.factors import eigh as eigh
from graphdiff.scipy.linalg.factors import eigvalsh as eigvalsh
from graphdiff.scipy.linalg.factors import lu as lu
from graphdiff.scipy.linalg.factors import lu_factor as lu_factor
from graphdiff.scipy.linalg.factors import norm as norm
from graphdiff.scipy.linalg.factors import qr as qr
from graphdiff.scipy.linalg.factors import svd as svd
from graphdiff.scipy.linalg.factors import svdvals as svdvals
from graphdiff.scipy.linalg.functions import coshm as coshm
from graphdiff.scipy.linalg.functions import cosm as cosm
from graphdiff.scipy.linalg.functions import expm_frechet as expm_frechet
from graphdiff.scipy.linalg.functions import (
    orthogonal_procrustes as orthogonal_procrustes,
)
from graphdiff.scipy.linalg.functions import polar as polar
from graphdiff.scipy.linalg.functions import sinhm as sinhm
from graphdiff.scipy.linalg.functions import sinm as sinm
from graphdiff.scipy.linalg.functions import tanhm as tanhm
from graphdiff.scipy.linalg.functions import tanm as tanm
from graphdiff.scipy.linalg.refused import REASONS, refusing
from graphdiff.scipy.linalg.structured import block_diag as block_diag
from graphdiff.scipy.linalg.structured import circulant as circulant
from graphdiff.scipy.linalg.structured import companion as companion
from graphdiff.scipy.linalg.structured import convolution_matrix as convolution_matrix
from graphdiff.scipy.linalg.structured import fiedler as fiedler
from graphdiff.scipy.linalg.structured import hankel as hankel
from graphdiff.scipy.linalg.structured import khatri_rao as khatri_rao
from graphdiff.scipy.linalg.structured import kron as kron
from graphdiff.scipy.linalg.structured import leslie as leslie
from graphdiff.scipy.linalg.structured import matmul_toeplitz as matmul_toeplitz
from graphdiff.scipy.linalg.structured import solve_circulant as solve_circulant
from graphdiff.scipy.linalg.structured import solve_toeplitz as solve_toeplitz
from graphdiff.scipy.linalg.structured import toeplitz as toeplitz
from graphdiff.scipy.linalg.systems import cho_solve as cho_solve
from graphdiff.scipy.linalg.systems import inv as inv
from graphdiff.scipy.linalg.systems import lstsq as lstsq
from graphdiff.scipy.linalg.systems import lu_solve as lu_solve
from graphdiff.scipy.linalg.systems import pinv as pinv
from graphdiff.scipy.linalg.systems import pinvh as pinvh
from graphdiff.scipy.linalg.systems import solve as solve
from graphdiff.scipy.linalg.systems import solve_triangular as solve_triangular


def __getattr__(name: str) -> Any:
    """Anything else is SciPy's own, or says why symbolic arrays are refused."""
    if name in REASONS:
        return refusing(name)
    return getattr(late.linalg, name)
