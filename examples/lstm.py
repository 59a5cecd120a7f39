"""A recurrent network over a thousand steps: an LSTM that forecasts the tide.

The series is made here: heights of the sea by the hour, six harmonic constituents of
the tide with their true periods, a storm surge that wanders, and the noise of the
gauge. The network (Hochreiter and Schmidhuber, "Long short-term memory", Neural
Computation 9, 1997) reads the height of each hour and forecasts that of the next. Its
state is two vectors, what it remembers `c` and what it shows `h`; four gates decide
what is forgotten, written and shown.

`gd.scan` takes one step and makes a loop of it. The loop stays one: the module that
graphdiff writes holds a `for` over the hours, one back over them for the gradient, and
tapes between the two, allocated before the loop. Its text is as long for a thousand
hours as for ten. The header says what it takes in operations and bytes.

Written into a folder: the module, and the test that comes with it.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from excerpt import function_of

import graphdiff as gd

HOURS = 1000
HIDDEN = 12
PERIODS = np.array([12.4206, 12.0, 12.6583, 23.9345, 25.8193, 327.86])
"""Of M2, S2, N2, K1, O1 and Mf, in hours (Schureman, special publication 98, 1958)."""

HEIGHTS = np.array([1.0, 0.35, 0.2, 0.15, 0.1, 0.05])
"""Their amplitudes, in metres."""


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(params, heights):
    """The mean square error of the forecasts of heights[1:] by heights[:-1]."""
    W, U, b = params["W"], params["U"], params["b"]

    def step(state, height):
        h, c = state
        z = W @ h + U * height + b
        forget, write, show = sigmoid(z[0]), sigmoid(z[1]), sigmoid(z[2])
        c = forget * c + write * np.tanh(z[3])
        h = show * np.tanh(c)
        return (h, c), params["v"] @ h

    rest = np.zeros(HIDDEN), np.zeros(HIDDEN)
    _, forecasts = gd.scan(step, rest, heights[:-1])
    return np.mean((forecasts - heights[1:]) ** 2)


def tide(hours, rng):
    """Heights by the hour: the tide, a surge that wanders, and noise."""
    t = np.arange(hours)[:, None]
    phases = rng.uniform(0, 2 * np.pi, PERIODS.size)
    height = np.cos(2 * np.pi * t / PERIODS + phases) @ HEIGHTS
    surge = np.zeros(hours)
    for i in range(1, hours):
        surge[i] = 0.97 * surge[i - 1] + rng.normal(scale=0.03)
    return height + surge + rng.normal(scale=0.02, size=hours)


def start(rng):
    """Small weights; the gates for forgetting begin half open."""
    spread = 1 / np.sqrt(HIDDEN)
    return {
        "W": rng.normal(scale=spread, size=(4, HIDDEN, HIDDEN)),
        "U": rng.normal(scale=spread, size=(4, HIDDEN)),
        "b": np.repeat([[1.0], [0.0], [0.0], [0.0]], HIDDEN, axis=1),
        "v": rng.normal(scale=spread, size=HIDDEN),
    }


def written(style="readable"):
    """The module with the loss and its gradient, for any number of hours."""
    params = {
        name: gd.spec_like(p) for name, p in start(np.random.default_rng(0)).items()
    }
    form = gd.value_and_grad(loss, wrt="params")
    return form.emit(params, gd.spec("hours"), name="loss_and_grad", style=style)


def train(loss_and_grad, params, heights, steps, rate=0.02):
    """Adam (Kingma and Ba, 2015); the loss before each step and after the last."""
    mean = {name: np.zeros_like(p) for name, p in params.items()}
    square = {name: np.zeros_like(p) for name, p in params.items()}
    losses = []
    for k in range(1, steps + 1):
        value, slopes = loss_and_grad(params, heights)
        losses.append(value)
        for name, slope in slopes.items():
            mean[name] += 0.1 * (slope - mean[name])
            square[name] += 0.001 * (slope**2 - square[name])
            scaled = mean[name] / (1 - 0.9**k)
            spread = np.sqrt(square[name] / (1 - 0.999**k)) + 1e-8
            params = {**params, name: params[name] - rate * scaled / spread}
    losses.append(loss_and_grad(params, heights)[0])
    return params, losses


def by_difference(params, heights, slopes, h=1e-6):
    """How far the slope along a direction is from the difference quotient there."""
    rng = np.random.default_rng(1)
    way = {name: rng.normal(size=p.shape) for name, p in params.items()}
    ends = [
        loss({n: p + e * way[n] for n, p in params.items()}, heights) for e in (h, -h)
    ]
    slope = sum(np.sum(slopes[n] * way[n]) for n in params)
    return abs(slope - (ends[0] - ends[1]) / (2 * h)) / abs(slope)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/lstm"))
    parser.add_argument("--steps", type=int, default=60)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    module = written()
    module.write(options.out / "loss_and_grad.py", test=True)
    print(function_of(module), "\n")

    rng = np.random.default_rng(7)
    heights, params = tide(HOURS, rng), start(rng)
    loss_and_grad = module.load()
    _, slopes = loss_and_grad(params, heights[:100])
    apart = by_difference(params, heights[:100], slopes)
    print(f"The gradient is {apart:.0e} from that by differences.")
    begun = time.perf_counter()
    params, losses = train(loss_and_grad, params, heights, options.steps)
    took = (time.perf_counter() - begun) / (options.steps + 1)
    print(f"The error over {HOURS} hours is {losses[0]:.4f} at the start,")
    print(f"and {losses[-1]:.4f} after {options.steps} steps of Adam;")
    naive = np.mean(np.diff(heights) ** 2)
    print(f"to forecast the height of the hour before gives {naive:.4f}.")
    print(f"A gradient takes {1e3 * took:.0f} ms. The module is in {options.out}.")


if __name__ == "__main__":
    main()
