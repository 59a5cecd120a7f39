"""Nodes, each one value in a computation, and the scopes in which they are built.

A `Node` is an immutable record of an op, the nodes that it reads and the type that the
op infers. Equal computations in one building `Scope` are one node, so a common
subexpression is never built twice, ``is`` compares computations, and a node keys a
dict cheaply. What people know about a node (its name, the line it stands on, its role
in a derivative) is not part of it: the scope keeps that aside, and a graph takes it.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, Position
from graphdiff.graph.collector import collector_held
from graphdiff.graph.op import Arg as Arg
from graphdiff.graph.op import At as At
from graphdiff.graph.op import Call as Call
from graphdiff.graph.op import Op as Op
from graphdiff.graph.types import ArrayType, Shape, show_type
from graphdiff.sizes.dims import Dim

_DOUBLE = struct.Struct("=d").pack


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
        return f"<{self.op.label}: {show_type(self.type)}>"

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


class Region:
    """A part of a program whose values are computed again for a derivative.

    Regions have identity; `label` says what the part is called.
    """

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        """Begin a region called `label`."""
        self.label = label

    def __repr__(self) -> str:
        """Name the region."""
        return f"<Region {self.label}>"


Mark = tuple[tuple[Region, int], ...]
"""The regions that a node stands in, the outermost first, each with a level.

The level counts the stages of a computation: that of the region itself is 0, that of
its adjoints 1; a sweep over both has the adjoints of the adjoints first, which is level
2, and then level 3. What a node reads of the same region at a lower level is computed
again for it.
"""

current_mark: ContextVar[Mark] = ContextVar("graphdiff-mark", default=())
"""The regions within which nodes are built now."""


class Scope:
    """A place where nodes are built: equal ones are shared, and facts about them kept.

    One trace, one pass over a graph, or (weakly held, so that nothing leaks) whatever
    is built by hand outside of both.
    """

    def __init__(self, weak: bool = False) -> None:
        """Make an empty scope; a weak one holds nodes only as long as others do."""
        self.lock = threading.RLock()
        table = WeakKeyDictionary if weak else dict
        self.nodes: MutableMapping[Any, Node] = WeakValueDictionary() if weak else {}
        self.names: MutableMapping[Node, str] = table()
        self.positions: MutableMapping[Node, Position] = table()
        self.roles: MutableMapping[Node, Role] = table()
        self.marks: MutableMapping[Node, Mark] = table()
        self.needs: dict[Dim, None] = {}
        self.fresh: list[Node] = []
        self.keep_fresh = False
        self.watcher: Any = None
        self.busy = False
        self.born: dict[str, int] = {}
        self.bodies: dict[Any, Any] = {}
        self.weak = weak

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
                if not op.over_complex:
                    _refuse_complex(op, args)
                self.nodes[key] = node
                if mark := current_mark.get():
                    self.marks[node] = mark
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


def _refuse_complex(op: Op, args: tuple[Node, ...]) -> None:
    """Raise `DTypeError` if an argument of an op of real numbers is complex."""
    for arg in args:
        if arg.type.dtype.kind == "c":
            raise DTypeError(
                f"{op.label}: there is no version for {arg.type.dtype}; take .real, "
                f".imag or np.abs of complex numbers"
            )


_BY_HAND = Scope(weak=True)
_current: ContextVar[Scope] = ContextVar("graphdiff-scope", default=_BY_HAND)

current_scope = _current.get


@contextmanager
def building(scope: Scope) -> Iterator[Scope]:
    """Build nodes in `scope` within the ``with`` block.

    Another scope begins outside of all regions.
    """
    mark = current_mark.get() if scope is _current.get() else ()
    token, marked = _current.set(scope), current_mark.set(mark)
    try:
        with collector_held():
            yield scope
    finally:
        current_mark.reset(marked)
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
class Gone(Op):
    """What is left of a node that a graph read from a file does not contain.

    Adjoints belong to such nodes, and are named after them; nothing is computed.
    """

    name: str
    type: ArrayType | tuple[ArrayType, ...]
    called: tuple[str, ...] = ()

    over_complex = True

    @property
    def label(self) -> str:
        """The label of the op that it was."""
        return self.name

    @property
    def results(self) -> tuple[str, ...]:
        """What the results were called."""
        return self.called

    def infer(self, *args: ArrayType) -> ArrayType | tuple[ArrayType, ...]:
        """The type that it had."""
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
        return np.frombuffer(self.data, self.type.dtype).reshape(shape)

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
        if type.dtype.char == "d" and value.__class__ in (int, float, np.float64):
            return cls(_DOUBLE(value), type)
        return cls(np.asarray(value).astype(type.dtype).tobytes(), type)

    @cached_property
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
class Made(Op):
    """What a function of NumPy makes of sizes and plain numbers."""

    function: str
    args: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...]
    shape: Shape
    dtype: np.dtype

    @property
    def label(self) -> str:
        """The function's own name."""
        return self.function.removeprefix("np.")

    def infer(self) -> ArrayType:
        """The type given."""
        return ArrayType(self.shape, self.dtype)

    def call(self) -> Call:
        """``np.eye(n)``, for instance."""
        return Call(self.function, self.args, dict(self.named))


@dataclass(frozen=True)
class Pick(Op):
    """One of the results of an op that has several."""

    index: int

    stacks = True
    over_complex = True

    def infer(self, *results: Any) -> ArrayType:
        """The type of that result."""
        return results[0][self.index]  # type: ignore[no-any-return]

    def call(self, *results: Any) -> Call:
        """``results[index]``."""
        return Call("getitem", (Arg(0), self.index))


LEAVES = (Input, Constant, Full, Size, Arange, Hole, Gone)


def full_value(node: Node) -> Any:
    """The number that fills `node` if it is a `Full`, else None."""
    return node.op.value if isinstance(node.op, Full) else None
