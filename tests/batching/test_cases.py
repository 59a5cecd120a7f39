"""Every case on a batch: values and gradients are those of a loop over examples."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.batching.batched import batched
from graphdiff.batching.rules import RULES
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import check
from graphdiff.graph.node import LEAVES, Made, Op
from tests.cases import CASES, Case
from tests.cases.table import squares

SIZE = 3
SAMPLED = 10
"""One case in so many is in every run, the others are exhaustive."""


def some(names: list[str]) -> Any:
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(
                CASES[n], marks=[pytest.mark.exhaustive] if i % SAMPLED else []
            )
            for i, n in enumerate(names)
        ],
        ids=names,
    )


def variables(case: Case, mapped: set[int], symbolic: bool) -> tuple[list[Any], ...]:
    """A variable for each argument of one example, and for those of the batch."""
    one, many = [], []
    for i, a in enumerate(case.args):
        dims = [f"n{n}" if symbolic and n != 1 else n for n in a.shape]
        one.append(gd.var(f"x{i}", dims, a.dtype))
        size = "batch" if symbolic else SIZE
        stacked = gd.var(f"x{i}", [size, *dims], a.dtype)
        many.append(stacked if i in mapped else one[i])
    return one, many


def examples(case: Case, mapped: set[int]) -> list[dict[str, Any]]:
    """The arguments of each example: floats that are mapped differ."""
    return [
        {
            f"x{i}": (a * (1 + 0.01 * k)).astype(a.dtype)
            if i in mapped and i in case.real
            else a
            for i, a in enumerate(case.args)
        }
        for k in range(SIZE)
    ]


def stacked(rows: list[dict[str, Any]], mapped: set[int]) -> dict[str, Any]:
    return {
        key: np.stack([row[key] for row in rows]) if int(key[1:]) in mapped else value
        for key, value in rows[0].items()
    }


def graph_of(xs: list[Any], outputs: dict[str, Any]) -> gd.Graph:
    inputs = {f"x{i}": x for i, x in enumerate(xs)}
    graph = gd.Graph(inputs=inputs, outputs=outputs)
    check(graph)
    return graph


def subsets(case: Case) -> list[set[int]]:
    """All arguments, and the last of several alone."""
    places = set(range(len(case.args)))
    return [places] if len(places) == 1 else [places, {max(places)}]


def near(found: np.ndarray, wanted: np.ndarray) -> None:
    assert found.shape == wanted.shape
    assert found.dtype == wanted.dtype
    size = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7 * size)


@some(list(CASES))
def test_a_batch_is_a_stack_of_examples(case: Case) -> None:
    """Values, and the gradient of each example."""
    for mapped in subsets(case):
        one, many = variables(case, mapped, symbolic=False)
        y = case.function(*one)
        outputs = {"y": y}
        if case.order:
            wrt = [one[i] for i in case.real]
            found = gd.gradients(squares(y), wrt)
            outputs |= {f"d{i}": g for i, g in zip(case.real, found, strict=True)}
        places = {one[i].node: many[i].node for i in mapped}
        made = batched([node.node for node in outputs.values()], places, SIZE)
        batch = graph_of(many, dict(zip(outputs, made, strict=True)))
        rows = examples(case, mapped)
        single = graph_of(one, outputs)
        wanted = [gd.evaluate(single, row) for row in rows]
        for key, value in gd.evaluate(batch, stacked(rows, mapped)).items():
            near(value, np.stack([w[key] for w in wanted]))


@some([n for n in CASES if CASES[n].order and CASES[n].symbolic])
def test_the_gradient_of_a_batch(case: Case) -> None:
    """By what is mapped the gradient of each example, else their sum; sizes named."""
    for mapped in subsets(case)[-1:]:
        one, many = variables(case, mapped, symbolic=True)
        wrt = [one[i] for i in case.real]
        y = case.function(*one)
        names = [f"d{i}" for i in case.real]
        found = gd.gradients(squares(y), wrt)
        single = graph_of(one, dict(zip(names, found, strict=True)))
        places = {one[i].node: many[i].node for i in mapped}
        size = many[min(mapped)].shape[0]
        (made,) = batched([y.node], places, size)
        found = gd.gradients(squares(Expression(made)), [many[i] for i in case.real])
        batch = graph_of(many, dict(zip(names, found, strict=True)))
        rows = examples(case, mapped)
        wanted = [gd.evaluate(single, row) for row in rows]
        for key, value in gd.evaluate(batch, stacked(rows, mapped)).items():
            each = np.stack([w[key] for w in wanted])
            is_mapped = int(key[1:]) in mapped
            near(value, each if is_mapped else each.sum(axis=0, dtype=each.dtype))


def classes(kind: type) -> set[type]:
    """The classes below `kind` that are not there to be derived from."""
    below = kind.__subclasses__()
    return set().union(*map(classes, below)) if below else {kind}


def test_every_op_has_a_rule() -> None:
    missing = {
        kind.__name__
        for kind in classes(Op)
        if kind.__module__.startswith("graphdiff")
        and kind not in (*LEAVES, Made)
        and not getattr(kind, "stacks", False)
        and not RULES.keys() & set(kind.__mro__)
    }
    assert not missing
