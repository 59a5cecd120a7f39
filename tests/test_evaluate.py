"""What evaluation takes for its inputs, and what it refuses; compiled code alike."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError


def pick(x: Any, k: Any) -> Any:
    return np.sum(x[k])


GRAPH = gd.trace(pick, gd.spec("n"), gd.spec("m", dtype=int))
X, K = np.array([1.0, 2.0]), np.array([0, 1, 1])


def run(x: Any, k: Any) -> float:
    value = gd.evaluate(GRAPH, {"x": x, "k": k})["pick"]
    assert gd.compile(GRAPH)(x, k) == value
    return float(value)


def test_lists_and_safe_casts_are_converted() -> None:
    assert run([1, 2.0], [0, 1, 1]) == 5
    assert run(X.astype(np.float32), K.astype(np.uint8)) == 5
    assert run(X, []) == 0


@pytest.mark.parametrize(
    ("x", "k", "error", "message"),
    [
        (np.ma.array(X, mask=[0, 1]), K, GraphTypeError, "x: masked arrays"),
        (X, np.ma.array(K), GraphTypeError, "k: masked arrays"),
        (X, [0.0, 1.0], DTypeError, "k: expected int64, got float64"),
        (X, np.array([]), DTypeError, "k: expected int64, got float64"),
        (X * 1j, K, DTypeError, "x: expected float64, got complex128"),
        (None, K, DTypeError, "x: expected float64, got object"),
        ([[1.0], [1.0, 2.0]], K, GraphTypeError, "x: not an array"),
    ],
)
def test_what_would_lose_is_refused(x: Any, k: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        gd.evaluate(GRAPH, {"x": x, "k": k})
    with pytest.raises(error, match=message):
        gd.compile(GRAPH)(x, k)


def test_inputs_are_given_by_name() -> None:
    with pytest.raises(GraphValueError, match="missing 'k'"):
        gd.evaluate(GRAPH, {"x": X})
    with pytest.raises(GraphValueError, match="'z' is not one of 'x', 'k'"):
        gd.evaluate(GRAPH, {"x": X, "k": K, "z": X})
    with pytest.raises(GraphTypeError, match="inputs: expected a dict"):
        gd.evaluate(GRAPH, [X, K])  # type: ignore[arg-type]


@pytest.mark.parametrize("use", [gd.differentiate, gd.evaluate, gd.backprop])
def test_a_function_is_not_a_graph(use: Any) -> None:
    arguments = () if use is gd.differentiate else ({"x": X, "k": K},)
    with pytest.raises(GraphTypeError, match=r"expected a Graph, as gd\.trace makes"):
        use(pick, *arguments)


def test_an_axis_of_negative_size_is_an_error() -> None:
    def padded(x: Any) -> Any:
        return np.sum(np.ones(x.shape[0] - 2, like=x)) + np.sum(x)

    graph = gd.trace(padded, gd.spec("n"))
    assert gd.evaluate(graph, {"x": [1.0, 2.0, 3.0]})["padded"] == 7
    for run in (gd.evaluate, gd.backprop):
        with pytest.raises(ShapeError, match="expected n >= 2, where n = 1"):
            run(graph, {"x": [1.0]})


def test_a_part_past_the_end_is_empty_as_in_numpy() -> None:
    graph = gd.trace(lambda x: np.sum(x[2:]), gd.spec("n"))
    for n, total in enumerate([0, 0, 0, 3, 7]):
        x = np.arange(n) + 1.0
        assert gd.evaluate(graph, {"x": x})["output"] == total
        table = gd.backprop(graph, {"x": x})
        assert table["x"].tolist() == [0.0, 0.0, 1.0, 1.0][:n]
