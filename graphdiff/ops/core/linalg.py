"""Products of matrices and tensors."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arg, At, Call, Op, make
from graphdiff.graph.types import (
    ArrayType,
    broadcast,
    normalize_axis,
    promote,
    show_shape,
)
from graphdiff.ops.core.axes import reshape_node, spread_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.core.ufunc_door import implements_ufunc


@dataclass(frozen=True)
class MatMul(Op):
    """Multiply stacks of matrices: ``(..., m, k) x (..., k, n) -> (..., m, n)``.

    Both arguments have the same leading shape; the door brings vectors and unequal
    stacks to this form, so the derivative has one case.
    """

    over_complex = True

    def infer(self, a: ArrayType, b: ArrayType) -> ArrayType:
        if a.shape[:-2] != b.shape[:-2] or a.shape[-1] != b.shape[-2]:
            raise ShapeError(
                f"np.matmul: {show_shape(a.shape)} does not chain with "
                f"{show_shape(b.shape)}: sizes {a.shape[-1]} and {b.shape[-2]} differ"
            )
        return ArrayType((*a.shape[:-1], b.shape[-1]), promote(a.dtype, b.dtype))

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        return Call("np.matmul", (Arg(0), Arg(1)), {}, True)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        return g @ b.mT if i == 0 else a.mT @ g


@dataclass(frozen=True)
class GatedMatMul(Op):
    """`MatMul` in which a zero of ``g``, argument `gate`, silences its partners."""

    over_complex = True

    gate: int

    def infer(self, a: ArrayType, b: ArrayType) -> ArrayType:
        return MatMul().infer(a, b)

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        return Call(
            "gated_matmul" if self.gate == 0 else "matmul_gated", (Arg(0), Arg(1))
        )

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """The argument that the gate silences."""
        return (1 - self.gate,)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        gate, wild = (a, b) if self.gate == 0 else (b, a)
        if i != self.gate:
            if self.gate == 0:
                return GatedMatMul(0)(a.mT, g)
            return GatedMatMul(1)(g, b.mT)
        axis = -2 if self.gate == 0 else -1
        used = np.expand_dims(
            np.any(gate != 0, axis=axis), -1 if self.gate == 0 else -2
        )
        calm = np.where(
            np.logical_or(used, np.isfinite(wild)), wild, wild.dtype.type(0)
        )
        return g @ calm.mT if self.gate == 0 else calm.mT @ g


@dataclass(frozen=True)
class Einsum(Op):
    """Sum of products named by subscripts, as ``np.einsum`` with an explicit output.

    No letter stands twice in one operand; the door takes diagonals first.
    """

    over_complex = True

    inputs: tuple[str, ...]
    output: str

    def is_view_of(self, *args: Any) -> bool:
        """Whether all that happens is that axes are put in another order."""
        return len(self.inputs) == 1 and sorted(self.inputs[0]) == sorted(self.output)

    @property
    def subscripts(self) -> str:
        """The subscripts as NumPy writes them."""
        return f"{','.join(self.inputs)}->{self.output}"

    def sizes_of(self, *args: Any) -> dict[str, Any]:
        """The size of each letter."""
        found: dict[str, Any] = {}
        for letters, arg in zip(self.inputs, args, strict=True):
            for letter, n in zip(letters, arg.shape, strict=True):
                if found.setdefault(letter, n) != n:
                    shapes = " and ".join(show_shape(a.shape) for a in args)
                    raise ShapeError(
                        f"np.einsum: {self.subscripts}: {letter!r} has sizes "
                        f"{found[letter]} and {n} in shapes {shapes}"
                    )
        return found

    def infer(self, *args: ArrayType) -> ArrayType:
        sizes = self.sizes_of(*args)
        shape = tuple(sizes[letter] for letter in self.output)
        return ArrayType(shape, promote(*[a.dtype for a in args]))

    def call(self, *args: ArrayType) -> Call:
        places = tuple(map(Arg, range(len(args))))
        more = {"optimize": True} if len(args) > 2 else {}
        return Call("np.einsum", (self.subscripts, *places), more)

    def pullback(self, i: int, at: At, g: Any, y: Any, *args: Any) -> Any:
        mine = self.inputs[i]
        others = [k for k in range(len(args)) if k != i]
        operands = [g, *(args[k] for k in others)]
        letters = [self.output, *(self.inputs[k] for k in others)]
        known = "".join(letter for letter in mine if any(letter in s for s in letters))
        share = contract(letters, known, operands)
        if known == mine:
            return share
        sizes = self.sizes_of(*args)
        shape = tuple(sizes[c] for c in mine)
        ones = tuple(sizes[c] if c in known else 1 for c in mine)
        return np.broadcast_to(np.reshape(share, ones), shape)


def contract(letters: list[str], output: str, operands: list[Any]) -> Any:
    """An einsum; in a strict place, where the first operand's zeros must silence."""
    if getattr(operands[0], "strict", False):
        return _strict_contraction(letters, output, operands)
    return Einsum(tuple(letters), output)(*operands)


def _strict_contraction(letters: list[str], output: str, operands: list[Any]) -> Any:
    """Multiply one operand after the other into the first, strictly."""
    total, mine = operands[0], letters[0]
    for k in range(1, len(operands)):
        later = output + "".join(letters[k + 1 :])
        total, mine = _strict_pair(total, mine, operands[k], letters[k], later)
    kept = "".join(c for c in mine if c in output)
    total = _sum_out(total, mine, kept)
    return np.transpose(total, [kept.index(c) for c in output])


def _strict_pair(g: Any, left: str, s: Any, right: str, later: str) -> tuple[Any, str]:
    """Contract `g` with `s` as stacks of matrices; keep the letters of `later`.

    Returns the product, strict as `g` is, and its letters.
    """
    kept = "".join(c for c in left if c in right or c in later)
    summed = "".join(c for c in right if c in left or c in later)
    g, s = g.like(_sum_out(g, left, kept)), _sum_out(s, right, summed)
    sizes = dict(zip(kept + summed, (*g.shape, *s.shape), strict=True))
    lead = "".join(c for c in kept if c in summed and c in later)
    rows = "".join(c for c in kept if c not in summed)
    inner = "".join(c for c in kept if c in summed and c not in later)
    columns = "".join(c for c in summed if c not in kept)

    def matrix(x: Any, old: str, first: str, second: str) -> Any:
        moved = np.transpose(x, [old.index(c) for c in lead + first + second])
        shape = (_count(sizes, lead), _count(sizes, first), _count(sizes, second))
        return np.reshape(moved, shape)

    product = g.like(matrix(g, kept, rows, inner)) @ matrix(s, summed, inner, columns)
    out = lead + rows + columns
    return g.like(np.reshape(product, tuple(sizes[c] for c in out))), out


def _sum_out(x: Any, letters: str, kept: str) -> Any:
    axes = tuple(k for k, c in enumerate(letters) if c not in kept)
    return np.sum(x, axis=axes) if axes else x


def _count(sizes: dict[str, Any], letters: str) -> Any:
    return math.prod((sizes[c] for c in letters), start=1)


def _pair(what: str, a: Any, b: Any) -> tuple[Expression, Expression]:
    a, b = lift(a, what), lift(b, what)
    dtype = promote(a.dtype, b.dtype)
    return Expression(cast_node(a.node, dtype)), Expression(cast_node(b.node, dtype))


@implements_ufunc(np.matmul)
def matmul(x1: Any, x2: Any) -> Any:
    """The product ``x1 @ x2``, for every pairing of ranks that NumPy accepts."""
    return _product("np.matmul", x1, x2)


def _product(what: str, x1: Any, x2: Any) -> Any:
    a, b = _pair(what, x1, x2)
    if not a.ndim or not b.ndim:
        raise ShapeError(f"{what}: an operand has no axes; use * for numbers")
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else -1]:
        raise ShapeError(
            f"{what}: shapes {show_shape(a.shape)} and {show_shape(b.shape)} do not "
            f"fit: {a.shape[-1]} columns meet {b.shape[-2 if b.ndim > 1 else -1]} rows"
        )
    if a.ndim == b.ndim == 1:
        return dot_vectors(a, b)
    rows = a.node if a.ndim > 1 else reshape_node(a.node, (1, *a.shape))
    columns = b.node if b.ndim > 1 else reshape_node(b.node, (*b.shape, 1))
    lead = broadcast(what, [rows.shape[:-2], columns.shape[:-2]])
    if b.ndim == 2 and a.ndim > 2:
        return _flat_matmul(a, b)
    rows = spread_node(rows, lead + rows.shape[-2:])
    columns = spread_node(columns, lead + columns.shape[-2:])
    product = make(MatMul(), rows, columns)
    shape = lead + a.shape[-2:-1] + (b.shape[-1:] if b.ndim > 1 else ())
    return Expression(reshape_node(product, shape))


def _flat_matmul(a: Expression, b: Expression) -> Expression:
    """A stack times one matrix: the rows of the whole stack times the matrix."""
    total: Any = 1
    for n in a.shape[:-1]:
        total = total * n
    rows = reshape_node(a.node, (total, a.shape[-1]))
    product = make(MatMul(), rows, b.node)
    return Expression(reshape_node(product, (*a.shape[:-1], b.shape[-1])))


def dot_vectors(a: Expression, b: Expression) -> Any:
    """The inner product of two vectors."""
    return Einsum(("i", "i"), "")(a, b)


@implements(np.dot)
def dot(a: Any, b: Any) -> Any:
    """Sum of products over the last axis of `a` and the last but one of `b`."""
    a, b = lift(a, "np.dot"), lift(b, "np.dot")
    if not a.ndim or not b.ndim:
        return a * b
    if b.ndim <= 2:
        return _product("np.dot", a, b)
    return tensordot(a, b, axes=((a.ndim - 1,), (b.ndim - 2,)))


@implements(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    """The inner product of all entries, those of `a` conjugated."""
    return _product("np.vdot", np.conj(lift(a)).ravel(), lift(b).ravel())


@implements(np.inner)
def inner(a: Any, b: Any) -> Any:
    """Sum of products over the last axes."""
    a, b = lift(a, "np.inner"), lift(b, "np.inner")
    if not a.ndim or not b.ndim:
        return a * b
    if a.ndim == b.ndim == 1:
        return _product("np.inner", a, b)
    return tensordot(a, b, axes=((a.ndim - 1,), (b.ndim - 1,)))


@implements(np.outer)
def outer(a: Any, b: Any) -> Any:
    """All products of an entry of `a` with an entry of `b`."""
    a, b = lift(a, "np.outer"), lift(b, "np.outer")
    return a.reshape(-1, 1) * b.reshape(1, -1)


@implements(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sum of products over the given axes of `a` and of `b`."""
    a, b = _pair("np.tensordot", a, b)
    if np.ndim(axes) == 0:
        many = operator.index(axes)
        if not 0 <= many <= min(a.ndim, b.ndim):
            raise ShapeError(
                f"np.tensordot: axes={many} for arrays of {a.ndim} and {b.ndim} axes"
            )
        axes = (tuple(range(a.ndim - many, a.ndim)), tuple(range(many)))
    listed = [np.atleast_1d(k).tolist() for k in axes]
    left = [normalize_axis("np.tensordot", k, a.ndim) + a.ndim for k in listed[0]]
    right = [normalize_axis("np.tensordot", k, b.ndim) + b.ndim for k in listed[1]]
    if len(left) != len(right):
        raise ShapeError("np.tensordot: the axes of the two arrays differ in number")
    if any(a.shape[i] != b.shape[j] for i, j in zip(left, right, strict=True)):
        raise ShapeError(
            f"np.tensordot: shapes {show_shape(a.shape)} and {show_shape(b.shape)} do "
            f"not fit over axes {left} and {right}"
        )
    letters = [LETTERS[: a.ndim], list(LETTERS[a.ndim : a.ndim + b.ndim])]
    for i, j in zip(left, right, strict=True):
        letters[1][j] = letters[0][i]  # type: ignore[index]
    first, second = "".join(letters[0]), "".join(letters[1])
    output = "".join(c for c in first + second if (c in first) != (c in second))
    return Einsum((first, second), output)(a, b)


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
