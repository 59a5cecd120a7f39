"""Which statements may warn about entries that a later one throws away.

``np.where(x > 0, np.log(x), 0)`` is right, and yet NumPy warns about the logarithms
that are not taken. Statements that do so in a derivative stand under ``np.errstate``;
all others keep their warnings, which are then about entries that count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np

from graphdiff.emit.plan.traits import is_harmless
from graphdiff.evaluate import quiet_nodes
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, full_value
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.axes import Spread, Sum
from graphdiff.strict import is_singular

_PROPAGATE = {ufuncs.add, ufuncs.subtract, ufuncs.multiply, ufuncs.divide}
_MOST_READERS = 16
_POSITIVE = {ufuncs.absolute, ufuncs.square, ufuncs.exp, ufuncs.relu, ufuncs.sigmoid}


def hushed_nodes(graph: Graph, order: Sequence[Node]) -> set[Node]:
    """The nodes that may warn although nobody sees the entries concerned.

    Those of a restricted domain, and what computes with their NaN and infinities.
    """
    if not any(map(is_singular, order)):
        return set()
    quiet = quiet_nodes(graph)
    if not quiet:
        return set()
    readers: dict[Node, list[Node]] = {}
    for node in order:
        for arg in node.args:
            readers.setdefault(arg, []).append(node)
    given = {node for node in order if not node.args and is_singular(node)}
    wild = set(given)
    hushed: set[Node] = set()
    for node in order:
        if node in given or not given.isdisjoint(node.args):
            given.add(node)
        if node not in quiet or not node.args:
            continue
        own = is_singular(node) and not _is_safe(node, readers)
        inherited = [arg for arg in node.args if arg in wild]
        if own or inherited:
            wild.add(node)
            harmless = is_harmless(node) and not _multiplies(node, given)
            if own or not (harmless or _passes_on(node, inherited)):
                hushed.add(node)
    return hushed


def _multiplies(node: Node, given: Set[Node]) -> bool:
    """Whether a strict product has a first factor made of infinities that are given.

    Usually that is a cotangent, and as finite as the values are.
    """
    return node.op in (ufuncs.gated, ufuncs.ratio) and node.args[0] in given


def _passes_on(node: Node, wild: Sequence[Node]) -> bool:
    """Whether a NaN or an infinity passes through without a warning: x + 1, 2 * x."""
    if node.op is ufuncs.negative:
        return True
    if node.op not in _PROPAGATE or len(wild) > 1 or node.args[0] is node.args[1]:
        return False
    other = node.args[1] if node.args[0] is wild[0] else node.args[0]
    number = full_value(other)
    return number is not None and bool(np.isfinite(number)) and number != 0


def _is_safe(node: Node, readers: Mapping[Node, list[Node]]) -> bool:
    """Whether the entries that are thrown away have got a harmless operand."""
    if node.op is ufuncs.sqrt and _is_positive(node.args[0]):
        return True
    for arg, value in zip(node.args, getattr(node.op, "safe", ()), strict=False):
        if value is not None and arg.op is ufuncs.where:
            condition = arg.args[0]
            guards = [full_value(branch) == value for branch in arg.args[1:]]
            if any(guards) and _ends_in(condition, node, readers):
                return True
    return False


def _ends_in(condition: Node, node: Node, readers: Mapping[Node, list[Node]]) -> bool:
    """Whether all that is made of `node` passes a choice by this very condition."""
    waiting = [(node, reader) for reader in readers.get(node, [])]
    for _ in range(_MOST_READERS):
        if not waiting:
            return True
        below, reader = waiting.pop()
        if reader.op is ufuncs.where:
            if reader.args[0] is not condition:
                return False
        elif _passes_on(reader, [below]):
            waiting += [(reader, further) for further in readers.get(reader, [])]
        else:
            return False
    return False


def _is_positive(node: Node) -> bool:
    """Whether no entry can be negative."""
    for _ in range(16):
        number = full_value(node)
        if number is not None:
            return bool(number >= 0)
        op, args = node.op, node.args
        if op in _POSITIVE or (op is ufuncs.multiply and args[0] is args[1]):
            return True
        if op is ufuncs.power:
            exponent = full_value(args[1])
            return exponent is not None and exponent % 2 == 0
        if isinstance(op, (Sum, Spread)):
            node = args[0]
        elif op is ufuncs.add:
            number = full_value(args[1])
            if number is None or number < 0:
                return False
            node = args[0]
        else:
            return False
    return False
