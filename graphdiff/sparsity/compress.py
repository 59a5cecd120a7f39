"""Derivatives in few sweeps: seeds of whole groups, all of them in one batched pass.

A sweep is a pushforward of the sum of the unit tangents of a group, or a pullback of
the sum of unit cotangents. What comes out holds every entry of the matrix, and an index
takes each to its place in the rows of the CSR form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.batching.batched import batched
from graphdiff.derivative.differentiate import ones, zeros
from graphdiff.derivative.push import push_forward
from graphdiff.derivative.sweep import collect, pull_back
from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Constant, Full, Input, Node, current_scope, make
from graphdiff.graph.types import ArrayType, promote
from graphdiff.ops.core.index import Put, Take
from graphdiff.ops.core.pattern import ByArray
from graphdiff.runtime.late import sparse
from graphdiff.sparsity.colouring import rows_of
from graphdiff.sparsity.front import Front, find_front, variables_front
from graphdiff.sparsity.known import Known
from graphdiff.sparsity.pattern import check_sizes, jacobian_pattern
from graphdiff.sparsity.rules import size
from graphdiff.sparsity.sweeps import Cover, Sweep, fewest, symmetric
from graphdiff.trace.fresh import substitute


@dataclass(frozen=True)
class Compressed:
    """A sparse derivative: a node with its entries, and where in CSR form they are.

    `sweeps` were taken; `whole` would have been the least without compression.
    """

    values: Node
    indices: np.ndarray
    indptr: np.ndarray
    shape: tuple[int, int]
    sweeps: int
    whole: int


def compressed_jacobian(
    targets: Sequence[Node],
    variables: Sequence[Node],
    known: Known,
    kinks: str,
    mode: str,
) -> Compressed:
    """The Jacobian of `targets` by `variables`, built in the current scope.

    Rows are the entries of all targets, columns those of all variables, one after the
    other in C order.
    """
    check_sizes(targets, variables)
    fronts = [variables_front(variables)]
    found = find_front(targets, variables, known)
    if found.nodes != fronts[0].nodes:
        fronts.append(found)
    width = len(fronts[0].origins)
    patterns = [jacobian_pattern(targets, fronts[-1].nodes, known)]
    if len(fronts) > 1:
        patterns.insert(0, (patterns[0] @ _origin_matrix(found, width)).tocsr())
        patterns[0].sort_indices()
    number, cover = fewest(patterns, mode)
    front = fronts[number]
    inputs, outputs = _cut(targets, front.nodes)
    parts = [_swept(outputs, inputs, sweep, kinks) for sweep in cover.sweeps]
    values = [substitute(p, dict(zip(inputs, front.nodes, strict=True))) for p in parts]
    rows = np.arange(cover.pattern.shape[0])
    shape = (len(rows), width)
    return _placed(values, cover, targets, front, (rows, front.origins), shape)


def compressed_hessian(
    target: Node, variables: Sequence[Node], known: Known, kinks: str
) -> Compressed:
    """The Hessian of a scalar `target` by `variables`, built in the current scope.

    Forward sweeps over the gradient by the nodes of the front: its pattern is
    symmetric, so each entry may be read off its own row or off its mirror's.
    """
    check_sizes([target], variables)
    best: tuple[Any, ...] | None = None
    fronts = [variables_front(variables), find_front([target], variables, known)]
    if fronts[1].nodes == fronts[0].nodes:
        del fronts[1]
    for front in fronts:
        inputs, (output,) = _cut([target], front.nodes)
        slopes = pull_back({output: ones(output.type)}, inputs, kinks)
        pairs = zip(inputs, slopes, strict=True)
        gradient = [zeros(x.type) if g is None else g for x, g in pairs]
        pattern = jacobian_pattern(gradient, inputs, known)
        pattern = (pattern + pattern.T).tocsr()
        pattern.sort_indices()
        cover = symmetric(pattern)
        if best is None or cover.cost < best[0].cost:
            best = cover, front, inputs, gradient
    assert best is not None
    cover, front, inputs, gradient = best
    part = _swept(gradient, inputs, cover.sweeps[0], kinks)
    values = [substitute(part, dict(zip(inputs, front.nodes, strict=True)))]
    width = sum(map(size, variables))
    origins = (front.origins, front.origins)
    return _placed(values, cover, gradient, front, origins, (width, width))


def _origin_matrix(front: Front, width: int) -> Any:
    """The matrix that moves the variables' entries to the front."""
    (rows,) = np.nonzero(front.origins >= 0)
    true = np.ones(len(rows), bool)
    places = rows, front.origins[rows]
    return sparse.csr_array((true, places), shape=(len(front.origins), width))


def _cut(
    targets: Sequence[Node], front: Sequence[Node]
) -> tuple[list[Node], list[Node]]:
    """Fresh inputs for the nodes of the front, and the targets as functions of them.

    A front node may be made of another, and must be a variable of its own.
    """
    names = current_scope().names
    inputs = []
    for node in front:
        root = node
        while root not in names and root.args:
            root = root.args[0]
        name = names.get(root, getattr(root.op, "name", "part"))
        inputs.append(make(Input(name, node.type)))
    return inputs, substitute(targets, dict(zip(front, inputs, strict=True)))


# --- sweeps ---------------------------------------------------------------------------
def _swept(
    outputs: Sequence[Node], inputs: Sequence[Node], sweep: Sweep, kinks: str
) -> list[Node]:
    """What the sweeps find: cotangents of the inputs or tangents of the outputs.

    Each has the sweeps along its first axis.
    """
    seeded = list(outputs if sweep.reverse else inputs)
    read = inputs if sweep.reverse else outputs
    alone = sweep.count == 1 and bool(np.all(sweep.groups == 0))
    seeds = [ones(x.type) if alone else make(Input("seed", x.type)) for x in seeded]
    each = zip(seeded, seeds, strict=True)
    inexact = [(x, seed) for x, seed in each if x.type.is_inexact]
    real = collect([x for x, _ in inexact], [seed for _, seed in inexact])
    if sweep.reverse:
        found = pull_back(real, list(inputs), kinks)
    else:
        found = push_forward(outputs, real, kinks)
    flat = zip(read, found, strict=True)
    made = [zeros(x.type) if node is None else node for x, node in flat]
    if alone:
        return made
    rows = np.split(sweep.groups, np.cumsum([size(x) for x in seeded])[:-1])
    pairs = zip(rows, seeds, strict=True)
    mapped = {seed: _seeds(groups, seed.type, sweep.count) for groups, seed in pairs}
    return _each(made, mapped, sweep.count)


def _each(made: Sequence[Node], mapped: Mapping[Node, Node], count: int) -> list[Node]:
    """All sweeps in one batch; where an op has no rule for batches, one by one."""
    try:
        return batched(made, mapped, count)
    except UnsupportedError:
        rows = [
            substitute(made, {s: Expression(m)[k].node for s, m in mapped.items()})
            for k in range(count)
        ]
        return [_stacked(each) for each in zip(*rows, strict=True)]


def _stacked(nodes: Sequence[Node]) -> Node:
    whole: Any = np.stack([Expression(node) for node in nodes])
    found: Node = whole.node
    return found


def _seeds(groups: np.ndarray, type: ArrayType, count: int) -> Node:
    """For each sweep, ones where the group is its own, zeros elsewhere."""
    of = _named(groups.reshape(type.shape), "groups")
    sweeps = np.arange(count).reshape(-1, *(1,) * type.ndim)
    seeds: Expression = (of == _named(sweeps, "sweeps")).astype(type.dtype)
    current_scope().names.setdefault(seeds.node, "seeds")
    return seeds.node


# --- places ---------------------------------------------------------------------------
def _placed(
    values: Sequence[Sequence[Node]],
    cover: Cover,
    targets: Sequence[Node],
    front: Front,
    origins: tuple[np.ndarray, np.ndarray],
    shape: tuple[int, int],
) -> Compressed:
    """Sort the entries that the sweeps found into CSR form; add those of one place."""
    pattern = cover.pattern
    places = np.zeros(pattern.indices.size, np.int64)
    start = 0
    for sweep in cover.sweeps:
        read = front.sizes if sweep.reverse else [size(y) for y in targets]
        offsets = np.concatenate([[0], np.cumsum(read)])
        leaf = np.searchsorted(offsets, sweep.place, "right") - 1
        inside = sweep.place - offsets[leaf]
        sizes = np.asarray(read)[leaf]
        at = start + sweep.count * offsets[leaf] + sweep.group * sizes + inside
        places[sweep.entries] = at
        start += sweep.count * int(offsets[-1])
    rows, columns = origins[0][rows_of(pattern)], origins[1][pattern.indices]
    real = (rows >= 0) & (columns >= 0)
    keys = rows[real].astype(np.int64) * shape[1] + columns[real]
    order = np.argsort(keys, kind="stable")
    found, slots = np.unique(keys[order], return_inverse=True)
    flat = [np.ravel(Expression(node)) for part in values for node in part]
    node = _collected(flat, places[real][order], slots, len(found))
    counts = np.bincount(found // max(shape[1], 1), minlength=shape[0])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    indices = found % max(shape[1], 1)
    sweeps = cover.count if places.size else 0
    return Compressed(node, indices, indptr, shape, sweeps, min(shape))


def _collected(
    flat: Sequence[Any], places: np.ndarray, slots: np.ndarray, count: int
) -> Node:
    """The entries at `places` of what was found, each added into its slot."""
    dtype = promote(*[part.dtype for part in flat])
    if not places.size:
        return make(Full.of(0, ArrayType((0,), dtype)))
    joined = np.concatenate([part.astype(dtype) for part in flat])
    taken: Any = Take((ByArray(0),), whole=True)(joined, _named(places, "places"))
    if len(slots) > count:
        taken = Put((ByArray(0),), (count,), False)(taken, _named(slots, "slots"))
    found: Node = taken.node
    return found


def _named(array: np.ndarray, name: str) -> Any:
    """A constant that has a name."""
    node = make(Constant.of(array))
    current_scope().names.setdefault(node, name)
    return Expression(node)
