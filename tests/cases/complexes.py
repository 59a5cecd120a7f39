"""Complex numbers: their parts, functions of entries, and reductions."""

import numpy as np

from tests.cases.table import (
    FIXED,
    FLAT,
    OURS,
    above,
    case,
    complexes,
    flags,
    ints,
    real,
    words,
)

# --- parts ----------------------------------------------------------------------------
for _name in words("real imag conj conjugate abs absolute sign angle"):
    _f = getattr(np, _name)
    case(
        f"complex {_name}",
        lambda z, f=_f: f(z),
        complexes(3, 2),
        oracle=_name != "sign",  # JAX has slope 0 everywhere
    )
    case(f"{_name} of reals", lambda x, f=_f: f(x) * 2.0, real(3))
case("complex .real", lambda z: z.real * z.imag**2, complexes(3))
case("complex .conj()", lambda z: z.conj() * z.conjugate() ** 2, complexes(3))
case("abs of a complex number", lambda z: abs(z), complexes())
case("angle deg=True", lambda z: np.angle(z, deg=True), complexes(3))
case("angle of short ints", lambda n: np.angle(n, deg=True), ints(3, dtype=np.int8),
     **FLAT)  # fmt: skip
case("conj of truths", lambda c: np.conj(c), flags(3), **FLAT)
case("angle of ints", lambda n: np.angle(n), ints(3), **FLAT)
for _name in words("iscomplex isreal"):
    _f = getattr(np, _name)
    case(f"{_name}", lambda z, f=_f: f(z), complexes(3), **FLAT)
    case(f"{_name} of reals", lambda x, f=_f: f(x), real(3), **FLAT)
for _name in words("iscomplexobj isrealobj"):
    _f = getattr(np, _name)
    case(
        f"{_name}",
        lambda z, f=_f: z * (2 if f(z) else 3),
        complexes(3),
    )
case("parts put together", lambda x, y: x + 1j * y, real(3), real(3))
case("astype complex", lambda x: x.astype(np.complex128) ** 2, real(3), **OURS)
case("complex64 and float64", lambda z, x: z.astype(np.complex64) * x, complexes(3),
     real(3), **FLAT)  # fmt: skip

# --- arithmetic -----------------------------------------------------------------------
for _op in ("add", "subtract", "multiply", "true_divide", "power"):
    _f = getattr(np, _op)
    case(f"complex {_op}", lambda z, w, f=_f: f(z, w), complexes(2, 3),
         complexes(3))  # fmt: skip
    case(f"complex {_op} real", lambda z, x, f=_f: f(z, x), complexes(3),
         real(3))  # fmt: skip
    case(f"real {_op} complex", lambda x, z, f=_f: f(x, z), above(3),
         complexes(3))  # fmt: skip
case("complex power of ints", lambda z: z**2 + z**3 + z**-1, complexes(3))
case(
    "complex numbers of Python", lambda z: (2j * z + (1 - 2j)) / (3 + 1j), complexes(3)
)
case("real times 1j", lambda x: 1j * x**2, real(3))
for _name in words(
    """negative positive square reciprocal sqrt exp exp2 expm1 log log2 log10 log1p sin
    cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh"""
):
    _f = getattr(np, _name)
    case(
        f"complex {_name}",
        lambda z, f=_f: f(z),
        complexes(3),
        oracle=_name != "arccosh",  # JAX errs in the left half-plane
    )
case("float_power of complex", lambda z: np.float_power(z, 3), complexes(3))

# --- choosing and moving --------------------------------------------------------------
case("where of complex", lambda c, z, x: np.where(c, z, x), flags(4), complexes(4),
     real(4))  # fmt: skip
case("complex [1:, ::2]", lambda z: z[1:, ::2] ** 2, complexes(3, 4), **FIXED)
case(
    "complex [array]",
    lambda z: z[np.array([2, 0, 2])] ** 2,
    complexes(3, 2),
    **FIXED,
    **OURS,
)
case("complex take_along_axis", lambda z, n: np.take_along_axis(z, n, 0) ** 2,
     complexes(3, 2), ints(2, 2), **FIXED)  # fmt: skip
case("concatenate complex and real", lambda z, x: np.concatenate([z, x]) ** 2,
     complexes(2), real(3))  # fmt: skip
case("stack complex", lambda z, x: np.stack([z, x], axis=1), complexes(3), real(3))
case("complex .T", lambda z: z.T.reshape(6) ** 2, complexes(2, 3), **FIXED)
case("equal complex", lambda z: (z == z.conj()) | (z != z), complexes(3), **FLAT)
case("isfinite complex", lambda z: np.isfinite(z) & ~np.isnan(z), complexes(3), **FLAT)
case("complex isclose", lambda z: np.isclose(z, z + 1e-12), complexes(3), **FLAT)
case("complex zeros", lambda z: z * np.ones_like(z) + np.full_like(z, 1j), complexes(3))

# --- reductions -----------------------------------------------------------------------
for _name in words("sum mean prod var std nansum nanprod nanmean cumsum cumprod"):
    _f = getattr(np, _name)
    case(f"complex {_name}", lambda z, f=_f: f(z), complexes(4))
    case(f"complex {_name} axis=0", lambda z, f=_f: f(z, axis=0),
         complexes(3, 2))  # fmt: skip
case("complex var ddof= where=", lambda z, c: np.var(z, ddof=1, where=c),
     complexes(4), np.array([True, False, True, True]))  # fmt: skip
case("complex std mean=", lambda z: np.std(z, mean=z[:1]), complexes(4))
for _name in words("nanvar nanstd"):
    _f = getattr(np, _name)
    case(f"complex {_name}", lambda z, f=_f: f(z, axis=0, ddof=1), complexes(3, 2))
for _name in words("cov corrcoef"):
    _f = getattr(np, _name)
    case(f"complex {_name}", lambda z, f=_f: f(z), complexes(2, 4))
    case(f"complex {_name} y=", lambda z, x, f=_f: f(z, x), complexes(4), real(4))
case(
    "complex cov fweights=, aweights=",
    lambda z, w: np.cov(z, fweights=np.array([1, 2, 1, 3]), aweights=w),
    complexes(2, 4),
    above(4),
    **FIXED,
)
case("complex average", lambda z, w: np.average(z, axis=0, weights=w),
     complexes(3, 2), above(3))  # fmt: skip
case("complex gradient", lambda z, x: np.gradient(z, x) + np.gradient(z, 0.5),
     complexes(4), np.array([0.0, 0.5, 1.5, 1.8]), **FIXED)  # fmt: skip
case("complex polyval", lambda p, z: np.polyval(p, z), complexes(4), complexes(3))
case("complex vander", lambda z: np.vander(z, 3), complexes(4))
case("real_if_close of reals", lambda x: np.real_if_close(x) ** 2, real(3), **OURS)
case("complex all", lambda z: np.all(z) | np.any(z), complexes(4), **FLAT)
case("complex count_nonzero", lambda z: np.count_nonzero(z), complexes(4), **FLAT)
case("complex diff", lambda z: np.diff(z) ** 2, complexes(5))
case("squared size", lambda z: np.sum(np.abs(z) ** 2), complexes(3, 2))
case("squared norm", lambda z: np.linalg.norm(z) ** 2, complexes(3, 2))
case("squared size by parts", lambda z: np.real(z * np.conj(z)), complexes(3))

# --- products -------------------------------------------------------------------------
for _name in words("matmul dot inner outer vdot vecdot kron"):
    _f = getattr(np, _name)
    case(f"complex {_name}", lambda z, w, f=_f: f(z, w), complexes(3), complexes(3))
    case(f"complex {_name} real", lambda z, x, f=_f: f(z, x), complexes(3), real(3))
case("complex matrices", lambda z, x: z @ x @ z.conj().T, complexes(3, 2), real(2, 2))
case("complex vdot of matrices", lambda z, w: np.vdot(z, w), complexes(2, 3),
     complexes(3, 2), **FIXED)  # fmt: skip
case("complex vecdot of stacks", lambda z, w: np.vecdot(z, w), complexes(2, 3),
     complexes(3))  # fmt: skip
case("complex linalg.vecdot axis=0", lambda z, w: np.linalg.vecdot(z, w, axis=0),
     complexes(3, 2), complexes(3, 2))  # fmt: skip
case("complex vecmat", lambda z, w: np.vecmat(z, w), complexes(3), complexes(3, 2))
case("complex matvec", lambda z, w: np.matvec(z, w), complexes(2, 3), complexes(3))
case("complex einsum", lambda z, x: np.einsum("ij,jk->ki", z, x), complexes(2, 3),
     real(3, 4))  # fmt: skip
case("complex tensordot", lambda z, w: np.tensordot(z, w, 1), complexes(2, 3),
     complexes(3, 2))  # fmt: skip
case("complex cross", lambda z, w: np.cross(z, w), complexes(3), complexes(3), **FIXED)
case("complex trace", lambda z: np.trace(z) ** 2, complexes(3, 3))
