"""A hundred thousand steps of an ODE, and the gradient in memory that does not grow.

A pendulum of length `l` with the friction `c` is let go at an angle:

    angle'' = -(g / l) sin(angle) - c angle'

It is followed over 200 seconds by the leapfrog scheme (Hairer, Lubich and Wanner,
"Geometric numerical integration", section I.1), 100,000 steps of 2 ms. How does the
mean square of the angle change with length and friction? Reverse mode goes back over
the steps and needs to know where the pendulum was: a tape of all of them takes 800
kilobytes for each number that a step remembers.

With `checkpoint="sqrt"` the loop runs in segments. Only the states between segments
are kept; on the way back each segment is computed once more, with a tape of its own.
That is two loops within each other, of 317 steps each, and a tape of 317 states: more
steps in all, and hundreds of times less memory. With `checkpoint="binomial"` there are
segments within segments. The modules show it, and say in their headers how many bytes
they hold; `tracemalloc`, which slows such loops down a lot, measures it for fewer
steps.

Written into a folder: the modules, without checkpoints and with.
"""

import argparse
import time
import tracemalloc
from pathlib import Path

import numpy as np
from excerpt import function_of

import graphdiff as gd

STEPS = 100_000
SECONDS = 200.0
GRAVITY = 9.81
MEASURED = 2_000
"""The steps for which memory is measured."""

SCHEDULES = {"a tape of all steps": None, "sqrt": "sqrt", "binomial": "binomial"}


def restless(length, friction, angle, steps=STEPS, checkpoint=None):
    """The mean square of the angle over all steps."""
    dt = SECONDS / STEPS

    def step(_, state):
        angle, speed, total = state
        angle = angle + 0.5 * dt * speed
        speed = speed - dt * (GRAVITY / length * np.sin(angle) + friction * speed)
        angle = angle + 0.5 * dt * speed
        return angle, speed, total + angle * angle

    start = angle, 0.0, 0.0
    *_, total = gd.fori_loop(0, steps, step, start, checkpoint=checkpoint)
    return total / steps


def written(steps=STEPS, checkpoint=None, style="readable"):
    """The module with the value and its gradient in length and friction."""

    def angle_squared(length, friction, angle):
        return restless(length, friction, angle, steps, checkpoint)

    form = gd.value_and_grad(angle_squared, wrt=("length", "friction"))
    return form.emit(1.0, 0.02, 1.0, style=style)


def seconds(function, *args):
    """The result, and how long it took."""
    begun = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - begun


def most_bytes(function, *args):
    """The most bytes that a call holds at once."""
    tracemalloc.start()
    function(*args)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def by_differences(args, steps=STEPS, h=1e-6):
    """The gradient by central differences of the emitted value."""

    def value_of(length, friction, angle):
        return restless(length, friction, angle, steps)

    value = gd.emit(gd.simplify(gd.trace(value_of, *args))).load()
    found = []
    for i in range(2):
        shift = h * np.eye(3)[i]
        found.append((value(*(args + shift)) - value(*(args - shift))) / (2 * h))
    return np.array(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/long_ode"))
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    args = np.array([1.0, 0.02, 1.0])
    print(function_of(written(options.steps, "sqrt")), "\n")
    print(f"                       {options.steps:,} steps    {MEASURED:,} steps")
    print("                          seconds     most bytes    slopes")
    for name, schedule in SCHEDULES.items():
        module = written(options.steps, schedule)
        module.write(options.out / f"pendulum_{schedule or 'tape'}.py")
        (_, gradient), took = seconds(module.load(), *args)
        peak = most_bytes(written(MEASURED, schedule).load(), *args)
        slopes = "  ".join(f"{slope:.8f}" for slope in gradient)
        print(f"{name:20}{took:13.2f}{peak:15,}    {slopes}")
    slopes = "  ".join(f"{d:.8f}" for d in by_differences(args, options.steps))
    print(f"{'by differences':52}{slopes}")
    print(f"The modules are in {options.out}.")


if __name__ == "__main__":
    main()
