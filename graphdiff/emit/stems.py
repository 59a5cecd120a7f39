"""Names for values that the user did not name: what they are, in a word or two."""

from __future__ import annotations

from collections.abc import Mapping

from graphdiff.graph import Graph
from graphdiff.node import Node, full_value
from graphdiff.ops.axes import Reshape, Spread
from graphdiff.ops.elementwise import Cast

_BETWEEN = {
    "add": "plus",
    "subtract": "minus",
    "multiply": "times",
    "divide": "over",
}
_WORDS = {
    "add": "total",
    "subtract": "difference",
    "multiply": "product",
    "divide": "quotient",
    "ratio": "quotient",
    "negative": "minus",
    "matmul": "product",
    "gatedmatmul": "product",
    "einsum": "product",
    "gated": "share",
    "where": "chosen",
    "take": "part",
    "takealong": "picked",
    "putalong": "placed",
    "put": "placed",
    "concatenate": "joined",
    "spread": "repeated",
    "reshape": "reshaped",
    "transpose": "transposed",
    "cast": "converted",
    "sum": "total",
    "max": "largest",
    "min": "smallest",
    "arange": "rows",
    "greater": "mask",
    "greater_equal": "mask",
    "less": "mask",
    "less_equal": "mask",
    "equal": "same",
    "not_equal": "differs",
    "logical_and": "mask",
    "logical_or": "mask",
    "logical_not": "mask",
    "heaviside": "step",
    "othersproduct": "others",
}
_POWERS = {2: "squared", 3: "cubed", 0.5: "root", -1: "inverse"}
_NUMBERS = {0: "zero", 1: "one", 2: "two", 3: "three", 0.5: "half"}
_LONGEST = 24
_DEEPEST = 3


def stem(node: Node, variables: Mapping[Node, str], graph: Graph) -> str:
    """What to call the value of `node`, before the name is made unique."""
    role = graph.role_of(node)
    if role is not None and len(role.of.args) == 1:
        below = role.of.args[0]
        known = variables.get(below) or _computed(below, variables, 0)
        return known if known.startswith("d_") else f"d_{known}"
    return _computed(node, variables, 0)


def _computed(node: Node, variables: Mapping[Node, str], depth: int) -> str:
    """The result of an op in words: of ``y - x**2``, ``y_minus_x_squared``."""
    label = node.op.label
    known = [_operand(arg, variables, depth) for arg in node.args]
    found = ""
    if label == "power" and known[0]:
        exponent = full_value(node.args[1])
        found = f"{known[0]}_{_POWERS.get(exponent, 'power')}"
    elif label in _BETWEEN and known[0] and known[1]:
        found = f"{known[0]}_{_BETWEEN[label]}_{known[1]}"
    elif len(known) == 1 and known[0] and label not in _WORDS:
        found = f"{label}_{known[0]}"
    if found and len(found) <= _LONGEST:
        return found
    return _WORDS.get(label, label)


def _operand(node: Node, variables: Mapping[Node, str], depth: int) -> str:
    name = variables.get(node)
    if name is not None or depth == _DEEPEST:
        return name or ""
    number = full_value(node)
    if number is not None:
        return _NUMBERS.get(number.item(), "")
    if not node.args:
        return ""
    if isinstance(node.op, (Spread, Reshape, Cast)):
        return _operand(node.args[0], variables, depth + 1)
    words = _computed(node, variables, depth + 1)
    return "" if words in _WORDS.values() else words
