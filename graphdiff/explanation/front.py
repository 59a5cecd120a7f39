"""The front of explanations: which value is meant, and what kind of answer it gets."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from graphdiff.derivative.differentiate import (
    check_scalar,
    check_variable,
    differentiate,
    target_of,
)
from graphdiff.emit.shell.header import gradients_of
from graphdiff.errors import GraphTypeError, GraphValueError, shown
from graphdiff.explanation.derivation import targets_of
from graphdiff.explanation.document import Explanation
from graphdiff.explanation.gradient import Teller
from graphdiff.explanation.keys import Numbering
from graphdiff.explanation.reading import tell_value
from graphdiff.explanation.wording import Wording, inert, several
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph, check_graph, in_order
from graphdiff.graph.node import Full, Input, Node
from graphdiff.rewrite import simplify, stabilise

DEPTH = 12
"""How many steps are told by default."""


MISSING = (
    "no output of this graph is the number of which this is the derivative alone, so "
    "only its statements can be told; the graph of gd.value_and_grad(f), or of "
    "gd.differentiate, has one"
)
"""What is said of a gradient that stands alone."""


def explain(
    graph: Graph,
    name: str | Expression | None = None,
    *,
    of: str | None = None,
    depth: int | None = DEPTH,
) -> Explanation:
    """Derive a gradient in words and formulas, or say how any other value comes about.

    `name` is that of an output (``"d_W1"``), of an input, of a value as the listing
    calls it, or an expression of the graph; by default the only gradient, or else the
    only output. `of` names the output that was differentiated, where several could be
    meant. At most `depth` steps are told, those in the middle left out; None tells all.

    In a graph that has not been differentiated, ``"d_x"`` asks for the derivative of
    its output in the value x, as `differentiate` would take it.

    A gradient is derived anew from the forward part, by the rules and the convention
    for kinks that made it: over how many paths the variable reaches the target, and in
    how many operations back-propagation sums over them (Goodfellow, Bengio and
    Courville, *Deep Learning*, 2016, section 6.5); for numbers the product of local
    derivatives; then what each statement passes back, which rule says so, and what
    simplification made of it. At the end stand the statements of the graph itself.

    The result prints as text; ``.to_latex()`` and ``.to_html()`` give it as formulas.
    Raises `GraphValueError` for a name that is not in the graph.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def f(w):
    ...     x = np.sin(w)
    ...     y = x * x
    ...     return y
    >>> graph = gd.simplify(gd.differentiate(gd.trace(f, gd.spec(""))))
    >>> print(gd.explain(graph, "d_w"))  # doctest: +ELLIPSIS
    d_w is the derivative of y with respect to w: float64[]
    ...
    as a product:
      ∂y/∂x = 2 * x...
      ∂x/∂w = np.cos(w)...
      dy/dw = ∂y/∂x * ∂x/∂w
            = (2 * x) * (np.cos(w))
    ...
    """
    check_graph("explain", graph)
    check_depth(depth)
    wording = Wording(graph)
    pending = _pending(wording, name)
    if pending is not None:
        return _undone(graph, pending, of).tell(depth)
    word, node = find(wording, name)
    start = _variable(wording, word, node)
    if start is None:
        return tell_value(wording, word, node, depth)
    target = _target(graph, word, node, start, of)
    if target is not None and not _is_derivative(graph, node, target, start):
        return tell_value(wording, word, node, depth)
    if target is None:
        made = tell_value(wording, word, node, depth)
        made.section("what is missing").say(MISSING)
        return made
    return Teller(wording, word, target, start, node).tell(depth)


def _pending(wording: Wording, name: Any) -> str | None:
    """The value in which a derivative is asked for that the graph does not have yet."""
    graph = wording.graph
    if not isinstance(name, str) or not name.startswith("d_") or graph.ledger.roles:
        return None
    known = (graph.outputs, graph.inputs, wording.by_name)
    if any(name in table for table in known):
        return None
    return name[2:] if any(name[2:] in table for table in known[1:]) else None


def _undone(graph: Graph, variable: str, of: str | None) -> Teller:
    """The derivative of an output of a graph that has not been differentiated."""
    stable = Wording(stabilise(graph))
    _, start = find(stable, variable)
    check_variable(f"explain: {inert(variable)!r}", start.type, False)
    target = target_of(stable.graph, of)
    node = stable.graph.outputs[target]
    check_scalar("explain", f"the output {target!r}", node.type)
    return Teller(stable, f"d_{variable}", node, start)


def check_depth(depth: object) -> None:
    """Raise unless `depth` is a positive number of steps, or None."""
    whole = isinstance(depth, int) and not isinstance(depth, bool)
    if depth is not None and not (whole and depth > 0):  # type: ignore[operator]
        raise GraphValueError(
            f"depth: expected a positive number of steps, or None, got {shown(depth)}"
        )


def find(wording: Wording, name: Any) -> tuple[str, Node]:
    """The node that is meant, and what it is called."""
    graph = wording.graph
    if name is None:
        name = _only(graph)
    if isinstance(name, Expression):
        if name.node not in set(graph.nodes):
            raise GraphValueError(f"explain: {name!r} is not in the graph")
        return wording.name(name.node), name.node
    if not isinstance(name, str):
        raise GraphTypeError(
            f"explain: expected the name of a value, or an expression, got "
            f"{shown(name)}"
        )
    tables = (graph.outputs, graph.inputs, wording.by_name)
    for table in tables:
        if name in table:
            return name, table[name]
    known = list(dict.fromkeys(word for table in tables for word in table))
    near = get_close_matches(name, known, n=5, cutoff=0.5)
    listing = several(map(repr, near), 6) or several(map(repr, known), 8)
    hint = "did you mean" if near else "it has"
    raise GraphValueError(
        f"explain: the graph has no value called {shown(name)}; {hint} {inert(listing)}"
    )


def _only(graph: Graph) -> str:
    """The only gradient, or the only output."""
    for names in (list(gradients_of(graph)), list(graph.outputs)):
        if len(names) == 1:
            return names[0]
    listing = several(map(repr, graph.outputs), 8)
    raise GraphValueError(f"explain: name one of the values, such as {inert(listing)}")


def _variable(wording: Wording, name: str, node: Node) -> Node | None:
    """The value with respect to which `node` is the derivative, if it is one."""
    graph = wording.graph
    path = gradients_of(graph).get(name) or gradients_of(graph).get(_bare(name))
    if path is not None and graph.inputs[path].type == node.type:
        return graph.inputs[path]
    if graph.role_of(node) is None:
        return None
    for word in (graph.name_of(node), name):
        if word is None or not word.startswith("d_"):
            continue
        for short in (word[2:], _bare(word)[2:]):
            of = wording.by_name.get(short) or graph.inputs.get(short)
            if of is not None and of.type == node.type:
                return of
    return None


def _bare(name: str) -> str:
    """``d_x`` of ``d_x_2``, the second value that was to be called so."""
    return re.sub(r"_\d+$", "", name)


def _target(
    graph: Graph, name: str, node: Node, start: Node, of: str | None
) -> Node | None:
    """The output that was differentiated to give `node`."""
    if of is not None:
        if not isinstance(of, str) or of not in graph.outputs:
            listing = several(map(repr, graph.outputs), 8)
            raise GraphValueError(
                f"of: expected one of the outputs {inert(listing)}, got {shown(of)}"
            )
        return graph.outputs[of]
    first = graph.outputs.get(_bare(name))
    if first is not None and first is not node and _is_number(first):
        return first
    needed = in_order([node])
    read = {n for n in needed if isinstance(n.op, Input)}
    found = [
        t
        for _, t in targets_of(graph, needed)
        if t is not node and read <= set(in_order([t]))
    ]
    if graph.role_of(node) is None and len(found) > 1:
        found = [t for t in found if start in set(in_order([t]))] or found
    return found[0] if found else None


def _is_derivative(graph: Graph, node: Node, target: Node, start: Node) -> bool:
    """Whether `node` really is the derivative of `target` in `start`.

    A node of the forward part may serve as a gradient, as y does for ``sum(x * y)``; or
    the program has a value of its own that is called like one.
    """
    if graph.role_of(node) is not None or isinstance(node.op, Full):
        return True
    names = [name for name, x in graph.inputs.items() if x is start]
    if not names or not target.type.is_real:
        return False
    whole = differentiate(Graph(graph.inputs, {"of": target}), wrt=names)
    numbering = Numbering()
    own = numbering.of_graph(graph)[node]
    for made in (whole, simplify(whole)):
        *_, gradient = made.outputs.values()
        if numbering.of_graph(made)[gradient] == own:
            return True
    return False


def _is_number(node: Node) -> bool:
    return not isinstance(node.type, tuple) and not node.type.shape
