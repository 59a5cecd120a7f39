"""Continuous distributions of one variable, from formulas of their standard form.

A distribution says what it is at location 0 and scale 1, in `Formulas`; the methods
follow. With z = (x - loc) / scale, the density of x is that of z over the scale.
Parameters are taken to be valid: where SciPy gives NaN for a scale below 0, a formula
says what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import lift
from graphdiff.scipy.stats.distribution import (
    Distribution,
    double,
    in_full,
    is_number,
    signed,
)

Formula = Callable[..., Any]
_INF = np.inf


def _nothing(*shape: Any) -> float:
    return 0.0


@dataclass(frozen=True)
class Formulas:
    """The standard form: functions of z, or of a share q, and of the shape parameters.

    The logarithm of the density is ``kernel(z, ...) - norm(...)``. The support is
    closed, and its ends may depend on the shape; of an `open` one, they are outside.
    `falls_out`: whether `ppf` and `isf` give NaN by themselves for no share.
    """

    kernel: Formula
    norm: Formula = _nothing
    pdf: Formula | None = None
    support: tuple[float, float] | Formula = (-_INF, _INF)
    open: bool = False
    cdf: Formula | None = None
    sf: Formula | None = None
    logcdf: Formula | None = None
    logsf: Formula | None = None
    ppf: Formula | None = None
    isf: Formula | None = None
    falls_out: bool = False
    mean: Formula | None = None
    var: Formula | None = None
    entropy: Formula | None = None


def continuous(name: str, shapes: str, formulas: Formulas) -> Distribution:
    """The distribution of this name, with SciPy's methods; `shapes`: its parameters."""
    made = _Continuous(name, shapes.split(), formulas)
    return Distribution(name, dict(made.methods()))


@dataclass(frozen=True)
class _Continuous:
    """The methods of a distribution, from its formulas."""

    name: str
    shapes: list[str]
    formulas: Formulas

    def methods(self) -> Iterator[tuple[str, Formula]]:
        """Each method that the formulas allow, by its name."""
        for key, build, needs, variable in (
            ("pdf", self.pdf, "kernel", ["x"]),
            ("logpdf", self.logpdf, "kernel", ["x"]),
            ("cdf", self._inside("cdf", 0, 1), "cdf", ["x"]),
            ("sf", self._inside("sf", 1, 0), "sf", ["x"]),
            ("logcdf", self._inside("logcdf", -_INF, 0), "cdf", ["x"]),
            ("logsf", self._inside("logsf", 0, -_INF), "sf", ["x"]),
            ("ppf", self._quantile("ppf"), "ppf", ["q"]),
            ("isf", self._quantile("isf"), "isf", ["q"]),
            ("entropy", self.entropy, "entropy", []),
            ("mean", self.mean, "mean", []),
            ("var", self.var, "var", []),
            ("std", self.std, "var", []),
        ):
            if getattr(self.formulas, needs) is not None:
                yield key, signed(build, [*variable, *self.shapes], loc=0, scale=1)

    # --- of a point -------------------------------------------------------------------
    def logpdf(self, x: Any, *parameters: Any) -> Any:
        *shape, loc, scale = map(double, parameters)
        z = _standard(x, loc, scale)
        y = self.formulas.kernel(z, *shape)
        if not is_number(scale, 1):
            y = y - np.log(scale)
        if self.formulas.norm is not _nothing:
            y = y - self.formulas.norm(*shape)
        return self._bounded(y, z, shape, -_INF, -_INF)

    def pdf(self, x: Any, *parameters: Any) -> Any:
        if self.formulas.pdf is None:
            return np.exp(self.logpdf(x, *parameters))
        *shape, loc, scale = map(double, parameters)
        z = _standard(x, loc, scale)
        y = self.formulas.pdf(z, *shape)
        y = y if is_number(scale, 1) else y / scale
        return self._bounded(y, z, shape, 0.0, 0.0)

    def _inside(self, key: str, below: float, above: float) -> Formula:
        """A method that is `below` and `above` the support what it is there."""
        formula = getattr(self.formulas, key)

        def logarithm(*args: Any) -> Any:
            return np.log(getattr(self.formulas, key.removeprefix("log"))(*args))

        def build(x: Any, *parameters: Any) -> Any:
            *shape, loc, scale = map(double, parameters)
            z = _standard(x, loc, scale)
            y = (formula or logarithm)(z, *shape)
            return self._bounded(y, z, shape, float(below), float(above))

        return build

    def _bounded(self, y: Any, z: Any, shape: Any, below: float, above: float) -> Any:
        """`y` inside of the support, which NaN is held to be in."""
        support = self.formulas.support
        low, high = support(*shape) if callable(support) else support
        if is_number(low, -_INF) and is_number(high, _INF):
            return y
        under = z <= low if self.formulas.open else z < low
        if is_number(high, _INF):
            return np.where(under, below, y)
        if below == above:
            return np.where(under | (z > high), below, y)
        return np.where(under, below, np.where(z > high, above, y))

    # --- of a share -------------------------------------------------------------------
    def _quantile(self, key: str) -> Formula:
        def build(q: Any, *parameters: Any) -> Any:
            *shape, loc, scale = map(double, parameters)
            q = lift(double(q))
            z = getattr(self.formulas, key)(q, *shape)
            if not self.formulas.falls_out:
                z = np.where((q < 0) | (q > 1), np.nan, z)
            return _placed(z, loc, scale)

        return build

    # --- of the parameters ------------------------------------------------------------
    def entropy(self, *parameters: Any) -> Any:
        *shape, _, scale = map(double, parameters)
        y = self._of(self.formulas.entropy, *shape)
        y = y if is_number(scale, 1) else y + np.log(scale)
        return in_full(self.name, y, *parameters)

    def mean(self, *parameters: Any) -> Any:
        *shape, loc, scale = map(double, parameters)
        y = _placed(self._of(self.formulas.mean, *shape), loc, scale)
        return in_full(self.name, y, *parameters)

    def var(self, *parameters: Any) -> Any:
        *shape, _, scale = map(double, parameters)
        y = self._of(self.formulas.var, *shape)
        y = y if is_number(scale, 1) else y * scale**2
        return in_full(self.name, y, *parameters)

    def std(self, *parameters: Any) -> Any:
        *shape, _, scale = map(double, parameters)
        y = np.sqrt(self._of(self.formulas.var, *shape))
        return in_full(self.name, y if is_number(scale, 1) else y * scale, *parameters)

    def _of(self, formula: Formula | None, *shape: Any) -> Any:
        assert formula is not None, "methods() offers what there is a formula for"
        return formula(*shape)


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    """(x - loc) / scale, without what a location of 0 and a scale of 1 leave out."""
    z = lift(double(x))
    z = z if is_number(loc, 0) else z - loc
    return z if is_number(scale, 1) else z / scale


def _placed(z: Any, loc: Any, scale: Any) -> Any:
    """loc + scale z."""
    z = z if is_number(scale, 1) else z * scale
    return z if is_number(loc, 0) else z + loc
