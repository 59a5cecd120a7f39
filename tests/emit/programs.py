"""Small programs in plain NumPy that the tests of emission write as modules."""

from typing import Any, NamedTuple

import numpy as np

import graphdiff as gd
from graphdiff import nn


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network(params, X, Y):
    a = X
    for W, b in params["layers"]:
        z = a @ W + b
        a = sigmoid(z)
    C = np.sum((a - Y) ** 2) / (2 * X.shape[0])
    return C


def classifier(W1, W2, X, labels, decay):
    U1 = X @ W1
    H = nn.relu(U1)
    U2 = H @ W2
    J = nn.cross_entropy(U2, labels)
    return J + decay * (np.sum(W1**2) + np.sum(W2**2))


def convolutional(w, b, images):
    z = nn.conv2d(images, w, stride=2, padding=1, bias=b)
    h = nn.relu(z)
    p = nn.max_pool(h, 2)
    return np.sum(p**2)


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def valley(x):
    gap = x[1:] - x[:-1] ** 2
    slack = 1 - x[:-1]
    return np.sum(100 * gap**2 + slack**2)


def entropy(p, A):
    safe = np.where(p > 0, p * np.log(p), 0.0)
    root = np.where(p > 0, np.sqrt(p) @ A, 1.0)
    return -np.sum(safe) + np.sum(np.maximum(root, 0.5))


def standardise(x, idx):
    mean = np.mean(x, axis=1, keepdims=True)
    spread = np.std(x, axis=1, keepdims=True)
    unit = (x - mean) / (spread + np.float32(1e-3))
    picked = unit[:, idx]
    return np.sum(np.tanh(picked) ** 3) + np.max(x)


class Program(NamedTuple):
    """A function, what it is traced with, and what it is differentiated in."""

    function: Any
    specs: tuple[Any, ...]
    wrt: Any = None

    def graph(self, simplify: bool = True) -> gd.Graph:
        dgraph = gd.differentiate(gd.trace(self.function, *self.specs), wrt=self.wrt)
        return gd.simplify(dgraph) if simplify else dgraph


s = gd.spec
f32 = np.float32

PROGRAMS = {
    program.function.__name__: program
    for program in (
        Program(
            network,
            (
                {"layers": [(s("784,h"), s("h")), (s("h,10"), s("10"))]},
                s("batch,784"),
                s("batch,10"),
            ),
            "params",
        ),
        Program(
            classifier,
            (s("784,h"), s("h,10"), s("batch,784"), s("batch", np.int64), s("")),
            ["W1", "W2"],
        ),
        Program(
            convolutional,
            (s("8,3,3,3"), s("8"), s("batch,3,16,16")),
            ["w", "b", "images"],
        ),
        Program(rosenbrock, (s(""), s(""))),
        Program(valley, (s("n + 1"),)),
        Program(entropy, (s("n,3"), s("3,3"))),
        Program(standardise, (s("batch,4", f32), s("k", np.int64)), "x"),
    )
}


def inputs(graph: gd.Graph, size: int = 3, seed: int = 0) -> dict[str, np.ndarray]:
    """Arguments for all inputs; named sizes are `size`, `size` + 1, and so on."""
    rng = np.random.default_rng(seed)
    sizes = {d: size + i for i, d in enumerate(graph.dims)}
    found = {}
    for name, node in graph.inputs.items():
        shape = [n if isinstance(n, int) else n.evaluate(sizes) for n in node.shape]
        if node.dtype.kind == "f":
            found[name] = rng.normal(size=shape).astype(node.dtype)
        else:
            found[name] = rng.integers(0, 3, shape).astype(node.dtype)
    return found


def arguments(graph: gd.Graph, values: dict[str, np.ndarray]) -> list[Any]:
    """The same, nested as the parameters are."""
    return [tree.unflatten(values) for tree in graph.signature.parameters.values()]
