"""Bratu's problem: 10,000 unknowns, Newton's method, a tridiagonal Jacobian.

u'' + exp(u) = 0 with u = 0 at both ends of [0, 1] is a model of a fuel that heats
itself. Written for values at 10,000 points, each equation knows its point and the two
beside it. Who finds the Jacobian column by column computes the residual 10,000 times;
columns that share no row go together, which leaves three sweeps; and by the three
slices that the residual reads, one pullback finds all three diagonals. No one says so:
the pattern is read off the graph.

The solution is known: u = -2 log(cosh((x - 1/2) t / 2) / cosh(t / 4)), where t solves
t = sqrt(2) cosh(t / 4). U. M. Ascher, R. M. M. Mattheij and R. D. Russell, *Numerical
Solution of Boundary Value Problems for Ordinary Differential Equations* (1995),
example 3.5.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.sparse.linalg import spsolve

import graphdiff as gd


def residual(u):
    """What is left of the equation at each inner point, times the squared distance."""
    whole = np.pad(u, 1)
    step = 1 / (u.size + 1)
    return whole[2:] - 2 * u + whole[:-2] + step**2 * np.exp(u)


def solution(points):
    """The lower of the two exact solutions."""
    t = brentq(lambda t: t - np.sqrt(2) * np.cosh(t / 4), 1, 3)
    return -2 * np.log(np.cosh((points - 0.5) * t / 2) / np.cosh(t / 4))


def newton(jacobian, u):
    """Newton's method; yields the approximations and the largest residual of each."""
    for _ in range(20):
        left = residual(u)
        yield u, np.max(np.abs(left))
        if np.max(np.abs(left)) < 1e-15:
            return
        u = u - spsolve(jacobian(u).tocsc(), left)


def first_line(module):
    """What a module says of itself."""
    return module.source.splitlines()[0].strip('"')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=10_000, help="inner points")
    parser.add_argument("--out", type=Path, help="write the Jacobian's module here")
    options = parser.parse_args()

    start = np.zeros(options.size)
    jacobian = gd.sparse_jacobian(residual)
    for form in (gd.sparse_jacobian(residual, mode="forward"), jacobian):
        print(first_line(form.emit(start)))
    module = jacobian.emit(start, name="bratu_jacobian")
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        print(f"Written: {module.write(options.out / 'bratu_jacobian.py').name}")

    print("\nstep  largest residual")
    steps = list(newton(module.load(), start))
    for step, (_, left) in enumerate(steps):
        print(f"{step:4}  {left:.1e}")
    u, _ = steps[-1]
    points = np.linspace(0, 1, options.size + 2)[1:-1]
    error = np.max(np.abs(u - solution(points)))
    print(f"\nThe solution in the middle: {u[options.size // 2]:.8f}")
    print(f"Largest distance from the exact one: {error:.1e}")


if __name__ == "__main__":
    main()
