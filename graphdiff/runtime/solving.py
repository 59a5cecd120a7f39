"""Equations solved by a function that is handed in, and those that do it by default.

A solver gets a function of x alone, in whatever shape it likes its vectors, with the
derivatives as attributes. What it finds is looked at before it is believed.

Newton's method with steps halved: Nocedal and Wright, *Numerical Optimization* (2nd
ed., 2006), sections 3.4 and 11.2. Minimal residuals: Saad and Schultz, "GMRES" (1986).
"""

# mypy: ignore-errors

from __future__ import annotations

import numpy as np


def find_root(solver, residual, slope, x, args, tol):
    """Return the x at which residual(x, *args) is 0, as the solver finds it."""
    x = np.asarray(x)

    def equation(v):
        return np.reshape(residual(shaped(v, x), *args), np.shape(v))

    def jacobian(v):
        found = slope(shaped(v, x), *args)
        by_entry = np.shape(found) == x.shape
        matrix = np.diag(np.reshape(found, -1)) if by_entry else found
        return np.reshape(matrix, np.shape(v) * 2)

    equation.jacobian = jacobian
    equation.slope = lambda v: slope(shaped(v, x), *args)
    found = solver(equation, x if x.ndim < 2 else x.reshape(-1))
    what = residual.__name__
    return accepted("a root", what, found, x, lambda v: residual(v, *args), tol)


def find_fixed_point(solver, function, x, args, tol):
    """Return the x that function(x, *args) leaves alone, as the solver finds it."""
    x = np.asarray(x)

    def mapping(v):
        return np.reshape(function(shaped(v, x), *args), np.shape(v))

    found = solver(mapping, x if x.ndim < 2 else x.reshape(-1))
    what = function.__name__
    aim = "a fixed point"
    return accepted(aim, what, found, x, lambda v: function(v, *args) - v, tol)


def find_minimum(solver, function, gradient, hessian, x, args, tol):
    """Return the x at which function(x, *args) is least, as the solver finds it."""
    x = np.asarray(x)

    def objective(v):
        return function(shaped(v, x), *args)

    def objective_gradient(v):
        return np.reshape(gradient(shaped(v, x), *args), np.shape(v))

    def objective_hessian(v):
        found = hessian(shaped(v, x), *args)
        by_entry = np.shape(found) == x.shape
        matrix = np.diag(np.reshape(found, -1)) if by_entry else found
        return np.reshape(matrix, np.shape(v) * 2)

    objective.gradient = objective_gradient
    objective.hessian = objective_hessian
    found = solver(objective, x if x.ndim < 2 else x.reshape(-1))
    what = function.__name__
    return accepted("a minimum", what, found, x, lambda v: gradient(v, *args), tol)


def solve_operator(solver, product, b, args, tol):
    """Return the x for which product(x, *args) is b, as the solver finds it."""
    b = np.asarray(b)

    def operator(v):
        return np.reshape(product(shaped(v, b), *args), np.shape(v))

    operator.shape, operator.dtype = (b.size, b.size), b.dtype
    operator.matvec = operator
    what = product.__name__
    x = solution(what, solver(operator, b.reshape(-1)), b)
    error = np.linalg.norm(product(x, *args) - b)
    if not error <= tol * np.linalg.norm(b):
        message = f"solver of {what}: no convergence to a solution, error {error:.3g}"
        raise ArithmeticError(message)
    return x


def shaped(v, x):
    """Return v in the shape and dtype of x."""
    return np.asarray(v, x.dtype).reshape(x.shape)


def solution(what, found, x):
    """Return what a solver has found in the shape of x; refuse what it disowns."""
    good = getattr(found, "success", getattr(found, "converged", True))
    if isinstance(found, tuple):
        found, info, *_ = found
        good = np.ndim(info) or not info
    if not good:
        reason = getattr(found, "message", getattr(found, "flag", "it says so"))
        raise ArithmeticError(f"solver of {what}: no convergence: {reason}")
    value = np.asarray(getattr(found, "x", getattr(found, "root", found)))
    if value.size != x.size:
        raise ValueError(f"solver of {what}: gave shape {value.shape}, not {x.shape}")
    return shaped(value, x)[()]


def accepted(aim, what, found, x, residual, tol):
    """Return what a solver has found, if the residual there is close to 0."""
    value = solution(what, found, x)
    with np.errstate(all="ignore"):
        before, after = (np.max(np.abs(residual(v)), initial=0.0) for v in (x, value))
    if not after <= tol * (before if 1 < before < np.inf else 1.0):
        message = f"solver of {what}: no convergence to {aim}, residual {after:.3g}"
        raise ArithmeticError(message)
    return value


def newton(equation, x):
    """Find a root by Newton's method; steps that do not help are halved."""
    r = equation(x)
    tiny = 16 * np.finfo(np.asarray(r).dtype).eps
    with np.errstate(all="ignore"):
        for _ in range(100):
            slope = equation.slope(x)
            by_entry = np.shape(slope) == np.shape(r)
            measure = np.abs if by_entry else np.linalg.norm
            try:
                step = r / slope if by_entry else np.linalg.solve(slope, r)
            except np.linalg.LinAlgError:
                break
            done = (measure(r) == 0) | (measure(step) <= tiny * measure(x))
            part = np.ones_like(measure(r))
            for _ in range(40):
                trial = equation(x - part * step)
                helps = measure(trial) < measure(r)
                if np.all(helps | done):
                    break
                part = np.where(helps, part, part / 2)
            x = np.where(helps, x - part * step, x)
            r = np.where(helps, trial, r)
            if not np.any(helps & ~done):
                break
    return x


def iterate(mapping, x):
    """Find a fixed point by applying the mapping until nothing changes any more."""
    last = np.inf
    with np.errstate(all="ignore"):
        for _ in range(10000):
            new = mapping(x)
            change = np.max(np.abs(new - x), initial=0.0)
            tiny = np.finfo(np.asarray(x).dtype).eps * np.max(np.abs(new), initial=0.0)
            x = new
            if not change > 4 * tiny or (last <= change <= 1e5 * tiny):
                break
            last = change
    return x


def descend(objective, x):
    """Find a minimum by Newton's method, the Hessian shifted until it is positive."""
    tiny = 8 * np.finfo(np.asarray(x).dtype).eps
    with np.errstate(all="ignore"):
        value, slope = objective(x), objective.gradient(x)
        for _ in range(200):
            hessian = np.atleast_2d(objective.hessian(x))
            step = uphill(hessian, np.reshape(slope, -1)).reshape(np.shape(x))
            steep, part = np.sum(slope * step), 1.0
            for _ in range(40):
                trial = x - part * step
                new, new_slope = objective(trial), objective.gradient(trial)
                flatter = np.linalg.norm(new_slope) < np.linalg.norm(slope)
                level = new <= value + tiny * np.abs(value)
                if new < value - 1e-4 * part * steep or (level and flatter):
                    break
                part /= 2
            else:
                break
            x, value, slope = trial, new, new_slope
    return x


def uphill(hessian, slope):
    """Return Newton's step; where the Hessian is not positive, of one that is."""
    shift, most = 0.0, np.max(np.abs(hessian), initial=0.0)
    for _ in range(60):
        shifted = hessian + shift * np.eye(len(slope), dtype=hessian.dtype)
        try:
            np.linalg.cholesky(shifted)
            return np.linalg.solve(shifted, slope)
        except np.linalg.LinAlgError:
            shift = max(2 * shift, 1e-3 * most, 1e-8)
    return slope


def gmres(operator, b):
    """Solve operator(x) = b by minimal residuals over one Krylov space or more."""
    x, last = np.zeros_like(b), np.inf
    tiny = 8 * np.finfo(b.dtype).eps * np.linalg.norm(b)
    for _ in range(100):
        r = b - operator(x)
        size = np.linalg.norm(r)
        if not tiny < size < 0.9 * last:
            break
        x, last = x + krylov(operator, r, tiny), size
    return x


def krylov(operator, r, tiny):
    """Return the x in a Krylov space of r for which operator(x) is nearest to r."""
    count = min(r.size, 1000, max(100, 10**7 // r.size))
    basis = np.zeros((count + 1, r.size), r.dtype)
    triangle = np.zeros((count + 1, count), r.dtype)
    turns, right = [], [np.linalg.norm(r)]
    basis[0] = r / right[0]
    for k in range(count):
        new = operator(basis[k])
        for _ in range(2):
            parts = basis[: k + 1] @ new
            new = new - parts @ basis[: k + 1]
            triangle[: k + 1, k] += parts
        height = np.linalg.norm(new)
        column = triangle[:, k]
        for j, (c, s) in enumerate(turns):
            a, b = column[j], column[j + 1]
            column[j], column[j + 1] = c * a + s * b, c * b - s * a
        length = np.hypot(column[k], height)
        if not length > 0:
            count = k
            break
        turns.append((column[k] / length, height / length))
        column[k] = length
        right[k:] = [turns[k][0] * right[k], -turns[k][1] * right[k]]
        if not (abs(right[-1]) > tiny and height > 0):
            count = k + 1
            break
        basis[k + 1] = new / height
    weights = np.linalg.solve(triangle[:count, :count], np.array(right[:count]))
    return weights @ basis[:count]
