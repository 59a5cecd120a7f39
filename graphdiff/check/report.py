"""The report of a gradient check: what was compared, how far off, and the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from graphdiff.check.differences import Corner
from graphdiff.errors import GraphdiffError
from graphdiff.evaluate import compute
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Input, Node

_NEAR = 1e-6


class WrongGradientError(GraphdiffError, AssertionError):
    """A gradient that does not agree with the function it should be the gradient of."""


class Comparison(NamedTuple):
    """One number of the gradient beside the slope that was measured."""

    where: str
    gradient: float
    slope: float
    error: float
    allowed: float
    method: str
    vague: bool
    corner: Corner | None

    @property
    def off(self) -> float:
        """How far the two are apart."""
        return abs(self.gradient - self.slope)

    @property
    def relative(self) -> float:
        """How far they are apart, in units of the larger one."""
        size = max(abs(self.gradient), abs(self.slope))
        return self.off / size if size else self.off

    @property
    def is_right(self) -> bool:
        """Whether they agree, and the measurement is good enough to say so."""
        return self.off <= self.allowed and not self.vague

    @property
    def verdict(self) -> str:
        """``ok``, ``kink``, ``not finite``, ``unsure`` or ``WRONG``."""
        if not np.isfinite(self.gradient):
            return "not finite"
        if self.is_right:
            return "ok"
        if self.corner is not None and self.corner.holds(self.gradient, self.allowed):
            return "kink"
        unsure = self.vague or not np.isfinite(self.slope)
        return "unsure" if unsure and not self.clearly_wrong else "WRONG"

    @property
    def clearly_wrong(self) -> bool:
        """Whether even a poor measurement tells the two apart."""
        return self.off > 100 * self.error + self.allowed


_WORST = ("WRONG", "not finite", "unsure", "kink", "ok")


@dataclass
class ArgumentCheck:
    """What was found for one argument, at one order of differentiation."""

    name: str
    order: int
    type: str
    gradient: np.ndarray
    entries: int = 0
    directions: int = 0
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def worst(self) -> Comparison | None:
        """The comparison that decides: of the worst verdict, the largest error."""
        rank = {verdict: i for i, verdict in enumerate(_WORST)}
        return min(
            self.comparisons,
            key=lambda c: (
                (rank[c.verdict], -np.nan_to_num(c.off / c.allowed, nan=9e9))
                if c.allowed
                else (rank[c.verdict], -c.off)
            ),
            default=None,
        )

    @property
    def verdict(self) -> str:
        """The worst verdict; ``zero`` or ``empty`` where nothing has been shown."""
        if self.worst is None:
            return "empty"
        if self.worst.verdict == "ok" and not np.any(self.gradient):
            return "zero"
        return self.worst.verdict

    @property
    def shows_something(self) -> bool:
        """Whether some number other than 0 was found right."""
        return any(c.verdict == "ok" and c.gradient != 0 for c in self.comparisons)

    @property
    def max_abs(self) -> float:
        """The largest difference between gradient and measured slope."""
        return max((c.off for c in self.comparisons), default=0.0)

    @property
    def max_rel(self) -> float:
        """The largest relative difference, among slopes that are not negligible."""
        size = max((abs(c.slope) for c in self.comparisons), default=0.0)
        return max(
            (c.relative for c in self.comparisons if abs(c.slope) >= 1e-6 * size),
            default=0.0,
        )

    @property
    def method(self) -> str:
        """How slopes were measured."""
        return " and ".join(sorted({c.method for c in self.comparisons})) or "none"


class KinkNear(NamedTuple):
    """A place in the function whose slope jumps at or near the point of the check."""

    node: Node
    label: str
    position: str
    entries: int
    total: int

    def __str__(self) -> str:
        """Say where, and for how many entries."""
        where = f" ({self.position})" if self.position else ""
        return (
            f"{self.label}{where}: {self.entries} of {self.total} entries within "
            f"{_NEAR:g} of the kink"
        )


_EXPLAINED = {
    "WRONG": "the gradient is not the slope of the function",
    "not finite": "the gradient is infinite or NaN",
    "unsure": "the slope could not be measured: the function is noisy or not finite",
    "kink": "the slope jumps here; the gradient lies between its two sides",
    "zero": "agrees, but the gradient is 0 everywhere: that shows little",
    "empty": "the argument has no entries",
}


@dataclass
class Report:
    """The result of `gd.check_gradients`: print it, ask `ok`, or raise."""

    function: str
    value: float
    traced: float
    again: float
    kinks: list[KinkNear]
    convention: str
    checks: list[ArgumentCheck] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What stands against the gradient, in words; empty if all is well."""
        found = []
        if not np.isfinite(self.value):
            found.append(f"the function's value is {self.value} at this point")
        elif self.value != self.again:
            found.append(
                f"two calls gave {self.value!r} and {self.again!r}: a function that "
                f"draws random numbers or keeps state has no gradient"
            )
        elif not np.isclose(self.value, self.traced, rtol=1e-4, atol=1e-6):
            found.append(
                f"the traced graph gives {self.traced!r}, the function {self.value!r}"
            )
        for check in self.checks:
            if check.verdict in ("WRONG", "not finite", "unsure"):
                found.append(
                    f"{_title(check)}: {check.verdict}: {_EXPLAINED[check.verdict]}"
                )
        if not found and not any(check.shows_something for check in self.checks):
            found.append(
                "nothing was shown: every gradient is 0, empty or at a kink; "
                "check at another point"
            )
        return found

    @property
    def ok(self) -> bool:
        """Whether the gradient is right, and that has been shown by nonzero numbers."""
        return not self.problems

    def raise_if_wrong(self) -> None:
        """Raise `WrongGradientError`, with this report, unless `ok`."""
        if not self.ok:
            raise WrongGradientError(f"the gradient check failed\n{self}")

    def __str__(self) -> str:
        """The report as a table and notes."""
        lines = [f"gradient check of {self.function}: value {self.value:.9g}", ""]
        lines += _table([_HEAD, *map(_row, self.checks)])
        lines.append("")
        for check in self.checks:
            if check.verdict in ("kink", "zero", "empty"):
                lines.append(f"note: {_title(check)}: {_EXPLAINED[check.verdict]}")
            worst = check.worst
            if worst is not None and worst.corner is not None:
                left, right = worst.corner
                lines.append(
                    f"note: {_title(check)} {worst.where}: slope {left:.6g} from the "
                    f"left, {right:.6g} from the right"
                )
        for kink in self.kinks:
            lines.append(f"note: {kink}; convention: {self.convention}")
        lines += [f"problem: {problem}" for problem in self.problems]
        lines.append("the gradient is right" if self.ok else "NOT SHOWN TO BE RIGHT")
        return "\n".join(lines)


def _title(check: ArgumentCheck) -> str:
    return check.name if check.order == 1 else f"{check.name} (order {check.order})"


_HEAD = (
    "argument", "type", "compared", "method", "max abs", "max rel", "worst at",
    "gradient", "measured", "verdict",
)  # fmt: skip


def _row(check: ArgumentCheck) -> tuple[str, ...]:
    compared = f"{check.entries} of {check.gradient.size} entries"
    if check.entries == check.gradient.size:
        compared = f"all {check.entries} entries" if check.entries != 1 else "1 entry"
    if check.directions:
        compared = f"{check.directions} directions, {compared}"
    worst = check.worst
    found = (
        ("", "", "")
        if worst is None
        else (worst.where, f"{worst.gradient:.6g}", f"{worst.slope:.6g}")
    )
    errors = (f"{check.max_abs:.1e}", f"{check.max_rel:.1e}")
    return (
        _title(check), check.type, compared, check.method, *errors, *found,
        check.verdict,
    )  # fmt: skip


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def kinks_at(graph: Graph, point: dict[str, np.ndarray]) -> list[KinkNear]:
    """The nodes of `graph` whose arguments are at a kink, or almost."""
    sizes: dict[str, int] = {}
    table: dict[Node, np.ndarray] = {x: point[n] for n, x in graph.inputs.items()}
    found = []
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            if not isinstance(node.op, Input):
                table[node] = compute(node, table, sizes)
            gap = _DISTANCES.get(node.op.label) if node.op.kink else None
            if gap is None:
                continue
            values = [np.asarray(table[a]) for a in node.args]
            distance = np.asarray(gap(*values))
            near = int(np.count_nonzero(distance <= _NEAR * (1 + np.abs(values[0]))))
            if near:
                position = graph.position_of(node)
                found.append(
                    KinkNear(
                        node,
                        graph.name_of(node) or node.op.label,
                        str(position or ""),
                        near,
                        distance.size,
                    )
                )
    return found


_DISTANCES: dict[str, Callable[..., Any]] = {
    "relu": np.abs,
    "abs": np.abs,
    "absolute": np.abs,
    "fabs": np.abs,
    "maximum": lambda a, b: np.abs(a - b),
    "minimum": lambda a, b: np.abs(a - b),
    "clip": lambda x, a, b: np.minimum(np.abs(x - a), np.abs(x - b)),
}
