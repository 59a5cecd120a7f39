"""Residuals and systems, as ``scipy.optimize`` takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.emit import Emitted
from graphdiff.errors import GraphValueError, check_flag
from graphdiff.fit.problem import scipy_optimize
from graphdiff.fit.vector import VectorProblem
from graphdiff.sparsity.derivatives import sparse_jacobian
from graphdiff.trace.trace import name_of


class Residuals(VectorProblem):
    """Residuals whose sum of squares is to be least, with their Jacobian."""

    solver = "least_squares"

    def __init__(self, sparse: bool, *args: Any, **kwargs: Any) -> None:
        """Take whether the Jacobian is sparse, and what every problem takes."""
        super().__init__(*args, **kwargs)
        self.sparse = check_flag("sparse", sparse)

        def vector(*args: Any) -> Any:
            return self.vector(*args)

        own = self.present(vector, (self.packing.name,), len(self.data))
        self._sparse = sparse_jacobian(own, kinks=self.kinks, backend=self.backend)

    def jac(self, x: Any) -> Any:
        """The Jacobian at a vector of parameters: an array, or a sparse one."""
        if not self.sparse:
            return super().jac(x)
        return self._sparse(np.asarray(x, dtype=np.float64), *self.data)

    def emit(self, *parts: str, data: Any = None, **options: Any) -> Emitted:
        """The source of some parts; see `Problem.emit`.

        A sparse Jacobian is written by itself, ``emit("jac")``, for numbers as sizes.
        """
        if not self.sparse or (parts and "jac" not in parts):
            return super().emit(*parts, data=data, **options)
        if parts != ("jac",):
            raise GraphValueError(
                "a sparse Jacobian is written by itself: emit('fun') and emit('jac')"
            )
        given = self.data if data is None else data
        options.setdefault("name", f"{name_of(self.fn)}_jac")
        return self._sparse.emit(self.x0, *given, **options)  # type: ignore[no-any-return]

    def solve(self, method: str = "trf", **options: Any) -> Any:
        """The least squares by SciPy's `method`, with the nest as ``.params``.

        `options` are further arguments of ``scipy.optimize.least_squares``.
        """
        known: dict[str, Any] = {**self, "method": method, **options}
        return self.finished(scipy_optimize().least_squares(**known))

    def deviations(self, x: Any) -> Any:
        """The standard deviations of the parameters at a solution `x`, nested as they.

        The square roots of the diagonal of s^2 (J' J)^-1, where s^2 is the sum of
        squares over the degrees of freedom (Seber and Wild, *Nonlinear Regression*,
        1989, section 2.1.2). Infinite where the residuals do not determine a
        parameter; NaN if there are no more residuals than parameters.
        """
        residuals, jacobian = self.fun(x), super().jac(x)
        freedom = residuals.size - self.packing.size
        variance = residuals @ residuals / freedom if freedom > 0 else np.nan
        return self.unpack(np.sqrt(variance) * inverse_norms(jacobian))


def inverse_norms(jacobian: np.ndarray) -> np.ndarray:
    """The square roots of the diagonal of the inverse of ``J' J``, without forming it.

    Columns are scaled first: parameters may be of any magnitude.
    """
    scale = np.linalg.norm(jacobian, axis=0)
    if not np.all(scale) or jacobian.shape[0] < jacobian.shape[1]:
        return np.full(len(scale), np.inf)
    _, sizes, turned = np.linalg.svd(jacobian / scale, full_matrices=False)
    if sizes[-1] <= np.finfo(np.float64).eps * max(jacobian.shape) * sizes[0]:
        return np.full(len(scale), np.inf)
    return np.asarray(np.linalg.norm(turned / sizes[:, None], axis=0) / scale)


class System(VectorProblem):
    """Equations to be solved, with their Jacobian."""

    solver = "root"

    def solve(self, method: str = "hybr", **options: Any) -> Any:
        """A root by SciPy's `method`, with the nest as ``.params``.

        `options` are further arguments of ``scipy.optimize.root``; methods that
        estimate the Jacobian by themselves do not get it.
        """
        known: dict[str, Any] = {**self, "method": method, **options}
        if method not in ("hybr", "lm"):
            del known["jac"]
        return self.finished(scipy_optimize().root(**known))


def residuals(
    fn: Callable[..., Any],
    params: Any,
    *data: Any,
    bounds: Any = None,
    sparse: bool = False,
    kinks: str = "mean",
    backend: str = "numpy",
) -> Residuals:
    """The residuals ``fn(params, *data)``, as `scipy.optimize.least_squares` wants.

    `params` and `bounds` are as in `objective`. The function may give an array of any
    shape, or a nest of them; their entries are the residuals. With ``sparse=True`` the
    Jacobian is a ``scipy.sparse.csr_array`` made in few sweeps (`gd.sparse_jacobian`),
    for problems in which a residual depends on few parameters.

    >>> import numpy as np
    >>> import scipy.optimize
    >>> import graphdiff as gd
    >>> def miss(decay, t, y):
    ...     return decay["size"] * np.exp(-decay["rate"] * t) - y
    >>> t = np.linspace(0.0, 1.0, 5)
    >>> start = {"size": 1.0, "rate": 1.0}
    >>> problem = gd.fit.residuals(miss, start, t, 2 * np.exp(-3 * t))
    >>> found = scipy.optimize.least_squares(**problem)
    >>> {name: round(v, 4) for name, v in problem.unpack(found.x).items()}
    {'size': 2.0, 'rate': 3.0}
    """
    options = dict(kinks=kinks, backend=backend)
    return Residuals(sparse, fn, params, data, bounds=bounds, options=options)


def system(
    fn: Callable[..., Any],
    unknowns: Any,
    *data: Any,
    kinks: str = "mean",
    backend: str = "numpy",
) -> System:
    """The equations ``fn(unknowns, *data) = 0``, as `scipy.optimize.root` takes them.

    `unknowns` is where to start, as `params` in `objective`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def circle_and_line(point):
    ...     x, y = point
    ...     return [x**2 + y**2 - 25, x + y - 7]
    >>> found = gd.fit.system(circle_and_line, (1.0, 9.0)).solve()
    >>> [round(v, 6) for v in found.params]
    [3.0, 4.0]
    """
    options = dict(kinks=kinks, backend=backend)
    return System(fn, unknowns, data, options=options)
