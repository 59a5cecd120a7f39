"""Where a value is discarded, its NaN and infinite slopes stay outside, at any order.

Each case is ``mask(between(op(x)))``: the rows of x that the mask discards lie outside
of the domain of the op, or on its edge. The oracle is the same function with those
rows replaced by harmless numbers before the op sees them.
"""

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy

import graphdiff as gd
from graphdiff.emit import emit
from graphdiff.graph.graph import check as check_graph

Function = Callable[..., Any]

LIVE = np.array([True, False, True, False])
"""Row 1 is outside of the domain, row 3 on its edge."""


class Domain(NamedTuple):
    """A function, points inside of its domain, one outside, one on the edge."""

    function: Function
    inside: float = 0.5
    outside: float = -1.0
    edge: float = 0.0

    def point(self) -> np.ndarray:
        """Rows inside, outside, inside, on the edge; no two entries alike inside."""
        steps = np.linspace(0, 0.3, 12).reshape(4, 3)
        x = self.inside + steps
        x[1] = self.outside - steps[1]
        x[3] = self.edge
        return x


EXPONENTS = np.array([0.5, -1.0, 1.5])

DOMAINS = {
    "sqrt": Domain(np.sqrt),
    "log": Domain(np.log),
    "log2": Domain(np.log2),
    "log10": Domain(np.log10),
    "log1p": Domain(np.log1p, 0.5, -2.0, -1.0),
    "divide": Domain(lambda x: 1.5 / x, 0.5, 0.0),
    "divide by a difference": Domain(lambda x: x / (x - x * x), 0.5, 0.0, 1.0),
    "reciprocal": Domain(np.reciprocal),
    "power 1/2": Domain(lambda x: x**0.5),
    "power 3/2": Domain(lambda x: x**1.5),
    "power -1": Domain(lambda x: x**-1),
    "power -3/2": Domain(lambda x: x**-1.5),
    "power of arrays": Domain(lambda x: x**EXPONENTS),
    "power of itself": Domain(lambda x: x**x),
    "power overflowing": Domain(lambda x: 2.5**x, 0.5, 1e5, 1e6),
    "cbrt": Domain(np.cbrt),
    "arcsin": Domain(np.arcsin, 0.3, -2.0, 1.0),
    "arccos": Domain(np.arccos, 0.3, -2.0, 1.0),
    "arctanh": Domain(np.arctanh, 0.3, -2.0, 1.0),
    "arccosh": Domain(np.arccosh, 1.5, 0.5, 1.0),
    "exp": Domain(np.exp, 0.5, 1e4, 1e5),
    "exp2": Domain(np.exp2, 0.5, 1e4, 1e5),
    "expm1": Domain(np.expm1, 0.5, 1e4, 1e5),
    "sinh": Domain(np.sinh, 0.5, -1e4, 1e5),
    "cosh": Domain(np.cosh, 0.5, -1e4, 1e5),
    "exp of exp": Domain(lambda x: np.exp(np.exp(x)), 0.5, 100.0, 1e4),
    "sigmoid by hand": Domain(lambda x: 1 / (1 + np.exp(-x)), 0.5, -1e4, -1e5),
    "arctan2": Domain(lambda x: np.arctan2(x, x * x)),
    "hypot": Domain(lambda x: np.hypot(x, x * x)),
    "norm": Domain(lambda x: x * np.linalg.norm(x, axis=1, keepdims=True), 0.5, 0.0),
    "unit vector": Domain(
        lambda x: x / np.linalg.norm(x, axis=1, keepdims=True), 0.5, 0.0
    ),
    "sqrt of squares": Domain(
        lambda x: x / np.sqrt(np.sum(x * x, axis=1, keepdims=True)), 0.5, 0.0
    ),
    "std": Domain(lambda x: x / np.std(x, axis=1, keepdims=True), 0.5, 0.0),
    "mod": Domain(lambda x: np.mod(0.7 + x, x), 0.5, 0.0),
    "prod": Domain(lambda x: x / np.prod(x, axis=1, keepdims=True), 0.5, 0.0),
    "sin(x) / x": Domain(lambda x: np.sin(x) / x, 0.5, 0.0),
    "x log x": Domain(lambda x: x * np.log(x)),
    "log of log": Domain(lambda x: np.log(np.log(x)), 1.5, 0.5, 1.0),
    "sqrt of log": Domain(lambda x: np.sqrt(np.log(x)), 1.5, 0.5, 1.0),
    "shared": Domain(lambda x: np.sqrt(x) * np.log(x) / np.sqrt(x + 0.0)),
}


def rows(z: Any, live: Any) -> Any:
    """Bring a choice of rows to the rank of z."""
    return np.reshape(live, (4,) + (1,) * (z.ndim - 1))


BETWEEN: dict[str, Function] = {
    "nothing": lambda z, x, w: z,
    "a chain": lambda z, x, w: np.sin(z) * z - 2 * z / (1 + z * z),
    "a shared chain": lambda z, x, w: z * np.sqrt(x) + x * z,
    "matmul, on the left": lambda z, x, w: z @ w,
    "matmul, on the right": lambda z, x, w: (w.T @ z.T).T,
    "matmul with itself": lambda z, x, w: (z[:, None, :] @ z[:, :, None])[:, 0],
    "matmul of stacks": lambda z, x, w: z.reshape(4, 1, 3) @ w,
    "two matmuls": lambda z, x, w: np.tanh(z @ w) @ w.T,
    "vector product": lambda z, x, w: z @ w[:, 0],
    "einsum": lambda z, x, w: np.einsum("ij,jk->ik", z, w),
    "einsum of three": lambda z, x, w: np.einsum("ij,jk,ij->ik", z, w, x),
    "concatenate": lambda z, x, w: np.concatenate([z, x, z], axis=1),
    "stack": lambda z, x, w: np.stack([2 * x, z], axis=1),
    "sum": lambda z, x, w: np.sum(z, axis=1),
    "mean": lambda z, x, w: np.mean(z, axis=1, keepdims=True),
    "prod": lambda z, x, w: np.prod(z, axis=1),
    "cumsum": lambda z, x, w: np.cumsum(z, axis=1),
    "max": lambda z, x, w: np.max(z, axis=1),
    "var": lambda z, x, w: np.var(z, axis=1),
    "std": lambda z, x, w: np.std(z * z, axis=1),
    "norm": lambda z, x, w: np.linalg.norm(z, axis=1),
    "softmax": lambda z, x, w: gd.nn.softmax(z, axis=1),
    "logsumexp": lambda z, x, w: gd.nn.logsumexp(z, axis=1),
    "reversal": lambda z, x, w: z[:, ::-1],
    "an index": lambda z, x, w: z[:, np.array([0, 0, 2])],
    "transpose": lambda z, x, w: np.sin(z.T).T,
    "reshape": lambda z, x, w: np.reshape(z * z, (4, 1, 3)),
    "broadcast": lambda z, x, w: np.broadcast_to(z[:, None, :], (4, 2, 3)) * 2,
}

MASKS: dict[str, Function] = {
    "where, true": lambda z, live: np.where(rows(z, live), z, 0),
    "where, false": lambda z, live: np.where(rows(z, np.logical_not(live)), 0, z),
    "nested where": lambda z, live: np.where(
        rows(z, live), np.where(rows(z, live), z, 1.0), 0
    ),
    "where of where": lambda z, live: np.where(
        rows(z, live), 2 * np.where(rows(z, live) | False, np.sin(z), 0.0), 0
    ),
    "one row only": lambda z, live: np.where(
        rows(z, np.array([True, False, False, False])), z, 0
    ),
    "a part": lambda z, live: z[:1],
    "one entry": lambda z, live: z[2],
    "rows by number": lambda z, live: z[np.array([0, 2, 0])],
    "take_along_axis": lambda z, live: np.take_along_axis(
        z, np.array([2, 0]).reshape((2,) + (1,) * (z.ndim - 1)), axis=0
    ),
}


def loss(domain: Domain, between: Function, mask: Function, safe: bool) -> Function:
    """The function to differentiate, or (`safe`) its restriction, as the oracle."""

    def f(x: Any, w: Any) -> Any:
        if safe:
            x = np.where(LIVE[:, None], x, domain.point()[0])
        return np.sum(np.sin(mask(between(domain.function(x), x, w), LIVE)))

    return f


RNG = np.random.default_rng(7)
W = RNG.uniform(0.2, 0.9, (3, 2))
DIRECTIONS = (RNG.normal(size=(3, 4, 3)), RNG.normal(size=(3, 3, 2)))


def directional(f: Function, order: int) -> Function:
    """The derivative of f of `order - 1` along directions, in reverse mode."""
    if order == 1:
        return f
    lower = directional(f, order - 1)

    def g(x: Any, w: Any) -> Any:
        gradient = gd.gradients(lower(x, w), [x, w])
        return sum(
            np.sum(g * v[order - 2]) for g, v in zip(gradient, DIRECTIONS, strict=True)
        )

    return g


def pushed(f: Function, order: int) -> Function:
    """The derivative of f of `order` along directions, in forward mode."""
    if order == 0:
        return f
    lower = pushed(f, order - 1)
    vx, vw = (v[order - 1] for v in DIRECTIONS)
    return lambda x, w: gd.pushforward([lower(x, w)], [x, w], [vx, vw])[0]


def gradient(f: Function, x: np.ndarray, **options: Any) -> dict[str, np.ndarray]:
    dgraph = gd.differentiate(gd.trace(f, x, W), **options)
    found = gd.evaluate(dgraph, {"x": x, "w": W})
    return {"x": found["d_x"], "w": found["d_w"]}


def simplified_gradient(f: Function, x: np.ndarray) -> dict[str, np.ndarray]:
    dgraph = gd.simplify(gd.differentiate(gd.trace(f, x, W)))
    found = gd.evaluate(dgraph, {"x": x, "w": W})
    return {"x": found["d_x"], "w": found["d_w"]}


def assert_same(got: dict[str, np.ndarray], want: dict[str, np.ndarray]) -> None:
    for name, wanted in want.items():
        assert np.all(np.isfinite(wanted)), f"the oracle of d_{name} is no good"
        scale = max(1.0, float(np.max(np.abs(wanted))))
        np.testing.assert_allclose(
            got[name], wanted, rtol=1e-7, atol=1e-9 * scale, err_msg=f"d_{name}"
        )


def check(domain: str, between: str, mask: str, order: int, **options: Any) -> None:
    """Compare with the oracle; pytest makes errors of warnings."""
    case = DOMAINS[domain], BETWEEN[between], MASKS[mask]
    x = case[0].point()
    f, restricted = (directional(loss(*case, safe), order) for safe in (False, True))
    assert_same(
        gradient(f, x, **options),
        gradient(restricted, case[0].point(), stabilise=False),
    )


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_each_op_under_each_mask(domain: str, mask: str) -> None:
    check(domain, "nothing", mask, order=1)
    check(domain, "a chain", mask, order=2)


@pytest.mark.parametrize("stabilise", [True, False])
@pytest.mark.parametrize("between", BETWEEN)
def test_whatever_stands_between(between: str, stabilise: bool) -> None:
    for domain in DOMAINS:
        check(domain, between, "where, true", order=1, stabilise=stabilise)


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("domain", ["sqrt", "divide", "unit vector", "exp"])
def test_the_second_order(domain: str, between: str) -> None:
    for mask in ("one row only", "rows by number"):
        check(domain, between, mask, order=2, stabilise=False)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_third_order(domain: str) -> None:
    check(domain, "a chain", "where, true", order=3)
    check(domain, "nothing", "where, false", order=3, stabilise=False)


@pytest.mark.parametrize("between", BETWEEN)
def test_the_third_order_of_log(between: str) -> None:
    check("log", between, "where, true", order=3, stabilise=False)


@pytest.mark.slow
@pytest.mark.parametrize("domain", DOMAINS)
def test_everything_at_order_two(domain: str) -> None:
    for between, mask, stabilise in product(BETWEEN, MASKS, (True, False)):
        check(domain, between, mask, order=2, stabilise=stabilise)


@pytest.mark.parametrize("between", BETWEEN)
def test_simplified(between: str) -> None:
    for domain in ("sqrt", "log", "power -3/2", "unit vector"):
        case = DOMAINS[domain], BETWEEN[between], MASKS["where, true"]
        x = case[0].point()
        want = gradient(loss(*case, safe=True), x, stabilise=False)
        assert_same(simplified_gradient(loss(*case, safe=False), x), want)


@pytest.mark.parametrize("between", BETWEEN)
def test_forward_mode(between: str) -> None:
    for domain, order in (("log", 1), ("divide", 2), ("exp", 2), ("unit vector", 1)):
        case = DOMAINS[domain], BETWEEN[between], MASKS["where, true"]
        x = case[0].point()
        graph = gd.trace(pushed(loss(*case, safe=False), order), x, W)
        check_graph(graph)
        (got,) = gd.evaluate(graph, {"x": x, "w": W}).values()
        want = gradient(directional(loss(*case, safe=True), order), x, stabilise=False)
        total = sum(
            np.sum(g * v[order - 1])
            for g, v in zip(want.values(), DIRECTIONS, strict=True)
        )
        np.testing.assert_allclose(got, total, rtol=1e-7, atol=1e-9)


# --- values discarded by comparison: infinite, or with an infinite slope --------------


class Edge(NamedTuple):
    """A function, points inside of its domain, one on the edge, a level beyond it."""

    function: Function
    inside: float
    edge: float
    level: float
    below: bool = True


EDGES = {
    "log": Edge(np.log, 0.5, 0.0, -5.0),
    "log2": Edge(np.log2, 0.5, 0.0, -5.0),
    "log10": Edge(np.log10, 0.5, 0.0, -5.0),
    "log1p": Edge(np.log1p, 0.5, -1.0, -5.0),
    "sqrt": Edge(np.sqrt, 0.5, 0.0, 0.1),
    "cbrt": Edge(np.cbrt, 0.5, 0.0, 0.1),
    "power 1/2": Edge(lambda x: x**0.5, 0.5, 0.0, 0.1),
    "arccosh": Edge(np.arccosh, 1.5, 1.0, 0.1),
    "arccos": Edge(np.arccos, 0.3, 1.0, 0.1),
    "sinh": Edge(np.sinh, 0.5, -1e4, -9.0),
    "arcsin": Edge(np.arcsin, 0.3, 1.0, 1.5, below=False),
    "arctanh": Edge(np.arctanh, 0.3, 1.0, 5.0, below=False),
    "reciprocal": Edge(lambda x: 1 / x, 0.5, 0.0, 5.0, below=False),
    "power -3/2": Edge(lambda x: x**-1.5, 0.5, 0.0, 5.0, below=False),
    "exp": Edge(np.exp, 0.5, 1e4, 9.0, below=False),
    "expm1": Edge(np.expm1, 0.5, 1e4, 9.0, below=False),
    "cosh": Edge(np.cosh, 0.5, 1e4, 9.0, below=False),
}

LIMITS: dict[str, Function] = {
    "maximum": lambda z, level: np.maximum(z, level),
    "maximum, second": lambda z, level: np.maximum(level, z),
    "maximum of an array": lambda z, level: np.maximum(z, level + 0 * W[0, 0]),
    "clip": lambda z, level: np.clip(z, level, 50.0),
    "relu": lambda z, level: gd.nn.relu(z - level),
    "max": lambda z, level: np.max(np.stack([z, z * 0 + level]), axis=0),
    "where": lambda z, level: np.where(z > level, z, level),
}

LINKS: dict[str, Function] = {
    "nothing": lambda z, w: z,
    "a chain": lambda z, w: 2 * z - 0.25,
    "matmul": lambda z, w: z @ w,
    "concatenate": lambda z, w: np.concatenate([z, z], axis=1),
    "an index": lambda z, w: z[:, np.array([0, 2, 0])],
    "sum": lambda z, w: np.sum(z, axis=1),
}


def limited(edge: Edge, limit: Function, link: Function, safe: bool) -> Function:
    """Cut at the level; the oracle replaces what is cut by something finite."""

    def f(x: Any, w: Any) -> Any:
        sign = 1 if edge.below else -1
        if safe:
            x = np.where(LIVE[:, None], x, edge.inside)
        z = sign * link(edge.function(x), w)
        if safe:
            z = np.where(rows(z, LIVE), z, sign * edge.level - 1)
        return np.sum(np.sin(limit(z, sign * edge.level)))

    return f


def edge_point(edge: Edge) -> np.ndarray:
    x = edge.inside + np.linspace(0, 0.3, 12).reshape(4, 3)
    x[~LIVE] = edge.edge
    return x


@pytest.mark.parametrize("limit", [k for k in LIMITS if k != "max"])
@pytest.mark.parametrize("name", EDGES)
def test_a_limit_discards_infinities(name: str, limit: str) -> None:
    x = edge_point(EDGES[name])
    for order, link in ((1, "nothing"), (2, "a chain"), (3, "nothing"), (1, "matmul")):
        f, restricted = (
            directional(limited(EDGES[name], LIMITS[limit], LINKS[link], safe), order)
            for safe in (False, True)
        )
        assert_same(gradient(f, x), gradient(restricted, x, stabilise=False))


# --- what is emitted and compiled -----------------------------------------------------


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for v in value.values() for leaf in leaves(v)]
    if isinstance(value, (tuple, list)):
        return [leaf for v in value for leaf in leaves(v)]
    return [value]


def assert_runs(f: Function, x: np.ndarray, restricted: Function) -> None:
    """Emitted and compiled code gives what the oracle gives, without a warning."""
    dgraph = gd.simplify(gd.differentiate(gd.trace(f, x, W)))
    want = gradient(restricted, x, stabilise=False)
    for run in (emit(dgraph).load(), gd.compile(dgraph)):
        _, *slopes = leaves(run(x, W))
        assert_same(dict(zip(("x", "w"), slopes, strict=True)), want)


@pytest.mark.parametrize("domain", DOMAINS)
def test_emitted_chains(domain: str) -> None:
    case = DOMAINS[domain], BETWEEN["a chain"], MASKS["where, true"]
    for order in (1, 2):
        f, restricted = (
            directional(loss(*case, safe), order) for safe in (False, True)
        )
        assert_runs(f, case[0].point(), restricted)


@pytest.mark.parametrize("between", BETWEEN)
def test_emitted_whatever_stands_between(between: str) -> None:
    for domain, mask in (("log", "where, false"), ("unit vector", "rows by number")):
        case = DOMAINS[domain], BETWEEN[between], MASKS[mask]
        f, restricted = (loss(*case, safe) for safe in (False, True))
        assert_runs(f, case[0].point(), restricted)


@pytest.mark.parametrize("limit", ["maximum", "clip", "relu", "where"])
def test_emitted_limits(limit: str) -> None:
    for name in ("log", "sqrt", "exp", "arcsin"):
        f, restricted = (
            limited(EDGES[name], LIMITS[limit], LINKS["matmul"], safe)
            for safe in (False, True)
        )
        assert_runs(f, edge_point(EDGES[name]), restricted)


# --- data with holes ------------------------------------------------------------------


def masked_fit(x: Any, w: Any) -> Any:
    known = np.isfinite(x)
    return np.sum(np.where(known, (x * w - 1) ** 2, 0))


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_an_input_that_is_tested_may_have_holes(hole: float) -> None:
    x, w = np.array([1.0, hole, 3.0]), np.array([2.0, 2.0, 2.0])
    graph = gd.trace(masked_fit, x, w)
    for stabilise in (True, False):
        dgraph = gd.differentiate(graph, wrt="w", stabilise=stabilise)
        got = gd.evaluate(dgraph, {"x": x, "w": w})
        assert got["d_w"].tolist() == [2, 0, 30]
    assert gd.backprop(graph, {"x": x, "w": w})["w"].tolist() == [2, 0, 30]


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_a_constant_may_have_holes(hole: float) -> None:
    data = np.array([1.0, hole, 3.0])
    known = np.isfinite(data)
    w = np.array([2.0, 2.0, 2.0])
    for f in (
        lambda w: np.sum(np.where(known, (data * w - 1) ** 2, 0)),
        lambda w: np.sum(((data * w - 1) ** 2)[np.array([0, 2])]),
    ):
        dgraph = gd.differentiate(gd.trace(f, w))
        assert gd.evaluate(dgraph, {"w": w})["d_w"].tolist() == [2, 0, 30]


def test_what_is_not_discarded_tells_the_truth() -> None:
    def f(x: Any) -> Any:
        root = np.sqrt(x)
        return np.sum(np.where(x > 0, root, 0)) + np.sum(root)

    dgraph = gd.differentiate(gd.trace(f, np.zeros(2)))
    with np.errstate(all="ignore"):
        got = gd.evaluate(dgraph, {"x": np.array([0.0, -1.0])})["d_x"]
    assert got[0] == np.inf
    assert np.isnan(got[1])


def test_a_network_without_singular_ops_has_no_gates() -> None:
    def f(W1: Any, W2: Any, x: Any, y: Any) -> Any:
        h = np.maximum(x @ W1, 0)
        return gd.nn.cross_entropy(gd.nn.relu(h @ W2), y)

    args = np.ones((3, 4)), np.ones((4, 2)), np.ones((5, 3)), np.zeros(5, int)
    dgraph = gd.differentiate(gd.trace(f, *args), wrt=["W1", "W2"])
    assert not {n.op.label for n in dgraph.nodes} & {"gated", "gatedmatmul"}


# --- scalars, with sympy as the oracle ------------------------------------------------

SCALARS = {
    "sqrt(x)": (np.sqrt, 2.0, -1.0),
    "log(x)": (np.log, 2.0, 0.0),
    "1/x": (lambda x: 1 / x, 2.0, 0.0),
    "sin(x)/x": (lambda x: np.sin(x) / x, 2.0, 0.0),
    "x**Rational(3, 2)*log(x)": (lambda x: x**1.5 * np.log(x), 2.0, -3.0),
    "asin(x)/sqrt(1 - x**2)": (lambda x: np.arcsin(x) / np.sqrt(1 - x * x), 0.5, 1.0),
    "exp(exp(x))": (lambda x: np.exp(np.exp(x)), 0.5, 1e3),
}


@pytest.mark.parametrize("formula", SCALARS)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_scalars_against_sympy(formula: str, order: int) -> None:
    function, live, dead = SCALARS[formula]
    s = sympy.Symbol("x")
    wanted = float(sympy.diff(sympy.sympify(formula, {"x": s}), s, order).subs(s, live))

    def f(x: Any) -> Any:
        y = np.where(x == live, function(x), 7.0)
        for _ in range(order - 1):
            (y,) = gd.gradients(np.sum(y), [x])
        return np.sum(y)

    x = np.array([live, dead])
    dgraph = gd.differentiate(gd.trace(f, x))
    got = gd.evaluate(dgraph, {"x": x})["d_x"]
    np.testing.assert_allclose(got, [wanted, 0], rtol=1e-10)


# --- discarded before the singular op: the cotangent is infinite ----------------------

UPSTREAM: dict[str, Function] = {
    "sqrt of maximum": lambda x: np.sqrt(np.maximum(x, 0)),
    "sqrt of maximum, turned": lambda x: np.sqrt(np.maximum(0, x)),
    "sqrt of where": lambda x: np.sqrt(np.where(x > 0, x, 0)),
    "sqrt of relu": lambda x: np.sqrt(gd.nn.relu(x)),
    "power of maximum": lambda x: np.maximum(x, 0) ** 0.5,
    "cbrt of clip": lambda x: np.cbrt(np.clip(x, 0, 3)) ** 1.5,
    "arccosh of maximum": lambda x: np.arccosh(np.maximum(x, 0) + 1),
    "arcsin of minimum": lambda x: np.arcsin(1 - np.maximum(x, 0)),
    "behind a sum": lambda x: np.sqrt(np.sum(np.maximum(x, 0)[:, None], axis=1)),
}


@pytest.mark.parametrize("name", UPSTREAM)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_what_was_discarded_before_has_slope_0(name: str, order: int) -> None:
    x = np.array([-1.0, 0.25, 0.5])

    def reverse(x: Any) -> Any:
        y = np.sum(UPSTREAM[name](x))
        for _ in range(order):
            (g,) = gd.gradients(y, [x])
            y = np.sum(g)
        return g

    def forward(x: Any) -> Any:
        y = UPSTREAM[name](x)
        for _ in range(order):
            (y,) = gd.pushforward([y], [x], [np.ones(3)])
        return y

    graph = gd.trace(lambda x: reverse(x)[1:], np.abs(x))
    (wanted,) = gd.evaluate(graph, {"x": np.abs(x)}).values()
    for mode in (reverse, forward):
        (got,) = gd.evaluate(gd.trace(mode, x), {"x": x}).values()
        np.testing.assert_allclose(got, [0, *wanted], rtol=1e-9)
    if order == 1:
        graph = gd.trace(lambda x: np.sum(UPSTREAM[name](x)), x)
        got = gd.backprop(graph, {"x": x})["x"]
        np.testing.assert_allclose(got, [0, *wanted], rtol=1e-9)


# --- infinities and NaN that are given ------------------------------------------------
def with_minus_infinity(x, w, mask):
    s = x + np.where(x > 0, x, -np.inf)
    return np.sum(np.where(x > 0, s, 0) ** 2) + w[2]


def with_logaddexp_of_nothing(x, w, mask):
    y = np.logaddexp(np.where(x > 0, x, -np.inf), np.where(x > 1, x, -np.inf))
    return np.sum(np.where(x > 0, y, 0) ** 2) + w[2]


def with_missing_data(x, w, mask):
    return np.sum(np.where(mask, (x - w) ** 2, 0)) / np.sum(mask)


def with_missing_factors(x, w, mask):
    return np.sum(np.where(np.logical_not(mask), 0, np.tanh(x * w) * w))


def with_missing_rows(x, w, mask):
    rows = x[:, None] * w[:, None] * np.ones(2)
    return np.sum(np.where(mask[:, None], rows**3, 0))


KNOWN = np.array([False, False, True, True])


def with_a_known_mask(x, w, mask):
    return np.sum(np.where(KNOWN, np.exp(x * w) * w, 0))


@pytest.mark.parametrize(
    "loss",
    [
        with_minus_infinity,
        with_logaddexp_of_nothing,
        with_missing_data,
        with_missing_factors,
        with_missing_rows,
        with_a_known_mask,
    ],
)
def test_what_is_given_as_infinite_or_nan_stays_outside_too(loss: Function) -> None:
    """Where the entries are left out; the oracle has harmless numbers there."""
    mask = np.array([False, False, True, True])
    x = np.array([-0.5, -1.0, 2.0, 0.5])
    missing = np.array([np.nan, np.nan, 0.25, 0.75])
    harmless = np.where(mask, missing, 1.0)
    v = np.array([0.3, -0.2, 0.5, 0.7])

    def along(slope: Function) -> Function:
        return lambda *args: np.sum(slope(*args) * v)

    one = gd.grad(loss)
    for f in (loss, along(one), along(gd.grad(along(one)))):
        dgraph = gd.value_and_grad(f).graph(x, missing, mask)
        wanted = gd.value_and_grad(f)(x, harmless, mask)
        readable, fast = (emit(dgraph, style=s).load() for s in ("readable", "fast"))
        for run in (gd.compile(dgraph), readable, fast):
            found = run(x, missing, mask)
            for a, b in zip(found, wanted, strict=True):
                np.testing.assert_allclose(a, b, atol=1e-12)
            assert np.all(np.isfinite(found[1]))


COVERED = {
    "ints": (lambda t: np.exp(t[0]) * np.exp(t[1]), "2", True),
    "ints from the end": (lambda t: np.exp(t[-1]) * np.exp(t[0]), "2", True),
    "slices": (lambda t: np.sum(np.exp(t[:2])) * np.sum(np.exp(t[2:])), "5", True),
    "columns": (lambda t: np.sum(np.exp(t[:, 0]) * t[:, 1]), "n,2", True),
    "every other": (lambda t: np.sum(np.exp(t[::2])) - np.sum(t[1::2]), "5", True),
    "one missing": (lambda t: np.exp(t[0]) * np.exp(t[2]), "3", False),
    "a row missing": (lambda t: np.sum(np.exp(t[1:, 0]) * t[1:, 1]), "n,2", False),
}


@pytest.mark.parametrize(("f", "shape", "whole"), COVERED.values(), ids=COVERED)
def test_parts_that_make_up_the_whole_discard_nothing(
    f: Function, shape: str, whole: bool
) -> None:
    specs = gd.spec(shape), gd.spec("")
    form = gd.grad(lambda x, h: f(x + h * np.exp(x)))
    gates = [n for n in form.graph(*specs).nodes if n.op.label == "gated"]
    assert bool(gates) is not whole
