"""Distributions of vectors: normal, Dirichlet's, and counts of several kinds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.expression.expression import lift
from graphdiff.graph.types import show_shape
from graphdiff.ops.special.entropy import xlogy
from graphdiff.ops.special.gamma import digamma, gammaln
from graphdiff.scipy.linalg.systems import solve_triangular
from graphdiff.scipy.stats.distribution import Distribution, double

_LOG_2PI = math.log(2 * math.pi)


# --- the normal distribution ----------------------------------------------------------
def _positive(mean: Any, cov: Any, allow_singular: Any) -> tuple[Any, Any]:
    """The mean as a vector, and the lower factor of the covariance."""
    what = "scipy.stats.multivariate_normal"
    if allow_singular:
        raise UnsupportedError(
            f"{what}: allow_singular=True is not supported on symbolic arrays; add a "
            f"small multiple of np.eye to the covariance"
        )
    cov = lift(double(cov), what)
    size: Any = cov.shape[0] if cov.ndim else 1
    if mean is not None:
        mean = lift(double(mean), what)
        mean = mean.reshape(-1) if mean.ndim == 0 else mean
        if mean.ndim != 1:
            raise ShapeError(f"{what}: the mean must be a vector, got {mean.ndim} axes")
        size = mean.shape[0]
    if cov.ndim < 2:
        cov = cov * np.eye(size)
    if cov.shape != (size, size):
        raise ShapeError(
            f"{what}: a covariance of shape {show_shape(cov.shape)} does not fit a "
            f"mean of {size} entries"
        )
    return mean, np.linalg.cholesky(cov)


def _log_det(factor: Any) -> Any:
    return 2 * np.sum(np.log(np.einsum("ii->i", factor)))


def _normal_logpdf(
    x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False
) -> Any:
    """The logarithm of the density at the points along the last axis of `x`."""
    mean, factor = _positive(mean, cov, allow_singular)
    size = factor.shape[0]
    x = lift(double(x))
    if x.ndim < 2:
        x = x.reshape(-1, 1) if size == 1 else x.reshape(1, -1)
    lead = x.shape[:-1]
    away = x if mean is None else x - mean
    z = solve_triangular(factor, away.reshape(-1, size).T, lower=True)
    distance = np.sum(z**2, axis=0).reshape(lead)
    y = -0.5 * (size * _LOG_2PI + _log_det(factor) + distance)
    ones = tuple(i for i, n in enumerate(lead) if n == 1)
    return np.squeeze(y, axis=ones) if ones else y


def _normal_pdf(
    x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False
) -> Any:
    """The density at the points along the last axis of `x`."""
    return np.exp(_normal_logpdf(x, mean, cov, allow_singular))


def _normal_entropy(mean: Any = None, cov: Any = 1) -> Any:
    """The entropy, which the mean does not change."""
    _, factor = _positive(mean, cov, False)
    return 0.5 * (factor.shape[0] * (_LOG_2PI + 1) + _log_det(factor))


multivariate_normal = Distribution(
    "multivariate_normal",
    {"logpdf": _normal_logpdf, "pdf": _normal_pdf, "entropy": _normal_entropy},
)


# --- Dirichlet's ----------------------------------------------------------------------
def _log_beta(alpha: Any) -> Any:
    return np.sum(gammaln(alpha)) - gammaln(np.sum(alpha))


def _completed(x: Any, alpha: Any) -> Any:
    """The shares along the first axis; SciPy lets users leave out the last."""
    what = "scipy.stats.dirichlet"
    x, size = lift(x, what), alpha.shape[0]
    if x.shape[0] + 1 == size:
        x = np.concatenate([x, 1 - np.sum(x, axis=0, keepdims=True)])
    if x.shape[0] != size:
        raise ShapeError(
            f"{what}: shares of shape {show_shape(x.shape)} do not fit {size} "
            f"parameters: shares stand along the first axis"
        )
    return x


def _dirichlet_logpdf(x: Any, alpha: Any) -> Any:
    """The logarithm of the density; shares stand along the first axis of `x`."""
    alpha = lift(alpha)
    x = _completed(x, alpha)
    weights = (alpha - 1).reshape(alpha.shape + (1,) * (x.ndim - 1))
    return np.sum(xlogy(weights, x), axis=0) - _log_beta(alpha)


def _dirichlet_pdf(x: Any, alpha: Any) -> Any:
    """The density; shares stand along the first axis of `x`."""
    return np.exp(_dirichlet_logpdf(x, alpha))


def _dirichlet_entropy(alpha: Any) -> Any:
    alpha = lift(alpha)
    total = np.sum(alpha)
    inner = np.sum((alpha - 1) * digamma(alpha))
    return _log_beta(alpha) + (total - alpha.shape[0]) * digamma(total) - inner


def _dirichlet_mean(alpha: Any) -> Any:
    alpha = lift(alpha)
    return alpha / np.sum(alpha)


def _dirichlet_var(alpha: Any) -> Any:
    alpha = lift(alpha)
    total = np.sum(alpha)
    return alpha * (total - alpha) / (total**2 * (total + 1))


def _dirichlet_cov(alpha: Any) -> Any:
    alpha = lift(alpha)
    total = np.sum(alpha)
    mean = alpha / total
    return (np.eye(alpha.shape[0], dtype=mean.dtype) * mean - np.outer(mean, mean)) / (
        total + 1
    )


dirichlet = Distribution(
    "dirichlet",
    {
        "logpdf": _dirichlet_logpdf,
        "pdf": _dirichlet_pdf,
        "entropy": _dirichlet_entropy,
        "mean": _dirichlet_mean,
        "var": _dirichlet_var,
        "cov": _dirichlet_cov,
    },
)


# --- counts of several kinds ----------------------------------------------------------
def _shares(p: Any) -> Any:
    """The probabilities; as SciPy does, the last one is what the others leave."""
    p = lift(double(p))
    rest = 1 - np.sum(p[..., :-1], axis=-1, keepdims=True)
    return np.concatenate([p[..., :-1], rest], axis=-1)


def _multinomial_logpmf(x: Any, n: Any, p: Any) -> Any:
    """The logarithm of the probability of the counts along the last axis of `x`."""
    x, n, p = lift(double(x)), double(n), lift(double(p))
    whole, last = np.floor(x), 1 - np.sum(p[..., :-1], axis=-1)
    y = np.sum(xlogy(whole[..., :-1], p[..., :-1]), axis=-1)
    y = y + xlogy(whole[..., -1], last) + gammaln(n + 1)
    y = y - np.sum(gammaln(whole + 1), axis=-1)
    outside = np.any((x < 0) | (x != whole), axis=-1) | (np.sum(x, axis=-1) != n)
    return np.where(outside, -np.inf, y)


def _multinomial_pmf(x: Any, n: Any, p: Any) -> Any:
    """The probability of the counts along the last axis of `x`."""
    return np.exp(_multinomial_logpmf(x, n, p))


def _multinomial_mean(n: Any, p: Any) -> Any:
    return np.expand_dims(double(n), -1) * _shares(p)


def _multinomial_cov(n: Any, p: Any) -> Any:
    p, n = _shares(p), np.expand_dims(double(n), (-2, -1))
    spread = np.expand_dims(p, -1) * np.eye(p.shape[-1])
    return n * (spread - np.expand_dims(p, -1) * np.expand_dims(p, -2))


multinomial = Distribution(
    "multinomial",
    {
        "logpmf": _multinomial_logpmf,
        "pmf": _multinomial_pmf,
        "mean": _multinomial_mean,
        "cov": _multinomial_cov,
    },
)
