"""A scalar to be minimised, as ``scipy.optimize.minimize`` takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphdiff.derivative.differentiate import check_scalar
from graphdiff.expression.expression import Expression
from graphdiff.expression.spec import named
from graphdiff.fit.constraint import Constraint
from graphdiff.fit.problem import Part, Problem, scipy_optimize
from graphdiff.functions.blocks import hessian
from graphdiff.functions.grad import grad, value_and_grad
from graphdiff.functions.hvp import hvp
from graphdiff.trace.trace import name_of

_PRODUCTS = ("newton-cg", "trust-ncg", "trust-krylov", "trust-constr")
_HESSIANS = ("dogleg", "trust-exact")
_VALUES = ("nelder-mead", "powell", "cobyla", "cobyqa")


class Objective(Problem):
    """A loss with its gradient and its Hessian, or products with the Hessian.

    `fun` and `jac` at the same point are computed once, together.
    """

    solver = "minimize"
    _last: tuple[bytes, float, np.ndarray] | None = None

    @property
    def keywords(self) -> tuple[str, ...]:
        """The arguments of `minimize`: the gradient, and bounds if there are any."""
        known = ("fun", "x0", "jac")
        return known if self.bounds is None else (*known, "bounds")

    def flat(self, x: Any, *data: Any) -> Any:
        """The loss of a symbolic vector: one real number."""
        value = super().flat(x, *data)
        if isinstance(value, Expression):
            check_scalar("objective", "the loss", value.node.type)
        return value

    def parts(self) -> Mapping[str, tuple[Part, tuple[str, ...]]]:
        """The loss, its gradient, its Hessian, and the Hessian times a vector."""
        x = self.packing.name
        return {
            "fun": (self.flat, (x,)),
            "jac": (grad(self.flat, kinks=self.kinks), (x,)),
            "fun+jac": (self._value_and_slope, (x,)),
            "hess": (hessian(self.flat, kinks=self.kinks), (x,)),
            "hessp": (self._product, (x, "p" if x != "p" else "direction")),
        }

    def _product(self, x: Any, p: Any, *data: Any) -> Any:
        return hvp(self.flat, kinks=self.kinks)(x, *data, p)

    def _value_and_slope(self, x: Any, *data: Any) -> Any:
        value, slope = value_and_grad(self.flat, kinks=self.kinks)(x, *data)
        word = name_of(self.fn)
        return named(value, word), named(slope, f"d_{self.packing.name}")

    def fun(self, x: Any) -> float:
        """The loss at a vector of parameters."""
        return self._both(x)[1]

    def jac(self, x: Any) -> np.ndarray:
        """The gradient of the loss at a vector of parameters."""
        return self._both(x)[2].copy()

    def _both(self, x: Any) -> tuple[bytes, float, np.ndarray]:
        vector = np.asarray(x, dtype=np.float64)
        key = vector.tobytes()
        last = self._last
        if last is None or last[0] != key:
            value, slope = self.compute("fun+jac", vector)
            last = self._last = key, float(value), slope
        return last

    def hessp(self, x: Any, p: Any) -> np.ndarray:
        """The Hessian of the loss at `x`, times a vector."""
        return np.asarray(self.compute("hessp", x, p))

    def hess(self, x: Any) -> np.ndarray:
        """The Hessian of the loss at `x`."""
        return np.asarray(self.compute("hess", x))

    def solve(self, method: str | None = None, **options: Any) -> Any:
        """Minimise by SciPy's `method`; its result, with the nest as ``.params``.

        The method gets the gradient, the Hessian, or products with it, where it has a
        use for them. `options` are further arguments of
        ``scipy.optimize.minimize``; `constraints` may hold those of
        `gd.fit.constraint`.
        """
        optimize = scipy_optimize()
        known: dict[str, Any] = dict(self)
        word = method.lower() if isinstance(method, str) else ""
        if word in _PRODUCTS:
            known["hessp"] = self.hessp
        elif word in _HESSIANS:
            known["hess"] = self.hess
        elif word in _VALUES:
            del known["jac"]
        if "constraints" in options:
            given, hess = options["constraints"], word == "trust-constr"
            options["constraints"] = _constraints(given, hess)
        result = optimize.minimize(method=method, **{**known, **options})
        return self.finished(result)


def _constraints(given: Any, hess: bool) -> Any:
    """Constraints as SciPy takes them, ours turned into its own."""
    alone = not isinstance(given, (list, tuple))
    found = [
        c.scipy(hess) if isinstance(c, Constraint) else c
        for c in ([given] if alone else given)
    ]
    return found[0] if alone else found


def objective(
    loss: Callable[..., Any],
    params: Any,
    *data: Any,
    bounds: Any = None,
    kinks: str = "mean",
    backend: str = "numpy",
) -> Objective:
    """The scalar ``loss(params, *data)``, as `scipy.optimize.minimize` takes it.

    `params` is where to start: a number, an array, or a nest of them, which becomes
    one float64 vector (float32 is promoted). `bounds` is a tuple (lower,
    upper), each a number, None, or nested as the parameters. What comes back is a
    mapping of SciPy's arguments, with ``fun``, ``jac``, ``hess``, ``hessp``, ``x0``,
    ``unpack``, ``emit`` and ``solve``.

    Raises `ShapeError` where the loss is an array, `GraphTypeError` where it is a nest,
    `DTypeError` where it is complex, and where a parameter is that or an integer.

    >>> import numpy as np
    >>> import scipy.optimize
    >>> import graphdiff as gd
    >>> def loss(line, x, y):
    ...     return np.sum((line["slope"] * x + line["offset"] - y) ** 2)
    >>> x = np.array([0.0, 1.0, 2.0])
    >>> start = {"slope": 0.0, "offset": 0.0}
    >>> problem = gd.fit.objective(loss, start, x, 3 * x + 1)
    >>> found = scipy.optimize.minimize(**problem)
    >>> {name: round(v, 4) for name, v in problem.unpack(found.x).items()}
    {'slope': 3.0, 'offset': 1.0}
    >>> round(problem.solve(method="trust-exact").params["slope"], 4)
    3.0
    """
    options = dict(kinks=kinks, backend=backend)
    return Objective(loss, params, data, bounds=bounds, options=options)
