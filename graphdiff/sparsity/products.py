"""Which entries of a product of tensors depend on which entries of a factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from graphdiff.graph.node import Node
from graphdiff.ops.core.linalg import Einsum, GatedMatMul, MatMul
from graphdiff.sparsity.known import Known
from graphdiff.sparsity.links import Links, grouped, matrix
from graphdiff.sparsity.rules import rule, sizes

_STACK = "abcdefghABCDEFGHpqrstuvwxyz"


@rule(MatMul, GatedMatMul)
def multiplied(node: Node, i: int, shape: Sequence[int], known: Known) -> Links | None:
    """A product of stacks of matrices is an einsum."""
    lead = _STACK[: len(shape) - 2]
    letters = [f"{lead}ij", f"{lead}jk", f"{lead}ik"]
    return _contracted(node, i, letters[:2], letters[2], known)


@rule(Einsum)
def contracted(node: Node, i: int, shape: Sequence[int], known: Known) -> Links | None:
    """An entry depends on those at the same letters, but for what known zeros hide."""
    op: Any = node.op
    return _contracted(node, i, list(op.inputs), op.output, known)


def _contracted(
    node: Node, i: int, inputs: list[str], output: str, known: Known
) -> Links | None:
    lengths: dict[str, int] = {}
    for letters, arg in zip(inputs, node.args, strict=True):
        lengths.update(zip(letters, sizes(arg), strict=True))
    for k, letters in enumerate(inputs):
        if k != i:
            values = known.value(node.args[k])
            if values is not None and not np.all(values):
                places = np.nonzero(values)
                given = dict(zip(letters, places, strict=True))
                return _through(inputs[i], output, lengths, given, len(places[0]))
    shared = [c for c in output if c in inputs[i]]
    count = prod(lengths[c] for c in shared)
    mine, theirs = (_numbers(s, shared, lengths) for s in (output, inputs[i]))
    return grouped(mine, theirs, count)


def _numbers(
    letters: str, shared: Sequence[str], lengths: Mapping[str, int]
) -> np.ndarray:
    """For each entry at `letters`, the number of its place at the `shared` ones."""
    numbers = np.arange(prod(lengths[c] for c in shared))
    numbers = numbers.reshape([lengths[c] for c in shared])
    order = [shared.index(c) for c in letters if c in shared]
    numbers = numbers.transpose(order)
    wide = [lengths[c] if c in shared else 1 for c in letters]
    return np.broadcast_to(numbers.reshape(wide), [lengths[c] for c in letters])


def _through(
    mine: str,
    output: str,
    lengths: Mapping[str, int],
    given: Mapping[str, np.ndarray],
    count: int,
) -> Links | None:
    """The pairs that meet at the entries of another factor that are not zero."""
    if not count:
        return None
    free = [c for c in dict.fromkeys(output + mine) if c not in given]
    width = prod(lengths[c] for c in free)
    grid = np.indices([lengths[c] for c in free]).reshape(len(free), width)
    places = {c: np.repeat(at, width) for c, at in given.items()}
    places.update({c: np.tile(at, count) for c, at in zip(free, grid, strict=True)})
    rows, columns = (_flat(letters, places, lengths) for letters in (output, mine))
    shape = tuple(prod(lengths[c] for c in letters) for letters in (output, mine))
    return (matrix(rows, columns, shape),)  # type: ignore[arg-type]


def _flat(letters: str, places: Mapping[str, Any], lengths: Mapping[str, int]) -> Any:
    """The places in C order of an array with these letters for axes."""
    total: Any = np.zeros(len(next(iter(places.values()))), int)
    for c in letters:
        total = total * lengths[c] + places[c]
    return total
