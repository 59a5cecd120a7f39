"""Random programs: NumPy, the interpreter, compiled and emitted code agree.

A program is a few steps, each a NumPy function of values made before. It is run as a
plain NumPy function, which is the reference, and traced; its gradient is compared with
central differences. Functions are smooth and bounded where they are used, so that
differences mean something.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.graph.graph import check

UNARY: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin,
    "tanh": np.tanh,
    "exp": lambda x: np.exp(np.sin(x)),
    "log": lambda x: np.log(x * x + 1),
    "log1p": lambda x: np.log1p(np.square(x)),
    "sqrt": lambda x: np.sqrt(1 + x * x),
    "reciprocal": lambda x: 1 / (2 + np.cos(x)),
    "cube": lambda x: np.tanh(x) ** 3,
    "negative": lambda x: -x,
    "half": lambda x: x / 2,
    "transpose": np.transpose,
    "ravel": lambda x: np.reshape(np.ravel(x), np.shape(x)),
    "reverse": lambda x: x[::-1] if np.ndim(x) else x,
    "mean": lambda x: x - np.mean(x),
    "cumsum": lambda x: np.cumsum(x, axis=-1) if np.ndim(x) else x,
    "row": lambda x: x[0] if np.ndim(x) == 2 else x,
    "total": lambda x: np.sum(x, axis=0) if np.ndim(x) else x,
    "keep": lambda x: np.mean(x, axis=-1, keepdims=True) if np.ndim(x) else x,
    "take": lambda x: x[np.array([1, 0, 1])] if np.ndim(x) else x,
    "softmax": lambda x: gd.nn.softmax(x, axis=-1) if np.ndim(x) else x,
    "var": lambda x: np.var(x, axis=-1) if np.ndim(x) else x,
    "norm": lambda x: np.sqrt(np.sum(np.square(x)) + 1),
    "prod": lambda x: np.prod(np.tanh(x), axis=-1) if np.ndim(x) else x,
}

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: np.tanh(x) * y,
    "divide": lambda x, y: x / (1.5 + np.tanh(y)),
    "hypot": lambda x, y: np.sqrt(x**2 + y**2 + 0.5),
    "where": lambda x, y: np.where(np.sin(3 * x) > 5, x, np.cos(y)),
    "logaddexp": np.logaddexp,
    "arctan2": lambda x, y: np.arctan2(x, 2 + y**2),
    "matmul": lambda x, y: np.tanh(x @ np.transpose(y)) if _chain(x, y) else x * 0.5,
    "stack": lambda x, y: np.stack([x, y]) if _equal(x, y) else x + y,
    "concatenate": lambda x, y: (
        np.concatenate([x, y]) if _equal(x, y) and np.ndim(x) else x - y
    ),
}


def _equal(x: Any, y: Any) -> bool:
    return np.shape(x) == np.shape(y) and np.ndim(x) < 2


def _chain(x: Any, y: Any) -> bool:
    return np.ndim(x) == np.ndim(y) == 2 and np.shape(x)[1] == np.shape(y)[1]


def _fits(x: Any, y: Any) -> bool:
    try:
        np.broadcast_shapes(np.shape(x), np.shape(y))
    except ValueError:
        return False
    return True


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*UNARY, *BINARY]), st.integers(0, 20), st.integers(0, 20)
    ),
    min_size=1,
    max_size=8,
)
SHAPES = st.sampled_from([(), (3,), (1,), (2, 3), (3, 1), (3, 3)])


def run(steps: list[Step], x: Any, y: Any) -> Any:
    """The program: its last values, weighed and added up."""
    values = [x, y]
    for name, i, j in steps:
        a, b = values[i % len(values)], values[j % len(values)]
        if name in UNARY:
            values.append(UNARY[name](a) if _wide(a) else a * 1.0)
        else:
            values.append(BINARY[name](a, b) if _fits(a, b) else a * 1.0)
    return sum(np.sum(v) * (0.3 + 0.1 * k) for k, v in enumerate(values[-3:]))


def _wide(a: Any) -> bool:
    return np.ndim(a) == 0 or np.shape(a)[0] >= 2


def arguments(shapes: tuple[Any, Any], seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    first, second = (np.asarray(rng.uniform(-1.5, 1.5, s)) for s in shapes)
    return first, second


def slopes(f: Callable[[Any], Any], x: Any) -> Any:
    """Central differences of fourth order."""
    h = 1e-3
    found = []
    for k in range(x.size):
        e = np.zeros(x.size)
        e[k] = h
        e = e.reshape(x.shape)
        near, far = f(x + e) - f(x - e), f(x + 2 * e) - f(x - 2 * e)
        found.append((8 * near - far) / (12 * h))
    return np.array(found).reshape(x.shape)


def operations(graph: gd.Graph) -> int:
    return sum(bool(node.args) for node in graph)


programs = given(
    steps=STEPS, shapes=st.tuples(SHAPES, SHAPES), seed=st.integers(0, 1000)
)
unhurried = settings(suppress_health_check=[HealthCheck.too_slow])


@programs
@unhurried
def test_every_way_to_run_gives_the_same(steps, shapes, seed):
    args = arguments(shapes, seed)

    def program(x, y):
        return run(steps, x, y)

    expected = program(*args)
    graph = gd.trace(program, *args)
    given_ = dict(zip(graph.inputs, args, strict=True))
    for one in (graph, gd.stabilise(graph), gd.simplify(graph)):
        check(one)
        (value,) = gd.evaluate(one, given_).values()
        assert value.dtype == np.float64
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(gd.compile(one)(*args), expected, rtol=1e-12)
    assert operations(gd.simplify(graph)) <= operations(graph)


@programs
@unhurried
def test_gradients_agree_with_differences(steps, shapes, seed):
    args = arguments(shapes, seed)

    def program(x, y):
        return run(steps, x, y)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gd.grad(program, (0, 1))(*args)
    for i, gradient in enumerate(found):
        expected = slopes(
            lambda a, i=i: program(*[a if k == i else b for k, b in enumerate(args)]),
            args[i],
        )
        assert np.shape(gradient) == args[i].shape
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@programs
@settings(unhurried, max_examples=30)
def test_emitted_source_agrees(steps, shapes, seed):
    args = arguments(shapes, seed)

    def program(x, y):
        return run(steps, x, y)

    form = gd.value_and_grad(program, (0, 1))
    out = form.emit(*args)
    assert out.source == form.emit(*args).source
    value, found = out.load()(*args)
    expected, wanted = form(*args)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@programs
@settings(unhurried, max_examples=30)
def test_forward_and_reverse_are_transposes(steps, shapes, seed):
    args = arguments(shapes, seed)
    tangents = arguments(shapes, seed + 1)

    def program(x, y):
        return run(steps, x, y)

    _, forward = gd.jvp(program)(args, tangents)
    _, reverse = gd.vjp(program)(args, 1.0)
    paired = sum(np.sum(g * t) for g, t in zip(reverse, tangents, strict=True))
    np.testing.assert_allclose(forward, paired, rtol=1e-9, atol=1e-11)
