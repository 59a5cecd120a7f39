"""Products of matrices and tensors."""

import numpy as np

from tests.cases.table import FIXED, FLAT, case, flags, ints, real

# --- products -------------------------------------------------------------------------
for _a, _b in [
    ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 3)), ((3, 4), (4, 2)), ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (6, 4, 5)),
    ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((1, 3, 4), (2, 4, 5)),
    ((2, 3, 4), (1, 4, 5)),
    ((0, 4), (4, 3)), ((3, 0), (0, 2)),
]:  # fmt: skip
    case(f"matmul {_a} {_b}", lambda x, y: x @ y, real(*_a), real(*_b))
for _a, _b in [
    ((4,), (4,)), ((3, 4), (4,)), ((3, 4), (4, 2)), ((2, 3, 4), (5, 4, 6)),
    ((), (3, 4)),
    ((2, 3, 4), (4, 5)), ((4,), (2, 4, 3)),
]:  # fmt: skip
    case(f"dot {_a} {_b}", lambda x, y: np.dot(x, y), real(*_a), real(*_b))
for _a, _b in [((4,), (4,)), ((3, 4), (4,)), ((3, 4), (2, 4)), ((), (3,)),
               ((4,), (2, 3, 4))]:  # fmt: skip
    case(f"inner {_a} {_b}", lambda x, y: np.inner(x, y), real(*_a), real(*_b))
case("dot method", lambda x, y: x.dot(y), real(3, 4), real(4))
case("matmul of ints", lambda n: n @ n.T, ints(3, 4), **FLAT)
case("matmul of ints and floats", lambda n, x: n @ x, ints(3, 4), real(4))
case("matmul of flags", lambda c: c @ c.T, flags(3, 4), **FLAT)
case("inner of flags", lambda c: np.inner(c, c), flags(4), **FLAT)
case("vdot", lambda x, y: np.vdot(x, y), real(3, 4), real(4, 3), **FIXED)
case("outer", lambda x, y: np.outer(x, y), real(3), real(4))
case("outer of matrices", lambda x, y: np.outer(x, y) ** 2, real(2, 3), real(2, 2))
case("tensordot", lambda x, y: np.tensordot(x, y), real(2, 3, 4), real(3, 4, 5))
case(
    "tensordot axes=1", lambda x, y: np.tensordot(x, y, axes=1), real(2, 3), real(3, 4)
)
case("tensordot axes=0", lambda x, y: np.tensordot(x, y, 0), real(2), real(3))
case(
    "tensordot axes",
    lambda x, y: np.tensordot(x, y, axes=([0, -1], [1, 0])),
    real(2, 3, 4),
    real(4, 2, 5),
)
case("trace", lambda x: np.trace(x) ** 2, real(3, 3))
case(
    "multi_dot",
    lambda x, y, z: np.linalg.multi_dot([x, y, z]),
    real(2, 3),
    real(3, 4),
    real(4, 2),
)
for _text, *_shapes in [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ij->ji", (2, 3)),
    ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)),
    ("iij->j", (3, 3, 2)), ("iii->", (3, 3, 3)), ("i,i->", (3,), (3,)),
    ("i,j->ij", (3,), (4,)), ("ij,j->i", (2, 3), (3,)),
    ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)), ("i,i,i->i", (3,), (3,), (3,)),
    ("...ij,...jk->...ik", (2, 3, 4), (2, 4, 5)), ("...ij,...jk", (6, 2, 3, 4), (4, 5)),
    ("...i,i->...", (2, 3), (3,)), ("i...->...", (3, 2, 4)), (",i->i", (), (3,)),
    ("i,->i", (3,), ()), ("ij,kl->", (2, 3), (4, 5)), ("ij,k->ik", (2, 3), (4,)),
    ("ba", (2, 3)), ("bi,bj->bij", (2, 3), (2, 4)), ("ij,ij->ij", (1, 3), (2, 3)),
    ("ij,ij->", (1, 3), (2, 1)), ("i j , j k -> i k", (2, 3), (3, 4)), ("->", ()),
    ("i...,i...->", (3,), (3,)), ("ii,i->i", (3, 3), (3,)),
    ("aB,Ba->a", (2, 3), (3, 2)),
    ("...,...->...", (2, 3), (3,)), ("i->i", (3,)), ("a...a->...", (2, 3, 2)),
]:  # fmt: skip
    case(
        f"einsum {_text} {_shapes}",
        lambda *xs, s=_text: np.einsum(s, *xs) ** 2,
        *[real(*s) for s in _shapes],
    )
case(
    "einsum optimize=",
    lambda x, y: np.einsum("ij,jk->ik", x, y, optimize=True),
    real(2, 3),
    real(3, 4),
)
case("einsum of ints", lambda n: np.einsum("ij,ij->i", n, n), ints(2, 3), **FLAT)
case("einsum x with itself", lambda x: np.einsum("ij,kj->ik", x, x), real(2, 3))
