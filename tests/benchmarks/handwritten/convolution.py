"""A convolution, and pooling, by hand: sums of squares and their gradients.

Three formulations of a convolution in NumPy: windows in the columns of a matrix, kept
from the forward part for the gradient of the weights; one matrix product for each tap
of the kernel; ``np.einsum`` over a view of all windows.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def pad(x, n):
    if not n:
        return x
    wide = np.zeros((*x.shape[:2], x.shape[2] + 2 * n, x.shape[3] + 2 * n), x.dtype)
    wide[:, :, n:-n, n:-n] = x
    return wide


def taps(kernel, places, stride):
    """Where each tap of the kernel meets the images."""
    (a, b), (p, q) = kernel, places
    return [
        (i, j, slice(i, i + stride * p, stride), slice(j, j + stride * q, stride))
        for i in range(a)
        for j in range(b)
    ]


def view(x, kernel, stride):
    """(batch, channels, *places, *kernel), without a copy."""
    windows = sliding_window_view(x, kernel, axis=(2, 3))
    return windows[:, :, ::stride, ::stride]


def cost(x, w, stride, padding):
    windows = view(pad(x, padding), w.shape[2:], stride)
    return np.sum(np.einsum("ncpqij,fcij->nfpq", windows, w) ** 2)


def columns(x, w, stride, padding):
    wide, kernel = pad(x, padding), w.shape[2:]
    windows = view(wide, kernel, stride)
    places = windows.shape[2:4]
    matrix = np.ascontiguousarray(windows.transpose(0, 1, 4, 5, 2, 3))
    matrix = matrix.reshape(len(x), w[0].size, -1)
    rows = w.reshape(len(w), -1)
    y = rows @ matrix
    d_y = 2 * y
    d_w = (d_y @ matrix.mT).sum(axis=0).reshape(w.shape)
    parts = (rows.T @ d_y).reshape(len(x), *w.shape[1:], *places)
    d_wide = np.zeros_like(wide)
    for i, j, across, down in taps(kernel, places, stride):
        d_wide[:, :, across, down] += parts[:, :, i, j]
    h, k = x.shape[2:]
    d_x = d_wide[:, :, padding : padding + h, padding : padding + k]
    return np.sum(y**2), (d_x, d_w)


def products(x, w, stride, padding):
    wide, kernel = pad(x, padding), w.shape[2:]
    places = view(wide, kernel, stride).shape[2:4]
    many = places[0] * places[1]
    met = taps(kernel, places, stride)
    weights = np.ascontiguousarray(w.transpose(2, 3, 0, 1))
    parts = [wide[:, :, a, d].reshape(len(x), -1, many) for _, _, a, d in met]
    y = np.zeros((len(x), len(w), many))
    for (i, j, _, _), part in zip(met, parts, strict=True):
        y += weights[i, j] @ part
    d_y = 2 * y
    d_wide, d_w = np.zeros_like(wide), np.empty_like(w)
    for (i, j, across, down), part in zip(met, parts, strict=True):
        d_w[:, :, i, j] = (d_y @ part.mT).sum(axis=0)
        d_part = weights[i, j].T @ d_y
        d_wide[:, :, across, down] += d_part.reshape(*x.shape[:2], *places)
    h, k = x.shape[2:]
    d_x = d_wide[:, :, padding : padding + h, padding : padding + k]
    return np.sum(y**2), (d_x, d_w)


def einsum(x, w, stride, padding):
    wide, kernel = pad(x, padding), w.shape[2:]
    windows = view(wide, kernel, stride)
    y = np.einsum("ncpqij,fcij->nfpq", windows, w, optimize=True)
    d_y = 2 * y
    d_w = np.einsum("ncpqij,nfpq->fcij", windows, d_y, optimize=True)
    parts = np.einsum("fcij,nfpq->ncijpq", w, d_y, optimize=True)
    d_wide = np.zeros_like(wide)
    for i, j, across, down in taps(kernel, y.shape[2:], stride):
        d_wide[:, :, across, down] += parts[:, :, i, j]
    h, k = x.shape[2:]
    d_x = d_wide[:, :, padding : padding + h, padding : padding + k]
    return np.sum(y**2), (d_x, d_w)


def pool_cost(x):
    batch, channels, h, k = x.shape
    boxes = x.reshape(batch, channels, h // 2, 2, k // 2, 2)
    return np.sum(boxes.max(axis=(3, 5)) ** 2)


def pool_by_slices(x):
    """The largest of each box of 2 by 2; those that are equal share the slope."""
    corners = [
        (..., slice(i, None, 2), slice(j, None, 2)) for i in (0, 1) for j in (0, 1)
    ]
    a, b, c, d = (x[corner] for corner in corners)
    y = np.maximum(np.maximum(a, b), np.maximum(c, d))
    hits = [part == y for part in (a, b, c, d)]
    share = 2 * y / np.sum(hits, axis=0)
    d_x = np.empty_like(x)
    for corner, hit in zip(corners, hits, strict=True):
        np.multiply(hit, share, out=d_x[corner])
    return np.sum(y**2), d_x


def pool_by_reshaping(x):
    batch, channels, h, k = x.shape
    boxes = x.reshape(batch, channels, h // 2, 2, k // 2, 2)
    y = boxes.max(axis=(3, 5), keepdims=True)
    hits = boxes == y
    d_x = hits * (2 * y / hits.sum(axis=(3, 5), keepdims=True))
    return np.sum(y**2), d_x.reshape(x.shape)
