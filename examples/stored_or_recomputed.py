"""z = f(f(f(w))): the derivative that stores what it needs, and the one that does not.

The chain rule (section 6.5.3 of the book) says, for x = f(w), y = f(x), z = f(y),

    dz/dw = f'(y) f'(x) f'(w)                      stored:     f runs 3 times
          = f'(f(f(w))) f'(f(w)) f'(w)             recomputed: f runs 6 times

The first form is what graphdiff writes, because a value that is read twice is one node
of its graph. The second keeps no intermediate value; it is made here by spelling that
graph out as formulas, in which every node stands as often as it is read.
"""

import numpy as np
from excerpt import function_of

import graphdiff as gd
from graphdiff.graph.node import Input


def f(x):
    return np.sin(x)


def thrice(w):
    x = f(w)
    y = f(x)
    z = f(y)
    return z


def repeated(times):
    """f(f(...f(w)...)), as often as asked."""

    def chain(w):
        for _ in range(times):
            w = f(w)
        return w

    return chain


def stored(fn):
    """The module that graphdiff writes: value and slope of `fn`."""
    return gd.value_and_grad(fn).emit(gd.spec(""), name="stored")


def recomputed(fn):
    """Source of a function that does the same, and never keeps a value."""
    graph = gd.value_and_grad(fn).graph(gd.spec(""))
    formula = {}
    for node in graph:
        args = [formula[arg] for arg in node.args]
        if isinstance(node.op, Input):
            formula[node] = node.op.name
        elif node.op.label == "multiply":
            formula[node] = " * ".join(args)
        else:
            formula[node] = f"np.{node.op.label}({', '.join(args)})"
    value, slope = (formula[node] for node in graph.outputs.values())
    return (
        f"def recomputed(w):\n    z = {value}\n    d_w = {slope}\n    return z, d_w\n"
    )


class CountingNumPy:
    """NumPy, with a count of how often f, which is sin, runs."""

    def __init__(self):
        self.runs = 0

    def __getattr__(self, name):
        return getattr(np, name)

    def sin(self, x):
        self.runs += 1
        return np.sin(x)


def run(source, name, w):
    """What the function of this source returns, and how often it ran f."""
    module = {}
    exec(source, module)
    module["np"] = CountingNumPy()
    return module[name](w), module["np"].runs


def main():
    w = np.array(0.7)
    print("Stored, as graphdiff writes it:\n")
    print(function_of(stored(thrice)))
    print("\n\nRecomputed:\n")
    print(recomputed(thrice))
    (z, slope), runs = run(stored(thrice).source, "stored", w)
    (again, same_slope), more_runs = run(recomputed(thrice), "recomputed", w)
    print(f"stored:     z = {z:.12f}, dz/dw = {slope:.12f}, f ran {runs} times")
    print(
        f"recomputed: z = {again:.12f}, dz/dw = {same_slope:.12f}, "
        f"f ran {more_runs} times"
    )
    print("\nf applied   stored   recomputed")
    for times in range(1, 9):
        fn = repeated(times)
        _, runs = run(stored(fn).source, "stored", w)
        _, more_runs = run(recomputed(fn), "recomputed", w)
        print(f"{times:9}   {runs:6}   {more_runs:10}")


if __name__ == "__main__":
    main()
