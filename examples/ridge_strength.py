"""The strength of a ridge regression, learned by the gradient through its minimum.

A polynomial of degree 12 is fitted to 30 noisy points, with a penalty on its
coefficients:

    w(s) = the minimum over w of  |X w - y|^2 + exp(s) |w|^2

What s should be, other points tell: the error of w(s) there is a function of s, and
its gradient goes through the minimum, by the implicit function theorem,

    dw/ds = -H^-1 d(gradient)/ds,   H = 2 X^T X + 2 exp(s) I

(Bengio, "Gradient-based optimization of hyperparameters", 2000). graphdiff derives
that from the code of the loss. What minimises is an argument of the module that it
writes: Newton's method by default, here once more with SciPy's BFGS.

Written into a folder: the module of the error and its gradient.
"""

import argparse
from pathlib import Path

import numpy as np
from excerpt import function_of
from load_module import load_module
from scipy.optimize import minimize

import graphdiff as gd

DEGREE = 12


def points(count, seed):
    """Noisy values of a smooth function: powers of the places, and the values."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-1, 1, count))
    y = np.sin(4 * x) / (1 + x**2) + 0.2 * rng.normal(size=count)
    return np.vander(x, DEGREE + 1, increasing=True), y


def ridge(w, s, X, y):
    """The loss that the coefficients `w` minimise, `s` the logarithm of the penalty."""
    return np.sum((X @ w - y) ** 2) + np.exp(s) * np.sum(w**2)


def error(s, X, y, X_new, y_new):
    """The mean squared error at new points of what was fitted to the others."""
    w = gd.minimize(ridge, np.zeros_like(X[0]), s, X, y)
    return np.mean((X_new @ w - y_new) ** 2)


def write_module(folder):
    """Write the error and its gradient by `s`, for any number of points."""
    specs = [gd.spec(dims) for dims in ("", "m,k", "m", "n,k", "n")]
    emitted = gd.value_and_grad(error).emit(*specs)
    folder.mkdir(parents=True, exist_ok=True)
    return emitted, emitted.write(folder / "error_and_grad.py")


def by_formula(s, X, y, X_new, y_new):
    """The same gradient, as it is worked out on paper."""
    H = X.T @ X + np.exp(s) * np.eye(X.shape[1])
    w = np.linalg.solve(H, X.T @ y)
    slope = -np.linalg.solve(H, np.exp(s) * w)
    return 2 * np.mean((X_new @ w - y_new) * (X_new @ slope))


def bfgs(objective, x0):
    """Minimise with SciPy, as tightly as it can."""
    found = minimize(objective, x0, jac=objective.gradient, tol=1e-12)
    return found.x


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/ridge_strength"))
    emitted, path = write_module(parser.parse_args().out)
    print(function_of(emitted))
    error_and_grad = load_module(path).error_and_grad
    data = *points(30, 1), *points(200, 2)

    print("\nlog strength     error     gradient    by formula     with BFGS")
    for s in (-12.0, -6.0, 0.0, 3.0):
        value, slope = error_and_grad(s, *data)
        formula = by_formula(s, *data)
        other = error_and_grad(s, *data, solver=bfgs)[1]
        print(f"{s:12.1f}{value:10.5f}{slope:13.6f}{formula:14.6f}{other:14.6f}")

    def fun(s):
        value, slope = error_and_grad(s[0], *data)
        return value, np.array([slope])

    best = minimize(fun, [0.0], jac=True)
    grid = np.linspace(-14, 4, 181)
    tried = [error_and_grad(s, *data)[0] for s in grid]
    print(
        f"\nBest: log strength {best.x[0]:.4f}, error {best.fun:.6f}, after "
        f"{best.nfev} gradients; best of {len(grid)} on a grid: {min(tried):.6f}."
    )


if __name__ == "__main__":
    main()
