"""Products made of others, sliding products, polynomials."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, above, case, complexes, ints, real

# --- products -------------------------------------------------------------------------
for _a, _b in [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 1, 3))]:
    case(f"vecdot {_a} {_b}", lambda x, y: np.vecdot(x, y), real(*_a), real(*_b))
case("vecdot axis=", lambda x, y: np.vecdot(x, y, axis=0), real(3, 2), real(3, 2))
case("linalg.vecdot", lambda x, y: np.linalg.vecdot(x, y), real(2, 3), real(3))
for _a, _b in [((2, 3), (3,)), ((2, 3), (5, 3)), ((4, 1, 2, 3), (5, 3))]:
    case(f"matvec {_a} {_b}", lambda x, y: np.matvec(x, y), real(*_a), real(*_b))
for _a, _b in [((3,), (3, 2)), ((5, 3), (3, 2)), ((5, 3), (4, 1, 3, 2))]:
    case(f"vecmat {_a} {_b}", lambda x, y: np.vecmat(x, y), real(*_a), real(*_b))
case("linalg.matmul", lambda x, y: np.linalg.matmul(x, y), real(2, 3), real(3, 4))
case("linalg.outer", lambda x, y: np.linalg.outer(x, y), real(2), real(3))
case(
    "linalg.tensordot",
    lambda x, y: np.linalg.tensordot(x, y, axes=1),
    real(2, 3),
    real(3, 4),
)
case(
    "tensordot axes as arrays",
    lambda x, y: np.tensordot(
        x, y, axes=(np.array([0, 1]), 0 * np.array([1]) + [1, 0])
    ),
    real(2, 3),
    real(3, 2),
    **OURS,
)
for _a, _b in [
    ((2, 3), (3, 2)),
    ((2,), (3,)),
    ((2, 3), (2,)),
    ((2,), (2, 1, 2)),
    ((), (3,)),
]:
    case(f"kron {_a} {_b}", lambda x, y: np.kron(x, y), real(*_a), real(*_b))
case("cross", lambda x, y: np.cross(x, y), real(3), real(3), **FIXED)
case("cross of stacks", lambda x, y: np.cross(x, y), real(2, 3), real(3), **FIXED)
case(
    "cross axis=", lambda x, y: np.cross(x, y, axis=0), real(3, 2), real(3, 2), **FIXED
)
case(
    "cross axes",
    lambda x, y: np.cross(x, y, axisa=0, axisb=-1, axisc=0) ** 2,
    real(3, 2),
    real(2, 3),
    **FIXED,
)
case(
    "linalg.cross", lambda x, y: np.linalg.cross(x, y), real(2, 3), real(2, 3), **FIXED
)
for _shapes in [
    ((2, 3), (3, 4), (4, 2)),
    ((9, 2), (2, 8), (8, 3), (3, 5)),
    ((3,), (3, 4), (4, 2)),
    ((2, 3), (3, 4), (4,)),
    ((3,), (3, 4), (4,)),
    ((2, 3), (3, 2)),
]:
    case(
        f"multi_dot {_shapes}",
        lambda *xs: np.linalg.multi_dot(xs),
        *[real(*s) for s in _shapes],
        order=2,
    )
case(
    "einsum of numbers",
    lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    real(2, 3),
    real(3, 4),
)
case(
    "einsum of numbers, no output",
    lambda x, y: np.einsum(x, [7, 30], y, [30, 2]),
    real(2, 3),
    real(3, 4),
)
case(
    "einsum of numbers with dots",
    lambda x, y: np.einsum(x, [..., 1], y, [1, ...], [...]),
    real(2, 3),
    real(3),
)
case(
    "einsum dtype=",
    lambda n: np.einsum("ij->i", n, dtype=np.float64),
    ints(2, 3),
    **FLAT,
)

# --- convolution ----------------------------------------------------------------------
for _mode in ("full", "same", "valid"):
    for _n, _m in [(6, 3), (6, 4), (3, 5), (2, 5), (4, 4), (3, 1)]:
        for _name in ("convolve", "correlate"):
            case(
                f"{_name} {_mode} {_n} {_m}",
                lambda x, y, f=_name, m=_mode: getattr(np, f)(x, y, mode=m) ** 2,
                real(_n),
                real(_m),
                symbolic=_mode == "full" or _n >= _m,
            )
            case(
                f"complex {_name} {_mode} {_n} {_m}",
                lambda x, y, f=_name, m=_mode: getattr(np, f)(x, y, mode=m) ** 2,
                complexes(_n),
                complexes(_m),
                symbolic=_mode == "full" or _n >= _m,
            )
case("correlate of a complex vector", np.correlate, real(4), complexes(3))
case("convolve of ints", lambda n, m: np.convolve(n, m), ints(4), ints(3), **FLAT)
case("correlate, mode left out", lambda x, y: np.correlate(x, y), real(4), real(2))
case(
    "convolve with numbers",
    lambda x: np.convolve(x, [1, 2, 1], "same"),
    real(5),
    **FIXED,
    **OURS,
)

# --- polynomials ----------------------------------------------------------------------
case("polyval", lambda p, x: np.polyval(p, x), real(4), real(2, 3))
case("polyval of a number", lambda p, x: np.polyval(p, x), real(3), real())
case(
    "polyval of numbers",
    lambda x: np.polyval([1, 0, -2.5, 1], x),
    real(3),
    **FIXED,
    **OURS,
)
case("polyval of a constant", lambda p, x: np.polyval(p, x) * x, real(1), real(3))
case("polyval of ints", lambda n: np.polyval([1, 2, 3], n), ints(3), **FLAT)
case("polyder", lambda p: np.polyder(p) ** 2, real(4))
case("polyder m=", lambda p: np.polyder(p, 2) ** 2, real(5))
case("polyder m=0", lambda p: np.polyder(p, m=0) ** 2, real(3))
case("polyder of ints", lambda n: np.polyder(n), ints(4), **FLAT)
case("polyint", lambda p: np.polyint(p) ** 2, real(4))
case(
    "polyint m=, k=", lambda p, k: np.polyint(p, 2, k=k) ** 2, real(3), real(2), **FIXED
)
case("polyint k= number", lambda p: np.polyint(p, m=2, k=1.5) ** 2, real(3))
case("polyadd", lambda p, q: np.polyadd(p, q) ** 2, real(2), real(4), **FIXED)
case("polysub", lambda p, q: np.polysub(p, q) ** 2, real(4), real(2), **FIXED)
case("polymul", lambda p, q: np.polymul(p, q) ** 2, real(4), real(2))
case(
    "polyfit",
    lambda x, y: np.polyfit(x, y, 2),
    np.linspace(-1, 1, 6) ** 3 + np.linspace(-1, 1, 6),
    real(6),
    near=2e-5,
    **FIXED,
)
case(
    "polyfit w=",
    lambda y, w: np.polyfit(np.arange(5) - 2.0, y, deg=1, w=w),
    real(5),
    above(5),
    near=2e-5,
    **FIXED,
)
case("vander", lambda x: np.vander(x) ** 2, real(3))
case("vander N=", lambda x: np.vander(x, 4, increasing=True) ** 2, real(3), **FIXED)
case("vander N=1", lambda x: np.vander(x, 1) * x[:, None], real(3), **FIXED)
case("vander of ints", lambda n: np.vander(n, N=3), ints(3, dtype=np.int8), **FLAT)
