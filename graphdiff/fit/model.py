"""A model to be fitted to data, as ``scipy.optimize.curve_fit`` takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError, ShapeError
from graphdiff.fit.packing import Packing
from graphdiff.fit.problem import parameter_names, scipy_optimize
from graphdiff.fit.vector import VectorProblem
from graphdiff.trace.trace import bind, name_of
from graphdiff.words import unique


class Model(VectorProblem):
    """A model of data, ``fn(x, *params)``, with its Jacobian in the parameters.

    SciPy calls `f` and `jac` with the data and each parameter by itself.
    """

    solver = "curve_fit"

    def __init__(
        self,
        fn: Callable[..., Any],
        xdata: Any,
        ydata: Any,
        params: tuple[Any, ...],
        *,
        bounds: Any,
        options: Mapping[str, Any],
    ) -> None:
        """Take the model, the data, and where to start for each parameter."""
        if not params:
            raise GraphValueError("model: expected where to start from, got nothing")
        self.xdata, self.ydata = xdata, np.ravel(ydata)
        self.alone = len(params) == 1
        start = params[0] if self.alone else params
        super().__init__(fn, start, (xdata,), bounds=bounds, options=options)

    def laid_out(self, params: Any) -> tuple[Packing, list[str]]:
        """The parameters come behind the data, and there may be several."""
        bind(self.fn, (self.xdata, *((params,) if self.alone else params)), {})
        first, *own = parameter_names(self.fn, 2 if self.alone else 1 + len(params))
        if self.alone:
            return Packing(params, own[0]), [first]
        return Packing(params, unique("params", {first: 1}), own), [first]

    def applied(self, params: Any, *data: Any) -> Any:
        """The model of the nest of parameters, which stand behind the data."""
        return self.fn(*data, *((params,) if self.alone else params))

    @property
    def keywords(self) -> tuple[str, ...]:
        """The arguments of `curve_fit`."""
        known = ("f", "xdata", "ydata", "p0", "jac")
        return known if self.bounds is None else (*known, "bounds")

    @property
    def p0(self) -> np.ndarray:
        """Where to start: what other solvers call ``x0``."""
        return self.x0

    def f(self, xdata: Any, *params: Any) -> np.ndarray:
        """The model at `xdata` for the parameters, each by itself.

        NumPy would repeat a lone observation for all values of the model: where x has
        the shape of the data, there must be as many values as observations.
        """
        values = np.asarray(self.compute("fun", params, data=(xdata,)))
        alike = isinstance(xdata, np.ndarray) and xdata.shape == np.shape(self.xdata)
        if alike and values.shape != self.ydata.shape:
            raise ShapeError(
                f"model: ydata: expected {values.size} values, as {name_of(self.fn)} "
                f"gives, got {self.ydata.size}"
            )
        return values

    def jac(self, xdata: Any, *params: Any) -> np.ndarray:
        """The Jacobian of the model in the parameters."""
        return np.asarray(self.compute("jac", params, data=(xdata,)))

    def solve(self, **options: Any) -> Any:
        """Fit; a result with ``x``, ``params``, ``covariance`` and ``deviations``.

        `options` are further arguments of ``scipy.optimize.curve_fit`` (`sigma`,
        `absolute_sigma`, `method`, ...). The deviations nest as the parameters.
        """
        optimize = scipy_optimize()
        x, covariance = optimize.curve_fit(**{**self, **options})[:2]
        deviations = self.unpack(np.sqrt(np.diag(covariance)))
        result = optimize.OptimizeResult(
            x=x, covariance=covariance, deviations=deviations
        )
        return self.finished(result)


def model(
    fn: Callable[..., Any],
    xdata: Any,
    ydata: Any,
    *params: Any,
    bounds: Any = None,
    kinks: str = "mean",
    backend: str = "numpy",
) -> Model:
    """The model ``fn(xdata, *params)`` of `ydata`, as `scipy.optimize.curve_fit` takes.

    `params` are where to start, one for each further argument of `fn`; each may be a
    number, an array or a nest. `bounds` is as in `objective`, with a tuple where there
    are several parameters.

    >>> import numpy as np
    >>> import scipy.optimize
    >>> import graphdiff as gd
    >>> def decay(t, size, rate):
    ...     return size * np.exp(-rate * t)
    >>> t = np.linspace(0.0, 1.0, 9)
    >>> problem = gd.fit.model(decay, t, decay(t, 2.0, 3.0), 1.0, 1.0)
    >>> found, covariance = scipy.optimize.curve_fit(**problem)
    >>> found.round(4)
    array([2., 3.])
    """
    options = dict(kinks=kinks, backend=backend)
    return Model(fn, xdata, ydata, params, bounds=bounds, options=options)
