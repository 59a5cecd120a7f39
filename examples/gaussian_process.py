"""A Gaussian process: length scales learned by the evidence, with an emitted gradient.

Values y at points X are a draw from a normal distribution whose covariance falls with
the distance, counted in a length scale of its own along each direction (Rasmussen and
Williams, "Gaussian Processes for Machine Learning", section 5.4.1):

    K[i, j] = s^2 exp(-sum_k (X[i, k] - X[j, k])^2 / (2 l_k^2)) + noise^2 (i = j)
    -log p(y) = y' K^-1 y / 2 + log det(K) / 2 + n log(2 pi) / 2

The loss below is that formula, typed off: ``np.log(np.linalg.det(K))``, though the
determinant of a hundred points underflows. graphdiff sees the two together and writes
``slogdet``, and the derivative of that. Of the three directions the last one does not
matter to the data, and the evidence finds out: its length scale grows.

Written into a folder: the module with the loss and its gradient, the test that comes
with it, and a picture of the graph.
"""

import argparse
from pathlib import Path

import numpy as np
from excerpt import function_of
from scipy.optimize import minimize

import graphdiff as gd

NAMES = ("signal", "noise", "length 1", "length 2", "length 3")
TRUTH = np.array([1.5, 0.2, 0.5, 1.2])
"""The signal and the noise that the data are drawn with, and two length scales."""


def evidence(theta, X, y):
    """-log p(y), for the logarithms of signal, noise and length scales."""
    signal, noise = np.exp(theta[0]), np.exp(theta[1])
    Z = X * np.exp(-theta[2:])
    distance = np.sum((Z[:, None, :] - Z[None, :, :]) ** 2, axis=-1)
    K = signal**2 * np.exp(-distance / 2) + np.diag(np.full_like(y, noise**2))
    whitened = np.linalg.solve(np.linalg.cholesky(K), y)
    size = y.shape[0] * np.log(2 * np.pi)
    return (whitened @ whitened + np.log(np.linalg.det(K)) + size) / 2


def data(n=120, seed=0):
    """Points in a cube, and a draw of the process at them; the third axis is idle."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, size=(n, 3))
    signal, noise, *length = TRUTH
    Z = X[:, :2] / length
    distance = np.sum((Z[:, None, :] - Z[None, :, :]) ** 2, axis=-1)
    K = signal**2 * np.exp(-distance / 2) + noise**2 * np.eye(n)
    return X, np.linalg.cholesky(K) @ rng.normal(size=n)


def written():
    """The loss and its gradient in the hyperparameters, for any number of points."""
    form = gd.value_and_grad(evidence, wrt="theta")
    specs = gd.spec("5"), gd.spec("n,3"), gd.spec("n")
    return form.emit(*specs, name="evidence_and_grad"), form.graph(*specs)


def by_differences(evidence_and_grad, theta, X, y, step=1e-5):
    """The gradient by central differences of the value."""
    moved = [(theta + e, theta - e) for e in step * np.eye(len(theta))]
    ends = [[evidence_and_grad(t, X, y)[0] for t in pair] for pair in moved]
    return np.array([(up - down) / (2 * step) for up, down in ends])


def fit(evidence_and_grad, X, y):
    """The hyperparameters of least loss, from all ones."""
    return minimize(evidence_and_grad, np.zeros(5), args=(X, y), jac=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/gaussian_process"))
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    module, graph = written()
    module.write(folder / "evidence_and_grad.py", test=True)
    (folder / "evidence_and_grad.dot").write_text(graph.to_dot())
    print(function_of(module), "\n")
    evidence_and_grad = module.load()
    X, y = data()
    theta = np.zeros(5)
    value, slope = evidence_and_grad(theta, X, y)
    apart = np.max(np.abs(slope - by_differences(evidence_and_grad, theta, X, y)))
    print(f"At the start the loss is {value:.2f}; the gradient and differences are")
    print(
        f"{apart / np.max(np.abs(slope)):.0e} apart, relative to its largest entry.\n"
    )
    found = fit(evidence_and_grad, X, y)
    print(f"After {found.nit} steps of BFGS the loss is {found.fun:.2f}:\n")
    for i, name in enumerate(NAMES):
        drawn = f"   drawn with {TRUTH[i]}" if i < len(TRUTH) else "   does not matter"
        print(f"    {name}  {np.exp(found.x[i]):10.3f}{drawn}")
    print(f"\nThe module, its test and a picture of its graph are in {folder}.")


if __name__ == "__main__":
    main()
