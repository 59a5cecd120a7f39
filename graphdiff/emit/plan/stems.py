"""Names for values that the user did not name: what they are, in a word or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.emit.text.naming import Names
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Pick, full_value
from graphdiff.ops.core.axes import Reshape, Spread
from graphdiff.ops.core.elementwise import Cast
from graphdiff.ops.core.pattern import At1
from graphdiff.ops.core.setitem import SetItem

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
    **dict.fromkeys(("solve", "solvetriangular", "chosolve", "lusolve"), "solution"),
    **dict.fromkeys(("sylvester", "lyapunov"), "solution"),
    "cholesky": "factor",
    "matrixslope": "slope",
    "swaprows": "swapped",
    "unitlower": "lower",
    "gatedmatmul": "product",
    "einsum": "product",
    "gated": "share",
    "where": "chosen",
    "take": "part",
    "takealong": "picked",
    "putalong": "placed",
    "put": "placed",
    "setitem": "written",
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
    "bitwise_and": "mask",
    "bitwise_or": "mask",
    "bitwise_xor": "mask",
    "invert": "mask",
    "heaviside": "step",
    "othersproduct": "others",
}
_POWERS = {2: "squared", 3: "cubed", 0.5: "root", -1: "inverse"}
_NUMBERS = {0: "zero", 1: "one", 2: "two", 3: "three", 0.5: "half"}
_LONGEST = 24
_LONG = 16
_DEEPEST = 3


class Stems:
    """What to call values that have no name."""

    def __init__(
        self,
        graph: Graph,
        order: Sequence[Node],
        variables: Mapping[Node, str],
        names: Names,
    ) -> None:
        """Find out which adjoints are a rule's result, and which steps on the way."""
        self.graph = graph
        self.variables = variables
        self.names = names
        self._steps: set[Node] = set()
        roles = graph.ledger.roles
        for node, role in roles.items():
            for arg in node.args:
                if arg in roles and roles[arg].of is role.of:
                    self._steps.add(arg)

    def of(self, node: Node) -> str:
        """A name for the value of `node`; making it unique is left to others."""
        role = self.graph.role_of(node)
        if role is not None and isinstance(node.op, SetItem):
            return self._cotangent(role.of.args[0], role.of)
        if role is not None and node not in self._steps and node.type.is_inexact:
            below = [a for a in role.of.args if a.args or a in self.variables]
            if len(below) == 1:
                return self._cotangent(below[0], role.of)
        return _computed(node, self.variables, 0)

    def _cotangent(self, node: Node, reader: Node) -> str:
        """``d_x``; where x has other readers, ``d_x_via_y`` for what y contributes."""
        known = self.variables.get(node) or _computed(node, self.variables, 0)
        if node not in self.variables and len(known) > _LONG:
            known = _WORDS.get(node.op.label, node.op.label)
        name = known if known.startswith("d_") else f"d_{known}"
        through = self.variables.get(reader)
        if through and not self.names.is_free(name) and len(name) <= _LONGEST:
            return f"{name}_via_{through}"
        return name


def _computed(node: Node, variables: Mapping[Node, str], depth: int) -> str:
    """The result of an op in words: of ``y - x**2``, ``y_minus_x_squared``."""
    while isinstance(node.op, (Spread, Reshape)) and node.args[0] not in variables:
        node = node.args[0]
    if isinstance(node.op, Pick):
        whole = node.args[0].op
        return whole.results[node.op.index] if whole.results else whole.label
    label = node.op.label
    if label == "part":
        return _part(node, variables)
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


def _part(node: Node, variables: Mapping[Node, str]) -> str:
    """``p_0`` for ``p[0]``."""
    name = variables.get(node.args[0])
    indices = [i.index for i in node.op.pattern if isinstance(i, At1)]  # type: ignore[attr-defined]
    if not name or len(name) > _LONGEST:
        return "part"
    if indices and all(isinstance(i, int) and i >= 0 for i in indices):
        return "_".join([name, *map(str, indices)])
    return f"part_{name}"


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
