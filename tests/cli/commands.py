"""A user's file, and commands on it."""

from graphdiff.cli import main

MODEL = """\
import numpy as np

import helper


def loss(params, X, Y):
    h = np.tanh(X @ params["W1"] + params["b1"])
    return np.mean((h @ params["W2"] - Y) ** 2)


def layers(params, X):
    for W, b in params["layers"]:
        X = np.tanh(X @ W + b)
    return helper.total(X)


def shapes(a, b):
    return np.sum(a @ b)


def branch(x):
    if x > 0:
        return x
    return -x


def key(params):
    return params["nope"]


def logs(x, scale=2.0):
    return np.sum(np.log(x)) * scale


def named(*, x, y):
    return np.sum(x * y)


def hinge(x, label):
    return np.sum(np.maximum(x, 0.0) * label)


def leaves(x):
    raise SystemExit(7)


def talks(x):
    print("hello")
    return np.sum(x)


constant = 3
"""

LOSS = [
    "model.py:loss",
    *("--spec", "params.W1=3,h", "--spec", "params.b1=h", "--spec", "params.W2=h,2"),
    *("--spec", "X=batch,3", "--spec", "Y=batch,2"),
]
LAYERS = [
    "model.py:layers",
    *("--spec", "params.layers.0.0=3,h", "--spec", "params.layers.0.1=h"),
    *("--spec", "params.layers.1.0=h,2", "--spec", "params.layers.1.1=2"),
    *("--spec", "X=batch,3"),
]
LOGS = ["model.py:logs", "--spec", "x=n"]


def run(capsys, *argv):
    """The exit code, stdout and stderr of a command."""
    try:
        code = main([*argv])
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    return code, out, err
