"""What all functions of entries share: strict shapes, dtype rules, conversions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache, wraps
from typing import Any, ClassVar

import numpy as np

from graphdiff.errors import DTypeError, GraphOverflowError, ShapeError
from graphdiff.expression.doors import DOORS, implements_late
from graphdiff.expression.expression import Expression, as_array, lift
from graphdiff.graph.node import Arg, At, Call, Full, Node, Op, Size, full_value, make
from graphdiff.graph.types import (
    ArrayType,
    Shape,
    broadcast,
    check_dtype,
    dtype_of,
    promote,
    promote_to_float,
    show_shape,
)
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.core.ufunc_door import UfuncDoor
from graphdiff.runtime.late import find_late
from graphdiff.runtime.table import FUNCTIONS
from graphdiff.sizes.dims import Dim

Rule = Callable[..., Any]
DtypeRule = Callable[..., tuple[tuple[np.dtype, ...], np.dtype]]


@dataclass(frozen=True, eq=False)
class Elementwise(Op):
    """An op on entries. Arguments have equal shapes, and the dtypes of its rule.

    What its function takes beyond arrays is in `more`, and in `named` by name.
    """

    stacks = True
    origin: ClassVar[tuple[str, tuple[Any, ...]] | None] = None
    """The family that the op is of, and by which parameters."""

    name: str
    dtypes: DtypeRule
    rules: tuple[Rule | None, ...]
    kink: str = ""  # type: ignore[misc]
    convention: str = ""  # type: ignore[misc]
    singular: bool = False  # type: ignore[misc]
    steep: bool = False  # type: ignore[misc]
    masks: tuple[int, ...] = ()  # type: ignore[misc]
    safe: tuple[float | None, ...] = ()
    out: bool = True
    more: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    over_complex: bool = True  # type: ignore[misc]

    @property
    def label(self) -> str:
        """The function's own name."""
        return self.name.rpartition(".")[2]

    def __repr__(self) -> str:
        """The name: an op like this is one of a kind."""
        return self.name

    def infer(self, *args: ArrayType) -> ArrayType:
        first = args[0]
        for arg in args:
            if arg is not first and arg.shape != first.shape:
                shapes = " and ".join(show_shape(a.shape) for a in args)
                raise ShapeError(f"{self.name}: the strict op got shapes {shapes}")
        dtype = self.dtypes(*[a.dtype for a in args])[1]
        return first if dtype == first.dtype else ArrayType(first.shape, dtype)

    def call(self, *args: ArrayType) -> Call:
        places = (*map(Arg, range(len(args))), *self.more)
        return Call(self.name, places, self.named, self.out)

    def compute(self, *values: Any) -> Any:
        """The function's value for numbers or arrays."""
        return FUNCTIONS[self.name](*values, *self.more, **self.named)

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
                if kind is None or kind is Expression:
                    kind = arg.kind
                nodes.append(arg.node)
        if kind is None:
            if not any(isinstance(arg, Dim) for arg in args):
                return self.compute(*args)
            kind = Expression
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
        for node in nodes:
            if node.type is not first and node.type != first:
                return False
        dtype = first.dtype
        for wanted in self.dtypes(*[dtype] * len(nodes))[0]:
            if wanted is not dtype and wanted != dtype:
                return False
        return True

    def _fit(self, args: tuple[Any, ...]) -> list[Node]:
        values = [
            a
            if isinstance(a, (Expression, int, float, complex, Dim))
            else as_array(a, self.name)
            for a in args
        ]
        dtypes, _ = self.dtypes(*map(dtype_of, values))
        if self.label in _COMPARISONS and dtypes[0].kind in "iu":
            values = [_comparable(v, dtypes[0]) for v in values]
            dtypes, _ = self.dtypes(*map(dtype_of, values))
        shapes = [v.shape for v in values if hasattr(v, "shape")]
        shape = shapes[0] if shapes else ()
        for other in shapes:
            if other != shape:
                shape = broadcast(self.name, shapes)
                break
        return [fit(v, d, shape) for v, d in zip(values, dtypes, strict=True)]


_COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


def _comparable(value: Any, dtype: np.dtype) -> Any:
    """A Python integer as something that integers of `dtype` compare with.

    It may lie outside of the dtype: ``uint8 < 300`` is true everywhere.
    """
    limits = np.iinfo(dtype)
    if not isinstance(value, int) or limits.min <= value <= limits.max:
        return value
    return np.asarray(value if abs(value) < 2**63 else np.copysign(np.inf, value))


def fit(value: Any, dtype: np.dtype, shape: Shape) -> Node:
    """The node of `value` in the dtype and shape that an elementwise op wants."""
    if isinstance(value, Expression):
        node = value.node
        if node.type.dtype != dtype:
            node = cast_node(node, dtype)
        return node if node.type.shape == shape else spread_node(node, shape)
    wanted = ArrayType(shape, dtype)
    if isinstance(value, Dim):
        return make(Size(value, wanted))
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return make(_filled(value, wanted))
    return spread_node(cast_node(lift(value).node, dtype), shape)


def _filled(value: Any, wanted: ArrayType) -> Full:
    try:
        if isinstance(value, int):
            value = np.array(value, wanted.dtype)
        return Full.of(value, wanted)
    except OverflowError:
        raise GraphOverflowError(
            f"the number {_short(value)} does not fit into {wanted.dtype}"
        ) from None


def _short(number: int) -> str:
    digits = math.log10(abs(number))
    return str(number) if digits < 40 else f"of {int(digits) + 1} digits"


@dataclass(frozen=True)
class Cast(Op):
    """Convert the entries to ``dtype``."""

    dtype: np.dtype

    stacks = True
    over_complex = True

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, self.dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("astype", (Arg(0), self.dtype))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        share = np.real(g) if g.dtype.kind == "c" and x.dtype.kind != "c" else g
        return share if share.dtype == x.dtype else Cast(x.dtype)(share)


@dataclass(frozen=True)
class RealPart(Op):
    """The real parts of complex entries, a view of them; see `complexes`."""

    stacks = True
    over_complex = True
    view = True

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "real"

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, np.finfo(x.dtype).dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("np.real", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Cast(x.dtype)(g)


real_part = RealPart()


def cast_node(x: Node, dtype: np.dtype) -> Node:
    """`x` in `dtype`; a number is converted at once.

    Of a complex cotangent what reaches a real argument is the real part.
    """
    if x.type.dtype == dtype:
        return x
    if x.type.is_complex and dtype.kind not in "cb":
        if isinstance(x.op, Full):
            return make(Full.of(x.op.value.real, ArrayType(x.type.shape, dtype)))
        return cast_node(make(real_part, x), dtype)
    if isinstance(x.op, Full):
        return make(Full.of(x.op.value, ArrayType(x.type.shape, dtype)))
    return make(Cast(dtype), x)


def _by_ufunc(ufunc: Any, name: str) -> DtypeRule:
    @lru_cache(maxsize=256)
    def dtypes(*given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
        try:
            found = ufunc.resolve_dtypes((*given, *[None] * ufunc.nout))
        except TypeError:
            listing = ", ".join(getattr(d, "__name__", None) or str(d) for d in given)
            raise DTypeError(f"{name} has no version for {listing}") from None
        for dtype in found:
            check_dtype(dtype, name)
        return found[: ufunc.nin], found[ufunc.nin]

    return dtypes


def _all_inexact(*given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
    dtype = promote_to_float(*given)
    return (dtype,) * len(given), dtype


def _all_float(*given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
    found = _all_inexact(*given)
    if found[1].kind == "c":
        raise DTypeError(f"expected real numbers, got {found[1]}")
    return found


def all_alike(*given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
    """The dtype rule of arguments and a result that are all of one dtype."""
    dtype = promote(*given)
    return (dtype,) * len(given), dtype


def choice(condition: Any, *given: Any) -> tuple[tuple[np.dtype, ...], np.dtype]:
    """The dtype rule of a condition, and two arguments and a result of one dtype."""
    dtype = promote(*given)
    return (np.dtype(bool), dtype, dtype), dtype


_SHORT = {"absolute": "abs", "conjugate": "conj", "remainder": "mod"}


def ufunc(function: Any, *rules: Rule | None, **facts: Any) -> Elementwise:
    """The op of a NumPy ufunc, and the ufunc's door."""
    padded = rules if rules else (None,) * function.nin
    name = _SHORT.get(function.__name__, function.__name__)
    dtypes = _by_ufunc(function, f"np.{function.__name__}")
    op = Elementwise(f"np.{name}", dtypes, padded, **facts)
    DOORS[function] = UfuncDoor(function, op, function.nin)
    return op


def late_ufunc(name: str, *rules: Rule | None, **facts: Any) -> Elementwise:
    """The op of a ufunc of SciPy, by its full name, and the ufunc's door."""

    return late_function(name, name, *rules, **facts)


def late_function(
    name: str, ufunc: str, *rules: Rule | None, **facts: Any
) -> Elementwise:
    """As `late_ufunc`, where the public function `name` calls a ufunc of other name."""

    @cache
    def found() -> DtypeRule:
        return _by_ufunc(find_late(ufunc), name)

    facts.setdefault("over_complex", False)
    op = Elementwise(name, lambda *given: found()(*given), rules, **facts)
    implements_late(ufunc, len(rules), UfuncDoor)(op)
    return op


def parametric(
    name: str, more: tuple[Any, ...], *rules: Rule | None, **facts: Any
) -> Elementwise:
    """The op of one of our own functions that takes plain arguments after its arrays.

    Two are one op only if they are the same object: a `family` makes them.
    """
    return Elementwise(name, _all_float, rules, out=False, more=more, **facts)


FAMILIES: dict[str, Callable[..., Elementwise]] = {}
"""The functions that make ops on entries out of plain parameters, by name."""


def family(make: Callable[..., Elementwise]) -> Callable[..., Elementwise]:
    """Let each op of a family exist once, and know by which parameters it was made."""
    name = make.__name__.strip("_")
    made: dict[tuple[Any, ...], Elementwise] = {}

    @wraps(make)
    def found(*parameters: Any) -> Elementwise:
        if parameters not in made:
            op = made[parameters] = make(*parameters)
            object.__setattr__(op, "origin", (name, parameters))
        return made[parameters]

    FAMILIES[name] = found
    return found


def helper(
    name: str, *rules: Rule | None, over_complex: bool = False, **facts: Any
) -> Elementwise:
    """The op of one of our own runtime functions of floats, or of complex numbers."""
    dtypes = _all_inexact if over_complex else _all_float
    return Elementwise(
        name, dtypes, rules, out=False, over_complex=over_complex, **facts
    )


def literal(x: Any) -> Any:
    """The number if `x` is one number repeated and known, else None."""
    return full_value(x.node) if isinstance(x, Expression) else None
