"""Named rules that keep precision, done before differentiation.

Unlike the rules of simplification these may change a finite result for the better, or
give a finite one where the formula as written overflows or cancels. The functions that
they reach for, and why, are those of Higham, *Accuracy and Stability of Numerical
Algorithms* (2nd ed., 2002), chapter 1, and Blanchard, Higham and Higham, "Accurately
computing the log-sum-exp and softmax functions" (IMA J. Numer. Anal. 41, 2021).
"""

from __future__ import annotations

from graphdiff.graph.node import Full, Node, Size, full_value, make
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose, count
from graphdiff.ops.core.elementwise import (
    add,
    divide,
    exp,
    expm1,
    log,
    log1p,
    logaddexp,
    multiply,
    negative,
    reciprocal,
    sigmoid,
    softplus,
    subtract,
    xlogx,
)
from graphdiff.ops.core.index import Take, TakeAlong
from graphdiff.ops.core.reduce import LogSumExp, Mean, Softmax
from graphdiff.rewrite.algebra import negative_twice
from graphdiff.rewrite.axes import (
    reshape_of_spread,
    reshape_to_itself,
    reshape_twice,
    reshaped,
    spread_twice,
    unwrapped,
)
from graphdiff.rewrite.engine import Engine, Rule, rewrites
from graphdiff.rewrite.matrices import MATRICES
from graphdiff.rewrite.precise import PRECISE
from graphdiff.rewrite.roots import ROOTS


def minus(x: Node) -> Node:
    """-x, or y where x is -y."""
    return x.args[0] if x.op is negative else make(negative, x)


def plus_one(node: Node) -> Node | None:
    """x of 1 + x."""
    if node.op is add:
        a, b = node.args
        if full_value(a) == 1:
            return b
        if full_value(b) == 1:
            return a
    return None


def from_one(node: Node) -> Node | None:
    """x of 1 - x."""
    if node.op is subtract and full_value(node.args[0]) == 1:
        return node.args[1]
    return None


def spread_over(node: Node, axes: tuple[int, ...]) -> Node | None:
    """x of spread(x) along exactly `axes`."""
    if isinstance(node.op, Spread) and node.op.axes == axes:
        return node.args[0]
    return None


def constant_along(node: Node, axes: tuple[int, ...]) -> bool:
    """Whether `node` repeats itself along all of `axes`."""
    if isinstance(node.op, Spread):
        return set(axes) <= set(node.op.axes)
    return full_value(node) is not None


# --- logarithms of one plus something -------------------------------------------------
@rewrites(log)
def log_of_one_plus(node: Node) -> Node | None:
    """log(1 + x)  ->  log1p(x), and log(1 - x)  ->  log1p(-x)."""
    (total,) = node.args
    if not total.type.is_real:
        return None
    if (x := plus_one(total)) is not None:
        return make(log1p, x)
    if (x := from_one(total)) is not None:
        return make(log1p, minus(x))
    return None


@rewrites(log1p)
def log1p_of_exp(node: Node) -> Node | None:
    """log1p(exp(x))  ->  softplus(x)."""
    (e,) = node.args
    return make(softplus, e.args[0]) if e.op is exp and e.type.is_real else None


@rewrites(log1p)
def log1p_of_minus_sigmoid(node: Node) -> Node | None:
    """log1p(-sigmoid(x))  ->  -softplus(x)."""
    (x,) = node.args
    if x.op is negative and x.args[0].op is sigmoid:
        return make(negative, make(softplus, x.args[0].args[0]))
    return None


@rewrites(log)
def log_of_sigmoid(node: Node) -> Node | None:
    """log(sigmoid(x))  ->  -softplus(-x)."""
    (s,) = node.args
    if s.op is sigmoid:
        return make(negative, make(softplus, minus(s.args[0])))
    return None


@rewrites(log)
def log_of_two_exps(node: Node) -> Node | None:
    """log(exp(x) + exp(y))  ->  logaddexp(x, y)."""
    (total,) = node.args
    if total.op is not add or any(e.op is not exp for e in total.args):
        return None
    if not total.type.is_real:
        return None
    return make(logaddexp, total.args[0].args[0], total.args[1].args[0])


# --- exponentials ---------------------------------------------------------------------
@rewrites(subtract, over=(exp,))
def exp_minus_one(node: Node) -> Node | None:
    """exp(x) - 1  ->  expm1(x), and 1 - exp(x)  ->  -expm1(x)."""
    a, b = node.args
    if a.op is exp and full_value(b) == 1:
        return make(expm1, a.args[0])
    if b.op is exp and full_value(a) == 1:
        return make(negative, make(expm1, b.args[0]))
    return None


@rewrites(divide, reciprocal)
def logistic(node: Node) -> Node | None:
    """1 / (1 + exp(-x))  ->  sigmoid(x), and exp(x) / (1 + exp(x))  ->  sigmoid(x)."""
    top, bottom = node.args if node.op is divide else (None, node.args[0])
    e = plus_one(bottom)
    if e is None or e.op is not exp or not node.type.is_real:
        return None
    if top is None or full_value(top) == 1:
        return make(sigmoid, minus(e.args[0]))
    return make(sigmoid, e.args[0]) if top is e else None


# --- softmax and the logarithm of a sum of exponentials -------------------------------
@rewrites(divide)
def softmax_written_out(node: Node) -> Node | None:
    """exp(x) / spread(sum(exp(x)))  ->  softmax(x)."""
    e, wide = node.args
    if e.op is not exp or not isinstance(wide.op, Spread) or not e.type.is_real:
        return None
    (total,) = wide.args
    if not isinstance(total.op, Sum) or total.args[0] is not e:
        return None
    if total.op.axes != wide.op.axes:
        return None
    return make(Softmax(wide.op.axes), e.args[0])


@rewrites(Softmax)
def softmax_of_shifted(node: Node) -> Node | None:
    """softmax(x - spread(m))  ->  softmax(x).

    Softmax shifts by itself.
    """
    (shifted,) = node.args
    if shifted.op is subtract and constant_along(shifted.args[1], node.op.axes):  # type: ignore[attr-defined]
        return make(node.op, shifted.args[0])
    return None


@rewrites(log)
def log_of_sum_of_exp(node: Node) -> Node | None:
    """log(sum(exp(x)))  ->  logsumexp(x), and log(mean(exp(x))) less log n."""
    total = unwrapped(node.args[0])
    if not isinstance(total.op, (Sum, Mean)) or total.args[0].op is not exp:
        return None
    if not total.type.is_real:
        return None
    (x,) = total.args[0].args
    y = make(LogSumExp(total.op.axes), x)
    if isinstance(total.op, Mean):
        n = _count(x, total.op.axes, y.type)
        y = make(subtract, y, make(log, n))
    return reshaped(y, node.type.shape)


def _count(x: Node, axes: tuple[int, ...], type: ArrayType) -> Node:
    """The number of entries of `x` along `axes`, in a type."""
    n = count(x, axes)
    return make(Full.of(n, type) if isinstance(n, int) else Size(n, type))


@rewrites(log)
def log_of_softmax(node: Node) -> Node | None:
    """log(softmax(x))  ->  x - spread(logsumexp(x)).

    Also of a part of it, or of its entries in another order.
    """
    (p,) = node.args
    path: list[Node] = []
    while isinstance(p.op, (Take, TakeAlong, Reshape, Transpose)) and len(path) < 4:
        path.append(p)
        p = p.args[0]
    if not isinstance(p.op, Softmax):
        return None
    (x,) = p.args
    axes = p.op.axes
    lengths = tuple(x.type.shape[a] for a in axes)
    total = make(Spread(axes, lengths), make(LogSumExp(axes), x))
    y = make(subtract, x, total)
    for step in reversed(path):
        y = make(step.op, y, *step.args[1:])
    return y


@rewrites(add, over=(LogSumExp, Reshape))
def logsumexp_shifted_back(node: Node) -> Node | None:
    """m + logsumexp(x - spread(m))  ->  logsumexp(x).

    Logsumexp shifts by itself.
    """
    for shift, term in (node.args, node.args[::-1]):
        total = unwrapped(term)
        if not isinstance(total.op, LogSumExp):
            continue
        (shifted,) = total.args
        axes = total.op.axes
        if shifted.op is not subtract:
            continue
        x, wide = shifted.args
        if _repeats(wide, unwrapped(shift), axes) or _repeats(wide, shift, axes):
            return reshaped(make(LogSumExp(axes), x), node.type.shape)
    return None


def _repeats(wide: Node, m: Node, axes: tuple[int, ...]) -> bool:
    """Whether `wide` is `m` repeated along `axes`."""
    if spread_over(wide, axes) is m:
        return True
    value = full_value(wide)
    return value is not None and value == full_value(m)


@rewrites(subtract)
def log_softmax_shifted(node: Node) -> Node | None:
    """(x - spread(m)) - spread(logsumexp(x - spread(m)))  ->  x - spread(logsumexp(x)).

    The shift cancels; logsumexp shifts by itself.
    """
    shifted, wide = node.args
    if shifted.op is not subtract or not isinstance(wide.op, Spread):
        return None
    (total,) = wide.args
    if not isinstance(total.op, LogSumExp) or total.args[0] is not shifted:
        return None
    x, m = shifted.args
    if not constant_along(m, total.op.axes):
        return None
    return make(subtract, x, make(wide.op, make(total.op, x)))


@rewrites(multiply, over=(log,))
def x_log_x(node: Node, engine: Engine) -> Node | None:
    """x * log(x)  ->  xlogx(x)."""
    if not node.type.is_real:
        return None
    for x, y in (node.args, node.args[::-1]):
        if y.op is log and y.args[0] is x and engine.sole(y):
            return make(xlogx, x)
    return None


LOGARITHMS: tuple[Rule, ...] = (
    log_of_two_exps,
    log_of_sum_of_exp,
    log_of_softmax,
    log_of_sigmoid,
    log_of_one_plus,
    x_log_x,
    log1p_of_exp,
    log1p_of_minus_sigmoid,
    exp_minus_one,
    logistic,
    softmax_written_out,
    softmax_of_shifted,
    logsumexp_shifted_back,
    log_softmax_shifted,
)

FORMS: tuple[Rule, ...] = (
    reshape_to_itself,
    reshape_twice,
    reshape_of_spread,
    spread_twice,
    negative_twice,
)
"""Rules of simplification that bring what was written to the forms matched above."""

STABILISE: tuple[Rule, ...] = FORMS + LOGARITHMS + PRECISE + ROOTS + MATRICES
