"""`root`, `fixed_point`, `minimize`, `linear_solve`: values that equations define."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import Expression, surface
from graphdiff.graph.node import building
from graphdiff.graph.types import show_shape
from graphdiff.implicit.equation import Equation, FixedPoint, Minimum
from graphdiff.implicit.nests import over_nests
from graphdiff.implicit.problem import beginning, pose
from graphdiff.implicit.system import System, transposed


@surface
@over_nests("root")
def root(
    f: Callable[..., Any],
    x0: Any,
    *args: Any,
    solver: Callable[..., Any] | None = None,
    tol: float | None = None,
) -> Any:
    """The x near `x0` at which ``f(x, *args)`` is 0, with derivatives by the args.

    `f` gives an array of the shape of `x0`, which the solution has too. By the
    implicit function theorem its derivatives are those of the equation at the
    solution, of any order and in both modes; `x0` has none. What `f` captures is a
    parameter as `args` are, and these may nest. So may x: `f` then gets and gives a
    nest like `x0`, and the solver a vector of all entries. An `f` that goes entry by
    entry is many equations in one unknown each, and costs no more than that; else
    derivatives solve with the dense Jacobian, of the size of x squared.

    `solver` is called as ``solver(equation, x0)``, with vectors for arrays of several
    axes, and gives x, or one of SciPy's results (``scipy.optimize.root`` itself will
    do); the matrix of derivatives is ``equation.jacobian``, a function of x. By default
    it is Newton's method with halved steps, in plain NumPy. A solver that says that it
    failed, or leaves a residual above `tol` times the larger of 1 and the residual at
    `x0`, raises `ArithmeticError`; `tol` is 1e-4 by default, in float32 1e-2. That is
    so where ``np.where`` discards the solution too: choose by `gd.cond` what to solve.
    Emitted functions take the solver as an argument.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def kepler(E, M, e):
    ...     return E - e * np.sin(E) - M
    >>> def anomaly(M, e):
    ...     return gd.root(kepler, M, M, e)
    >>> E = anomaly(1.0, 0.1)
    >>> slope = gd.grad(anomaly, wrt="M")(1.0, 0.1)
    >>> bool(np.isclose(slope, 1 / (1 - 0.1 * np.cos(E))))
    True
    """
    problem = pose("root", f, x0, args, solver, "newton", tol)
    problem.check_like_x("residual")
    residual = problem.inner(problem.body, "", "the residual, which is to be 0")
    slope = problem.jacobian(problem.body, "jacobian", "residual")
    return problem.solved(Equation(residual, slope, problem.solver, problem.tol))


@surface
@over_nests("fixed_point")
def fixed_point(
    f: Callable[..., Any],
    x0: Any,
    *args: Any,
    solver: Callable[..., Any] | None = None,
    tol: float | None = None,
) -> Any:
    """The x for which ``f(x, *args)`` is x, with derivatives by the args.

    As `root` of ``x - f(x)``, but the solver is called as ``solver(f, x0)``, as
    ``scipy.optimize.fixed_point`` is. By default f is applied until nothing changes,
    which converges where f is a contraction.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def heron(x, a):
    ...     return (x + a / x) / 2
    >>> slope = gd.grad(lambda a: gd.fixed_point(heron, 1.0, a))(4.0)
    >>> bool(np.isclose(slope, 1 / (2 * np.sqrt(4.0))))
    True
    """
    problem = pose("fixed_point", f, x0, args, solver, "iterate", tol)
    problem.check_like_x("value")
    mapping = problem.inner(problem.body, "", "where the mapping takes x")
    with building(problem.body.scope()):
        difference = (Expression(problem.x) - Expression(problem.y)).node
        body = problem.derived("residual", difference)
    residual = problem.inner(body, "residual", "the residual, which is to be 0")
    slope = problem.jacobian(body, "jacobian", "residual")
    op = FixedPoint(residual, slope, problem.solver, problem.tol, mapping)
    return problem.solved(op)


@surface
@over_nests("minimize", number=True)
def minimize(
    f: Callable[..., Any],
    x0: Any,
    *args: Any,
    solver: Callable[..., Any] | None = None,
    tol: float | None = None,
) -> Any:
    """The x near `x0` at which the number ``f(x, *args)`` is least, with derivatives.

    As `root` of the gradient of `f`, whose Jacobian is the Hessian of `f`, which must
    not be singular at the solution. The solver is called as ``solver(f, x0)``, as
    ``scipy.optimize.minimize`` is; ``f.gradient`` and ``f.hessian`` are functions of x.
    By default it is Newton's method with a Hessian shifted until it is positive. A
    gradient that is not small where the solver ends raises `ArithmeticError`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> X, y = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 2.0, 4.0])
    >>> def ridge(w, strength):
    ...     return np.sum((X @ w - y) ** 2) + strength * np.sum(w**2)
    >>> def fitted(strength):
    ...     return gd.minimize(ridge, np.zeros(2), strength)
    >>> w, slope = gd.jvp(fitted)((0.5,), (1.0,))
    >>> A = X.T @ X + 0.5 * np.eye(2)
    >>> bool(np.allclose(slope, -np.linalg.solve(A, w)))
    True
    """
    problem = pose("minimize", f, x0, args, solver, "descend", tol)
    gradient = problem.gradient()
    objective = problem.inner(problem.body, "", "the objective, which is to be least")
    residual = problem.inner(gradient, "gradient", "the gradient of the objective")
    slope = problem.jacobian(gradient, "hessian", "gradient")
    op = Minimum(residual, slope, problem.solver, problem.tol, objective)
    return problem.solved(op)


@surface
def linear_solve(
    matrix: Any,
    b: Any,
    *args: Any,
    solver: Callable[..., Any] | None = None,
    tol: float | None = None,
) -> Any:
    """The x for which ``matrix @ x`` is `b`, or ``matrix(x, *args)`` is.

    A function `matrix` must be linear in x and square: x has the shape of `b`. Nobody
    makes a matrix of it: derivatives solve with the transposed map, which is derived
    from the function, by the same solver. That is called as ``solver(operator, b)``
    with a vector b; the operator can be called, and is what ``scipy.sparse.linalg``
    takes for a linear operator, so that its ``cg`` and ``gmres`` will do. The default
    for a function is GMRES in plain NumPy; for a matrix, ``np.linalg.solve``. An error
    longer than `tol` (1e-4, in float32 1e-2) times `b` raises `ArithmeticError`, and a
    function that is not linear `GraphValueError`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def smoothed(u, strength):  # u - strength u''
    ...     padded = np.pad(u, 1)
    ...     return u - strength * (padded[2:] - 2 * u + padded[:-2])
    >>> b = np.array([0.0, 1.0, 0.0])
    >>> def peak(strength):
    ...     return gd.linear_solve(smoothed, b, strength)[1]
    >>> value, slope = gd.value_and_grad(peak)(1.0)  # 3 / 7: (1 + 2s) / (1 + 4s + 2s²)
    >>> round(float(value), 6), round(float(slope), 6)
    (0.428571, -0.204082)
    """
    b = beginning("linear_solve: b", b)
    if not callable(matrix):
        _check_matrix(matrix, b)
        if solver is None:
            return np.linalg.solve(matrix, b)
        return linear_solve(lambda v: matrix @ v, b, solver=solver, tol=tol)
    problem = pose("linear_solve", matrix, b, args, solver, "gmres", tol, "b")
    problem.check_like_x("product")
    product = problem.inner(problem.body, "", "the product with the matrix")
    back = transposed(f"linear_solve: {problem.what}", problem.body)
    other = problem.inner(back, "transposed", "the product with the transposed matrix")
    return problem.solved(System(product, other, problem.solver, problem.tol))


def _check_matrix(matrix: Any, b: Any) -> None:
    """Raise `ShapeError` unless there is one equation for each entry of x, and of b."""
    shape = matrix.shape if hasattr(matrix, "shape") else np.shape(matrix)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ShapeError(
            f"linear_solve: matrix: expected a square matrix, or a function, got shape "
            f"{show_shape(shape)}"
        )
    if b.ndim == 1 and b.shape[0] != shape[-1]:
        raise ShapeError(
            f"linear_solve: b: expected {shape[-1]} entries, one for each row of the "
            f"matrix, got shape {show_shape(b.shape)}"
        )
