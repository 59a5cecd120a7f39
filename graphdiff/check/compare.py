"""The gradient of one argument beside slopes of a reference, entry by entry."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphdiff.check.differences import COMPLEX_STEP, Corner, Slope, corner, measure
from graphdiff.check.reference import Array, Scalar, widen
from graphdiff.check.report import ArgumentCheck, Comparison

_RTOL = {8: 1e-6, 4: 1e-3, 2: 5e-2}
_DIRECTIONS = 4
_ENTRIES = 64
_SAMPLED = 12


class Checker:
    """Compares the gradient of one argument with slopes of a reference."""

    def __init__(
        self,
        reference: Scalar,
        point: Mapping[str, Array],
        name: str,
        gradient: Array,
        rtol: float | None,
        analytic: bool,
    ) -> None:
        """Take what to compare, and how strictly."""
        self.reference = reference
        self.point = {n: widen(x) for n, x in point.items()}
        self.name = name
        self.x = self.point[name]
        self.gradient = widen(np.asarray(gradient))
        self.dtype = point[name].dtype
        single = np.finfo(self.dtype).dtype.itemsize
        self.rtol = _RTOL[single] if rtol is None else rtol
        self.analytic = analytic and self.dtype.kind == "f"
        self.units = (1.0, 1j) if self.dtype.kind == "c" else (1.0,)
        finite = np.abs(self.gradient[np.isfinite(self.gradient)])
        self.largest = float(finite.max(initial=0.0))

    def run(self, order: int, rng: np.random.Generator) -> ArgumentCheck:
        """Compare entry by entry, or along random directions and at some entries."""
        check = ArgumentCheck(
            self.name, order, f"{self.dtype}{list(self.x.shape)}", self.gradient
        )
        size = self.x.size
        entries: Any = range(size)
        if size > _ENTRIES:
            for k in range(_DIRECTIONS):
                signs = rng.choice([-1.0, 1.0], self.x.shape)
                if len(self.units) > 1:
                    signs = signs + 1j * rng.choice([-1.0, 1.0], self.x.shape)
                check.comparisons.append(self._compare(signs, f"direction {k}"))
            extremes = np.argsort(np.abs(self.gradient), axis=None)[[0, -1]]
            drawn = rng.choice(size, _SAMPLED, replace=False)
            entries = sorted({*map(int, extremes), *map(int, drawn)})
            check.directions = _DIRECTIONS
        for flat in entries:
            index = np.unravel_index(flat, self.x.shape)
            where = f"[{', '.join(map(str, index))}]" if index else "itself"
            for unit in self.units:
                step = np.zeros(self.x.shape, type(unit))
                step[index] = unit
                along = f"{where} imaginary" if unit == 1j else where
                check.comparisons.append(self._compare(step, along))
            check.entries += 1
        return check

    def _compare(self, direction: Array, where: str) -> Comparison:
        best: Comparison | None = None
        for step in _steps(self.x, direction):
            norm = 1.0 if where.startswith("dir") else float(np.max(np.abs(step)))
            found = self._along(step, where, norm)
            if best is None or found.error < best.error:
                best = found
            if best.is_right:
                break
        assert best is not None
        return best

    def _along(self, step: Array, where: str, norm: float) -> Comparison:
        with np.errstate(all="ignore"):
            terms = np.where(step == 0, 0.0, (np.conj(self.gradient) * step).real)
        ours = float(terms.sum())

        def curve(t: float) -> float:
            return self._value(self.x + t * step).real

        slope, method = measure(curve), "differences"
        if self.analytic:
            sharper = self._complex_step(step)
            if abs(sharper - slope.value) <= 10 * slope.error + 1e-9 * abs(sharper):
                slope, method = Slope(sharper, 1e-13 * abs(sharper)), "complex step"
        reach = max(float(np.abs(terms).max()), self.largest * norm * 1e-3)
        eps = float(np.finfo(self.dtype).eps)
        size = max(abs(ours), abs(slope.value))
        allowed = self.rtol * size + 16 * eps * reach + 4 * slope.error
        sides: Corner | None = None
        if not abs(ours - slope.value) <= allowed:
            sides = corner(curve)
        floor = max(1e-3 * reach, 1e-9 * abs(curve(0.0)) * norm)
        vague = slope.error > 0.05 * size and slope.error > floor
        return Comparison(
            where,
            ours / norm,
            slope.value / norm,
            slope.error / norm,
            allowed / norm,
            method,
            vague,
            sides and Corner(*(s / norm for s in sides)),
        )

    def _value(self, x: Array) -> complex:
        return complex(self.reference({**self.point, self.name: x}))

    def _complex_step(self, step: Array) -> float:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                value = self._value(self.x + 1j * COMPLEX_STEP * step)
        except (TypeError, ValueError, IndexError, ArithmeticError, Warning):
            self.analytic = False
            return float("nan")
        return value.imag / COMPLEX_STEP


def _steps(x: Array, direction: Array) -> list[Array]:
    """`direction`, scaled to the size of each entry of `x`.

    Steps in proportion keep a logarithm's argument positive and a large number
    moving; an entry close to zero is first taken as of size 1.
    """
    size = np.abs(x)
    first = direction * np.where(size < 1e-3, 1.0, size)
    if np.all((size >= 1e-3) | (size == 0) | (direction == 0)):
        return [first]
    return [first, direction * np.where(size == 0, 1.0, size)]
