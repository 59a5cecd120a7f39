"""Linear algebra: determinants that do not overflow, systems in the place of inverses.

Higham, *Accuracy and Stability of Numerical Algorithms* (2nd ed., 2002), section 14.1,
on why ``inv(a) @ b`` is slower than solving, and less accurate.
"""

from __future__ import annotations

from collections import Counter

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Pick, make
from graphdiff.ops.complex.complexes import modulus
from graphdiff.ops.core.axes import Reshape, Transpose
from graphdiff.ops.core.elementwise import Elementwise, absolute, log
from graphdiff.ops.core.linalg import MatMul
from graphdiff.ops.matrix.determinant import Det, LogDet, SlogDet
from graphdiff.ops.matrix.equations import Lyapunov, MatrixFunction, Sqrtm, Sylvester
from graphdiff.ops.matrix.solve import Cholesky, Inv, Solve
from graphdiff.ops.matrix.spectral import Eig, Eigh, Eigvals, Eigvalsh, Svd, Svdvals
from graphdiff.ops.matrix.triangle import Triangle
from graphdiff.ops.matrix.triangular import (
    ChoSolve,
    Lu,
    LuFactor,
    LuSolve,
    SolveTriangular,
)
from graphdiff.rewrite.axes import reshaped
from graphdiff.rewrite.engine import (
    Engine,
    Rule,
    bring_forward,
    rewrite,
    rewrites,
)

FLIP = Transpose((-1, -2))


def flipped(x: Node) -> Node:
    """The transposed matrix, which of a transposed one is the matrix itself."""
    return x.args[0] if x.op == FLIP else make(FLIP, x)


@rewrites(log, over=(Det, absolute, modulus))
def log_of_det(node: Node) -> Node | None:
    """log(det(a))  ->  logdet(a), and log(abs(det(a)))  ->  slogdet(a)[1]."""
    (size,) = node.args
    if isinstance(size.op, Det) and size.type.is_real:
        return make(LogDet(), *size.args)
    if size.op in (absolute, modulus) and isinstance(size.args[0].op, Det):
        return make(Pick(1), make(SlogDet(), *size.args[0].args))
    return None


@rewrites(MatMul, over=(Inv, Transpose))
def inverse_times(node: Node, engine: Engine) -> Node | None:
    """inv(a) @ b  ->  solve(a, b), and b @ inv(a)  ->  solve(a.mT, b.mT).mT.

    Where the inverse serves nothing else.
    """
    left, right = node.args
    if (a := _inverted(left, engine)) is not None:
        return _solution(a, right)
    if (a := _inverted(right, engine)) is not None:
        return flipped(_solution(flipped(a), flipped(left)))
    return None


def _inverted(x: Node, engine: Engine) -> Node | None:
    """The a of inv(a), and a.mT of inv(a).mT, if the inverse has one reader."""
    if not engine.sole(x):
        return None
    if isinstance(x.op, Inv):
        return x.args[0]
    if x.op == FLIP and isinstance(x.args[0].op, Inv) and engine.sole(x.args[0]):
        return flipped(x.args[0].args[0])
    return None


def _solution(a: Node, b: Node) -> Node:
    """The solution for columns `b`; a single one that was a vector stays a vector."""
    core = b.args[0] if isinstance(b.op, Reshape) else b
    if core.type.ndim == 1 and b.type.shape == (*core.type.shape, 1):
        return reshaped(make(Solve(True), a, core), b.type.shape)
    return make(Solve(False), a, b)


MATRICES: tuple[Rule, ...] = (log_of_det, inverse_times)


@rewrites(Eigvalsh, Eigvals, Svdvals)
def values_beside_vectors(node: Node, engine: Engine) -> Node | None:
    """eigvalsh(a)  ->  eigh(a)[0], where the vectors are computed; svdvals likewise."""
    op, scope = node.op, engine.scope
    place = 1 if isinstance(op, Svdvals) else 0
    if isinstance(op, Eigvalsh):
        both: Eigh | Eig | Svd = Eigh(op.uplo)
    else:
        both = Svd() if isinstance(op, Svdvals) else Eig()
    found = scope.nodes.get((both, node.args))
    if found is None:
        return None
    bring_forward(scope, found, node)
    return make(Pick(place), found)


_OF_SCIPY = (
    ChoSolve,
    Lu,
    LuFactor,
    LuSolve,
    Lyapunov,
    MatrixFunction,
    SolveTriangular,
    Sqrtm,
    Sylvester,
)


def calls_scipy(node: Node) -> bool:
    """Whether the program needs SciPy for `node`."""
    op = node.op
    if isinstance(op, Elementwise):
        return op.name.startswith("scipy.")
    return isinstance(op, _OF_SCIPY)


@rewrites(Solve)
def solve_of_triangle(node: Node) -> Node | None:
    """solve(cholesky(a), b)  ->  solve_triangular(cholesky(a), b).

    Of triangles and their transposes, in a program that calls SciPy anyway.
    """
    a, b = node.args
    factor = a.args[0] if a.op == FLIP else a
    lower = _is_lower(factor)
    if lower is None:
        return None
    op = node.op
    assert isinstance(op, Solve)
    return make(SolveTriangular(op.vector, lower, factor is not a), factor, b)


def _is_lower(x: Node) -> bool | None:
    """Whether a triangular matrix is lower; None if it is not surely triangular."""
    if isinstance(x.op, Cholesky):
        return not x.op.upper
    if isinstance(x.op, Triangle) and x.op.k == 0:
        return not x.op.upper
    if isinstance(x.op, Pick) and isinstance(x.args[0].op, Lu):
        return {1: True, 2: False}.get(x.op.index)
    return None


def shared_factors(graph: Graph) -> Rule:
    """The rule that lets systems with one matrix share its factors."""
    systems: Counter[Node] = Counter()
    for node in graph.nodes:
        if isinstance(node.op, Solve):
            a = node.args[0]
            systems[a.args[0] if a.op == FLIP else a] += 1

    @rewrites(Solve)
    def solve_by_factors(node: Node) -> Node | None:
        """solve(a, b)  ->  lu_solve(lu_factor(a), b).

        Where a or its transpose stands in another system, in a program that calls
        SciPy anyway: the factorisation is most of the work.
        """
        a, b = node.args
        base = a.args[0] if a.op == FLIP else a
        if systems[base] < 2 or base.type.dtype != node.type.dtype:
            return None
        op = node.op
        assert isinstance(op, Solve)
        factors = make(LuFactor(), base)
        parts = make(Pick(0), factors), make(Pick(1), factors)
        return make(LuSolve(op.vector, base is not a), *parts, b)

    return solve_by_factors


def share_factors(graph: Graph) -> Graph:
    """`graph` with what it computes of a matrix used as often as it can be."""
    kinds = {type(node.op) for node in graph.nodes}
    rules: list[Rule] = []
    if kinds & {Eigvalsh, Eigvals, Svdvals}:
        rules.append(values_beside_vectors)
    if Solve in kinds and any(map(calls_scipy, graph.nodes)):
        rules += [solve_of_triangle, shared_factors(graph)]
    return rewrite(graph, rules) if rules else graph
