"""What linear algebra costs, in operations on entries, as textbooks count them.

Golub and Van Loan, *Matrix Computations* (4th ed., 2013), leading terms only; what
iterates (eigenvalues, singular values, functions of matrices) is theirs as well, or
Higham's (*Functions of Matrices*, 2008), and about right.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from graphdiff.graph.node import Node
from graphdiff.graph.types import Size
from graphdiff.ops.matrix.determinant import Cofactors, Det, LogDet, SlogDet
from graphdiff.ops.matrix.equations import (
    Lyapunov,
    MatrixFunction,
    MatrixSlope,
    Sqrtm,
    Sylvester,
)
from graphdiff.ops.matrix.factor import LstSq, MatrixPower, MatrixRank, Pinv, Qr
from graphdiff.ops.matrix.solve import Cholesky, Inv, Solve, System
from graphdiff.ops.matrix.spectral import Eig, Eigh, Eigvals, Eigvalsh, Svd, Svdvals
from graphdiff.ops.matrix.triangular import (
    ChoSolve,
    Lu,
    LuFactor,
    LuSolve,
    SolveTriangular,
)

Term = tuple[Fraction | int, tuple[Size, ...]]
"""A number, and the sizes that it is multiplied by."""

Rule = Callable[[Node], list[Term]]


def _cubes(times: Fraction | int) -> Rule:
    """So many times n**3 for each square matrix of size n."""

    def rule(node: Node) -> list[Term]:
        shape = node.args[0].type.shape
        return [(times, (*shape, shape[-1]))]

    return rule


def _columns(times: int, factorised: Fraction | int = 0) -> Rule:
    """So many times n**2 for each right-hand side, after a factorisation."""

    def rule(node: Node) -> list[Term]:
        a, b = node.args[0].type.shape, node.args[-1].type.shape
        vector = isinstance(node.op, (System, LuSolve)) and node.op.vector
        count = (*a, 1 if vector else b[-1])
        return [(factorised, (*a, a[-1])), (times, count)]

    return rule


def _tall(wide: int, cube: Fraction | int) -> Rule:
    """So many times m n k and k**3 for a matrix of m by n, k the smaller."""

    def rule(node: Node) -> list[Term]:
        (*lead, m, n) = node.args[0].type.shape
        known = isinstance(m, int) and isinstance(n, int)
        k = min(m, n) if known else n
        return [(wide, (*lead, m, n, k)), (cube, (*lead, k, k, k))]

    return rule


def _power(node: Node) -> list[Term]:
    digits = bin(node.op.n)[3:]  # type: ignore[attr-defined]
    return _cubes(2 * (len(digits) + digits.count("1")))(node)


_LU = Fraction(2, 3)

FLOPS: dict[type, Rule] = {
    Solve: _columns(2, _LU),
    SolveTriangular: _columns(1),
    ChoSolve: _columns(2),
    LuSolve: _columns(2),
    **dict.fromkeys((Det, LogDet, SlogDet, Lu, LuFactor), _cubes(_LU)),
    Cholesky: _cubes(Fraction(1, 3)),
    Inv: _cubes(2),
    Cofactors: _cubes(Fraction(8, 3)),
    Eigh: _cubes(9),
    Eigvalsh: _cubes(Fraction(4, 3)),
    Eig: _cubes(25),
    Eigvals: _cubes(10),
    Svd: _tall(6, 20),
    Svdvals: _tall(2, 2),
    MatrixRank: _tall(2, 2),
    Pinv: _tall(8, 20),
    LstSq: _tall(4, 8),
    Qr: _tall(4, Fraction(-4, 3)),
    MatrixPower: _power,
    MatrixFunction: _cubes(20),
    MatrixSlope: _cubes(60),
    Sqrtm: _cubes(28),
    Sylvester: _cubes(60),
    Lyapunov: _cubes(35),
}
"""The terms of each op."""
