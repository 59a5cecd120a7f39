"""Hares and lynxes: an ordinary differential equation fitted to data.

The rates of the equations of Lotka and Volterra, and the numbers of hares and lynxes to
begin with, are fitted to the pelts that the Hudson's Bay Company bought from 1900 to
1920 (thousands a year, as in E. P. Odum, *Fundamentals of Ecology*, 1953). One step of
Runge and Kutta's method is plain NumPy. Its derivative is emitted as a module, and the
steps are gone back through with it: the discrete adjoint method.

B. Carpenter's study of the same data (2018) finds rates 0.55, 0.028, 0.80 and 0.024.
"""

import argparse
from pathlib import Path

import numpy as np
from load_module import load_module
from scipy.optimize import minimize

import graphdiff as gd

HARES = """30 47.2 70.2 77.4 36.3 20.6 18.1 21.4 22 25.4 27.1 40.3 57 76.6 52.3 19.5
11.2 7.6 14.6 16.2 24.7"""
LYNXES = """4 6.1 9.8 35.2 59.4 41.7 19 13 8.3 9.1 7.4 8 12.3 19.5 45.7 51.1 29.7 15.8
9.7 10.1 8.6"""
PELTS = np.array([HARES.split(), LYNXES.split()], float).T
STEPS = 20  # a year


def flow(state, rates):
    """How fast the logarithms of the numbers of hares and lynxes change."""
    hares, lynxes = np.exp(state[0]), np.exp(state[1])
    birth, caught, death, fed = rates[0], rates[1], rates[2], rates[3]
    return np.stack([birth - caught * lynxes, fed * hares - death])


def step(state, rates, h):
    """One step of the classical method of Runge and Kutta."""
    k1 = flow(state, rates)
    k2 = flow(state + h / 2 * k1, rates)
    k3 = flow(state + h / 2 * k2, rates)
    k4 = flow(state + h * k3, rates)
    return state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def felt(state, rates, h, after):
    """What a step contributes to the loss, if `after` is the slope at its end."""
    return np.sum(after * step(state, rates, h))


def adjoint_module(folder):
    """Emit the derivative of a step by its state and rates, its graph beside it."""
    two, four, one = gd.spec("2"), gd.spec("4"), gd.spec("")
    graph = gd.trace(felt, two, four, one, two)
    dgraph = gd.simplify(gd.differentiate(graph, wrt=["state", "rates"]))
    module = gd.emit(dgraph, name="step_back")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "step_back.dot").write_text(dgraph.to_dot())
    module.write(folder / "step_back.py")
    return folder / "step_back.py"


def path_of(logs):
    """The state after every step; `logs`: logarithms of rates and first numbers."""
    rates, h = np.exp(logs[:4]), 1 / STEPS
    states = [logs[4:]]
    for _ in range(STEPS * (len(PELTS) - 1)):
        states.append(step(states[-1], rates, h))
    return np.array(states)


def loss_and_slope(logs, step_back):
    """Squared errors of the logarithms of all numbers, and the slope by `logs`."""
    rates, h = np.exp(logs[:4]), 1 / STEPS
    states = path_of(logs)
    errors = states[::STEPS] - np.log(PELTS)
    d_rates, d_state = np.zeros(4), 2 * errors[-1]
    for i in reversed(range(len(states) - 1)):
        _, (by_state, by_rates) = step_back(states[i], rates, h, d_state)
        d_state, d_rates = by_state, d_rates + by_rates
        if i % STEPS == 0:
            d_state = d_state + 2 * errors[i // STEPS]
    return np.sum(errors**2), np.concatenate([d_rates * rates, d_state])


def slope_by_differences(logs, step_back):
    h = 1e-6
    return [
        (
            loss_and_slope(logs + h * e, step_back)[0]
            - loss_and_slope(logs - h * e, step_back)[0]
        )
        / (2 * h)
        for e in np.eye(len(logs))
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/runge_kutta"))
    path = adjoint_module(parser.parse_args().out)
    print(f"The derivative of a step is written to {path}\n")
    step_back = load_module(path).step_back
    start = np.log([0.5, 0.03, 0.8, 0.03, *PELTS[0]])
    slope = loss_and_slope(start, step_back)[1]
    off = np.max(np.abs(slope - slope_by_differences(start, step_back)))
    print(f"The slope of the loss differs from differences by {off:.0e}.")
    fit = minimize(loss_and_slope, start, (step_back,), jac=True, method="BFGS")
    print(f"Fitted in {fit.nit} iterations, {fit.nfev} paths of {STEPS * 20} steps.\n")
    birth, caught, death, fed = np.exp(fit.x[:4])
    print(f"hares are born at     {birth:.3f}  a year")
    print(f"and caught at         {caught:.4f} a year and thousand lynxes")
    print(f"lynxes die at         {death:.3f}  a year")
    print(f"and are born at       {fed:.4f} a year and thousand hares\n")
    print("year   hares  fitted   lynxes  fitted   (thousands of pelts)")
    fitted = np.exp(path_of(fit.x)[::STEPS])
    for year, seen, found in zip(range(1900, 1921), PELTS, fitted, strict=True):
        hares, lynxes = zip(seen, found, strict=True)
        print(f"{year}   {hares[0]:5.1f}   {hares[1]:5.1f}", end="    ")
        print(f"{lynxes[0]:5.1f}   {lynxes[1]:5.1f}")


if __name__ == "__main__":
    main()
