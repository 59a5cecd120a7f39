"""Writing into symbolic arrays: ``x[key] = value``, ``x += y``, ``np.add.at``.

A node never changes. What NumPy does in place gives a new node, and the handle that
was written to stands for that from then on, as do all views of the same memory.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, ShapeError
from graphdiff.expression.doors import implements, name_of_function, update
from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.node import Constant, Node, make
from graphdiff.graph.types import (
    Shape,
    broadcast,
    dtype_of,
    normalize_axis,
    show_shape,
)
from graphdiff.ops.core.axes import broadcast_expression, reshape_node
from graphdiff.ops.core.elementwise import where
from graphdiff.ops.core.entries import cast_node, fit
from graphdiff.ops.core.fill import array
from graphdiff.ops.core.index import Put, getitem
from graphdiff.ops.core.pattern import (
    Item,
    NewAxis,
    Slice,
    as_key,
    normalize_key,
    rank_of,
)
from graphdiff.ops.core.selection import Selection
from graphdiff.ops.core.setitem import SetItem
from graphdiff.ops.entry.choice import where_door
from graphdiff.ops.write.memory import rebind
from graphdiff.runtime.scatter import kept_of
from graphdiff.sizes.dims import Dim


@implements(operator.setitem)
def setitem(x: Any, key: Any, value: Any) -> None:
    """``x[key] = value``, cast to the dtype of `x` as NumPy does."""
    found = _mask_of(x, key)
    if found is not None:
        return rebind(x, _chosen("x[mask] = value", x, *found, value))
    part = getitem(Expression(x.node), key).node
    if isinstance(value, Expression) and value.node is part:
        return None
    entries = fitted("x[key] = value", value, part.type.dtype, part.type.shape)
    pattern, arrays = normalize_key(x.shape, key)
    if all(item in (Slice(), NewAxis()) for item in pattern):
        return rebind(x, reshape_node(entries, x.shape))
    index = [a.node for a in arrays]
    op = SetItem(pattern, _is_once(pattern, x.shape, index))
    return rebind(x, make(op, x.node, entries, *index))


def fitted(what: str, value: Any, dtype: np.dtype, shape: Shape) -> Node:
    """`value` in the dtype and shape of the entries that it is assigned to."""
    if isinstance(value, (list, tuple)):
        value = array(value)
    if not isinstance(value, (Expression, int, float, Dim)):
        value = lift(value, what)
    given = np.shape(value)
    while len(given) > len(shape) and given[0] == 1:
        given = given[1:]
    if broadcast(what, [given, shape]) != shape:
        raise ShapeError(
            f"{what}: a value of shape {show_shape(given)} does not fit into entries "
            f"of shape {show_shape(shape)}"
        )
    if isinstance(value, Expression) and value.shape != given:
        value = Expression(reshape_node(value.node, given))
    return fit(value, dtype, shape)


def _is_once(pattern: tuple[Item, ...], shape: Shape, index: Sequence[Node]) -> bool:
    """Whether an index surely names no entry twice."""
    if not index:
        return True
    core = shape[len(shape) - rank_of(pattern) :]
    known = [node.op.value for node in index if isinstance(node.op, Constant)]
    if len(known) < len(index) or not all(isinstance(n, int) for n in core):
        return False
    key = as_key(pattern, 0, 0)
    if any(isinstance(k, Dim) for k in key):
        return False
    return bool(np.all(kept_of(core, _filled(key, known))))


def _filled(key: tuple[Any, ...], known: Sequence[np.ndarray]) -> tuple[Any, ...]:
    return tuple(known[k.index] if hasattr(k, "index") else k for k in key)


def _mask_of(x: Any, key: Any) -> tuple[Any, int] | None:
    """The truths that a key with a symbolic mask stands for, in the shape of `x`.

    And the number of axes behind the mask.
    """
    items = key if isinstance(key, tuple) else (key,)
    places = [
        i
        for i, item in enumerate(items)
        if isinstance(item, Expression) and item.dtype.kind == "b"
    ]
    if not places:
        return None
    mask, before = items[places[0]], items[: places[0]]
    rest = (*before, *items[places[0] + 1 :])
    whole = all(isinstance(i, slice) and i == slice(None) for i in before)
    if not all(i is Ellipsis or i == slice(None) for i in rest) or not whole:
        raise GraphTypeError(
            "x[..., mask] = value: beside a symbolic mask only whole slices are "
            "served; write np.where(mask, value, x)"
        )
    after = max(x.ndim - len(before) - mask.ndim, 0)
    wide = mask.reshape(*mask.shape, *[1] * after)
    return broadcast_expression("x[mask] = value", wide, x.shape), after


def _chosen(what: str, x: Any, mask: Any, rank: int, value: Any) -> Node:
    """`x` with `value` where the mask is true; a list of the entries does not fit."""
    if isinstance(value, Selection):
        return _from_same(what, x, mask, value)
    value = array(value) if isinstance(value, (list, tuple)) else lift(value, what)
    if value.shape == (1,):
        value = value.reshape()
    if value.ndim > rank:
        raise GraphTypeError(
            f"{what}: how many entries a symbolic mask selects is not known, so all "
            f"must get the same value; write np.where(mask, value, x) with a value of "
            f"the shape of x"
        )
    entries = fitted(what, value, x.dtype, x.shape)
    return where(mask, Expression(entries), Expression(x.node)).node  # type: ignore[no-any-return]


def _from_same(what: str, x: Any, mask: Any, value: Selection) -> Node:
    """`x` with the entries of `value`, which the same mask has selected."""
    ones = (1,) * (x.ndim - value.mask.ndim)
    own = value.mask.reshape(*value.mask.shape, *ones)
    if broadcast_expression(what, own, x.shape).node is not mask.node:
        raise ShapeError(f"{what}: the value was selected by another mask")
    entries = Expression(fit(value.whole, x.dtype, x.shape))
    return where(mask, entries, Expression(x.node)).node  # type: ignore[no-any-return]


@implements(update)
def updated(x: Any, ufunc: Any, other: Any) -> Any:
    """``x += other``: the result is cast to the dtype of `x`, if that loses no kind."""
    made = ufunc(Expression(x.node), other)
    name = name_of_function(ufunc)
    _check_cast(name, made.dtype, x.dtype)
    if made.shape != x.shape:
        raise ShapeError(
            f"{name}: a result of shape {show_shape(made.shape)} does not fit into an "
            f"array of shape {show_shape(x.shape)}"
        )
    rebind(x, cast_node(made.node, x.dtype))
    return x


def _check_cast(what: str, found: Any, wanted: np.dtype) -> None:
    if not np.can_cast(np.dtype(found), wanted, "same_kind"):
        raise DTypeError(
            f"{what}: cannot write {np.dtype(found)} into an array of {wanted}: make "
            f"the array as floats, or write x = x.astype(...)"
        )


def target(what: str, x: Any) -> Any:
    """`x`, if it is a symbolic array that can be written to."""
    if isinstance(x, Expression):
        return x
    raise GraphTypeError(
        f"{what}: a plain array cannot hold symbolic entries; make it with "
        f"np.zeros_like of an argument, np.zeros(shape, like=x) or graphdiff.numpy"
    )


def _add_at(what: str, sign: int) -> Any:
    def add_at(a: Any, indices: Any, b: Any) -> None:
        """Add `b` to the entries at `indices`; an entry named twice gets both."""
        x = target(what, a)
        value: Any = array(b) if isinstance(b, (list, tuple)) else b
        _check_cast(what, dtype_of(value if hasattr(value, "dtype") else b), x.dtype)
        found = _mask_of(x, indices)
        if found is not None:
            mask, rank = found
            term = _chosen(what, np.zeros_like(x), mask, rank, value)
            return rebind(x, _plus(x, Expression(term), sign))
        part = getitem(Expression(x.node), indices).node
        pattern, arrays = normalize_key(x.shape, indices)
        index = [i.node for i in arrays]
        entries = Expression(fitted(what, value, x.dtype, part.type.shape))
        core = x.shape[x.ndim - rank_of(pattern) :]
        put = Put(pattern, core, _is_once(pattern, x.shape, index))
        return rebind(x, _plus(x, Expression(make(put, entries.node, *index)), sign))

    return add_at


def _plus(x: Any, term: Expression, sign: int) -> Node:
    old = Expression(x.node)
    return (old + term if sign > 0 else old - term).node  # type: ignore[no-any-return]


implements(np.add.at)(_add_at("np.add.at", 1))
implements(np.subtract.at)(_add_at("np.subtract.at", -1))


@implements(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """``dst[...] = src``, where a condition holds."""
    x = target("np.copyto", dst)
    value: Any = array(src) if isinstance(src, (list, tuple)) else src
    found = dtype_of(value if hasattr(value, "dtype") else src)
    if not np.can_cast(np.dtype(found), x.dtype, casting):  # type: ignore[arg-type]
        raise DTypeError(
            f"np.copyto: cannot cast {np.dtype(found)} to {x.dtype} by the rule "
            f"{casting!r}"
        )
    if where is True:
        setitem(x, ..., value)
        return
    mask = broadcast_expression("np.copyto", where, x.shape)
    entries = fitted("np.copyto", value, x.dtype, x.shape)
    rebind(x, where_door(mask, Expression(entries), Expression(x.node)).node)


@implements(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """``a[mask] = values`` for one value, or values of the shape of `a`."""
    x = target("np.putmask", a)
    condition = lift(mask, "np.putmask").astype(bool)
    value = lift(values, "np.putmask")
    if value.shape not in (x.shape, ()):
        raise ShapeError(
            f"np.putmask: values of shape {show_shape(value.shape)} would be repeated "
            f"to {show_shape(x.shape)}; give one value, or an array of that shape"
        )
    rebind(x, _chosen("np.putmask", x, condition, x.ndim, value))


@implements(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """``arr[mask] = vals`` for one value."""
    x = target("np.place", arr)
    wide = broadcast_expression("np.place", lift(mask).astype(bool), x.shape)
    value = array(vals) if isinstance(vals, (list, tuple)) else lift(vals)
    rebind(x, _chosen("np.place", x, wide, 0, value))


@implements(np.put)
def put(a: Any, ind: Any, v: Any) -> None:
    """``a.flat[ind] = v``; values are repeated as needed."""
    x = target("np.put", a)
    flat = Expression(reshape_node(x.node, (x.size,)))
    index, value = np.ravel(ind), lift(v, "np.put")
    if value.size not in (1, index.size):
        raise ShapeError(
            f"np.put: {value.size} values for {index.size} places; give as many values"
        )
    setitem(flat, index, value.reshape(-1))
    rebind(x, reshape_node(flat.node, x.shape))


@implements(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any) -> None:
    """Set the main diagonal of `a`."""
    x = target("np.fill_diagonal", a)
    lengths = {n for n in x.shape if isinstance(n, int)}
    if x.ndim < 2 or len(lengths) < len(set(x.shape)):
        raise ShapeError(
            f"np.fill_diagonal: needs a matrix with sizes that are ints, got "
            f"{show_shape(x.shape)}"
        )
    if x.ndim > 2 and len(lengths) > 1:
        raise ShapeError("np.fill_diagonal: all sizes must be equal beyond a matrix")
    places = np.arange(min(lengths))
    value = array(val) if isinstance(val, (list, tuple)) else lift(val)
    setitem(x, (places,) * x.ndim, value)


@implements(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any = -1) -> None:
    """Set the entries that ``np.take_along_axis`` would read."""
    x = target("np.put_along_axis", arr)
    index = lift(indices, "np.put_along_axis")
    if axis is None:
        put(x, index, values)
        return
    place = normalize_axis("np.put_along_axis", axis, x.ndim) + x.ndim
    if index.ndim != x.ndim or not all(isinstance(n, int) for n in index.shape):
        raise ShapeError(
            f"np.put_along_axis: an index of shape {show_shape(index.shape)} for an "
            f"array of shape {show_shape(x.shape)}; ints and as many axes are needed"
        )
    sizes = [slice(n) for n in x.shape]
    sizes[place] = slice(index.shape[place])
    key: list[Any] = list(np.ogrid[tuple(sizes)])
    key[place] = indices
    setitem(x, tuple(key), values)
