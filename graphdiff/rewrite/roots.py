"""Square roots of sums of squares: functions that neither overflow nor have a hole.

``sqrt(sum(x * x))`` has slope inf * 0 at the origin; the functions below have 0 there.
Where such a root is only squared again, it goes.
"""

from __future__ import annotations

from graphdiff.graph.node import Full, Node, Size, full_value, make
from graphdiff.ops.complex.complexes import abs_squared, modulus
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import (
    absolute,
    add,
    divide,
    hypot,
    multiply,
    power,
    root,
    sqrt,
    square,
)
from graphdiff.ops.core.linalg import Einsum
from graphdiff.ops.core.reduce import Mean, Norm, Std, Var
from graphdiff.rewrite.axes import reshaped
from graphdiff.rewrite.engine import Engine, Rule, rewrites

MOST_TERMS = 8
"""How many squares under one root become nested ``hypot``."""


def root_of(node: Node) -> Node | None:
    """x of sqrt(x) or x ** 0.5."""
    if node.op is sqrt:
        return node.args[0]
    return node.args[0] if full_value(node.args[1]) == 0.5 else None


def base_of_square(node: Node) -> Node | None:
    """x of x * x, x ** 2 or square(x)."""
    if node.op is square:
        return node.args[0]
    if node.op is multiply and node.args[0] is node.args[1]:
        return node.args[0]
    if node.op is power and full_value(node.args[1]) == 2:
        return node.args[0]
    return None


@rewrites(sqrt, power)
def root_of_square(node: Node) -> Node | None:
    """sqrt(x * x)  ->  abs(x)."""
    inside = root_of(node)
    x = None if inside is None else base_of_square(inside)
    if x is None or x.type != node.type or not x.type.is_real:
        return None
    return make(absolute, x)


@rewrites(sqrt, power)
def root_of_sum_of_squares(node: Node) -> Node | None:
    """sqrt(sum(x * x))  ->  norm(x)."""
    inside = root_of(node)
    if inside is None or not inside.type.is_real:
        return None
    total = inside.args[0] if isinstance(inside.op, Reshape) else inside
    if not isinstance(total.op, Sum):
        return None
    x = base_of_square(total.args[0])
    if x is None or x.type.dtype != node.type.dtype:
        return None
    return reshaped(make(Norm(total.op.axes), x), node.type.shape)


@rewrites(sqrt, power)
def root_of_inner_product(node: Node) -> Node | None:
    """sqrt(x @ x)  ->  norm(x)."""
    inside = root_of(node)
    if inside is None or inside.op != Einsum(("i", "i"), "") or node.type.is_complex:
        return None
    x, y = inside.args
    return make(Norm((-1,)), x) if x is y and x.type.dtype == node.type.dtype else None


@rewrites(sqrt, power)
def root_of_two_squares(node: Node) -> Node | None:
    """sqrt(x * x + y * y)  ->  hypot(x, y).

    Of more squares nested: hypot(hypot(x, y), z).
    """
    inside = root_of(node)
    if inside is None or inside.op is not add or not inside.type.is_real:
        return None
    terms: list[Node] = []
    stack = [inside]
    while stack:
        term = stack.pop()
        x = base_of_square(term)
        if x is not None and x.type == node.type and len(terms) < MOST_TERMS:
            terms.append(x)
        elif term.op is add and len(stack) < MOST_TERMS:
            stack += reversed(term.args)
        else:
            return None
    total = terms[0]
    for x in terms[1:]:
        total = make(hypot, total, x)
    return total


@rewrites(sqrt, power)
def root_of_variance(node: Node) -> Node | None:
    """sqrt(var(x))  ->  std(x)."""
    inside = root_of(node)
    if inside is None:
        return None
    var = inside.args[0] if isinstance(inside.op, Reshape) else inside
    if not isinstance(var.op, Var) or var.type.dtype != node.type.dtype:
        return None
    return reshaped(make(Std(var.op.axes, var.op.ddof), *var.args), node.type.shape)


@rewrites(sqrt, power)
def root_of_squares(node: Node) -> Node | None:
    """sqrt(x * x / n + 2 * y * y)  ->  root(x * x / n + 2 * y * y).

    Of any sum of squares with positive weights: the same square root, with slope 0
    instead of 0 / 0 at the origin.
    """
    inside = root_of(node)
    if inside is None or inside.type != node.type or not node.type.is_real:
        return None
    if not is_sum_of_squares(inside):
        return None
    return make(root, inside)


@rewrites(square, multiply, power)
def square_of_root(node: Node, engine: Engine) -> Node | None:
    """norm(x) ** 2  ->  sum(x ** 2), and likewise for std, abs and root.

    Where nothing else reads the root. The slope is 2 * x: no quotient by a norm, which
    is 0 at the origin and may overflow or vanish before its square does.
    """
    base = base_of_square(node)
    if base is None or base.type != node.type or not engine.serves_only(base, node):
        return None
    inner = base.args[0] if isinstance(base.op, Reshape) else base
    if inner is not base and not engine.serves_only(inner, base):
        return None
    found = squared(inner)
    return None if found is None else reshaped(found, node.type.shape)


def squared(root_node: Node) -> Node | None:
    """The square of what is a root of squares, without the root."""
    op, args = root_node.op, root_node.args
    if isinstance(op, Norm):
        return make(Sum(op.axes), _squares(args[0]))
    if isinstance(op, Std):
        return make(Var(op.axes, op.ddof), *args)
    if op is absolute:
        return _squares(args[0])
    if op is modulus:
        return make(abs_squared, args[0])
    return args[0] if op is root else None


def _squares(x: Node) -> Node:
    if x.type.is_complex:
        return make(abs_squared, x)
    return make(power, x, make(Full.of(2, x.type)))


def is_sum_of_squares(node: Node) -> bool:
    """Whether `node` is surely 0 only where the squares that it adds up are."""
    stack = [node]
    for _ in range(4 * MOST_TERMS):
        if not stack:
            return True
        node = stack.pop()
        if node.op is abs_squared or isinstance(node.op, Var):
            continue
        if base_of_square(node) is not None:
            continue
        if node.op is multiply and len({_unweighted(arg) for arg in node.args}) == 1:
            continue
        if node.op is add:
            stack += node.args
        elif isinstance(node.op, (Sum, Mean, Reshape, Spread, Transpose)):
            stack.append(node.args[0])
        elif isinstance(node.op, Einsum) and len(set(node.args)) == 1:
            if node.op.inputs[0] != node.op.inputs[-1] or len(node.args) != 2:
                return False
        elif node.op is divide and _is_positive(node.args[1]):
            stack.append(node.args[0])
        elif node.op is multiply and any(map(_is_positive, node.args)):
            stack += [arg for arg in node.args if not _is_positive(arg)]
        else:
            return False
    return False


def _unweighted(node: Node) -> Node:
    """x of 2 * x or x / 2."""
    if node.op in (multiply, divide) and _is_positive(node.args[1]):
        return node.args[0]
    if node.op is multiply and _is_positive(node.args[0]):
        return node.args[1]
    return node


def _is_positive(node: Node) -> bool:
    value = full_value(node)
    return isinstance(node.op, Size) or (value is not None and value > 0)


ROOTS: tuple[Rule, ...] = (
    root_of_square,
    root_of_sum_of_squares,
    root_of_inner_product,
    root_of_two_squares,
    root_of_variance,
    root_of_squares,
    square_of_root,
)
