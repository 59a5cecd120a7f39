"""What the cases say about each function: run them all and watch the doors.

A function's argument counts as differentiable if in some case a cotangent of the result
reached it, as constant if it was an array and none ever did, and as an option if it was
given and was no array. Only calls that the case itself makes count, not those that one
door makes of another.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphdiff.derivative.sweep import pull_back
from graphdiff.errors import UnsupportedError
from graphdiff.expression.doors import (
    DOORS,
    SURFACES,
    Door,
    Surface,
    _parameters,
    find_late_doors,
)
from graphdiff.expression.expression import Expression
from graphdiff.graph.nest import leaves_of
from graphdiff.graph.node import Hole, Node, make
from tests.cases import CASES, Case
from tests.ops.test_cases import variables


@dataclass
class Row:
    """What is known of one function."""

    name: str
    calls: int = 0
    differentiable: set[str] = field(default_factory=set)
    constant: set[str] = field(default_factory=set)
    options: set[str] = field(default_factory=set)
    parameters: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def unused(self) -> list[str]:
        """The arguments that are accepted, but that no case has given."""
        met = self.differentiable | self.constant | self.options
        return [p for p in self.parameters if p not in {*met, *self.refused}]


def nodes_in(value: Any) -> list[Node]:
    """The nodes of the float expressions in a nest."""
    return [
        leaf.node
        for leaf in leaves_of(value)[0]
        if isinstance(leaf, Expression) and leaf.node.type.is_inexact
    ]


def flows(result: Any, arg: Any) -> bool:
    """Whether a cotangent of `result` reaches an array in `arg`."""
    sources, targets = nodes_in(arg), nodes_in(result)
    if not sources or not targets:
        return False
    seeds = {t: make(Hole(t.type)) for t in targets}
    try:
        return any(g is not None for g in pull_back(seeds, sources))
    except UnsupportedError:  # There is no derivative with respect to this argument.
        return False


def is_array(value: Any) -> bool:
    """Whether there is a symbolic or plain array in `value`."""
    return any(isinstance(x, (Expression, np.ndarray)) for x in leaves_of(value)[0])


@contextmanager
def watched(rows: Mapping[Any, Row]) -> Iterator[None]:
    """Note every outermost call of a function in `rows`."""
    inside = False
    calls = {kind: kind.__call__ for kind in (Door, Surface)}

    def spying(call: Any) -> Any:
        def spy(self: Door | Surface, args: Any, kwargs: Any) -> Any:
            nonlocal inside
            if inside:
                return call(self, args, kwargs)
            inside = True
            try:
                result = call(self, args, kwargs)
                if self.function in rows:
                    note(rows[self.function], args, kwargs, result)
            finally:
                inside = False
            return result

        return spy

    for kind, call in calls.items():
        kind.__call__ = spying(call)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for kind, call in calls.items():
            kind.__call__ = call  # type: ignore[method-assign]


def note(row: Row, args: Any, kwargs: Any, result: Any) -> None:
    """File one call under its row."""
    row.calls += 1
    names = row.parameters or ("array",)
    given = [(names[min(i, len(names) - 1)], a) for i, a in enumerate(args)]
    for name, value in [*given, *kwargs.items()]:
        if flows(result, value):
            row.differentiable.add(name)
        elif is_array(value):
            row.constant.add(name)
        else:
            row.options.add(name)
    row.constant -= row.differentiable
    row.options -= row.differentiable | row.constant


_VARIADIC = {"args", "arys", "kwargs", "operands"}
_IDLE = {
    *("overwrite_a", "overwrite_b", "overwrite_ab", "overwrite_input", "copy"),
    *("check_finite", "lwork", "lapack_driver", "driver", "workers", "disp"),
    *("casting", "balanced", "extend"),
}
"""What is taken, or refused at any value but the usual one, and changes no number."""


REFUSES = {
    "graphdiff.scipy.linalg.eigh": ("type", "subset_by_index", "subset_by_value"),
    "graphdiff.scipy.linalg.expm_frechet": ("method",),
    "graphdiff.scipy.linalg.lu": ("p_indices",),
    "graphdiff.scipy.linalg.pinv": ("atol", "return_rank"),
    "graphdiff.scipy.linalg.pinvh": ("atol",),
    "graphdiff.scipy.linalg.qr": ("pivoting",),
    "graphdiff.scipy.linalg.solve_continuous_are": ("e", "s"),
    "graphdiff.scipy.linalg.solve_discrete_are": ("e", "s"),
    "graphdiff.scipy.linalg.solve_discrete_lyapunov": ("method",),
    "graphdiff.scipy.stats.multivariate_normal.logpdf": ("allow_singular",),
    "graphdiff.scipy.stats.multivariate_normal.pdf": ("allow_singular",),
    "np.choose": ("out",),
    "np.fix": ("out",),
    "np.isneginf": ("out",),
    "np.isposinf": ("out",),
    "np.polyfit": ("full",),
}
"""What functions refuse at any value but the usual one, or none: tested."""


def name_of(surface: Surface) -> str:
    """``gd.nn.relu``, or ``graphdiff.scipy.special.softmax``."""
    f = surface.function
    if ".stats" in f.__module__:
        return f"{f.__module__}.{f.__name__}"
    public = f.__module__.split(".")[: 2 if ".nn" in f.__module__ else 3]
    return f"{'.'.join(public)}.{f.__name__}".replace("graphdiff.nn", "gd.nn")


def is_public(surface: Surface) -> bool:
    """Whether it is a function of arrays, not one that differentiates."""
    return surface.function.__module__.startswith(("graphdiff.nn", "graphdiff.scipy"))


def row_of_door(door: Door) -> Row:
    """An empty row for a function of NumPy or SciPy."""
    named = tuple(p for p in door.parameters() if p not in _VARIADIC | _IDLE)
    name = door.name.replace("_ufuncs._", "")
    no = tuple(p for p in door.refuses() if p in named)
    return Row(name, parameters=named, refused=no + REFUSES.get(name, ()))


def row_of_surface(surface: Surface) -> Row:
    """An empty row for a public function of ours."""
    named = (p.name for p in _parameters(surface.function))
    listed = tuple(p for p in named if p not in _VARIADIC | _IDLE)
    name = name_of(surface)
    return Row(name, parameters=listed, refused=REFUSES.get(name, ()))


def record() -> list[Row]:
    """One row for each function that has a door, in the order of their names."""
    find_late_doors()
    doors = [door for door in DOORS.values() if door.name not in _NOT_FUNCTIONS]
    rows = {door.function: row_of_door(door) for door in doors}
    for entry in filter(is_public, SURFACES):
        rows[entry.function] = row_of_surface(entry)
    with watched(rows):
        for case in CASES.values():
            run(case)
    return sorted(rows.values(), key=lambda row: row.name)


_NOT_FUNCTIONS = {"getitem"}


def run(case: Case) -> None:
    """Call the case's function on variables."""
    case.function(*variables(case, case.args))
