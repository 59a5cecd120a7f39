"""Ops and nodes: what can be computed, and one value in a computation.

A `Node` is an immutable record of an op, the nodes that it reads and the type that the
op infers. Equal computations in one building `Scope` are one node, so a common
subexpression is never built twice, ``is`` compares computations, and a node keys a
dict cheaply. What people know about a node (its name, the line it stands on, its role
in a derivative) is not part of it: the scope keeps that aside, and a graph takes it.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from graphdiff.collector import collector_held
from graphdiff.dims import Dim, evaluate_size
from graphdiff.errors import GraphTypeError, Position
from graphdiff.runtime import FUNCTIONS
from graphdiff.types import ArrayType, Shape

if TYPE_CHECKING:
    from graphdiff.graph import Graph


_DOUBLE = struct.Struct("=d").pack


class Arg(NamedTuple):
    """The place of argument `index` in a call record."""

    index: int


class Call(NamedTuple):
    """How an op is computed: a function of the fixed table and its arguments.

    `args` and `kwargs` hold `Arg` placeholders and plain values; a placeholder may
    stand inside a tuple (an index). `out` says whether the function takes ``out=``.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = {}
    out: bool = False

    def __call__(self, *values: Any) -> Any:
        """Compute the call with `values` in the places of the arguments."""
        args = [_fill(a, values) for a in self.args]
        return FUNCTIONS[self.function](*args, **self.kwargs)


def _fill(item: Any, values: tuple[Any, ...]) -> Any:
    if isinstance(item, Arg):
        return values[item.index]
    if isinstance(item, tuple):
        return tuple(_fill(i, values) for i in item)
    return item


class At(NamedTuple):
    """Where a pullback stands: the kink convention, and whether the op is masked."""

    kinks: str = "mean"
    masked: bool = False


class Op:
    """Everything graphdiff knows about one operation.

    Subclasses are frozen dataclasses whose fields are the op's parameters, so two ops
    are equal exactly when they compute the same function. Axes in fields are negative
    (counted from the end), so that leading axes may be stacked in front.
    """

    kink: ClassVar[str] = ""
    """Where the derivative jumps, in words; empty for a smooth op."""

    singular: ClassVar[bool] = False
    """Whether the value or slope can be infinite or NaN at finite arguments."""

    masks: ClassVar[tuple[int, ...]] = ()
    """The arguments of which the op may discard entries, so that their slope is 0."""

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

    def masks_of(self, *args: Node) -> tuple[int, ...]:
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

    def bodies(self) -> tuple[Graph, ...]:
        """The closed graphs that the op holds."""
        return ()

    def with_bodies(self, bodies: tuple[Graph, ...]) -> Op:
        """The same op holding other graphs."""
        return self

    def __call__(self, *args: Any) -> Any:
        """Apply to expressions, giving an expression, or to arrays, giving an array."""
        return apply(self, args)


apply: Callable[[Op, tuple[Any, ...]], Any]
"""Set by ``expression``: the one place that knows handles from arrays."""


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
        return evaluate_size(value, sizes)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_bind(item, sizes) for item in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        found = {f.name: getattr(value, f.name) for f in fields(value)}
        return replace(value, **{k: _bind(v, sizes) for k, v in found.items()})
    return value


class Node:
    """One value in a computation: an op applied to the nodes that it reads."""

    __slots__ = ("__weakref__", "args", "op", "type")
    __match_args__ = ("op", "args")

    op: Op
    args: tuple[Node, ...]
    type: ArrayType

    @property
    def shape(self) -> Shape:
        """The shape of the value: ints and named sizes."""
        return self.type.shape

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the value."""
        return self.type.dtype

    def __repr__(self) -> str:
        """Name the op and the type; the arguments would be without end."""
        return f"<{self.op.label}: {self.type}>"

    def __copy__(self) -> Node:
        """Return the node itself: it is immutable, and its identity matters."""
        return self

    def __deepcopy__(self, memo: object) -> Node:
        """Return the node itself: it is immutable, and its identity matters."""
        return self

    def __reduce__(self) -> Any:
        """Refuse: a node means nothing outside the process that made it."""
        raise GraphTypeError(
            "a node cannot be pickled; keep the source that gd.emit writes instead"
        )


class Role(NamedTuple):
    """Why a node is in a derivative: the adjoint of which node, by which rule."""

    of: Node
    rule: str
    convention: str = ""
    order: int = 1


class Scope:
    """A place where nodes are built: equal ones are shared, and facts about them kept.

    One trace, one pass over a graph, or (weakly held, so that nothing leaks) whatever
    is built by hand outside of both.
    """

    def __init__(self, weak: bool = False) -> None:
        self.lock = threading.RLock()
        table = WeakKeyDictionary if weak else dict
        self.nodes: MutableMapping[Any, Node] = WeakValueDictionary() if weak else {}
        self.names: MutableMapping[Node, str] = table()
        self.positions: MutableMapping[Node, Position] = table()
        self.roles: MutableMapping[Node, Role] = table()
        self.fresh: list[Node] = []
        self.keep_fresh = False
        self.watcher: Any = None
        self.busy = False

    def make(self, op: Op, args: tuple[Node, ...]) -> Node:
        """The node of `op` applied to `args`: the one that exists, or a new one."""
        key = (op, args)
        with self.lock:
            node = self.nodes.get(key)
            if node is None:
                node = object.__new__(Node)
                node.op = op
                node.args = args
                node.type = op.infer(*[arg.type for arg in args])  # type: ignore[assignment]
                self.nodes[key] = node
                if self.keep_fresh:
                    self.fresh.append(node)
        return node

    def take_fresh(self) -> list[Node]:
        """The nodes made since the last time this was asked."""
        taken, self.fresh = self.fresh, []
        return taken

    def adopt(self, nodes: Iterable[Node]) -> None:
        """Share these nodes: what equals one of them will be it."""
        for node in nodes:
            self.nodes[node.op, node.args] = node


_BY_HAND = Scope(weak=True)
_current: ContextVar[Scope] = ContextVar("graphdiff-scope", default=_BY_HAND)

current_scope = _current.get


@contextmanager
def building(scope: Scope) -> Iterator[Scope]:
    """Build nodes in `scope` within the ``with`` block."""
    token = _current.set(scope)
    try:
        with collector_held():
            yield scope
    finally:
        _current.reset(token)


def make(op: Op, *args: Node) -> Node:
    """The node of `op` applied to `args`, in the current scope."""
    return _current.get().make(op, args)


@dataclass(frozen=True, eq=False)
class Input(Op):
    """A value handed in from outside. Inputs have identity: no two are ever equal."""

    name: str
    type: ArrayType

    @property
    def label(self) -> str:
        """The name of the input."""
        return self.name

    def infer(self) -> ArrayType:
        """The declared type."""
        return self.type


@dataclass(frozen=True, eq=False)
class Hole(Op):
    """A cotangent not known yet, on the way to a forward derivative."""

    type: ArrayType

    def infer(self) -> ArrayType:
        """The type of the cotangent."""
        return self.type


@dataclass(frozen=True)
class Constant(Op):
    """An array known when the graph is built, kept and compared by its bytes."""

    data: bytes
    type: ArrayType

    @classmethod
    def of(cls, array: np.ndarray) -> Constant:
        """A constant with a copy of the entries of `array`."""
        return cls(array.tobytes(), ArrayType(array.shape, array.dtype))

    @property
    def value(self) -> np.ndarray:
        """The array, read-only."""
        shape = self.type.shape
        return np.frombuffer(self.data, self.type.dtype).reshape(shape)  # type: ignore[arg-type]

    def infer(self) -> ArrayType:
        """The type of the array."""
        return self.type


@dataclass(frozen=True)
class Full(Op):
    """An array of one number, in any shape; written as a literal where NumPy may."""

    data: bytes
    type: ArrayType

    @classmethod
    def of(cls, value: object, type: ArrayType) -> Full:
        """The array of `type` filled with `value`."""
        if type.dtype.char == "d" and value.__class__ in (int, float):
            return cls(_DOUBLE(value), type)
        return cls(np.asarray(value).astype(type.dtype).tobytes(), type)

    @property
    def value(self) -> Any:
        """The number, as a NumPy scalar of the dtype."""
        return np.frombuffer(self.data, self.type.dtype)[0]

    def infer(self) -> ArrayType:
        """The type given."""
        return self.type

    def call(self) -> Call:
        """``np.full(shape, value, dtype)``."""
        return Call("np.full", (self.type.shape, self.value, self.type.dtype))


@dataclass(frozen=True)
class Size(Op):
    """A named size as a number, in the shape and dtype of what it meets."""

    size: Dim | int
    type: ArrayType

    def infer(self) -> ArrayType:
        """The type given."""
        return self.type

    def call(self) -> Call:
        """``np.full(shape, size, dtype)``."""
        return Call("np.full", (self.type.shape, self.size, self.type.dtype))


@dataclass(frozen=True)
class Arange(Op):
    """The integers from 0 up to a size, as int64."""

    size: Dim | int

    def infer(self) -> ArrayType:
        """A vector of integers."""
        return ArrayType((self.size,), np.dtype(np.int64))

    def call(self) -> Call:
        """``np.arange(size)``."""
        return Call("np.arange", (self.size,))


@dataclass(frozen=True)
class Pick(Op):
    """One of the results of an op that has several."""

    index: int

    def infer(self, *results: Any) -> ArrayType:
        """The type of that result."""
        return results[0][self.index]  # type: ignore[no-any-return]

    def call(self, *results: Any) -> Call:
        """``results[index]``."""
        return Call("getitem", (Arg(0), self.index))


LEAVES = (Input, Constant, Full, Size, Arange, Hole)


def full_value(node: Node) -> Any:
    """The number that fills `node` if it is a `Full`, else None."""
    return node.op.value if isinstance(node.op, Full) else None
