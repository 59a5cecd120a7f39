"""Normalisation, dropout, embedding and attention, as compositions of NumPy functions.

What varies from run to run is an argument: statistics that were kept, the mask of a
dropout, the parameters. The functions hold no state.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, ShapeError
from graphdiff.expression.expression import is_symbolic, surface
from graphdiff.graph.types import normalize_axes, show_shape
from graphdiff.nn.arrays import array, real, reals
from graphdiff.ops.core.reduce import Softmax


@surface
def batch_statistics(x: Any) -> Any:
    """The mean and the variance of each channel of `x`, over batch and space.

    `x`: (batch, channels, *spatial); both results: (channels,). The variance is that of
    `batch_norm`: divided by the count. Their running means serve `batch_norm` later.
    """
    x = real("batch_statistics", x)
    axes = (0, *range(2, x.ndim))
    return np.mean(x, axis=axes), np.var(x, axis=axes)


@surface
def batch_norm(
    x: Any,
    scale: Any = None,
    shift: Any = None,
    mean: Any = None,
    var: Any = None,
    eps: float = 1e-5,
) -> Any:
    """`x` with each channel brought to mean 0 and variance 1, then scaled and shifted.

    `x`: (batch, channels, *spatial); the others (channels,). While training, leave
    `mean` and `var` out: they are those of the batch, and derivatives flow through
    them. Afterwards give what was kept of `batch_statistics`. Ioffe and Szegedy, "Batch
    normalization", 2015.

    >>> import graphdiff as gd
    >>> gd.nn.batch_norm([[1.0], [3.0]], eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    x = real("batch_norm", x)
    if (mean is None) != (var is None):
        raise ShapeError("gd.nn.batch_norm: give both mean and var, or neither")
    if mean is None:
        mean, var = batch_statistics(x)
    wide = (x.shape[1], *[1] * (x.ndim - 2))
    mean, var = (_fit("batch_norm", v, wide) for v in (mean, var))
    y = (x - mean) / np.sqrt(var + eps)
    return _affine("batch_norm", y, scale, shift, wide)


@surface
def layer_norm(
    x: Any, scale: Any = None, shift: Any = None, axis: Any = -1, eps: float = 1e-5
) -> Any:
    """`x` with mean 0 and variance 1 along `axis`, then scaled and shifted.

    `scale` and `shift` have the sizes of those axes. Ba, Kiros and Hinton, "Layer
    normalization", 2016.

    >>> import graphdiff as gd
    >>> gd.nn.layer_norm([[1.0, 3.0], [5.0, 5.0]], eps=0.0001).round(3)
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    x = real("layer_norm", x)
    axes = normalize_axes("layer_norm", axis, x.ndim)
    return _affine("layer_norm", _standard(x, axes, eps), scale, shift, _wide(x, axes))


@surface
def rms_norm(x: Any, scale: Any = None, axis: Any = -1, eps: float = 1e-6) -> Any:
    """`x` divided by the root of the mean of its squares along `axis`, then scaled.

    Zhang and Sennrich, "Root mean square layer normalization", 2019.
    """
    x = real("rms_norm", x)
    axes = normalize_axes("rms_norm", axis, x.ndim)
    y = x / np.sqrt(np.mean(x**2, axis=axes, keepdims=True) + eps)
    return _affine("rms_norm", y, scale, None, _wide(x, axes))


@surface
def group_norm(
    x: Any, groups: int, scale: Any = None, shift: Any = None, eps: float = 1e-5
) -> Any:
    """`x` with mean 0 and variance 1 in each of so many `groups` of channels.

    `x`: (batch, channels, *spatial); `scale` and `shift`: (channels,). As many groups
    as channels make it instance normalisation. Wu and He, "Group normalization", 2018.
    """
    x = real("group_norm", x)
    batch, channels, *sizes = x.shape
    if isinstance(channels, int) and channels % groups:
        raise ShapeError(
            f"gd.nn.group_norm: {channels} channels do not fall into {groups} groups"
        )
    split = x.reshape(batch, groups, channels // groups, *sizes)
    y = _standard(split, tuple(range(-split.ndim + 2, 0)), eps).reshape(x.shape)
    wide = (channels, *[1] * len(sizes))
    return _affine("group_norm", y, scale, shift, wide)


@surface
def dropout(x: Any, mask: Any, rate: float = 0.5) -> Any:
    """`x` where the boolean `mask` is true, divided by 1 - `rate`, and 0 elsewhere.

    The mask is given, so that the function stays one: draw it with
    ``rng.random(x.shape) >= rate``.

    >>> import graphdiff as gd
    >>> gd.nn.dropout([1.0, 2.0], [True, False], 0.75)
    array([4., 0.])
    """
    x, mask = real("dropout", x), array("dropout: mask", mask)
    if mask.dtype.kind != "b":
        raise DTypeError(f"gd.nn.dropout: the mask must be boolean, got {mask.dtype}")
    return np.where(mask, x / (1 - rate), 0)


@surface
def embedding(table: Any, ids: Any) -> Any:
    """The rows of `table`, (entries, size), that the integers `ids` name.

    The gradient adds up over repeated ids. An id out of range raises `IndexError`.

    >>> import graphdiff as gd
    >>> gd.nn.embedding([[1.0, 2.0], [3.0, 4.0]], [1, 1])
    array([[3., 4.],
           [3., 4.]])
    """
    table, ids = real("embedding", table), array("embedding: ids", ids)
    if ids.dtype.kind not in "iu":
        raise DTypeError(f"gd.nn.embedding: ids must be integers, got {ids.dtype}")
    return np.take(table, ids, axis=0)


@surface
def one_hot(labels: Any, classes: int, dtype: Any = np.float64) -> Any:
    """Rows of zeros, with a one where the integers `labels` say.

    A label out of range gives a row of zeros.

    >>> import graphdiff as gd
    >>> gd.nn.one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    labels = array("one_hot: labels", labels)
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"gd.nn.one_hot: labels must be integers, got {labels.dtype}")
    return (np.expand_dims(labels, -1) == _count(classes, labels)).astype(dtype)


@surface
def scaled_dot_product_attention(
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    causal: bool = False,
    scale: float | None = None,
) -> Any:
    """Means of the rows of `v`, weighted by how well the rows of `q` and `k` agree.

    `q`: (..., n, d), `k`: (..., m, d), `v`: (..., m, e); the result: (..., n, e). The
    weights are the softmax of ``q @ k.T * scale``; `scale` is 1 / sqrt(d) by default. A
    boolean `mask`, (..., n, m), is true where a pair takes part; `causal` lets row i
    see rows 0 to i only. A row that sees nothing gives zeros, with slopes 0. Vaswani et
    al., "Attention is all you need", 2017.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> v = np.array([[1.0], [3.0]])
    >>> gd.nn.scaled_dot_product_attention(0 * v, v, v, causal=True)
    array([[1.],
           [2.]])
    """
    what = "scaled_dot_product_attention"
    q, k, v = reals(what, q, k, v)
    if q.ndim < 2 or k.ndim < 2 or v.ndim < 2 or q.shape[-1] != k.shape[-1]:
        raise ShapeError(
            f"gd.nn.{what}: q {show_shape(q.shape)}, k {show_shape(k.shape)} and v "
            f"{show_shape(v.shape)} are not (..., n, d), (..., m, d), (..., m, e)"
        )
    size = q.shape[-1]
    if scale is not None:
        scores = (q @ k.mT) * scale
    elif isinstance(size, int):
        scores = (q @ k.mT) / math.sqrt(size)
    else:
        scores = (q @ k.mT) / np.sqrt(np.full((), size, q.dtype, like=q))
    if mask is not None:
        scores = np.where(array(f"{what}: mask", mask), scores, -np.inf)
    if causal:
        rows, columns = (_count(n, q) for n in scores.shape[-2:])
        scores = np.where(np.expand_dims(rows, -1) >= columns, scores, -np.inf)
    return Softmax((-1,))(scores) @ v


@surface
def multi_head_attention(
    x: Any,
    wq: Any,
    wk: Any,
    wv: Any,
    wo: Any,
    heads: int,
    memory: Any = None,
    mask: Any = None,
    causal: bool = False,
) -> Any:
    """So many attentions side by side, each in its share of the columns of the weights.

    `x`: (batch, n, d); `wq`, `wk`, `wv`: (d, heads * size); `wo`: (heads * size, d);
    the result: as `x`. Keys and values are made of `memory`, (batch, m, d), if given.
    `mask` and `causal` as for `scaled_dot_product_attention`, for all heads alike; a
    mask is (n, m), or (batch, 1, n, m).

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x, w = np.ones((2, 5, 4)), np.ones((4, 6))
    >>> gd.nn.multi_head_attention(x, w, w, w, w.T, heads=3).shape
    (2, 5, 4)
    """
    x, wq, wk, wv, wo = reals("multi_head_attention", x, wq, wk, wv, wo)
    source = x if memory is None else real("multi_head_attention", memory)
    columns = wq.shape[-1]
    if isinstance(columns, int) and columns % heads:
        raise ShapeError(
            f"gd.nn.multi_head_attention: {columns} columns do not fall into {heads} "
            f"heads"
        )

    def split(y: Any, w: Any) -> Any:
        batch, n, _ = y.shape
        wide = (y @ w).reshape(batch, n, heads, w.shape[-1] // heads)
        return np.swapaxes(wide, 1, 2)

    q, k, v = (split(y, w) for y, w in ((x, wq), (source, wk), (source, wv)))
    mixed = np.swapaxes(scaled_dot_product_attention(q, k, v, mask, causal), 1, 2)
    batch, n, *_ = mixed.shape
    return mixed.reshape(batch, n, wv.shape[-1]) @ wo


def _count(n: Any, like: Any) -> Any:
    """The integers below `n`, symbolic if `like` is."""
    return np.arange(n, like=like) if is_symbolic(like) else np.arange(n)


def _standard(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    """`x` less its mean along `axes`, over its standard deviation."""
    mean = np.mean(x, axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(np.var(x, axis=axes, keepdims=True) + eps)


def _wide(x: Any, axes: tuple[int, ...]) -> tuple[Any, ...]:
    """The sizes of `axes`, and 1 for other axes behind the first of them."""
    return tuple(x.shape[a] if a in axes else 1 for a in range(axes[0], 0))


def _affine(what: str, y: Any, scale: Any, shift: Any, wide: tuple[Any, ...]) -> Any:
    """`y`, scaled and shifted by parameters that broadcast in the shape `wide`."""
    if scale is not None:
        y = y * _fit(what, scale, wide)
    return y if shift is None else y + _fit(what, shift, wide)


def _fit(what: str, parameter: Any, wide: tuple[Any, ...]) -> Any:
    parameter = real(what, parameter)
    wanted = tuple(n for n in wide if n != 1) or (1,)
    if parameter.shape not in (wanted, wide, ()):
        raise ShapeError(
            f"gd.nn.{what}: a parameter of shape {show_shape(parameter.shape)} does "
            f"not fit {show_shape(wanted)}"
        )
    return parameter.reshape(wide) if parameter.ndim else parameter
