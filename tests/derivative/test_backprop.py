"""Symbol to number gives what symbol to symbol gives, and builds nothing."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.node import Scope
from tests.cases import CASES
from tests.cases.table import some_of
from tests.derivative.test_masks import BETWEEN, DOMAINS, MASKS, W, loss


def refuse(*args: Any) -> None:
    raise AssertionError("backprop built a node")


def compare(graph: gd.Graph, given: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Backprop without building, against the derivative graph; returns the table."""
    dgraph = gd.differentiate(graph, stabilise=False, **options)
    with np.errstate(all="ignore"):
        want = gd.evaluate(dgraph, given)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scope, "make", refuse)
        table = gd.backprop(graph, given, stabilise=False, **options)
    for name, x in graph.inputs.items():
        if x.type.is_real:
            wanted = want[f"d_{name.rpartition('.')[2]}"]
            assert type(table[name]) is np.ndarray
            assert table[name].dtype == wanted.dtype
            assert table[name].shape == wanted.shape
            single = wanted.dtype == np.float32
            np.testing.assert_allclose(
                table[name], wanted, rtol=1e-4 if single else 1e-9, atol=1e-12
            )
    return table


@some_of(CASES)
def test_each_rule_on_numbers(name: str) -> None:
    case = CASES[name]
    names = [f"x{i}" for i in range(len(case.args))]

    def f(*args: Any) -> Any:
        y = case.function(*args)
        parts = y if isinstance(y, (tuple, list)) else [y]
        return sum(np.real(np.sum(np.sin(p * 1.0))) for p in parts)

    xs = [
        gd.var(n, a.shape, dtype=a.dtype) for n, a in zip(names, case.args, strict=True)
    ]
    graph = gd.Graph(dict(zip(names, xs, strict=True)), {"y": f(*xs)})
    compare(graph, dict(zip(names, case.args, strict=True)))


@pytest.mark.parametrize("between", BETWEEN)
def test_masks_on_numbers(between: str) -> None:
    for domain, mask in (
        ("log", "where, true"),
        ("divide", "rows by number"),
        ("unit vector", "where, false"),
        ("power of itself", "one row only"),
    ):
        case = DOMAINS[domain], BETWEEN[between], MASKS[mask]
        x = case[0].point()
        table = compare(gd.trace(loss(*case, safe=False), x, W), {"x": x, "w": W})
        assert np.all(np.isfinite(table["x"]))
        assert np.all(np.isfinite(table["w"]))


@pytest.mark.parametrize("domain", DOMAINS)
def test_masked_chains_on_numbers(domain: str) -> None:
    case = DOMAINS[domain], BETWEEN["a chain"], MASKS["where, true"]
    x = case[0].point()
    graph = gd.trace(loss(*case, safe=False), x, W)
    table = compare(graph, {"x": x, "w": W})
    assert np.all(np.isfinite(table["x"]))
    np.testing.assert_allclose(
        gd.backprop(graph, {"x": x, "w": W})["x"], table["x"], rtol=1e-9, atol=1e-12
    )


def network(params: dict[str, Any], X: Any, y: Any) -> Any:
    z1 = X @ params["W1"] + params["b1"]
    a1 = np.tanh(z1)
    z2 = a1 @ params["W2"]
    residual = z2 - y
    cost = np.mean(residual**2)
    return cost + 0.5 * np.sum(params["W1"] ** 2)


SPECS = (
    {"W1": gd.spec("n,h"), "b1": gd.spec("h"), "W2": gd.spec("h,k")},
    gd.spec("batch,n"),
    gd.spec("batch,k"),
)


@pytest.mark.parametrize("batch", [1, 5])
def test_intermediates_and_named_sizes(rng: np.random.Generator, batch: int) -> None:
    params = {"W1": rng.normal(size=(3, 4)), "b1": np.ones(4)}
    params["W2"] = rng.normal(size=(4, 2))
    given = {
        "params": params,
        "X": rng.normal(size=(batch, 3)),
        "y": rng.normal(size=(batch, 2)),
    }
    graph = gd.trace(network, *SPECS)
    table = gd.backprop(graph, given)
    assert list(table)[:5] == ["params.W1", "params.W2", "params.b1", "X", "y"]
    assert set(table) >= {"z1", "a1", "z2", "residual", "cost", "network"}
    assert table["network"] == table["cost"] == 1
    z1 = given["X"] @ params["W1"] + params["b1"]
    residual = np.tanh(z1) @ params["W2"] - given["y"]
    d_z2 = 2 * residual / residual.size
    d_a1 = d_z2 @ params["W2"].T
    np.testing.assert_allclose(table["residual"], d_z2)
    np.testing.assert_allclose(table["a1"], d_a1)
    np.testing.assert_allclose(table["z1"], d_a1 * (1 - np.tanh(z1) ** 2))
    np.testing.assert_allclose(table["X"], table["z1"] @ params["W1"].T)
    np.testing.assert_allclose(
        table["params.W1"], given["X"].T @ table["z1"] + params["W1"]
    )


def test_results_are_fresh_and_inputs_stay() -> None:
    graph = gd.trace(lambda x, y: np.sum(x) + np.sum(y), np.ones(3), np.ones(3))
    x = np.ones(3)
    table = gd.backprop(graph, {"x": x, "y": x})
    table["x"][:] = 7
    assert table["y"].tolist() == [1, 1, 1]
    assert x.tolist() == [1, 1, 1]


def test_what_does_not_matter_has_zeros_and_integers_none() -> None:
    def f(x: Any, unused: Any, k: Any) -> Any:
        return np.sum(x * k)

    given = {"x": np.ones(2), "unused": np.ones((2, 2)), "k": np.arange(2)}
    table = gd.backprop(gd.trace(f, *given.values()), given)
    assert set(table) == {"x", "unused", "f"}
    assert not table["unused"].any()
    assert table["unused"].shape == (2, 2)


def test_one_of_several_outputs() -> None:
    def f(x: Any) -> Any:
        return {"a": np.sum(x), "b": np.sum(x * x), "c": x}

    graph = gd.trace(f, np.ones(2))
    assert gd.backprop(graph, {"x": [1.0, 2.0]}, of="b")["x"].tolist() == [2, 4]
    with pytest.raises(ValueError, match="'a', 'b', 'c', got 'd'"):
        gd.backprop(graph, {"x": [1.0, 2.0]}, of="d")
    with pytest.raises(ValueError, match=r"scalar, but has shape \(2,\)"):
        gd.backprop(graph, {"x": [1.0, 2.0]}, of="c")


@pytest.mark.parametrize(("kinks", "slope"), [("mean", 0.5), ("right", 1), ("left", 0)])
def test_conventions_on_numbers(kinks: str, slope: float) -> None:
    graph = gd.trace(lambda x: np.sum(np.maximum(x, 0)), np.zeros(2))
    assert gd.backprop(graph, {"x": np.zeros(2)}, kinks=kinks)["x"][0] == slope
    with pytest.raises(ValueError, match="kinks"):
        gd.backprop(graph, {"x": np.zeros(2)}, kinks="middle")


def test_a_long_chain() -> None:
    def f(x: Any) -> Any:
        for _ in range(3000):
            x = np.sin(x) + x
        return np.sum(x)

    compare(gd.trace(f, np.ones(2) * 1e-300), {"x": np.ones(2) * 1e-300})
