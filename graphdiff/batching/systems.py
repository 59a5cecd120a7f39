"""Systems of equations: the right-hand sides of a batch are columns of one system."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from graphdiff.batching.rules import Same, Stacked, as_stacks, batches
from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Pick, make
from graphdiff.ops.matrix.banded import SolveBanded, SolvehBanded
from graphdiff.ops.matrix.factor import LstSq, Pinv
from graphdiff.ops.matrix.solve import Solve, System
from graphdiff.ops.matrix.spectral import Svdvals
from graphdiff.ops.matrix.triangular import LuSolve


@batches(System, LuSolve, SolveBanded, SolvehBanded)
def system(op: Any, at: Stacked) -> Any:
    """Solve for all right-hand sides at once, with the matrix factorised once.

    Where matrices differ, a vector becomes a matrix of one column: SciPy's solvers take
    no stacks of vectors.
    """
    *matrix, last = range(len(at.nodes))
    if not any(at.mapped[i] for i in matrix):
        return _columns_of_one(op, [at[i] for i in matrix], at[last])
    if not op.vector or isinstance(op, Solve):
        return as_stacks(op, at)
    b = at.full(last)
    columns = replace(op, vector=False)
    found = columns(*map(at.full, matrix), b.reshape((*b.shape, 1)))
    return found.reshape(b.shape)


def _columns_of_one(op: Any, matrix: list[Any], b: Any) -> Any:
    """One system for a batch of right-hand sides `b`."""
    lead = b.ndim - (2 if op.vector else 3)
    stack = tuple(range(1, lead + 1))
    if op.vector:
        columns = b.transpose((*stack, lead + 1, 0))
        found = replace(op, vector=False)(*matrix, columns)
        return found.transpose((lead + 1, *range(lead), lead))
    moved = b.transpose((*stack, lead + 1, 0, lead + 2))
    *front, size, many = moved.shape
    found = op(*matrix, moved.reshape((*front, size * many)))
    whole = found.reshape(moved.shape)
    return whole.transpose((lead + 1, *range(lead), lead, lead + 2))


@batches(LstSq)
def least_squares(op: LstSq, at: Stacked) -> Any:
    """One decomposition for all right-hand sides; of many matrices by pseudoinverses.

    NumPy has least squares for one matrix only.
    """
    if not at.mapped[0]:
        return _columns_of_one_fit(op, at[0], at[1])
    a, b = at.full(0), at.full(1)
    given = () if op.rcond is None else (("rcond", op.rcond),)
    vector = b.ndim == 2
    columns = b.reshape((*b.shape, 1)) if vector else b
    x = Pinv(given)(a) @ columns
    s = Svdvals()(a)
    size, m, n = a.shape
    tiny = np.finfo(s.dtype).eps
    if op.rcond is not None:
        limit: Any = max(op.rcond, tiny)
    elif isinstance(m, int) and isinstance(n, int):
        limit = max(m, n) * tiny
    else:
        limit = np.maximum(*(np.full((), k, s.dtype, like=s) for k in (m, n))) * tiny
    kept = s > limit * np.max(s, axis=-1, keepdims=True, initial=0)
    return (
        x.reshape(x.shape[:-1]) if vector else x,
        np.zeros((size, 0), s.dtype, like=s),
        np.sum(kept, axis=-1).astype(np.intc),
        s,
    )


def _columns_of_one_fit(op: LstSq, a: Any, b: Any) -> Any:
    """A fit of one matrix to a batch of right-hand sides `b`."""
    moved = b.transpose((1, 0, *range(2, b.ndim)))
    m, *rest = moved.shape
    whole = make(op, a.node, moved.reshape((m, math.prod(rest))).node)
    parts = [make(Pick(i), whole) for i in range(4)]
    x = Expression(parts[0]).reshape((a.shape[1], *rest))
    return (x.transpose((1, 0, *range(2, b.ndim))), *map(Same, parts[1:]))
