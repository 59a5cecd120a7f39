"""Functions of entries: NumPy's ufuncs, with the derivatives that NumPy lacks.

One line of the tables below is one op. A rule ``lambda g, y, x: ...`` gives the
cotangent of one argument from ``g``, that of the result ``y``. The functions are those
of NIST's Digital Library of Mathematical Functions, chapter 4; what happens where a
derivative jumps or is infinite is graphdiff's one convention for kinks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, ShapeError, UnsupportedError
from graphdiff.expression import (
    DOORS,
    Door,
    Expression,
    as_array,
    implements,
    lift,
)
from graphdiff.node import Arg, At, Call, Full, Node, Op, Size, full_value, make
from graphdiff.ops.axes import spread_node
from graphdiff.dims import Dim
from graphdiff.runtime import FUNCTIONS
from graphdiff.types import (
    ArrayType,
    Shape,
    broadcast,
    check_dtype,
    dtype_of,
    promote,
    promote_to_float,
    show_shape,
)

Rule = Callable[..., Any]
DtypeRule = Callable[..., tuple[tuple[np.dtype, ...], np.dtype]]


@dataclass(frozen=True, eq=False)
class Elementwise(Op):
    """An op on entries. Arguments have equal shapes, and the dtypes of its rule."""

    name: str
    dtypes: DtypeRule
    rules: tuple[Rule | None, ...]
    kink: str = ""  # type: ignore[misc]
    convention: str = ""  # type: ignore[misc]
    singular: bool = False  # type: ignore[misc]
    masks: tuple[int, ...] = ()  # type: ignore[misc]
    safe: tuple[float | None, ...] = ()
    out: bool = True

    @property
    def label(self) -> str:
        """The function's own name."""
        return self.name.rpartition(".")[2]

    def __repr__(self) -> str:
        """The name: an op like this is one of a kind."""
        return self.name

    def __hash__(self) -> int:
        """By identity."""
        return id(self)

    def infer(self, *args: ArrayType) -> ArrayType:
        first = args[0]
        for arg in args:
            if arg.shape != first.shape:
                shapes = " and ".join(show_shape(a.shape) for a in args)
                raise ShapeError(f"{self.name}: the strict op got shapes {shapes}")
        return ArrayType(first.shape, self.dtypes(*[a.dtype for a in args])[1])

    def call(self, *args: ArrayType) -> Call:
        return Call(self.name, tuple(map(Arg, range(len(args)))), {}, self.out)

    def pullback(self, i: int, at: At, g: Any, y: Any, *args: Any) -> Any:
        rule = self.rules[i] if i < len(self.rules) else None
        if rule is None:
            return None
        return rule(at.kinks, g, y, *args) if self.kink else rule(g, y, *args)

    def is_flat(self, i: int) -> bool:
        return self.rules[i] is None

    def __call__(self, *args: Any) -> Any:
        """Apply with NumPy's broadcasting and promotion, made explicit as nodes."""
        kind: Any = None
        nodes = []
        for arg in args:
            if isinstance(arg, Expression):
                kind = type(arg) if kind is None or kind is Expression else kind
                nodes.append(arg.node)
        if kind is None:
            return FUNCTIONS[self.name](*args)
        if len(args) != len(self.rules):
            raise ShapeError(
                f"{self.name}: expected {len(self.rules)} arguments, got {len(args)}"
            )
        if len(nodes) < len(args) or not self._fits(nodes):
            nodes = self._fit(args)
        return kind(make(self, *nodes))

    def _fits(self, nodes: list[Node]) -> bool:
        """Whether nodes need neither broadcasting nor promotion: the usual case."""
        first = nodes[0].type
        if any(n.type != first for n in nodes[1:]):
            return False
        dtype = first.dtype
        return all(d == dtype for d in self.dtypes(*[dtype] * len(nodes))[0])

    def _fit(self, args: tuple[Any, ...]) -> list[Node]:
        values = [
            a
            if isinstance(a, (Expression, int, float, Dim))
            else as_array(a, self.name)
            for a in args
        ]
        dtypes, _ = self.dtypes(*map(dtype_of, values))
        if self.label in _COMPARISONS and dtypes[0].kind in "iu":
            values = [_comparable(v, dtypes[0]) for v in values]
            dtypes, _ = self.dtypes(*map(dtype_of, values))
        shapes = [v.shape for v in values if hasattr(v, "shape")]
        shape = shapes[0]
        for other in shapes:
            if other != shape:
                shape = broadcast(self.name, shapes)
                break
        return [_cast(v, d, shape) for v, d in zip(values, dtypes, strict=True)]


_COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


def _comparable(value: Any, dtype: np.dtype) -> Any:
    """A Python integer as something that integers of `dtype` compare with.

    It may lie outside of the dtype: ``uint8 < 300`` is true everywhere.
    """
    limits = np.iinfo(dtype)
    if not isinstance(value, int) or limits.min <= value <= limits.max:
        return value
    return np.asarray(value if abs(value) < 2**63 else np.copysign(np.inf, value))


def _cast(value: Any, dtype: np.dtype, shape: Shape) -> Node:
    """The node of `value` in the dtype and shape that an elementwise op wants."""
    if isinstance(value, Expression):
        node = value.node
        if node.type.dtype != dtype:
            node = cast_node(node, dtype)
        return node if node.type.shape == shape else spread_node(node, shape)
    wanted = ArrayType(shape, dtype)
    if isinstance(value, Dim):
        return make(Size(value, wanted))
    if isinstance(value, int) and dtype.kind in "iu":
        value = np.array(value, dtype)
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return make(Full.of(value, wanted))
    return spread_node(cast_node(lift(value).node, dtype), shape)


@dataclass(frozen=True)
class Cast(Op):
    """Convert the entries to ``dtype``."""

    dtype: np.dtype

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, self.dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("astype", (Arg(0), self.dtype))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Cast(x.dtype)(g)


def cast_node(x: Node, dtype: np.dtype) -> Node:
    """`x` in `dtype`; a number is converted at once."""
    if x.type.dtype == dtype:
        return x
    if isinstance(x.op, Full):
        return make(Full.of(x.op.value, ArrayType(x.type.shape, dtype)))
    return make(Cast(dtype), x)


def _by_ufunc(ufunc: Any) -> DtypeRule:
    @lru_cache(maxsize=256)
    def dtypes(*given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
        try:
            found = ufunc.resolve_dtypes((*given, *[None] * ufunc.nout))
        except TypeError:
            listing = ", ".join(getattr(d, "__name__", None) or str(d) for d in given)
            raise DTypeError(
                f"np.{ufunc.__name__} has no version for {listing}"
            ) from None
        for dtype in found:
            check_dtype(dtype, f"np.{ufunc.__name__}")
        return found[: ufunc.nin], found[ufunc.nin]

    return dtypes


def _all_float(*given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
    dtype = promote_to_float(*given)
    return (dtype,) * len(given), dtype


def _all_alike(*given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
    dtype = promote(*given)
    return (dtype,) * len(given), dtype


def _choice(condition: Any, *given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
    dtype = promote(*given)
    return (np.dtype(bool), dtype, dtype), dtype


def ufunc(function: Any, *rules: Rule | None, **facts: Any) -> Elementwise:
    """The op of a NumPy ufunc, and the ufunc's door."""
    padded = rules if rules else (None,) * function.nin
    name = {"absolute": "abs", "remainder": "mod"}.get(
        function.__name__, function.__name__
    )
    op = Elementwise(f"np.{name}", _by_ufunc(function), padded, **facts)
    DOORS[function] = Door(function, op, function.nin)
    return op


def helper(name: str, *rules: Rule | None, **facts: Any) -> Elementwise:
    """The op of one of our own runtime functions of floats."""
    return Elementwise(name, _all_float, rules, out=False, **facts)


def literal(x: Any) -> Any:
    """The number if `x` is one number repeated and known, else None."""
    return full_value(x.node) if isinstance(x, Expression) else None


_WEIGHTS = {"mean": (0.5, 0.5), "right": (1.0, 0.0), "left": (0.0, 1.0)}
"""What each of two tied arguments gets; "zero" gives nothing."""


def _step(a: Any, b: Any, tie: float) -> Any:
    """1 where a > b, 0 where a < b, and `tie` where they are equal."""
    number = literal(b)
    if number is not None and np.isfinite(number):
        return np.heaviside(a if number == 0 else a - b, tie)
    if (number := literal(a)) is not None and np.isfinite(number):
        return np.heaviside(-b if number == 0 else a - b, tie)
    dtype = a.dtype.type
    return np.where(a == b, dtype(tie), np.where(a > b, dtype(1), dtype(0)))


def pass_on(g: Any, step: Any) -> Any:
    """The share of `g` that a step function lets through.

    While `g` is open (forward mode), what comes later takes its place, and may be
    infinite where the step is 0.
    """
    return gated(step, g) if getattr(g, "is_open", False) else g * step


def _winner(sign: int, i: int) -> Rule:
    """The rule of the larger (sign 1) or smaller (sign -1) of two: argument i's."""

    def rule(kinks: str, g: Any, y: Any, *args: Any) -> Any:
        tie = _WEIGHTS.get(kinks, (0.0, 0.0))[i]
        mine, other = args[i], args[1 - i]
        return pass_on(
            g, _step(mine, other, tie) if sign > 0 else _step(other, mine, tie)
        )

    return rule


def _sign(kinks: str, g: Any, y: Any, x: Any) -> Any:
    if kinks in ("right", "left"):
        return g * (2 * _step(x, x * 0, 1.0 if kinks == "right" else 0.0) - 1)
    return g * np.sign(x)


def _power_base(g: Any, y: Any, x: Any, p: Any) -> Any:
    """g p x**(p - 1), and 0 where p is 0, also at x = 0."""
    n = literal(p)
    if n is None:
        return g * (p * x ** (np.where(p == 0, p.dtype.type(1), p) - 1))
    if n == 0:
        return None
    if n == 1:
        return g
    return g * (2 * x if n == 2 else p * x ** (p - 1))


def _power_exponent(g: Any, y: Any, x: Any, p: Any) -> Any:
    """g y log(x), and 0 where x is 0."""
    return g * (y * np.log(np.where(x == 0, x.dtype.type(1), x)))


def _clipped(i: int) -> Rule:
    """np.clip(x, low, high) = min(max(x, low), high): the share of argument i."""

    def rule(kinks: str, g: Any, y: Any, x: Any, low: Any, high: Any) -> Any:
        first, second = _WEIGHTS.get(kinks, (0.0, 0.0))
        above, below = _step(x, low, first), _step(high, x, first)
        bounds = literal(low), literal(high)
        known = bounds[0] is not None and bounds[1] is not None
        if known and not bounds[0] < bounds[1]:
            return None
        fits = None if known else (low < high)
        slope = [
            lambda: above * below,
            lambda: _step(low, x, second),
            lambda: _step(x, high, second),
        ][i]()
        if fits is not None:
            other = slope.dtype.type(1.0 if i == 2 else 0.0)
            slope = np.where(fits, slope, other)
        return pass_on(g, slope)

    return rule


def _gated_gate(g: Any, y: Any, g0: Any, s: Any) -> Any:
    """Linear in the gate: g s, taking no notice of a wild s where the gate is 0."""
    calm = np.logical_or(g0 != 0, np.isfinite(s))
    return g * np.where(calm, s, s.dtype.type(0))


def _ratio_over(g: Any, y: Any, a: Any, b: Any) -> Any:
    return -ratio(g * y, b)


def _angle(first: bool) -> Rule:
    """The derivatives of the angle of (x, y), 0 at the origin."""

    def rule(g: Any, angle: Any, y: Any, x: Any) -> Any:
        r = np.hypot(x, y)
        return ratio(g * ratio(x if first else -y, r), r)

    return rule


def _logaddexp(i: int) -> Rule:
    def rule(g: Any, y: Any, *args: Any) -> Any:
        zero = y.dtype.type(0)
        return g * np.exp(args[i] - np.where(y == -np.inf, zero, y))

    return rule


# --- arithmetic -----------------------------------------------------------------------
add = ufunc(np.add, lambda g, z, x, y: g, lambda g, z, x, y: g)
subtract = ufunc(np.subtract, lambda g, z, x, y: g, lambda g, z, x, y: -g)
multiply = ufunc(np.multiply, lambda g, z, x, y: g * y, lambda g, z, x, y: g * x)
divide = ufunc(
    np.true_divide,
    lambda g, z, x, y: g / y,
    lambda g, z, x, y: -(g / y * z),
    singular=True,
    safe=(None, 1.0),
)
negative = ufunc(np.negative, lambda g, y, x: -g)
positive = ufunc(np.positive, lambda g, y, x: g)
power = ufunc(np.power, _power_base, _power_exponent, singular=True, safe=(1.0, None))
mod = ufunc(
    np.remainder,
    lambda g, z, x, y: g,
    lambda g, z, x, y: -(g * np.floor_divide(x, y)),
    singular=True,
    safe=(None, 1.0),
)
floor_divide = ufunc(np.floor_divide, singular=True, safe=(None, 1.0))
reciprocal = ufunc(
    np.reciprocal, lambda g, y, x: -(g * y * y), singular=True, safe=(1.0,)
)
absolute = ufunc(np.absolute, _sign, kink="jumps at 0")
fabs = ufunc(np.fabs, _sign, kink="jumps at 0")
sign = ufunc(np.sign)
sqrt = ufunc(np.sqrt, lambda g, y, x: g / (2 * y), singular=True, safe=(1.0,))
cbrt = ufunc(np.cbrt, lambda g, y, x: g / (3 * (y * y)), singular=True, safe=(1.0,))
square = ufunc(np.square, lambda g, y, x: g * (2 * x))
hypot = ufunc(
    np.hypot,
    lambda g, r, x, y: g * ratio(x, r),
    lambda g, r, x, y: g * ratio(y, r),
    convention="0 at the origin",
)

# --- exponentials and logarithms ------------------------------------------------------
exp = ufunc(np.exp, lambda g, y, x: g * y, singular=True, safe=(0.0,))
exp2 = ufunc(np.exp2, lambda g, y, x: g * y * np.log(2.0), singular=True, safe=(0.0,))
expm1 = ufunc(np.expm1, lambda g, y, x: g * (y + 1), singular=True, safe=(0.0,))
log = ufunc(np.log, lambda g, y, x: g / x, singular=True, safe=(1.0,))
log2 = ufunc(np.log2, lambda g, y, x: g / (x * np.log(2.0)), singular=True, safe=(1.0,))
log10 = ufunc(
    np.log10, lambda g, y, x: g / (x * np.log(10.0)), singular=True, safe=(1.0,)
)
log1p = ufunc(np.log1p, lambda g, y, x: g / (1 + x), singular=True, safe=(0.0,))
logaddexp = ufunc(np.logaddexp, _logaddexp(0), _logaddexp(1))

# --- trigonometric and hyperbolic -----------------------------------------------------
sin = ufunc(np.sin, lambda g, y, x: g * np.cos(x))
cos = ufunc(np.cos, lambda g, y, x: -(g * np.sin(x)))
tan = ufunc(np.tan, lambda g, y, x: g * (1 + y * y))
arcsin = ufunc(
    np.arcsin, lambda g, y, x: g / np.sqrt(1 - x * x), singular=True, safe=(0.0,)
)
arccos = ufunc(
    np.arccos, lambda g, y, x: -(g / np.sqrt(1 - x * x)), singular=True, safe=(0.0,)
)
arctan = ufunc(np.arctan, lambda g, y, x: g / (1 + x * x))
arctan2 = ufunc(
    np.arctan2, _angle(True), _angle(False), convention="0 at the origin"
)
sinh = ufunc(np.sinh, lambda g, y, x: g * np.cosh(x), singular=True, safe=(0.0,))
cosh = ufunc(np.cosh, lambda g, y, x: g * np.sinh(x), singular=True, safe=(0.0,))
tanh = ufunc(np.tanh, lambda g, y, x: g * (1 - y * y))
arcsinh = ufunc(np.arcsinh, lambda g, y, x: g / np.sqrt(x * x + 1))
arccosh = ufunc(
    np.arccosh, lambda g, y, x: g / np.sqrt(x * x - 1), singular=True, safe=(2.0,)
)
arctanh = ufunc(np.arctanh, lambda g, y, x: g / (1 - x * x), singular=True, safe=(0.0,))

# --- choice ---------------------------------------------------------------------------
maximum = ufunc(
    np.maximum, _winner(1, 0), _winner(1, 1), kink="jumps at ties", masks=(0, 1)
)
minimum = ufunc(
    np.minimum, _winner(-1, 0), _winner(-1, 1), kink="jumps at ties", masks=(0, 1)
)
clip = Elementwise(
    "np.clip",
    _all_alike,
    (_clipped(0), _clipped(1), _clipped(2)),
    kink="jumps at the bounds",
    masks=(0, 1, 2),
)
where = Elementwise(
    "np.where",
    _choice,
    (
        None,
        lambda g, y, c, a, b: np.where(c, g, g.dtype.type(0)),
        lambda g, y, c, a, b: np.where(c, g.dtype.type(0), g),
    ),
    masks=(1, 2),
    out=False,
)
heaviside = ufunc(np.heaviside)

# --- activations ----------------------------------------------------------------------
sigmoid = helper("sigmoid", lambda g, y, x: g * (y * (1 - y)))
softplus = helper("softplus", lambda g, y, x: g * sigmoid(x))
relu = helper(
    "relu",
    lambda kinks, g, y, x: np.where(
        x >= 0 if kinks == "right" else x > 0, g, g.dtype.type(0)
    ),
    kink="jumps at 0",
    masks=(0,),
)

# --- products and quotients in which a zero is strict ---------------------------------
gated = helper("gated", _gated_gate, lambda g, y, g0, s: gated(g0, g), masks=(1,))
ratio = helper("ratio", lambda g, y, a, b: ratio(g, b), _ratio_over, masks=(0, 1))

# --- no derivative --------------------------------------------------------------------
floor, ceil, trunc, rint = map(ufunc, (np.floor, np.ceil, np.trunc, np.rint))
equal, not_equal = ufunc(np.equal), ufunc(np.not_equal)
less, less_equal = ufunc(np.less), ufunc(np.less_equal)
greater, greater_equal = ufunc(np.greater), ufunc(np.greater_equal)
logical_and, logical_or = ufunc(np.logical_and), ufunc(np.logical_or)
logical_xor, logical_not = ufunc(np.logical_xor), ufunc(np.logical_not)
bitwise_and, bitwise_or = ufunc(np.bitwise_and), ufunc(np.bitwise_or)
bitwise_xor, invert = ufunc(np.bitwise_xor), ufunc(np.invert)
left_shift, right_shift = ufunc(np.left_shift), ufunc(np.right_shift)
isfinite, isnan, isinf = ufunc(np.isfinite), ufunc(np.isnan), ufunc(np.isinf)


@implements(np.where)
def where_door(condition: Any, x: Any, y: Any) -> Any:
    """Choose entries of `x` where the condition holds, else of `y`."""
    return where(condition, x, y)


@implements(np.clip)
def clip_door(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None
) -> Any:
    """Limit entries to an interval; a bound of None is absent."""
    a = lift(a, "np.clip")
    low, high = (min if a_min is None else a_min), (max if a_max is None else a_max)
    if a.dtype.kind in "iu":
        limits = np.iinfo(a.dtype)
        low = limits.min if isinstance(low, int) and low < limits.min else low
        high = limits.max if isinstance(high, int) and high > limits.max else high
    if low is None and high is None:
        return positive(a)
    if low is None:
        return minimum(a, high)
    return maximum(a, low) if high is None else clip(a, low, high)


@implements(np.divmod)
def divmod_door(x: Any, y: Any) -> tuple[Any, Any]:
    """The floor of the quotient, and the remainder."""
    return floor_divide(x, y), mod(x, y)


@implements(np.round)
def round_door(a: Any, decimals: int = 0) -> Any:
    """Round to the nearest, halves to even."""
    if a.dtype.kind != "f":
        if decimals < 0:
            raise UnsupportedError("np.round: decimals < 0 of integers")
        return a
    if decimals <= 0:
        return rint(a) if decimals == 0 else rint(a / 10**-decimals) * 10**-decimals
    return rint(a * 10**decimals) / 10**decimals


@implements(np.astype)
def astype(x: Any, dtype: Any) -> Any:
    """The entries of `x` in another dtype."""
    wanted = check_dtype(np.dtype(dtype), "astype")
    return Expression(cast_node(x.node, wanted))


@implements(np.copy)
def copy(a: Any) -> Any:
    """`a`: a symbolic array is never modified, so it is its own copy."""
    return a


@implements(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array shaped as `a`, every entry `fill_value`."""
    wanted = a.dtype if dtype is None else check_dtype(np.dtype(dtype), "np.full_like")
    if shape is None:
        size = lift(a).shape
    else:
        size = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if not isinstance(fill_value, (int, float)):
        fill_value = lift(fill_value, "np.full_like")
    return Expression(_cast(fill_value, wanted, size))


@implements(np.zeros_like, np.empty_like)
def zeros_like(a: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array shaped as `a`, of zeros."""
    return full_like(a, 0, dtype, shape)


@implements(np.ones_like)
def ones_like(a: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array shaped as `a`, of ones."""
    return full_like(a, 1, dtype, shape)
