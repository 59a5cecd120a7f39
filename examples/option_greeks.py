"""The Greeks of a call option to third order, from its price alone.

The price is that of Black and Scholes (1973), in plain NumPy with SciPy's normal
distribution. Every derivative in the table is made by differentiating the function
again, and checked against the formulas found in textbooks (E. G. Haug, *The Complete
Guide to Option Pricing Formulas*, 2nd ed., 2007, chapter 2). The module that is written
prices a whole book of options at once, with all of these derivatives.

    python examples/option_greeks.py --out FOLDER
"""

import argparse
from pathlib import Path

import numpy as np
from load_module import load_module
from scipy.special import ndtr

import graphdiff as gd


def price(spot, vol, time, rate, strike):
    """The value of a European call."""
    spread = vol * np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + vol**2 / 2) * time) / spread
    d2 = d1 - spread
    return spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2)


GREEKS = {
    "delta": ("spot",),
    "vega": ("vol",),
    "theta": ("time",),
    "rho": ("rate",),
    "gamma": ("spot", "spot"),
    "vanna": ("spot", "vol"),
    "charm": ("spot", "time"),
    "vomma": ("vol", "vol"),
    "veta": ("vol", "time"),
    "speed": ("spot", "spot", "spot"),
    "zomma": ("spot", "spot", "vol"),
    "colour": ("spot", "spot", "time"),
    "ultima": ("vol", "vol", "vol"),
}
"""By what the price is differentiated; `theta`, `charm`, `veta` and `colour`: minus."""


def by(f, variable):
    """The derivative of `f` by a variable: options do not depend on one another."""

    def total(spot, vol, time, rate, strike):
        return np.sum(f(spot, vol, time, rate, strike))

    return gd.grad(total, wrt=variable)


def book(spot, vol, time, rate, strike):
    """The price and all Greeks of a book of options."""
    found = {"price": price(spot, vol, time, rate, strike)}
    for name, variables in GREEKS.items():
        derivative = price
        for variable in variables:
            derivative = by(derivative, variable)
        found[name] = derivative(spot, vol, time, rate, strike)
        if "time" in variables:
            found[name] = -found[name]
    return found


def by_hand(spot, vol, time, rate, strike):
    """The formulas of textbooks."""
    root = np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + vol**2 / 2) * time) / (vol * root)
    d2 = d1 - vol * root
    bell = np.exp(-(d1**2) / 2) / np.sqrt(2 * np.pi)
    owed = strike * np.exp(-rate * time)
    gamma = bell / (spot * vol * root)
    vega = spot * bell * root
    drift = (2 * rate * time - d2 * vol * root) / (2 * time * vol * root)
    vomma = vega * d1 * d2 / vol
    return {
        "delta": ndtr(d1),
        "vega": vega,
        "theta": -spot * bell * vol / (2 * root) - rate * owed * ndtr(d2),
        "rho": time * owed * ndtr(d2),
        "gamma": gamma,
        "vanna": -bell * d2 / vol,
        "charm": -bell * drift,
        "vomma": vomma,
        "veta": vega * (rate * d1 / (vol * root) - (1 + d1 * d2) / (2 * time)),
        "speed": -gamma / spot * (d1 / (vol * root) + 1),
        "zomma": gamma * (d1 * d2 - 1) / vol,
        "colour": gamma / (2 * time) * (1 + 2 * time * d1 * drift),
        "ultima": -vega / vol**2 * (d1 * d2 * (1 - d1 * d2) + d1**2 + d2**2),
    }


def write_module(folder):
    """Trace the book with its size left open, and write module and graph."""
    graph = gd.simplify(gd.trace(book, *[gd.spec("options")] * 5))
    module = gd.emit(graph, name="book")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.dot").write_text(graph.to_dot())
    module.write(folder / "book.py")
    return folder / "book.py"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/option_greeks"))
    path = write_module(parser.parse_args().out)
    print(f"Written to {path}: {len(path.read_text().splitlines())} lines\n")
    strikes = np.array([80.0, 100.0, 125.0])
    args = *(np.full(3, value) for value in (100.0, 0.2, 0.5, 0.03)), strikes
    found, formulas = load_module(path).book(*args), by_hand(*args)
    print(f"{'':8}" + "".join(f"  strike {strike:5.0f}" for strike in strikes))
    print(f"{'price':8}" + "".join(f"{value:14.6f}" for value in found["price"]))
    off = {}
    for name, formula in formulas.items():
        print(f"{name:8}" + "".join(f"{value:14.6f}" for value in found[name]))
        off[name] = np.max(np.abs(found[name] / formula - 1))
    worst = max(off, key=off.get)
    print(f"\nFarthest from its formula: {worst}, by {off[worst]:.0e} of its size.")


if __name__ == "__main__":
    main()
