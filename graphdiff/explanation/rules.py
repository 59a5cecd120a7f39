"""The rules of differentiation in words, as a textbook states them.

Matrix rules are those of Goodfellow, Bengio and Courville, *Deep Learning* (2016),
section 6.5.6, and of Giles, "Collected matrix derivative results for forward and
reverse mode algorithmic differentiation" (2008). G is the adjoint of the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphdiff.explanation.wording import Wording
from graphdiff.graph.node import LEAVES, Node, Pick
from graphdiff.ops.core.elementwise import Cast, Elementwise, relu, where
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While

WORDS = {
    "add": "a sum passes its adjoint on to each term",
    "subtract": "a difference passes its adjoint on, with the sign of each term",
    "multiply": "product rule: each factor gets the adjoint times the other factor",
    "divide": "quotient rule",
    "power": "power rule: p x**(p - 1)",
    "where": "the adjoint goes to the branch that np.where chose, entry by entry; "
    "the other branch gets 0",
    "relu": "the adjoint passes where the argument is above 0; elsewhere 0",
    "maximum": "the adjoint goes to the larger argument, entry by entry; 0 elsewhere",
    "minimum": "the adjoint goes to the smaller argument, entry by entry; 0 elsewhere",
    "clip": "the adjoint passes where nothing was clipped; elsewhere 0",
    "tanh": "tanh' = 1 - tanh**2, from the value itself",
    "sigmoid": "sigmoid' = s (1 - s), from the value itself",
    "exp": "exp' = exp: the value itself",
    "log": "log' = 1/x",
    "sqrt": "the slope of a root y is 1/(2 y)",
    "softplus": "the slope of softplus is sigmoid",
    "matmul": "matrix product Z = A @ B with adjoint G: A gets G @ B.T, B gets A.T @ G",
    "einsum": "a sum of products: each factor gets G summed against the others",
    "sum": "every entry of what is summed gets the adjoint of the sum",
    "mean": "every entry of what is averaged gets 1/n of the adjoint of the mean",
    "max": "the adjoint goes to the largest entry; ties share it",
    "min": "the adjoint goes to the smallest entry; ties share it",
    "logsumexp": "the slope of logsumexp is softmax",
    "softmax": "softmax p with adjoint G: p * (G - sum(G * p))",
    "spread": "what is repeated gets the sum of the adjoints of its copies",
    "part": "the entries taken get their adjoints back; all others get 0",
    "put": "what is put into an array gets the adjoint of its places",
    "concatenate": "each part gets its stretch of the adjoint",
    "cumsum": "each entry gets the sum of the adjoints from its place on",
    "solve": "X = solve(A, B): B gets solve(A.T, G), A gets minus that times X.T",
    "inv": "inverse Y: -Y.T @ G @ Y.T",
    "det": "determinant: det(A) inv(A).T times the adjoint",
    "cholesky": "the factor's adjoint goes through two triangular systems",
    "norm": "the slope of a norm is x over the norm",
    "prod": "each factor gets the product of all others",
    "trace": "the entries on the diagonal get the adjoint",
    "diagonal": "the entries on the diagonal get their adjoints; all others get 0",
    "var": "each entry gets 2 (x - mean) / n of the adjoint",
    "std": "each entry gets (x - mean) / (n std) of the adjoint",
    "cross": "each factor gets the cross product of the other with the adjoint",
    "dot": "each vector gets the adjoint times the other",
}
"""What the rule of an op says, by its label."""

LOOP = (
    "the adjoint of a loop is a loop in the other direction: each step takes the "
    "adjoint of the state after it and passes on that of the state before it; what "
    "every step reads gets the sum over the steps"
)
"""The rule of loops."""

PLAIN = frozenset({"transpose", "reshape", "cast", "positive", "negative", "full"})
"""Ops of which nothing needs to be said."""

MINOR = frozenset({"add", "subtract", "spread", "sum"})
"""Ops of which something is said only where nothing else stands in the statement."""

MOST = 3
"""How many rules are told for one statement."""


def sentence(node: Node) -> str:
    """What the rule of the op of `node` says."""
    op, label = node.op, node.op.label
    if isinstance(op, Loop):
        return f"{LOOP}, computing each step once more" if op.recompute else LOOP
    if isinstance(op, While):
        return LOOP
    if isinstance(op, Cond):
        return "the branch that was taken passes the adjoint on; the other gets 0"
    if op.shorthand:
        return f"the rule that was given for {label} itself, whatever its code does"
    if label in WORDS:
        return WORDS[label]
    if isinstance(op, Elementwise):
        return f"entry by entry: the adjoint times the derivative of {label}"
    return f"the rule of {label}"


def told(root: Node, parts: Iterable[Node]) -> list[str]:
    """The rules of the ops of a statement, each once, that of its `root` first."""
    found: dict[str, str] = {}
    minor: dict[str, str] = {}
    for node in (root, *reversed(list(parts))):
        op = node.op
        if isinstance(op, (*LEAVES, Pick, Cast)) or op.label in PLAIN:
            continue
        known = minor if op.label in MINOR and node is not root else found
        known.setdefault(op.label, sentence(node))
    chosen = found or minor
    return list(dict.fromkeys(chosen.values()))[:MOST]


def conventions(parts: Iterable[Node], kinks: str, wording: Wording) -> Iterator[str]:
    """Which convention decides the slope where the mathematics has none, or a mask."""
    for node in dict.fromkeys(parts):
        op = node.op
        if op.kink:
            word = op.convention if op.convention and kinks == "mean" else kinks
            yield f"{op.label}: the slope {op.kink}; convention there: {word}"
        elif op.convention:
            yield f"{op.label}: slope {op.convention}, by convention"
        if op is where:
            test = wording.expression(node.args[0])
            yield f"mask {test}: 0 where np.where chose the other branch"
        if op is relu:
            yield f"mask: 0 where {wording.name(node.args[0])} <= 0"
