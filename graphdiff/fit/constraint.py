"""A constraint, as ``scipy.optimize.NonlinearConstraint`` takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, shown
from graphdiff.fit.problem import Part, scipy_optimize
from graphdiff.fit.vector import VectorProblem
from graphdiff.functions.blocks import hessian


class Constraint(VectorProblem):
    """Values that have to lie between bounds, with their Jacobian.

    `hess` is the Hessian of the values' sum weighted by multipliers, as the Lagrange
    function has it.
    """

    solver = "NonlinearConstraint"
    keywords = ("fun", "lb", "ub", "jac", "hess")

    def __init__(self, lower: Any, upper: Any, *args: Any, **kwargs: Any) -> None:
        """Take the bounds, and what every problem takes."""
        super().__init__(*args, **kwargs)
        self.lb, self.ub = _bound("lower", lower), _bound("upper", upper)

    def parts(self) -> Mapping[str, tuple[Part, tuple[str, ...]]]:
        """The values, their Jacobian, and the weighted Hessian."""
        x = self.packing.name
        v = "v" if x != "v" else "weights"
        return {**super().parts(), "hess": (self._hessian, (x, v))}

    def _hessian(self, x: Any, v: Any, *data: Any) -> Any:
        def weighted(x: Any) -> Any:
            return v @ self.vector(x, *data)

        return hessian(weighted, kinks=self.kinks)(x)

    def argument(self, name: str) -> Any:
        """An array such as the argument `name` of a part: multipliers, or a vector."""
        return self.fun(self.x0) if name in ("v", "weights") else self.x0

    def hess(self, x: Any, v: Any) -> np.ndarray:
        """The Hessian of ``v @ fun(x)``."""
        return np.asarray(self.compute("hess", x, v))

    def scipy(self, hess: bool = True) -> Any:
        """The constraint as an object of SciPy's own class.

        A method other than ``trust-constr`` warns of a Hessian: leave it out.
        """
        known = dict(self)
        if not hess:
            del known["hess"]
        return scipy_optimize().NonlinearConstraint(**known)


def _bound(what: str, bound: Any) -> Any:
    try:
        array = np.asarray(bound, dtype=np.float64)
    except (TypeError, ValueError):
        raise GraphTypeError(
            f"{what}: expected a number or an array, got {shown(bound)}"
        ) from None
    return float(array) if array.ndim == 0 else array.ravel()


def constraint(
    fn: Callable[..., Any],
    params: Any,
    *data: Any,
    lower: Any = -np.inf,
    upper: Any = np.inf,
    kinks: str = "mean",
    backend: str = "numpy",
) -> Constraint:
    """The constraint ``lower <= fn(params, *data) <= upper``, as SciPy takes it.

    `params` nests as that of the objective; `lower` and `upper` are numbers, or arrays
    with an entry for each value of `fn`; equal bounds make an equation. What comes
    back holds the arguments of `scipy.optimize.NonlinearConstraint`, and may be passed
    to `Objective.solve` as it is.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> start = np.array([1.0, 1.0])
    >>> inside = gd.fit.constraint(lambda x: x @ x, start, upper=1.0)
    >>> problem = gd.fit.objective(lambda x: np.sum((x - 3.0) ** 2), start)
    >>> found = problem.solve(method="trust-constr", constraints=inside)
    >>> found.params.round(3)
    array([0.707, 0.707])
    """
    options = dict(kinks=kinks, backend=backend)
    return Constraint(lower, upper, fn, params, data, options=options)
