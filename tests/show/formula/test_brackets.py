"""Formulas mean what the graph computes: read back, they have the same value.

Random expressions of scalars are printed and read by a reader that knows nothing of
how they were made, only what a person knows: what binds stronger than what.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.show.formula.boxes import Fence, Frac, Letter, Root, Row, Script
from graphdiff.show.formula.signs import Sign
from graphdiff.show.formula.template import parse
from tests.cases.table import words

VALUES = {"a": 0.7, "b": 1.3, "c": -0.4}
FUNCTIONS = {
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "exp": math.exp,
}


def read(box):
    """The value of a formula."""
    items = list(box.items) if isinstance(box, Row) else [box]
    value, place = summand(items, 0)
    while place < len(items):
        sign = items[place]
        assert is_sign(sign, "+", "-"), items
        other, place = summand(items, place + 1)
        value = value + other if sign.command == "+" else value - other
    return value


def summand(items, place):
    """A product: factors side by side, with a sign before them."""
    if is_sign(items[place], "-"):
        value, place = summand(items, place + 1)
        return -value, place
    value, place = factor(items, place)
    while place < len(items) and not is_sign(items[place], "+", "-"):
        if is_sign(items[place], r"\cdot"):
            place += 1
        other, place = factor(items, place)
        value *= other
    return value, place


def is_sign(item, *commands):
    return isinstance(item, Sign) and item.command in commands


def factor(items, place):
    """One factor; that of a named function without brackets is all that follows."""
    item = items[place]
    if isinstance(item, Sign) and item.kind == "fun":
        function = FUNCTIONS[item.command[1:]]
        inside = items[place + 1]
        assert isinstance(inside, (Fence, Letter, Script)), inside
        return function(read(inside)), place + 2
    return single(item), place + 1


def single(box):
    match box:
        case Letter(text, "number"):
            return float(text)
        case Letter("e", "upright"):
            return math.e
        case Letter(text, _):
            return VALUES[text]
        case Sign(r"\pi"):
            return math.pi
        case Fence("(", inside, _):
            return read(inside)
        case Fence(r"\lvert", inside, _):
            return abs(read(inside))
        case Row():
            return read(box)
        case Frac(over, under):
            return read(over) / read(under)
        case Root(inside, None):
            return math.sqrt(read(inside))
        case Script(base, None, sup):
            return math.pow(single(base), slashed(sup))
    raise AssertionError(box)


def slashed(box):
    """What stands above: perhaps a fraction with a slash."""
    items = list(box.items) if isinstance(box, Row) else [box]
    for place, item in enumerate(items):
        if is_sign(item, "/"):
            return read(Row(tuple(items[:place]))) / read(
                Row(tuple(items[place + 1 :]))
            )
    return read(box)


LEAVES = st.sampled_from(["a", "b", "c"]) | st.sampled_from(
    [0.5, 2.0, -3.0, 0.001, 10.0, math.pi, 1 / 3, 0.75, -0.1]
)


def grow(children):
    unary = st.tuples(
        st.sampled_from(words("sin cos tanh exp neg abs square")), children
    )
    safe = st.tuples(st.sampled_from(words("log sqrt")), children)
    binary = st.tuples(
        st.sampled_from(words("add sub mul div pow")), children, children
    )
    return unary | safe | binary


TREES = st.recursive(LEAVES, grow, max_leaves=10)
MAKE = {
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "exp": np.exp,
    "neg": lambda x: -x,
    "abs": np.abs,
    "square": lambda x: x * x,
    "log": lambda x: np.log(np.abs(x) + 0.5),
    "sqrt": lambda x: np.sqrt(np.abs(x)),
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / (y * y + 1.0),
    "pow": lambda x, y: (np.abs(x) + 0.1) ** np.tanh(y),
}


def build(tree, leaves):
    if isinstance(tree, str):
        return leaves[tree]
    if isinstance(tree, float):
        return tree
    name, *parts = tree
    return MAKE[name](*[build(part, leaves) for part in parts])


@settings(max_examples=80, deadline=None)
@given(TREES)
def test_latex_read_back_has_the_value_of_the_graph(tree):
    leaves = {name: gd.var(name, "") for name in VALUES}
    with np.errstate(all="ignore"):
        made = build(tree, leaves)
        if not isinstance(made, gd.Expression):
            return
        graph = gd.Graph(inputs=leaves, outputs={"y": made})
        expected = float(gd.evaluate(graph, VALUES)["y"])
    if not math.isfinite(expected) or abs(expected) > 1e12:
        return
    known = dict(VALUES)
    try:
        for line in lines_of(graph):
            name, right = line.split(" &= ")
            VALUES[name] = read(
                parse(right.replace(r"\left", "").replace(r"\right", ""))
            )
        found = VALUES["y"]
    finally:
        VALUES.clear()
        VALUES.update(known)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), graph.to_latex()


def lines_of(graph):
    """The equations, the lines of each put together; letters without an index."""
    body = graph.to_latex().removeprefix("\\begin{align*}\n")
    body = body.removesuffix("\n\\end{align*}").replace(" \\\\\n&\\quad ", " ")
    for number in range(9, 0, -1):
        for letter in "tuv":
            body = body.replace(f"{letter}_{number}", "XYZPQRSWM"[number - 1])
    return body.split(" \\\\\n")
