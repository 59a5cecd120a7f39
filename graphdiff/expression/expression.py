"""What the user holds: a handle on a node that behaves as a NumPy array.

Operators and NumPy functions on an `Expression` find their way, by one table of
doors, to code that builds nodes; writing an expression and tracing a NumPy function
are one mechanism. A door takes what NumPy takes (broadcasting, negative axes, mixed
dtypes, plain arrays and numbers) and builds strict nodes. What NumPy would need
numbers for (a branch, a loop count, a Python float) raises and says what to write.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from graphdiff.errors import (
    GraphIndexError,
    GraphTypeError,
    ShapeError,
)
from graphdiff.expression.doors import (
    DOORS,
    Door,
    dispatch,
    implements,
    surface,
    watched,
)
from graphdiff.expression.foreign import instead_of, scipy_call
from graphdiff.expression.methods import Methods
from graphdiff.expression.operators import Operators
from graphdiff.expression.views import Views
from graphdiff.graph.nest import NO_NESTS
from graphdiff.graph.node import (
    Constant,
    Full,
    Node,
    Op,
    Pick,
    Scope,
    Size,
    current_scope,
    make,
)
from graphdiff.graph.types import ArrayType, Shape, check_dtype, show_shape
from graphdiff.sizes.dims import Dim


class Expression(Methods, Operators, Views):
    """A symbolic array: a handle on one node of a computation.

    Use it as an ``ndarray``: operators, NumPy functions, indexing, ``.T``, ``.sum()``.
    `shape` and `dtype` are known; entries are not, so nothing that needs a number now
    (``if``, ``float``, ``range``) works, and each says what does.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x = gd.var("x", "batch,3")
    >>> y = np.tanh(x) + 1
    >>> y.shape, y.dtype
    ((batch, 3), dtype('float64'))
    """

    __slots__ = ("__weakref__", "node")
    weak: Any = False
    selects = False
    """Whether this is no array yet, but entries that a mask selects."""
    lent = False
    """Whether the memory may be another handle's, or the caller's."""
    kind: type[Expression]
    """The type of handle of what is made of this one."""

    def __init_subclass__(cls, passes_on: bool = True) -> None:
        """Let results be handles of this type too, unless it `passes_on` nothing."""
        cls.kind = cls if passes_on else Expression
        NO_NESTS.add(cls)

    def __init__(self, node: Node) -> None:
        """Hold `node`."""
        self.node = node

    @property
    def shape(self) -> Shape:
        """The sizes of the axes: ints, and symbolic sizes."""
        return self.node.type.shape

    @shape.setter
    def shape(self, shape: object) -> None:
        raise GraphTypeError(
            "x.shape = ... would change a symbolic array in place; write x.reshape(...)"
        )

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the entries."""
        return self.node.type.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.node.type.shape)

    @property
    def is_array(self) -> bool:
        """Whether NumPy would write into it: a number is replaced instead."""
        return bool(self.node.type.shape)

    @property
    def size(self) -> int | Dim:
        """The number of entries."""
        total: int | Dim = 1
        for n in self.node.type.shape:
            total = total * n
        return total

    real = property(lambda self: dispatch(np.real, (self,), {}))
    imag = property(lambda self: dispatch(np.imag, (self,), {}))
    T = property(lambda self: dispatch(np.transpose, (self,), {}))
    mT = property(  # noqa: N815
        lambda self: dispatch(np.matrix_transpose, (self,), {})
    )

    def __repr__(self) -> str:
        """Show the op and the type, as ``<tanh: float64[batch, 3]>``."""
        return repr(self.node)

    def __array_ufunc__(
        self, ufunc: Any, method: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Take part in a NumPy ufunc."""
        if any(getattr(arg, "selects", False) for arg in args):
            return NotImplemented
        if method == "__call__":
            return dispatch(ufunc, args, kwargs)
        if method == "outer":
            first, second = args
            new = range(np.ndim(first), np.ndim(first) + np.ndim(second))
            return dispatch(ufunc, (np.expand_dims(first, tuple(new)), second), kwargs)
        return dispatch(getattr(ufunc, method), args, kwargs)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        """Take part in a NumPy function."""
        if any(getattr(kind, "selects", False) for kind in types):
            return NotImplemented
        return dispatch(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Refuse: the entries are not known yet."""
        if call := scipy_call():
            raise GraphTypeError(instead_of(call))
        raise GraphTypeError(
            "a symbolic array has no entries yet, so np.array, np.asarray or a plain "
            "array that should hold it cannot be made: write import graphdiff.numpy as "
            "np, or np.array([...], like=x); or combine arrays with np.stack or "
            "np.concatenate, choose with np.where, and make arrays to write into with "
            "np.full_like or np.zeros_like of an argument, or np.zeros(shape, like=x)"
        )

    def __bool__(self) -> bool:
        """Refuse: following one branch for good would be wrong."""
        raise GraphTypeError(
            "the truth of a symbolic array is not known while the graph is built "
            "(if, while, and, or, not, min, max, sorted, in): write "
            "np.where(condition, a, b), np.maximum, or & and | instead"
        )

    def _number(self) -> Any:
        raise GraphTypeError(
            "a symbolic array has no value yet, so float, int, round, range and the "
            "functions of math cannot take it, nor an entry of a plain array: write "
            "np.sin for math.sin, x.astype(...) for float(x), np.floor for int(x); "
            "make arrays with np.stack, and those to write into with np.zeros_like of "
            "an argument, np.zeros(shape, like=x) or graphdiff.numpy"
        )

    __float__ = __int__ = __index__ = __complex__ = __round__ = _number
    __trunc__ = __floor__ = __ceil__ = _number

    def __format__(self, spec: str) -> str:
        """Write the op and the type; a format for numbers is refused."""
        return str(self._number()) if spec else repr(self)

    def __len__(self) -> int:
        """The size of the first axis, if it is a number."""
        if not self.shape:
            raise GraphTypeError("len() of a symbolic array without axes")
        if isinstance(self.shape[0], Dim):
            name = self.shape[0]
            raise GraphTypeError(f"len() is the size {name}: write x.shape[0] instead")
        return operator.index(self.shape[0])

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the first axis, if its size is a number."""
        if not self.shape:
            raise GraphTypeError("iteration over a symbolic array without axes")
        if isinstance(self.shape[0], Dim):
            raise GraphTypeError(
                f"iteration over an axis of symbolic size {self.shape[0]} (shape "
                f"{show_shape(self.shape)}): its length is not known yet; work on the "
                f"whole array, or give that axis an int in the spec"
            )
        return (self[i] for i in range(self.shape[0]))

    def __contains__(self, item: object) -> bool:
        """Refuse: whether an entry equals `item` is not known yet."""
        return self.__bool__()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Assign as NumPy does: the handle then stands for the array with new entries.

        An argument is never written to: NumPy would change the caller's array.
        """
        dispatch(operator.setitem, (self, key, value), {})

    def __delitem__(self, key: Any) -> None:
        """Refuse, as NumPy does."""
        raise GraphTypeError("entries of an array cannot be deleted")

    def __getitem__(self, key: Any) -> Any:
        """Index as NumPy does: ints, slices, ``None``, ``...``, integer arrays."""
        return dispatch(operator.getitem, (self, key), {})

    def __getattr__(self, name: str) -> Any:
        """Explain what to write for an attribute that arrays have and we have not."""
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"a symbolic array has no attribute {name!r}")
        raise GraphTypeError(
            f".{name} is not supported on a symbolic array"
            + _INSTEAD.get(name, "; use NumPy functions that return a new array")
        )

    def __copy__(self) -> Expression:
        """Another handle on the same node: a copy of the array."""
        return self.kind(self.node)

    def __deepcopy__(self, memo: object) -> Expression:
        """Another handle on the same node: a copy of the array."""
        return self.kind(self.node)

    def __reduce__(self) -> Any:
        """Refuse, as nodes do."""
        return self.node.__reduce__()

    __hash__ = object.__hash__

    def compress(self, condition: Any, *args: Any, **others: Any) -> Any:
        """The slices along an axis where a condition of known entries holds."""
        return dispatch(np.compress, (condition, self, *args), others)

    def reshape(self, *shape: Any, **others: Any) -> Any:
        """The same entries in another shape."""
        wanted = shape[0] if len(shape) == 1 else shape
        return dispatch(np.reshape, (self, wanted), others)

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order; without arguments reversed."""
        order = None if not axes else axes[0] if len(axes) == 1 else axes
        return dispatch(np.transpose, (self, order), {})

    def astype(self, dtype: Any, copy: bool = True, **others: Any) -> Any:
        """The same entries in another dtype."""
        if not copy and np.dtype(dtype) == self.dtype:
            return self
        return dispatch(np.astype, (self, dtype), others)

    def flatten(self, order: str = "C") -> Any:
        """A copy of the entries, in one axis."""
        return self.reshape(-1, order=order).copy()

    def fill(self, value: Any) -> None:
        """Set every entry."""
        self[...] = value

    def sort(self, axis: int = -1, **others: Any) -> None:
        """Sort the entries in place."""
        self[...] = np.sort(self, axis, **others)


class Given(Expression, passes_on=False):
    """A handle on what the caller owns: a value can be read, not written to."""

    __slots__ = ()
    lent = True


Expression.kind = Expression
NO_NESTS.add(Expression)

_INSTEAD = {
    "item": "; it has no value yet: keep the array itself",
    "tolist": "; it has no entries yet: keep the array itself",
}


def as_node(value: Any, what: str = "value") -> Node:
    """The node of an expression, or a constant of a plain array or number."""
    if isinstance(value, Expression):
        return value.node
    if isinstance(value, Node):
        return value
    if isinstance(value, Dim):
        return make(Size(value, ArrayType((), np.dtype(np.int64))))
    array = as_array(value, what)
    if array.ndim == 0:
        return make(Full.of(array, ArrayType((), array.dtype)))
    scope = current_scope()
    made = make(Constant.of(array))
    if scope.watcher is not None:
        scope.watcher.lifted(scope, value, made)
    return made


def as_array(value: Any, what: str) -> np.ndarray:
    """A plain array of a dtype that graphdiff computes with."""
    if isinstance(value, np.ma.MaskedArray):
        raise GraphTypeError(f"{what}: masked arrays are not supported")
    if isinstance(value, np.matrix):
        raise GraphTypeError(
            f"{what}: np.matrix is not supported; use np.asarray of it"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise GraphTypeError(f"{what}: cannot make an array of this: {error}") from None
    if array.dtype.hasobject and not isinstance(value, (np.ndarray, list, tuple)):
        kind = "a huge int" if isinstance(value, int) else type(value).__name__
        raise GraphTypeError(f"{what}: expected an array or a number, got {kind}")
    check_dtype(array.dtype, what)
    return array


def lift(value: Any, what: str = "value") -> Expression:
    """`as_node`, as an expression."""
    return value if isinstance(value, Expression) else Expression(as_node(value, what))


def _apply(op: Op, args: tuple[Any, ...]) -> Any:
    kind: type[Expression] | None = None
    for arg in args:
        if isinstance(arg, Expression) and kind in (None, Expression):
            kind = arg.kind
    if kind is None and args:
        types = [ArrayType(np.shape(a), np.asarray(a).dtype) for a in args]
        return op.call(*types)(*args)
    nodes = [a.node if isinstance(a, Expression) else as_node(a) for a in args]
    scope = current_scope()
    if scope.watcher is not None and not scope.busy:
        return watched(lambda *_: results_of(make(op, *nodes), kind), args, {})
    return results_of(make(op, *nodes), kind)


def results_of(node: Node, kind: type[Expression] | None = None) -> Any:
    """The handle on a node; of an op of several results one handle for each."""
    kind = kind or Expression
    if isinstance(node.type, ArrayType):
        return kind(node)
    return tuple(kind(make(Pick(i), node)) for i in range(len(node.type)))


Op.apply = staticmethod(_apply)


def is_symbolic(*values: Any) -> bool:
    """Whether any of the values is an expression."""
    return any(isinstance(v, Expression) for v in values)


__all__ = [
    "DOORS",
    "Door",
    "Expression",
    "GraphIndexError",
    "Scope",
    "ShapeError",
    "as_array",
    "as_node",
    "dispatch",
    "implements",
    "is_symbolic",
    "lift",
    "results_of",
    "surface",
    "watched",
]
