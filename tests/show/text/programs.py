"""Programs whose listings a reviewer has read, each with the options of its listing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import graphdiff as gd
from graphdiff import spec as s


@dataclass(frozen=True)
class Program:
    """What makes a graph, and how that is listed."""

    graph: Callable[[], gd.Graph]
    options: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        return self.graph().to_text(**self.options) + "\n"


def layer(x, W, b):
    z = x @ W + b
    return gd.nn.relu(z)


def network(params, x, y):
    for W, b in params:
        x = layer(x, W, b)
    return np.mean((x - y) ** 2)


def deep(count=12):
    first = s("d,h"), s("h")
    params = [first, *[(s("h,h"), s("h"))] * (count - 1)]
    return gd.value_and_grad(network).graph(params, s("n,d"), s("n,h"))


def recurrent():
    def rnn(xs, U, W, b):
        h = np.zeros(8)
        for t in range(20):
            h = np.tanh(U @ xs[t] + W @ h + b)
        return np.sum(h * h)

    wrt = ("U", "W", "b")
    return gd.value_and_grad(rnn, wrt).graph(s("20,d"), s("8,d"), s("8,8"), s("8"))


def scanned():
    def step(h, x):
        h = np.tanh(h * x)
        return h, np.sum(h)

    def f(h, xs):
        h, sums = gd.scan(step, h, xs)
        return gd.cond(np.sum(h) > 0, np.sin, np.cos, np.sum(sums))

    return gd.value_and_grad(f, ("h", "xs")).graph(s("8"), s("steps,8"))


def hessian():
    def f(x, y):
        u = np.sin(x) * y
        return np.sum(np.exp(u))

    return gd.hessian(f, wrt=("x", "y")).graph(s("n"), s("n"))


def transformer():
    def norm(x, g):
        m = np.mean(x, axis=-1, keepdims=True)
        return (x - m) * g

    @gd.checkpoint
    def block(x, p):
        h = norm(x, p["g1"])
        x = x + gd.nn.softmax(h @ p["W"] @ h.T) @ h
        return x + np.tanh(norm(x, p["g2"]) @ p["V"])

    def loss(params, x):
        for p in params:
            x = block(x, p)
        return np.sum(x**2)

    p = {"W": s("8,8"), "V": s("8,8"), "g1": s("8"), "g2": s("8")}
    return gd.value_and_grad(loss).graph([p] * 4, s("n,8"))


def chain():
    def f(x):
        for _ in range(300):
            x = np.sin(x) * 0.5
        return np.sum(x)

    return gd.value_and_grad(f).graph(s("n"))


def runge_kutta():
    def slope(y, p):
        return np.stack([y[1], p * (1 - y[0] ** 2) * y[1] - y[0]])

    def f(y, p):
        for _ in range(12):
            k1 = slope(y, p)
            k2 = slope(y + 0.05 * k1, p)
            y = y + 0.1 * k2
        return np.sum(y**2)

    return gd.value_and_grad(f, wrt="p").graph(s("2"), s(""))


def hostile():
    names = "a\nb", "\x1b[31mred", "\u202eabc", "x" * 10_000, "\ud800", "p.q; r", "\0"
    variables = {name: gd.var(name, "n") for name in names}
    z = gd.named(np.tanh(sum(variables.values())), "z\x1b[0m")
    graph = gd.Graph(variables, {"out\u2066\n": np.sum(z), "y" * 500: z})
    return gd.differentiate(graph, of="out\u2066\n")


PROGRAMS = {
    "deep": Program(deep),
    "deep_unfolded": Program(lambda: deep(2), {"fold": False}),
    "deep_near": Program(deep, {"of": "d_W11", "depth": 3}),
    "recurrent": Program(recurrent),
    "scanned": Program(scanned),
    "scanned_without_bodies": Program(scanned, {"bodies": False}),
    "hessian": Program(hessian, {"width": 60}),
    "transformer": Program(transformer, {"width": 88}),
    "chain": Program(chain),
    "runge_kutta": Program(runge_kutta),
    "hostile": Program(hostile),
}
