"""Choosing, taking, joining and multiplying: what a choice or product need not do."""

from __future__ import annotations

from graphdiff.graph.node import Node, full_value, make
from graphdiff.ops.core.axes import Transpose
from graphdiff.ops.core.elementwise import (
    divide,
    gated,
    logical_not,
    multiply,
    negative,
    where,
)
from graphdiff.ops.core.index import Concatenate, Put, Slice, Take
from graphdiff.ops.core.linalg import Einsum, MatMul
from graphdiff.rewrite.axes import spread, summed, transposed
from graphdiff.rewrite.engine import Engine, Rule, rewrites


# --- where ----------------------------------------------------------------------------
@rewrites(where)
def where_both_alike(node: Node) -> Node | None:
    """where(c, x, x)  ->  x."""
    _, x, y = node.args
    return x if x is y else None


@rewrites(where)
def where_known(node: Node) -> Node | None:
    """where(True, x, y)  ->  x, and where(False, x, y)  ->  y."""
    c, x, y = node.args
    value = full_value(c)
    return None if value is None else x if value else y


@rewrites(where)
def where_not(node: Node) -> Node | None:
    """where(not c, x, y)  ->  where(c, y, x)."""
    c, x, y = node.args
    if c.op is logical_not and c.args[0].type.dtype.kind == "b":
        return make(where, c.args[0], y, x)
    return None


@rewrites(where)
def where_in_where(node: Node) -> Node | None:
    """where(c, where(c, x, _), y)  ->  where(c, x, y), and likewise for the other."""
    c, x, y = node.args
    if x.op is where and x.args[0] is c:
        return make(where, c, x.args[1], y)
    if y.op is where and y.args[0] is c:
        return make(where, c, x, y.args[2])
    return None


MOST_STEPS_DOWN = 8
"""How far a choice looks for the same choice inside one of its branches."""


@rewrites(where)
def where_in_product_in_where(node: Node, engine: Engine) -> Node | None:
    """where(c, -where(c, x, _) * z, y)  ->  where(c, -x * z, y).

    Through products, quotients and signs that have no other reader.
    """
    c, *branches = node.args
    for i, branch in enumerate(branches, 1):
        path: list[tuple[Node, int]] = []
        inner = branch
        while inner.op in _LINEAR and len(path) < MOST_STEPS_DOWN:
            if not engine.sole(inner):
                break
            place = _place_of_choice(inner, c)
            path.append((inner, place))
            inner = inner.args[place]
        if not path or inner.op is not where or inner.args[0] is not c:
            continue
        better = inner.args[i]
        for step, place in reversed(path):
            args = (*step.args[:place], better, *step.args[place + 1 :])
            better = make(step.op, *args)
        return make(
            where, c, *(better if k == i else b for k, b in enumerate(branches, 1))
        )
    return None


_LINEAR = (multiply, divide, negative, gated)


def _place_of_choice(product: Node, c: Node) -> int:
    """The factor of `product` to look into: one that chooses by `c`, or the first."""
    if product.op is multiply and len(product.args) == 2:
        second = product.args[1]
        return int(second.op is where and second.args[0] is c)
    return 0


@rewrites(logical_not)
def not_twice(node: Node) -> Node | None:
    """not (not c)  ->  c."""
    (c,) = node.args
    if c.op is logical_not and c.args[0].type.dtype.kind == "b":
        return c.args[0]
    return None


# --- indices --------------------------------------------------------------------------
@rewrites(Take)
def take_whole(node: Node) -> Node | None:
    """x[:, :]  ->  x."""
    whole = (Slice(), Slice(None, None, 1))
    if all(item in whole for item in node.op.pattern):  # type: ignore[attr-defined]
        return node.args[0]
    return None


@rewrites(Take)
def take_of_put(node: Node) -> Node | None:
    """put(x, at i)[i]  ->  x.

    Where no entry is named twice.
    """
    put, *index = node.args
    if not isinstance(put.op, Put) or not put.op.once:
        return None
    x, *places = put.args
    same = put.op.pattern == node.op.pattern and places == index  # type: ignore[attr-defined]
    return x if same and x.type == node.type else None


@rewrites(Take)
def take_of_join(node: Node) -> Node | None:
    """concatenate(x, y)[:n]  ->  x.

    Where the slice is exactly one of the parts.
    """
    (joined, *index) = node.args
    if not isinstance(joined.op, Concatenate) or index:
        return None
    axis, pattern = joined.op.axis, node.op.pattern  # type: ignore[attr-defined]
    if len(pattern) < -axis or sum(item != Slice() for item in pattern) != 1:
        return None
    item, start = pattern[axis], 0
    for part in joined.args:
        stop = start + part.type.shape[axis]
        if item == Slice(start, stop) and part.type == node.type:
            return part
        start = stop  # type: ignore[assignment]
    return None


@rewrites(Concatenate)
def join_of_one(node: Node) -> Node | None:
    """concatenate(x)  ->  x."""
    return node.args[0] if len(node.args) == 1 else None


# --- products of matrices -------------------------------------------------------------
@rewrites(Transpose)
def transpose_of_product(node: Node, engine: Engine) -> Node | None:
    """(A^T B)^T  ->  B^T A, and (A B^T)^T  ->  B A^T.

    Where that needs fewer transposes and the product has no other reader.
    """
    (product,) = node.args
    swap = (-1, -2)
    if not isinstance(product.op, MatMul) or not engine.sole(product):
        return None
    a, b = product.args
    turned = [isinstance(x.op, Transpose) and x.op.order == swap for x in (a, b)]
    if node.op.order != swap or not any(turned):  # type: ignore[attr-defined]
        return None
    return make(MatMul(), make(Transpose(swap), b), make(Transpose(swap), a))


@rewrites(Einsum)
def einsum_of_one(node: Node) -> Node | None:
    """einsum("ij->ji", x)  ->  transpose(sum(x))."""
    if len(node.args) != 1:
        return None
    (letters,), output = node.op.inputs, node.op.output  # type: ignore[attr-defined]
    (x,) = node.args
    rank = len(letters)
    axes = tuple(a for a in range(-rank, 0) if letters[a] not in output)
    left = "".join(c for c in letters if c in output)
    small = summed(x, axes)
    if small.type.dtype != node.type.dtype:
        return None
    return transposed(small, tuple(left.index(c) - len(left) for c in output))


@rewrites(Einsum)
def einsum_with_scalar(node: Node) -> Node | None:
    """einsum(",i->i", s, x)  ->  spread(s) * einsum("i->i", x)."""
    inputs, output = node.op.inputs, node.op.output  # type: ignore[attr-defined]
    if "" not in inputs or len(inputs) == 1:
        return None
    if any(arg.type.dtype != node.type.dtype for arg in node.args):
        return None
    k = inputs.index("")
    op = Einsum((*inputs[:k], *inputs[k + 1 :]), output)
    rest = make(op, *node.args[:k], *node.args[k + 1 :])
    axes = tuple(range(-len(output), 0))
    return make(multiply, spread(node.args[k], axes, node.type.shape), rest)


@rewrites(Einsum)
def einsum_of_matrices(node: Node) -> Node | None:
    """einsum("ij,kj->ik", A, B)  ->  A B^T, in every order of letters."""
    inputs, output = node.op.inputs, node.op.output  # type: ignore[attr-defined]
    if len(inputs) != 2 or any(len(s) != 2 for s in (*inputs, output)):
        return None
    summed_over = set("".join(inputs)) - set(output)
    if len(summed_over) != 1 or not all(summed_over < set(s) for s in inputs):
        return None
    (k,) = summed_over
    left = 0 if output[0] in inputs[0] else 1
    if output[0] in inputs[1 - left] or output[1] in inputs[left]:
        return None
    a, b = node.args[left], node.args[1 - left]
    swap = (-1, -2)
    if inputs[left][0] == k:
        a = make(Transpose(swap), a)
    if inputs[1 - left][1] == k:
        b = make(Transpose(swap), b)
    return make(MatMul(), a, b)


CHOICE: tuple[Rule, ...] = (
    where_both_alike,
    where_known,
    where_not,
    where_in_where,
    where_in_product_in_where,
    not_twice,
    take_whole,
    take_of_put,
    take_of_join,
    join_of_one,
    transpose_of_product,
    einsum_of_one,
    einsum_with_scalar,
    einsum_of_matrices,
)
