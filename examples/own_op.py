"""An op of one's own: a function that NumPy lacks, with its text and its derivative.

The Lambert function W(x) solves w exp(w) = x, for x from 0 on here. A few steps of
Halley's method compute it (Corless et al., "On the Lambert W function", 1996), and its
derivative is known:

    W'(x) = exp(-W(x)) / (1 + W(x))

So graphdiff need not look into the iteration. The op below states its type, how it is
computed (a helper, whose source each module carries along) and its pullback, made of
expressions: derivatives of every order follow. One call checks all of that.

Written into a folder: a module of the mean power in a circuit with a diode, and of its
gradient.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from excerpt import function_of
from load_module import load_module

import graphdiff as gd


@gd.helper
def lambert(x):
    """Return the w for which w * exp(w) is x, for x from 0 on."""
    w = np.log1p(x)  # close enough for Halley's method to converge
    for _ in range(8):
        e = np.exp(w)
        r = w * e - x
        w = w - r / (e * (w + 1) - (w + 2) * r / (2 * w + 2))
    return w


@dataclass(frozen=True)
class Lambert(gd.Op):
    """The Lambert function, entry by entry."""

    stacks = True

    def infer(self, x):
        """The result is of the type of the argument."""
        return x

    def call(self, x):
        """NumPy computes it by the helper."""
        return gd.Call(lambert, (gd.Arg(0),))

    def pullback(self, i, at, g, w, x):
        """g exp(-w) / (1 + w)."""
        return g * (np.exp(-w) / (1 + w))


def current(voltage, resistance, saturation, thermal):
    """The current through a diode and a resistor in series, in closed form."""
    scale = saturation * resistance / thermal
    grown = scale * np.exp((voltage + saturation * resistance) / thermal)
    return Lambert()(grown) * thermal / resistance - saturation


def power(voltage, resistance, saturation, thermal):
    """The mean power over the voltages."""
    return np.mean(voltage * current(voltage, resistance, saturation, thermal))


def write_module(folder):
    """Write the mean power and its gradient by the parameters of the circuit."""
    form = gd.value_and_grad(power, wrt=("resistance", "saturation", "thermal"))
    number = gd.spec("")
    emitted = form.emit(gd.spec("n"), number, number, number)
    folder.mkdir(parents=True, exist_ok=True)
    return emitted, emitted.write(folder / "power_and_grad.py", test=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/own_op"))
    print(gd.check_op(Lambert(), np.array([[0.1, 0.5], [2.0, 30.0]])))
    emitted, path = write_module(parser.parse_args().out)
    print(f"\n{function_of(emitted)}\n")
    voltage = np.linspace(0.1, 1.0, 10)
    parts = np.array([100.0, 1e-9, 0.05])
    value, slopes = load_module(path).power_and_grad(voltage, *parts)
    print(f"mean power {value:.6e}")
    for name, k, slope in zip(("R", "I", "V"), range(3), slopes, strict=True):
        step = parts * 1e-6 * (np.arange(3) == k)
        up, down = power(voltage, *(parts + step)), power(voltage, *(parts - step))
        measured = (up - down) / (2 * step[k])
        print(f"by {name}: {slope: .6e}   by differences {measured: .6e}")


if __name__ == "__main__":
    main()
