"""A Kalman filter: the variances of a trend, fitted to the flow of the Nile.

The local linear trend (Durbin and Koopman, "Time Series Analysis by State Space
Methods", section 3.2): each year's flow is a level plus noise, the level moves by a
slope plus noise, and the slope by noise. Three variances are unknown; what makes the
hundred flows most probable is a sum over years of what the filter says of each:

    surprise_t = log(2 pi F_t) / 2 + v_t^2 / (2 F_t)

with v_t the error of the forecast of year t, and F_t its variance.

One year of the filter is traced, and graphdiff writes its adjoint: it takes what the
later years ask of the state after this one to what they ask of the state before. The
gradient of the whole sum is then a loop over the years, back in time, and it is the
same small function that runs in it a hundred times.

Written into a folder: the module with the filter's step and its adjoint, the test that
comes with it, and a picture of the graph.
"""

import argparse
from pathlib import Path

import numpy as np
from excerpt import function_of
from scipy.optimize import minimize

import graphdiff as gd

DATA = Path(__file__).parent / "data" / "nile.csv"
NAMES = ("of the level", "of the slope", "of the noise")
TURN = np.array([[1.0, 1.0], [0.0, 1.0]])
"""What a year does to level and slope: the level moves by the slope."""

VAGUE = 1e7
"""The variance of a state of which nothing is known yet."""

IGNORED = 2
"""The years that only serve to find level and slope."""


def step(theta, mean, P, flow):
    """One year: the state after it, and the surprise at its flow.

    `theta` are the logarithms of the variances, `mean` and `P` what is known of level
    and slope: their expectation and covariance.
    """
    variance = np.exp(theta)
    mean = TURN @ mean
    P = TURN @ P @ TURN.T + np.diag(variance[:2])
    v = flow - mean[0]
    F = P[0, 0] + variance[2]
    surprise = (np.log(2 * np.pi * F) + v**2 / F) / 2
    gain = P[:, 0] / F
    return mean + gain * v, P - np.outer(gain, P[0]), surprise


def written():
    """One step with its adjoint, and the graph of it."""
    form = gd.vjp(step)
    state = gd.spec("2"), gd.spec("2,2")
    primals = gd.spec("3"), *state, gd.spec("")
    cotangent = *state, gd.spec("")
    module = form.emit(primals, cotangent, name="step_and_adjoint")
    return module, form.graph(primals, cotangent)


def flows():
    """The flow of each year."""
    return np.loadtxt(DATA, delimiter=",", skiprows=5)[:, 1]


def start():
    """What is known before the first year: next to nothing."""
    return np.zeros(2), VAGUE * np.eye(2)


def total_surprise(theta, y):
    """The sum over the years but the first two, which only find level and slope."""
    state, total = start(), 0.0
    for t, flow in enumerate(y):
        *state, surprise = step(theta, *state, flow)
        total += surprise if t >= IGNORED else 0.0
    return total


def gradient_of(step_and_adjoint):
    """The function that computes the sum and its gradient in theta, for `minimize`."""

    def total_and_grad(theta, y):
        states = [start()]
        for flow in y[:-1]:
            states.append(step(theta, *states[-1], flow)[:2])
        total, d_theta = 0.0, np.zeros(3)
        d_mean, d_P = np.zeros(2), np.zeros((2, 2))
        for t in range(len(y) - 1, -1, -1):
            asked = d_mean, d_P, 1.0 if t >= IGNORED else 0.0
            primals = theta, *states[t], y[t]
            (_, _, surprise), slopes = step_and_adjoint(primals, asked)
            total += asked[2] * surprise
            d_theta += slopes[0]
            d_mean, d_P = slopes[1:3]
        return total, d_theta

    return total_and_grad


def by_differences(theta, y, h=1e-5):
    """The gradient by central differences of the sum."""
    rows = h * np.eye(3)
    ends = [(total_surprise(theta + e, y), total_surprise(theta - e, y)) for e in rows]
    return np.array([(up - down) / (2 * h) for up, down in ends])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/kalman"))
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    module, graph = written()
    module.write(folder / "step_and_adjoint.py", test=True)
    (folder / "step_and_adjoint.dot").write_text(graph.to_dot())
    print(function_of(module), "\n")

    y = flows()
    total_and_grad = gradient_of(module.load())
    theta = np.log([1000.0, 10.0, 10000.0])
    total, slope = total_and_grad(theta, y)
    apart = np.max(np.abs(slope - by_differences(theta, y)) / np.abs(slope))
    print(f"{len(y)} years; at the start the surprise is {total:.3f},")
    print(f"and the gradient is {apart:.0e} from that by differences.\n")
    found = minimize(total_and_grad, theta, args=(y,), jac=True)
    print(
        f"After {found.nit} steps of BFGS it is {found.fun:.3f}, with the variances\n"
    )
    for name, variance in zip(NAMES, np.exp(found.x), strict=True):
        print(f"    {name}  {variance:10.1f}")
    print("\nThe slope does not move: the flow falls by no trend, but wanders.")
    print(f"The module, its test and a picture of its graph are in {folder}.")


if __name__ == "__main__":
    main()
