"""What can be computed: the base of all ops, and the record of how one is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar, NamedTuple

from graphdiff.graph.types import ArrayType
from graphdiff.runtime.table import FUNCTIONS
from graphdiff.sizes.dims import Dim, bound_size


class Arg(NamedTuple):
    """The place of argument `index` in a call record."""

    index: int  # type: ignore[assignment]


class Call(NamedTuple):
    """How an op is computed: a function of the fixed table and its arguments.

    A user's own function is a `gd.helper`, whose text modules carry along. `args` and
    `kwargs` hold `Arg` placeholders and plain values; a placeholder may stand inside a
    tuple (an index). `out` says whether the function takes ``out=``.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = {}
    out: bool = False

    def __call__(self, *values: Any) -> Any:
        """Compute the call with `values` in the places of the arguments."""
        args = [filled(a, values) for a in self.args]
        return FUNCTIONS[self.function](*args, **self.kwargs)


def filled(item: Any, values: tuple[Any, ...]) -> Any:
    """An entry of a call record, with values in the places of the arguments."""
    if isinstance(item, Arg):
        return values[item.index]
    if isinstance(item, tuple):
        return tuple(filled(i, values) for i in item)
    return item


class At(NamedTuple):
    """Where a pullback stands: the kink convention, and whether the op is masked.

    `wild` are the arguments whose entries may be infinite or NaN; `shown` are the
    results, of an op that has several, that are seen whole (None: all of them). With
    `zeros` the cotangents may have entries of 0, as those of unit vectors.
    """

    kinks: str = "mean"
    masked: bool = False
    wild: frozenset[int] = frozenset()
    shown: frozenset[int] | None = None
    zeros: bool = False


class Op:
    """Everything graphdiff knows about one operation.

    Subclasses are frozen dataclasses whose fields are the op's parameters, so two ops
    are equal exactly when they compute the same function. Axes in fields are negative
    (counted from the end), so that leading axes may be stacked in front.

    An op of your own states three things: `infer`, its type rule, `call`, how NumPy
    computes it (`gd.Call` of a function of NumPy by name, or of a `gd.helper`), and
    `pullback`, its derivative; the class attributes below say what else may be true of
    it. Applied to arrays it computes, applied to expressions it makes a node. Try it
    with `gd.check_op`.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import graphdiff as gd
    >>> @dataclass(frozen=True)
    ... class Power(gd.Op):
    ...     exponent: int
    ...     stacks = True
    ...     def infer(self, x):
    ...         return x
    ...     def call(self, x):
    ...         return gd.Call("np.power", (gd.Arg(0), self.exponent))
    ...     def pullback(self, i, at, g, y, x):
    ...         return g * self.exponent * Power(self.exponent - 1)(x)
    >>> gd.check_op(Power(3), np.array([0.5, 2.0])).ok
    True
    >>> gd.grad(lambda x: np.sum(Power(3)(x)))(np.array([0.5, 2.0]))
    array([ 0.75, 12.  ])
    """

    apply: ClassVar[Callable[[Op, tuple[Any, ...]], Any]]
    """How ops are applied; set by ``expression``, which tells handles from arrays."""

    kink: ClassVar[str] = ""
    """Where the derivative jumps, in words; empty for a smooth op."""

    convention: ClassVar[str] = ""
    """The slope where the mathematics has none, if that is the same for all `kinks`.

    Of an op with a kink: the convention that it follows under ``"mean"`` instead.
    """

    singular: ClassVar[bool] = False
    """Whether the value or slope can be infinite or NaN at finite arguments."""

    steep: ClassVar[bool] = False
    """Whether the slope can be infinite where the value is finite, as of sqrt at 0."""

    masks: ClassVar[tuple[int, ...]] = ()
    """The arguments of which the op may discard entries, so that their slope is 0."""

    view: ClassVar[bool] = False
    """Whether the result may lie in the memory of the first argument."""

    doubts: ClassVar[bool] = False
    """Whether the op expects NaN among the entries of its argument."""

    results: ClassVar[tuple[str, ...]] = ()
    """What the results are called, of an op that has several."""

    over_complex: ClassVar[bool] = False
    """Whether the op, and its pullback, are right for complex numbers too."""

    stacks: ClassVar[bool] = False
    """Whether arguments may be stacked in front, all alike, and the results are then.

    Batching applies such an op to stacks as it is. An op for which that is not true, or
    for which there is a better way, has a rule in ``graphdiff.batching`` instead.
    """

    shorthand: ClassVar[bool] = False
    """Whether the op stands for other nodes, by which `unfold` replaces it."""

    needs: ClassVar[tuple[Dim, ...]] = ()
    """Sizes that must be at least 0, or the op computes something of another shape."""

    foreign: ClassVar[bool] = False
    """Whether the op is a user's: then nothing is known but what it says."""

    notation: ClassVar[Any] = None
    """How formulas write the op, a `gd.Notation`; None: as a function of arguments.

    A property where it depends on the op's parameters.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Take note of where the class is from."""
        super().__init_subclass__(**options)
        cls.foreign = not cls.__module__.startswith("graphdiff.")

    @property
    def label(self) -> str:
        """A short word for the op, used to name results that have no name."""
        return type(self).__name__.lower()

    def infer(self, *args: ArrayType) -> ArrayType | tuple[ArrayType, ...]:
        """The type of the result; raises `ShapeError` or `DTypeError`."""
        raise NotImplementedError(f"{type(self).__name__} has no type rule")

    def call(self, *args: ArrayType) -> Call:
        """The call record that computes the op on arguments of these types."""
        raise NotImplementedError(f"{type(self).__name__} has no call record")

    def pullback(self, i: int, at: At, g: Any, y: Any, *args: Any) -> Any:
        """The cotangent of argument `i`, given `g`, that of the result `y`.

        Written with operators and NumPy functions, so that it serves expressions and
        arrays alike. None says that no derivative flows.
        """
        return None

    born: ClassVar[str] = ""
    """The named size that is known when the op has run; of a loop that counts."""

    def count(self, results: Any) -> int:
        """The size that is `born`, given the results."""
        raise NotImplementedError(f"{type(self).__name__} counts nothing")

    pushes: ClassVar[bool] = False
    """Whether the op states its own `pushforward`."""

    def pullbacks(
        self, wanted: Sequence[int], at: At, g: Any, y: Any, *args: Any
    ) -> list[Any]:
        """The cotangents of the arguments `wanted`; for ops that make all at once."""
        return [self.pullback(i, at, g, y, *args) for i in wanted]

    def pushforward(self, at: At, tangents: Any, y: Any, *args: Any) -> list[Any]:
        """The tangents of the results, given one for each argument; None is zero.

        Only of an op that `pushes`; the pullback of any other is transposed.
        """
        raise NotImplementedError(f"{type(self).__name__} has no pushforward")

    def is_view_of(self, *args: Any) -> bool:
        """`view`, for these arguments."""
        return self.view

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """`masks`, for these arguments."""
        return self.masks

    def is_flat(self, i: int) -> bool:
        """Whether the derivative along argument i is 0 everywhere, as that of sign."""
        return False

    def sizes(self) -> Iterator[Dim]:
        """The named sizes among the op's parameters."""
        for field in fields(self):  # type: ignore[arg-type]
            yield from _dims_in(getattr(self, field.name))

    def bind(self, sizes: Mapping[str, int]) -> Op:
        """The same op with its named sizes replaced by numbers."""
        if not any(True for _ in self.sizes()):
            return self
        found = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        bound = {name: _bind(value, sizes) for name, value in found.items()}
        return replace(self, **bound)  # type: ignore[type-var]

    def bodies(self) -> tuple[Any, ...]:
        """The closed graphs that the op holds."""
        return ()

    def with_bodies(self, bodies: tuple[Any, ...]) -> Op:
        """The same op holding other graphs."""
        return self

    def unfold(self, args: tuple[Any, ...]) -> list[Any]:
        """The nodes that a shorthand stands for, one for each result.

        Built in the current scope, once no derivative will be taken any more.
        """
        raise NotImplementedError(f"{type(self).__name__} stands for itself")

    def __call__(self, *args: Any) -> Any:
        """Apply to expressions, giving an expression, or to arrays, giving an array."""
        return Op.apply(self, args)


def _dims_in(value: Any) -> Iterator[Dim]:
    if isinstance(value, Dim):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _dims_in(item)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for field in fields(value):
            yield from _dims_in(getattr(value, field.name))


def _bind(value: Any, sizes: Mapping[str, int]) -> Any:
    if isinstance(value, Dim):
        return bound_size(value, sizes)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_bind(item, sizes) for item in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        found = {f.name: getattr(value, f.name) for f in fields(value)}
        return replace(value, **{k: _bind(v, sizes) for k, v in found.items()})
    return value
