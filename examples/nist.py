"""Nonlinear regression against certified values: the NIST reference sets.

The National Institute of Standards and Technology gives data sets with a model, two
starting points, and the parameters of the least squares to eleven digits, computed in
128-bit arithmetic (Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd).
Start 1 is far from the solution, start 2 is near, and some of the sets are hard: three
exponentials that can hardly be told apart, parameters from 1e-9 to 1e3 in one model.

Each model below is its formula, typed off. graphdiff writes the residuals and their
Jacobian, and SciPy's `least_squares` does the rest: the same method and the same
tolerances for all sets, Levenberg and Marquardt's with the parameters scaled by the
columns of the Jacobian, and then some steps of Gauss and Newton. What is printed is the
number of digits that agree with the certified value, for each parameter, for the worst
of the standard deviations, and for the residual sum of squares: -log10 of the relative
error.

Written into a folder: for each set a module with the residuals and their Jacobian, and
the test that comes with it.
"""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from excerpt import function_of

import graphdiff as gd

DATA = Path(__file__).parent / "data" / "nist_strd"
TOLERANCE = np.finfo(np.float64).eps
METHOD = dict(
    method="lm", x_scale="jac", ftol=TOLERANCE, xtol=TOLERANCE, gtol=TOLERANCE
)
STEPS = 10_000
NUMBER = re.compile(r"[-+]?\d[\d.]*(?:E[-+]\d+)?|[-+]?\.\d+(?:E[-+]\d+)?")


# --- the models -----------------------------------------------------------------------


def chwirut2(x, b1, b2, b3):
    return np.exp(-b1 * x) / (b2 + b3 * x)


def danwood(x, b1, b2):
    return b1 * x**b2


def enso(x, b1, b2, b3, b4, b5, b6, b7, b8, b9):
    year, first, second = 2 * np.pi * x / 12, 2 * np.pi * x / b4, 2 * np.pi * x / b7
    yearly = b2 * np.cos(year) + b3 * np.sin(year)
    slow = b5 * np.cos(first) + b6 * np.sin(first)
    slower = b8 * np.cos(second) + b9 * np.sin(second)
    return b1 + yearly + slow + slower


def cubic_over_cubic(x, b1, b2, b3, b4, b5, b6, b7):
    return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1 + b5 * x + b6 * x**2 + b7 * x**3)


def kirby2(x, b1, b2, b3, b4, b5):
    return (b1 + b2 * x + b3 * x**2) / (1 + b4 * x + b5 * x**2)


def lanczos3(x, b1, b2, b3, b4, b5, b6):
    return b1 * np.exp(-b2 * x) + b3 * np.exp(-b4 * x) + b5 * np.exp(-b6 * x)


def mgh17(x, b1, b2, b3, b4, b5):
    return b1 + b2 * np.exp(-x * b4) + b3 * np.exp(-x * b5)


def misra1a(x, b1, b2):
    return b1 * (1 - np.exp(-b2 * x))


def misra1b(x, b1, b2):
    return b1 * (1 - (1 + b2 * x / 2) ** (-2))


def nelson(x, b1, b2, b3):
    """The logarithm of the strength, after a time at a temperature."""
    time, temperature = x
    return b1 - b2 * time * np.exp(-b3 * temperature)


def rat42(x, b1, b2, b3):
    return b1 / (1 + np.exp(b2 - b3 * x))


def roszman1(x, b1, b2, b3, b4):
    return b1 - b2 * x - np.arctan(b3 / (x - b4)) / np.pi


MODELS = {
    "Misra1a": misra1a,
    "Misra1b": misra1b,
    "Chwirut2": chwirut2,
    "DanWood": danwood,
    "Lanczos3": lanczos3,
    "ENSO": enso,
    "Hahn1": cubic_over_cubic,
    "Kirby2": kirby2,
    "MGH17": mgh17,
    "Nelson": nelson,
    "Roszman1": roszman1,
    "Rat42": rat42,
    "Thurber": cubic_over_cubic,
}
"""By the name of the set, in the order of difficulty that NIST gives them."""


# --- the files ------------------------------------------------------------------------


@dataclass
class Set:
    """A data set: observations, two starting points, and what is certified."""

    name: str
    x: np.ndarray
    y: np.ndarray
    starts: list[dict[str, float]]
    certified: dict[str, float]
    deviations: dict[str, float]
    squares: float


def read(name):
    """The set of this name: where the parts stand is in the file's first lines."""
    lines = (DATA / f"{name}.dat").read_text().splitlines()
    parameters = [line.split("=") for line in lines if re.match(r" +b\d+ +=", line)]
    columns = zip(
        *(map(float, NUMBER.findall(row)) for _, row in parameters), strict=True
    )
    words = [word.strip() for word, _ in parameters]
    first, second, certified, deviations = (
        dict(zip(words, column, strict=True)) for column in columns
    )
    [squares] = [line.split(":")[1] for line in lines if "Sum of Squares:" in line]
    head = max(i for i, line in enumerate(lines) if line.startswith("Data:"))
    y, *x = np.loadtxt(lines[head + 1 :]).T
    y = np.log(y) if name == "Nelson" else y
    x = x[0] if len(x) == 1 else np.array(x)
    return Set(name, x, y, [first, second], certified, deviations, float(squares))


# --- the fits -------------------------------------------------------------------------


def problem_of(data):
    """The residuals of a set's model, to be fitted from either starting point."""
    model = MODELS[data.name]

    def residuals(b, x, y):
        return model(x, **b) - y

    residuals.__name__ = f"{data.name.lower()}_residuals"
    return gd.fit.residuals(residuals, data.starts[0], data.x, data.y)


def written(problem, data):
    """The residuals and their Jacobian as a module, for any number of observations."""
    x = "n" if data.x.ndim == 1 else f"{len(data.x)},n"
    return problem.emit(data=(gd.spec(x), gd.spec("n")))


def digits(found, certified):
    """How many digits agree, up to the eleven that are certified."""
    error = abs(found - certified) / abs(certified)
    return float(min(11.0, -np.log10(max(error, 1e-16))))


@dataclass
class Fit:
    """How a fit went: evaluations, and digits that are right."""

    evaluations: int
    parameters: list[float]
    deviations: float
    squares: float


def polished(problem, x, steps=20):
    """`x` after full steps of Gauss and Newton, each parameter in its own scale.

    The sum of squares is flat where it is least, and finds no more than half of the
    digits of the parameters; the Jacobian knows the others.
    """
    for _ in range(steps):
        jacobian = problem.jac(x)
        scale = np.linalg.norm(jacobian, axis=0)
        x = x - np.linalg.lstsq(jacobian / scale, problem.fun(x))[0] / scale
    return x


def fitted(problem, data, start):
    """The least squares from a starting point, compared with what is certified.

    A trial step may be so long that the exponential overflows; the solver then takes
    a shorter one.
    """
    x0 = problem.pack(start)
    with np.errstate(over="ignore", invalid="ignore"):
        found = problem.solve(x0=x0, max_nfev=STEPS, **METHOD)
    x = polished(problem, found.x)
    params, deviations = problem.unpack(x), problem.deviations(x)
    return Fit(
        evaluations=found.nfev,
        parameters=[digits(params[b], v) for b, v in data.certified.items()],
        deviations=min(digits(deviations[b], v) for b, v in data.deviations.items()),
        squares=digits(np.sum(problem.fun(x) ** 2), data.squares),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/nist"))
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    print("Digits that agree with the certified ones, of 11:\n")
    print("set      start  calls  deviations  squares  parameters")
    worst = 11.0
    for name in MODELS:
        data = read(name)
        problem = problem_of(data)
        module = written(problem, data)
        module.write(folder / f"{name.lower()}.py", test=True)
        for number, start in enumerate(data.starts, 1):
            fit = fitted(problem, data, start)
            worst = min(worst, *fit.parameters)
            line = f"{name:9}{number:5}{fit.evaluations:7}{fit.deviations:12.1f}"
            shown = " ".join(f"{d:4.1f}" for d in fit.parameters)
            print(f"{line}{fit.squares:9.1f}  {shown}")
    print(f"\nThe worst parameter of all has {worst:.1f} digits.\n")
    print(function_of(module), "\n")
    print(f"The modules and their tests are in {folder}.")


if __name__ == "__main__":
    main()
