"""The pass on nodes: what depends on a mapped one gets an axis, all else stays."""

from dataclasses import dataclass

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.batching.batched import batched
from graphdiff.graph.op import Op
from graphdiff.graph.types import ArrayType


def test_a_batch_of_seeds_is_one_product() -> None:
    a, x = gd.var("a", (4, 3)), gd.var("x", 3)
    y = np.tanh(a) @ x
    seeds = gd.var("seeds", (5, 3))
    (rows,) = batched([y.node], {x.node: seeds.node}, 5)
    graph = gd.Graph(inputs={"a": a, "seeds": seeds}, outputs={"rows": rows})
    rng = np.random.default_rng(0)
    given = {"a": rng.normal(size=(4, 3)), "seeds": rng.normal(size=(5, 3))}
    found = gd.evaluate(graph, given)["rows"]
    np.testing.assert_allclose(found, given["seeds"] @ np.tanh(given["a"]).T)
    tanhs = [n for n in graph.nodes if n.op.label == "tanh"]
    assert [n.type.shape for n in tanhs] == [(4, 3)]


def test_what_depends_on_nothing_mapped_is_repeated() -> None:
    x, y = gd.var("x", 3), gd.var("y", "n")
    (row,) = batched([np.sin(y).node], {x.node: gd.var("xs", (5, 3)).node}, 5)
    assert str(row.type) == "float64[5, n]"


@dataclass(frozen=True)
class Alone(Op):
    """An op that says nothing of stacks."""

    def infer(self, x: ArrayType) -> ArrayType:
        return x


def test_an_op_without_a_rule_is_named() -> None:
    x = gd.var("x", 6)
    with pytest.raises(gd.UnsupportedError, match=r"alone \(Alone\) has no rule"):
        batched([Alone()(x).node], {x.node: gd.var("xs", (5, 6)).node}, 5)
