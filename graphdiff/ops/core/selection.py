"""``x[mask]`` of a symbolic mask: how many entries there are is known to nobody yet.

So the entries are kept in their places, and the mask with them. What works entry by
entry works on all, and a reduction leaves out what the mask leaves out; no array of
unknown length ever exists. ``np.mean(np.log(x[x > 0]))`` is the mean of the logarithms
where x > 0 holds, and emitted as that. What needs the entries side by side (sorting
them, joining them to others) is an error that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.doors import name_of_function
from graphdiff.expression.expression import Expression, lift
from graphdiff.expression.weak import Weak
from graphdiff.graph.types import Size, normalize_axes, show_shape


class Selection(NDArrayOperatorsMixin):
    """The entries of `whole` for which `mask`, over its first axes, is true."""

    __slots__ = ("mask", "whole")
    selects = True

    def __init__(self, whole: Any, mask: Any) -> None:
        """Keep both."""
        self.whole, self.mask = whole, mask

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the entries."""
        return self.whole.dtype  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes: those of the mask have become one."""
        return int(self.whole.ndim - self.mask.ndim + 1)

    @property
    def rest(self) -> tuple[Size, ...]:
        """The sizes of the axes behind those of the mask."""
        return tuple(self.whole.shape[self.mask.ndim :])

    @property
    def shape(self) -> tuple[Any, ...]:
        """How many entries there are, an expression, and the sizes of other axes."""
        return (Weak(np.sum(self.mask).node), *self.rest)

    @property
    def size(self) -> Any:
        """The number of entries, an expression."""
        total: Any = Weak(np.sum(self.mask).node)
        for n in self.rest:
            total = total * n
        return total

    def __repr__(self) -> str:
        """Say of what it is a selection."""
        return f"<selection from {self.whole!r}>"

    def __array_ufunc__(
        self, ufunc: Any, method: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Compute a ufunc of all entries; a product of matrices adds up.

        ``s += 1`` writes into the copy of the entries that ``s = x[mask]`` is.
        """
        if kwargs.get("out") == (self,):
            kwargs.pop("out")
            self.whole = (
                getattr(ufunc, method)(*args, **kwargs).astype(self.dtype).whole
            )
            return self
        if method == "reduce" and ufunc in _REDUCING:
            return _reduced(_REDUCING[ufunc], args[0], *(args[1:] or (0,)), **kwargs)
        if ufunc is np.matmul and method == "__call__" and not kwargs:
            return _product(*args)
        if method != "__call__" or ufunc.signature is not None:
            _refuse(f"{name_of_function(ufunc)}.{method}")
        return self._with(lambda *values: ufunc(*values, **kwargs), ufunc, args)

    def _with(self, f: Callable[..., Any], function: Any, args: Any) -> Any:
        """What `f` makes of the arrays that selections stand for."""
        for arg in args:
            if isinstance(arg, Selection):
                if arg.mask.node is not self.mask.node or arg.ndim != self.ndim:
                    raise ShapeError(
                        f"{name_of_function(function)}: the entries that different "
                        f"masks select do not fit together"
                    )
            elif np.ndim(arg) >= self.ndim:
                raise ShapeError(
                    f"{name_of_function(function)}: an array of shape "
                    f"{show_shape(np.shape(arg))} beside x[mask], of which nobody "
                    f"knows how many entries it has: write x[mask] and y[mask]"
                )
        found = f(*[a.whole if isinstance(a, Selection) else a for a in args])
        if isinstance(found, tuple):
            return tuple(Selection(part, self.mask) for part in found)
        return Selection(found, self.mask)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        """Compute what works entry by entry, or reduces."""
        if function in _ENTRYWISE:
            entries = [a for a in args if isinstance(a, Selection)] or [self]
            call = entries[0]._with
            return call(lambda *values: function(*values, **kwargs), function, args)
        if function in _PRODUCTS and len(args) == 2:
            return _product(*args)
        if function in _REDUCTIONS and isinstance(args[0], Selection):
            return _reduced(function, *args, **kwargs)
        if function is np.size:
            return self.size if len(args) == 1 else self.shape[args[1]]
        if function in (np.shape, np.ndim):
            return getattr(self, function.__name__)
        _refuse(name_of_function(function))

    def astype(self, dtype: Any) -> Selection:
        """The same entries in another dtype."""
        return Selection(self.whole.astype(dtype), self.mask)

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        """Refuse: the entries are not known yet."""
        _refuse("np.asarray")

    def _unknown(self, *args: Any) -> NoReturn:
        _refuse("this")

    __len__ = __iter__ = __bool__ = __float__ = __int__ = __index__ = _unknown
    __getitem__ = __setitem__ = __contains__ = _unknown

    def __getattr__(self, name: str) -> Any:
        """The methods that reduce; no other is served."""
        function: Any = getattr(np, name, None)
        if function in _REDUCTIONS or function in _PRODUCTS:
            return lambda *args, **kwargs: function(self, *args, **kwargs)
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"x[mask] has no attribute {name!r}")
        _refuse(f".{name}")


def _refuse(what: str) -> NoReturn:
    raise GraphTypeError(
        f"{what} of x[mask]: how many entries a symbolic mask selects is not known; "
        f"functions of entries and reductions (np.sum, np.mean, ...) take it; else "
        f"write np.where(mask, x, 0), or x[positions] with known positions"
    )


def select(x: Any, mask: Any) -> Selection:
    """``x[mask]`` for a symbolic mask over the first axes of `x`."""
    if mask.shape != x.shape[: mask.ndim]:
        raise ShapeError(
            f"index: a mask of shape {show_shape(mask.shape)} does not fit shape "
            f"{show_shape(x.shape)}"
        )
    return Selection(Expression(x.node), Expression(mask.node))


# --- what selections can do -----------------------------------------------------------
_ENTRYWISE = {
    *(np.clip, np.where, np.round, np.nan_to_num, np.real, np.imag, np.sinc, np.i0),
    *(np.angle, np.isclose, np.copy),
}
_PRODUCTS = {np.dot, np.vdot, np.inner, np.matmul}
_EMPTY: dict[Any, Callable[[np.dtype], Any]] = {
    np.max: lambda dtype: -np.inf if dtype.kind == "f" else np.iinfo(dtype).min,
    np.min: lambda dtype: np.inf if dtype.kind == "f" else np.iinfo(dtype).max,
}
"""What no entry at all has as its largest and smallest."""
_WHERE = {
    *(np.sum, np.prod, np.mean, np.var, np.std, np.any, np.all),
    *(np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd),
}
_REDUCTIONS = {
    *_WHERE,
    *_EMPTY,
    *(np.count_nonzero, np.average, np.linalg.norm, np.ptp),
}
_REDUCING: dict[Any, Any] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
}


def _reduced(function: Any, a: Selection, axis: Any = None, **kwargs: Any) -> Any:
    """`function` over the selected entries, or over axes behind them."""
    if function is np.average and "weights" in kwargs:
        weights = kwargs.pop("weights")
        total = _reduced(np.sum, a * weights, axis, **kwargs)
        return total / _reduced(np.sum, weights, axis, **kwargs)
    if function is np.average:
        function = np.mean
    if function is np.count_nonzero:
        function, a = np.sum, a != 0
    if function is np.ptp:
        return _reduced(np.max, a, axis, **kwargs) - _reduced(np.min, a, axis, **kwargs)
    if function is np.linalg.norm:
        return _norm(a, axis, **kwargs)
    lead = a.mask.ndim
    listed = [k + a.ndim for k in normalize_axes("x[mask]", axis, a.ndim)]
    axes = [k + lead - 1 for k in listed if k]
    if 0 not in listed:
        found = function(a.whole, axis=tuple(axes), **kwargs)
        return Selection(found, a.mask)
    keepdims = kwargs.pop("keepdims", False)
    mask = np.reshape(a.mask, a.mask.shape + (1,) * len(a.rest))
    every = tuple([*range(lead), *axes])
    if function in _EMPTY:
        filled = np.where(mask, a.whole, a.dtype.type(_EMPTY[function](a.dtype)))
        found = function(filled, axis=every, **kwargs)
    else:
        found = function(a.whole, axis=every, where=mask, **kwargs)
    return np.expand_dims(found, tuple(listed)) if keepdims else found


def _norm(a: Selection, ord: Any = None, **kwargs: Any) -> Any:
    """A norm of a vector of selected entries: zeros change none but the smallest."""
    if a.ndim != 1 or kwargs or (ord is not None and ord <= 0):
        _refuse("this np.linalg.norm")
    zeros = np.where(a.mask, a.whole, a.dtype.type(0))
    return np.linalg.norm(np.ravel(zeros), ord)


def _product(a: Any, b: Any) -> Any:
    """A product over selected entries is a sum of products; else one for each entry."""
    if isinstance(a, Selection) and isinstance(b, Selection):
        if a.ndim == b.ndim == 1:
            return np.sum(a * b)
    elif isinstance(a, Selection) and a.ndim == 2 and np.ndim(b) in (1, 2):
        return Selection(a.whole @ lift(b), a.mask)
    _refuse("this product")
