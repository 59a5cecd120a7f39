"""Reverse and forward mode: what is appended, what it is called, what it costs."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check, in_order
from graphdiff.graph.node import Arg, At, Call, Node, Op, Pick, make
from graphdiff.graph.types import ArrayType
from graphdiff.runtime.table import FUNCTIONS


def derive(f: Callable[..., Any], *args: Any, **options: Any) -> dict[str, np.ndarray]:
    """The outputs of the derivative graph of f, at args."""
    graph = gd.trace(f, *args)
    dgraph = gd.differentiate(graph, **options)
    check(dgraph)
    return gd.evaluate(dgraph, dict(zip(graph.inputs, args, strict=True)))


def value(y: gd.Expression, **given: Any) -> np.ndarray:
    """The value of an expression of variables, found by name."""
    nodes = in_order([y.node])
    inputs = {n.op.name: n for n in nodes if isinstance(getattr(n.op, "name", 0), str)}
    inputs = {name: node for name, node in inputs.items() if not node.args}
    graph = gd.Graph(inputs, {"y": y})
    check(graph)
    return gd.evaluate(graph, {name: given[name] for name in inputs})["y"]


# --- what is appended -----------------------------------------------------------------


def test_the_forward_nodes_stay_and_come_first() -> None:
    graph = gd.trace(lambda x: np.sum(np.tanh(x)), np.ones(3))
    dgraph = gd.differentiate(graph)
    assert set(graph.nodes) <= set(dgraph.nodes)
    forward = [dgraph.role_of(node) is None for node in dgraph.nodes]
    assert forward == sorted(forward, reverse=True)
    assert list(dgraph.outputs) == [*graph.outputs, "d_x"]
    assert all(dgraph.outputs[n] is y for n, y in graph.outputs.items())


def test_an_input_that_does_not_matter_adds_no_node_before_the_outputs() -> None:
    def f(x: Any, unused: Any) -> Any:
        waste = np.exp(unused) @ unused
        return np.sum(x * x) + 0 * len(waste.shape)

    graph = gd.trace(f, np.ones(2), np.ones((2, 2)))
    only = gd.differentiate(graph, wrt="x")
    both = gd.differentiate(graph)
    assert len(both) == len(only) + 1
    assert both.outputs["d_unused"].op.label == "full"
    got = gd.evaluate(both, {"x": np.ones(2), "unused": np.ones((2, 2))})
    assert got["d_unused"].tolist() == [[0, 0], [0, 0]]
    assert both.role_of(both.outputs["d_unused"]).rule == "unused"


def test_what_does_not_lead_to_the_variables_costs_nothing() -> None:
    def f(x: Any, c: Any) -> Any:
        return np.sum(x * np.log(np.tanh(c) @ c))

    graph = gd.trace(f, np.ones(2), np.ones((2, 2)))
    dgraph = gd.differentiate(graph, wrt="x")
    made = [n for n in dgraph.nodes if dgraph.role_of(n) is not None]
    assert {n.op.label for n in made} <= {"full", "spread", "multiply", "sum"}


@pytest.mark.parametrize("f", [np.sign, np.floor, np.round, lambda x: x > 0, np.argmax])
def test_step_functions_are_pruned(f: Callable[..., Any]) -> None:
    graph = gd.trace(lambda x: np.sum(f(x) * 2.0), np.ones(2))
    dgraph = gd.differentiate(graph)
    assert len(dgraph) <= len(graph) + 1
    assert gd.evaluate(dgraph, {"x": np.ones(2)})["d_x"].tolist() == [0, 0]


def test_every_edge_is_visited_once(monkeypatch: pytest.MonkeyPatch) -> None:
    visits: list[tuple[Node, int]] = []
    rule = type(gd.ops.core.elementwise.multiply).pullback

    def counted(self: Op, i: int, at: At, g: Any, y: Any, *args: Any) -> Any:
        visits.append((y.node, i))
        return rule(self, i, at, g, y, *args)

    monkeypatch.setattr(type(gd.ops.core.elementwise.multiply), "pullback", counted)
    x = gd.var("x", ())
    y = x
    for _ in range(50):
        y = np.sin(y) * y + y
    gd.gradients(y, [x])
    assert len(visits) == len(set(visits)) == 50 * (1 + 2 + 2)


def test_paths_are_summed() -> None:
    def f(x: Any) -> Any:
        a = 3 * x
        b = a * x
        return np.sum(a * b + x)

    x = np.array([0.5, 2.0])
    np.testing.assert_allclose(derive(f, x)["d_x"], 27 * x**2 + 1)


# --- size and depth -------------------------------------------------------------------


def diamond(levels: int) -> tuple[gd.Expression, gd.Expression]:
    x = gd.var("x", ())
    y = x
    for _ in range(levels):
        y = np.sin(y) * y
    return x, y


def size(*ys: gd.Expression) -> int:
    return len(in_order([y.node for y in ys]))


def test_a_diamond_differentiated_twice_is_linear() -> None:
    sizes = []
    for levels in (100, 200, 400):
        x, y = diamond(levels)
        (g,) = gd.gradients(y, [x])
        (h,) = gd.gradients(g, [x])
        sizes.append((size(y), size(g), size(h)))
    for k in range(3):
        small, middle, large = (s[k] for s in sizes)
        assert large - middle == 2 * (middle - small)
    assert sizes[-1][2] < 30 * 400


@pytest.mark.slow
def test_a_long_chain_does_not_recurse() -> None:
    x = gd.var("x", ())
    y = x
    for _ in range(100_000):
        y = np.sin(y)
    dgraph = gd.differentiate(gd.Graph({"x": x}, {"y": y}))
    assert len(dgraph) < 310_000


def test_a_chain_deeper_than_the_stack() -> None:
    x = gd.var("x", ())
    y = x
    for _ in range(5_000):
        y = np.sin(y)
    dgraph = gd.differentiate(gd.Graph({"x": x}, {"y": y}))
    assert np.isfinite(gd.evaluate(dgraph, {"x": 1.0})["d_x"])


@pytest.mark.parametrize("uses", [1_000, 2_000])
def test_one_node_used_many_times(uses: int) -> None:
    x = gd.var("x", ())
    y = np.exp(x)
    total = y
    for k in range(uses):
        total = total + y * float(k)
    dgraph = gd.differentiate(gd.Graph({"x": x}, {"y": total}))
    assert len(dgraph) < 6 * uses
    got = gd.evaluate(dgraph, {"x": 0.0})["d_x"]
    assert got == 1 + uses * (uses - 1) / 2


# --- ops of several results, and ops that hold graphs ---------------------------------


def _halves(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x * x, np.sin(x)


@dataclass(frozen=True)
class Two(Op):
    """x * x and sin(x), at once."""

    def infer(self, x: ArrayType) -> tuple[ArrayType, ...]:
        return x, x

    def call(self, x: ArrayType) -> Call:
        return Call("two", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        shares = [2 * x, np.cos(x)]
        terms = [s * h for s, h in zip(shares, g, strict=True) if h is not None]
        return terms[0] if len(terms) == 1 else terms[0] + terms[1]


def two(x: gd.Expression) -> list[gd.Expression]:
    whole = make(Two(), x.node)
    return [gd.Expression(make(Pick(i), whole)) for i in range(2)]


@pytest.fixture
def _two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUNCTIONS, "two", _halves)


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize("x", [0.3, 2.0])
def test_an_op_of_several_results(x: float) -> None:
    s = gd.var("x", ())
    square, sine = two(s)
    cases = {
        (3 * square): [6 * x, 6],
        (2 * sine): [2 * np.cos(x), -2 * np.sin(x)],
        (square * sine + square): [
            2 * x * np.sin(x) + x * x * np.cos(x) + 2 * x,
            2 * np.sin(x) + 4 * x * np.cos(x) - x * x * np.sin(x) + 2,
        ],
    }
    for y, (first, second) in cases.items():
        (g,) = gd.gradients(y, [s])
        (h,) = gd.gradients(g, [s])
        np.testing.assert_allclose(value(g, x=x), first)
        np.testing.assert_allclose(value(h, x=x), second)
        (t,) = gd.pushforward([y], [s], [2.0])
        np.testing.assert_allclose(value(t, x=x), 2 * first)
        graph = gd.Graph({"x": s}, {"y": y})
        np.testing.assert_allclose(gd.backprop(graph, {"x": x})["x"], first)


def _apply(x: np.ndarray, body: gd.Graph) -> np.ndarray:
    return gd.evaluate(body, {"x": x})["y"]


@dataclass(frozen=True, eq=False)
class Held(Op):
    """A closed graph from x to y, as an op."""

    body: gd.Graph

    def infer(self, x: ArrayType) -> ArrayType:
        return self.body.outputs["y"].type

    def call(self, x: ArrayType) -> Call:
        return Call("held", (Arg(0), self.body))

    def bodies(self) -> tuple[gd.Graph, ...]:
        return (self.body,)

    def with_bodies(self, bodies: tuple[gd.Graph, ...]) -> "Held":
        return Held(*bodies)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        inside = gd.Expression(self.body.inputs["x"])
        outside = gd.Expression(self.body.outputs["y"])
        (slope,) = gd.gradients(np.sum(outside), [inside], kinks=at.kinks)
        return g * Held(gd.Graph({"x": inside}, {"y": slope}))(x)


def test_an_op_that_holds_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUNCTIONS, "held", _apply)
    inner = gd.trace(lambda x: {"y": np.sin(x) * x * 1.0}, np.ones(3))
    x = gd.var("x", 3)
    graph = gd.Graph({"x": x}, {"y": np.sum(Held(inner)(2 * x))})
    dgraph = gd.differentiate(graph)
    at = np.array([0.1, 0.7, -2.0])
    for g in (dgraph, gd.simplify(dgraph)):
        check(g)
        got = gd.evaluate(g, {"x": at})["d_x"]
        np.testing.assert_allclose(got, 2 * (np.sin(2 * at) + 2 * at * np.cos(2 * at)))
    simple = [n for n in gd.simplify(dgraph).nodes if n.op.bodies()]
    raw = [n for n in dgraph.nodes if n.op.bodies()]
    assert sum(len(n.op.body) for n in simple) < sum(len(n.op.body) for n in raw)


# --- the ledger -----------------------------------------------------------------------


def layer(W1: Any, x: Any) -> Any:
    z = W1 @ x
    a = np.tanh(z)
    return np.sum(np.abs(a))


def test_each_appended_node_knows_what_it_is_the_adjoint_of() -> None:
    dgraph = gd.differentiate(gd.trace(layer, np.ones((2, 3)), np.ones(3)))
    forward = {dgraph.name_of(n): n for n in dgraph.nodes if not dgraph.role_of(n)}
    for node in dgraph.nodes:
        role = dgraph.role_of(node)
        if role is not None:
            assert dgraph.role_of(role.of) is None
            assert role.order == 1
    rules = {dgraph.role_of(n).rule for n in dgraph.nodes if dgraph.role_of(n)}
    assert {"tanh", "abs", "matmul"} <= rules
    signs = [n for n in dgraph.nodes if n.op.label == "sign"]
    assert [dgraph.role_of(n).convention for n in signs] == ["jumps at 0: mean"]
    assert dgraph.role_of(dgraph.outputs["d_W1"]).rule in ("matmul", "reshape")
    assert {"z", "a"} <= set(forward)


def test_the_second_order_is_told_from_the_first() -> None:
    def f(x: Any) -> Any:
        (g,) = gd.gradients(np.sum(x**3), [x])
        return np.sum(g)

    for function in (f, lambda x: np.sum(gd.grad(lambda x: np.sum(x**3))(x))):
        second = gd.differentiate(gd.trace(function, np.ones(2)))
        roles = [second.role_of(n) for n in second.nodes if second.role_of(n)]
        assert {role.order for role in roles} == {1, 2}


def test_the_gradient_of_a_trace_bears_the_name_of_its_variable() -> None:
    def f(x: Any) -> Any:
        (slope,) = gd.gradients(np.sum(np.sin(x)), [x])
        return np.sum(slope)

    graph = gd.trace(f, np.ones(2))
    names = {graph.name_of(n): n.op.label for n in graph.nodes}
    assert names["slope"] == "multiply"


def test_the_sum_over_paths_belongs_to_the_derivative() -> None:
    dgraph = gd.differentiate(gd.trace(lambda x: np.sum(np.sin(x) * x), np.ones(2)))
    (total,) = [n for n in dgraph.nodes if n.op.label == "add"]
    assert total is dgraph.outputs["d_x"]
    assert dgraph.role_of(total) is not None


def test_adjoints_bear_the_users_names() -> None:
    dgraph = gd.differentiate(gd.trace(layer, np.ones((2, 3)), np.ones(3)))
    names = {dgraph.name_of(n) for n in dgraph.nodes}
    assert {"d_z", "d_a", "d_W1", "d_x"} <= names
    assert dgraph.name_of(dgraph.outputs["d_W1"]) == "d_W1"


def test_a_users_own_d_W1_does_not_collide() -> None:
    def f(W1: Any, d_W1: Any) -> Any:
        d_z = W1 * d_W1
        z = np.exp(d_z)
        return np.sum(z)

    W1, d_W1 = np.ones(2), np.full(2, 2.0)
    graph = gd.trace(f, W1, d_W1)
    dgraph = gd.differentiate(graph)
    assert set(graph.outputs) | {"d_W1_2", "d_d_W1"} == set(dgraph.outputs) or {
        "d_W1",
        "d_d_W1",
    } <= set(dgraph.outputs)
    got = gd.evaluate(dgraph, {"W1": W1, "d_W1": d_W1})
    slopes = sorted(v[0] for n, v in got.items() if n not in graph.outputs)
    np.testing.assert_allclose(slopes, [np.exp(2), 2 * np.exp(2)])
    names = [dgraph.name_of(n) for n in dgraph.nodes if dgraph.name_of(n)]
    assert len(names) == len(set(names))


def test_leaves_of_a_nest_are_named_by_their_last_part_made_unique() -> None:
    def f(params: Any, x: Any) -> Any:
        for part in params:
            x = np.tanh(part["W"] * x)
        return np.sum(x)

    graph = gd.trace(f, [{"W": np.ones(2)}, {"W": np.ones(2)}], np.ones(2))
    dgraph = gd.differentiate(graph, wrt="params")
    new = [n for n in dgraph.outputs if n not in graph.outputs]
    assert len(new) == len(set(new)) == 2
    assert all(n.startswith("d_W") for n in new)


# --- what may be asked ----------------------------------------------------------------


def several(x: Any, k: Any) -> Any:
    return {"a": np.sum(x), "b": x, "c": np.sum(k)}


def test_of_names_an_output() -> None:
    graph = gd.trace(several, np.ones(2), np.arange(2))
    with pytest.raises(ValueError, match="of: name one of the outputs 'a', 'b', 'c'"):
        gd.differentiate(graph)
    with pytest.raises(ValueError, match="'a', 'b', 'c', got 'loss'"):
        gd.differentiate(graph, of="loss")
    with pytest.raises(ValueError, match=r"'b' must be a scalar, but has shape \(2,\)"):
        gd.differentiate(graph, of="b")
    with pytest.raises(TypeError, match="'c' must be real, but is int64"):
        gd.differentiate(graph, of="c")
    assert list(gd.differentiate(graph, of="a").outputs) == ["a", "b", "c", "d_x"]


def test_wrt_names_inputs_or_prefixes() -> None:
    graph = gd.trace(
        lambda p, x: np.sum(p["a"] * p["b"] * x), {"a": 1.0, "b": 2.0}, 3.0
    )
    made = gd.differentiate(graph, wrt="p")
    assert list(made.outputs)[1:] == ["d_a", "d_b"]
    made = gd.differentiate(graph, wrt=["p.b", "x"])
    assert list(made.outputs)[1:] == ["d_b", "d_x"]
    made = gd.differentiate(graph, wrt=["x", "x"])
    assert list(made.outputs)[1:] == ["d_x"]
    with pytest.raises(
        ValueError, match=r"wrt: expected one of the inputs .*, got 'q'"
    ):
        gd.differentiate(graph, wrt=["q"])


def test_integers_have_no_derivative_unless_zeros_will_do() -> None:
    graph = gd.trace(lambda x, k: np.sum(x * k), np.ones(2), np.arange(2))
    assert list(gd.differentiate(graph).outputs)[1:] == ["d_x"]
    with pytest.raises(TypeError, match=r"'k' has dtype int64.*allow_int=True"):
        gd.differentiate(graph, wrt="k")
    dgraph = gd.differentiate(graph, wrt=["x", "k"], allow_int=True)
    got = gd.evaluate(dgraph, {"x": np.ones(2), "k": np.arange(2)})
    assert got["d_x"].tolist() == [0, 1]
    assert got["d_k"].tolist() == [0, 0]
    assert got["d_k"].dtype == np.int64


def test_integers_inside_a_computation_carry_no_derivative() -> None:
    def f(x: Any) -> Any:
        return np.sum(x * x.astype(int)) + np.sum((x > 0) * x)

    x = np.array([1.5, -2.5])
    assert derive(f, x)["d_x"].tolist() == [2, -2]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype: Any) -> None:
    def f(x: Any) -> Any:
        y = np.log2(np.exp2(x)) + np.log10(x) + np.sqrt(x) * np.pi + x**1.5
        z = np.linalg.norm(y) + np.std(y) + np.prod(y) + np.max(y)
        return np.mean(np.clip(y, 0, 1e6)) / 3 + z + np.sum(np.where(y > 0, y, 1))

    x = np.array([0.5, 1.5, 2.0], dtype)
    graph = gd.trace(f, x)
    dgraph = gd.differentiate(graph)
    assert dgraph.outputs["d_x"].type.dtype == dtype
    assert {n.type.dtype for n in dgraph.nodes if n.type.is_real} == {np.dtype(dtype)}
    assert gd.evaluate(dgraph, {"x": x})["d_x"].dtype == dtype


def test_mixed_dtypes_each_keep_their_own() -> None:
    a, b = np.ones(2, np.float32), np.ones(2)
    got = derive(lambda a, b: np.sum(a * b), a, b)
    assert got["d_a"].dtype == np.float32
    assert got["d_b"].dtype == np.float64


def test_with_respect_to_what_is_computed() -> None:
    x = gd.var("x", 2)
    z = np.exp(x)
    y = np.sum(z * z)
    g, h = gd.gradients(y, [z, x])
    at = np.array([0.5, 1.0])
    np.testing.assert_allclose(value(g, x=at), 2 * np.exp(at))
    np.testing.assert_allclose(value(h, x=at), 2 * np.exp(2 * at))


def test_the_same_variable_twice_and_the_target_itself() -> None:
    x = gd.var("x", ())
    a, b = gd.gradients(x * x, [x, x])
    assert a.node is b.node
    y = np.sin(x)
    one, slope = gd.gradients(y, [y, x])
    assert value(one) == 1
    assert value(slope, x=0.0) == 1
    assert value(gd.gradients(x, [x])[0]) == 1


def test_a_constant_target_has_zeros() -> None:
    graph = gd.trace(lambda x: {"c": np.sum(np.ones(3)), "x": x}, np.ones(2))
    got = gd.evaluate(gd.differentiate(graph, of="c"), {"x": np.ones(2)})
    assert got["d_x"].tolist() == [0, 0]


def test_two_outputs_that_are_one_value() -> None:
    graph = gd.trace(lambda x: {"a": np.sum(x), "b": np.sum(x)}, np.ones(2))
    assert gd.differentiate(graph, of="b").outputs["d_x"] is not None


def test_inputs_of_one_name_are_two_variables() -> None:
    a, b = gd.var("x", ()), gd.var("x", ())
    da, db = gd.gradients(a * a * b, [a, b])
    graph = gd.Graph({"a": a, "b": b}, {"da": da, "db": db})
    got = gd.evaluate(graph, {"a": 3.0, "b": 5.0})
    assert (got["da"], got["db"]) == (30, 9)


def test_nested_derivatives_do_not_confuse_their_variables() -> None:
    def f(x: Any) -> Any:
        inner = gd.grad(lambda y: x + y)
        return x * inner(1.0)

    assert gd.grad(f)(3.0) == 1
    assert gd.grad(lambda x: x * gd.grad(lambda y: x * y)(2.0))(3.0) == 6


@pytest.mark.parametrize("bad", [1.0, np.ones(2), "x", None])
def test_what_is_not_an_expression_is_refused(bad: Any) -> None:
    x = gd.var("x", ())
    with pytest.raises(TypeError, match="y: expected an expression"):
        gd.gradients(bad, [x])
    with pytest.raises(TypeError, match=r"wrt\[1\]: expected an expression"):
        gd.gradients(x, [x, bad])


def test_vectors_have_no_gradient() -> None:
    x = gd.var("x", "n")
    with pytest.raises(ValueError, match=r"scalar, but has shape \(n,\); sum it"):
        gd.gradients(x, [x])


# --- the linear maps ------------------------------------------------------------------


def maps(x: Any, w: Any) -> list[Any]:
    h = np.tanh(x @ w)
    return [h, np.sum(h * h, axis=1), np.max(x) * np.prod(w, axis=0)]


def test_pullback_and_pushforward_are_transposes(rng: np.random.Generator) -> None:
    given = {"x": rng.normal(size=(4, 3)), "w": rng.normal(size=(3, 2))}
    x, w = gd.var("x", (4, 3)), gd.var("w", (3, 2))
    ys = maps(x, w)
    tangents = [rng.normal(size=v.shape) for v in (x, w)]
    cotangents = [rng.normal(size=y.shape) for y in ys]
    pushed = gd.pushforward(ys, [x, w], tangents)
    pulled = gd.pullback(ys, [x, w], cotangents)
    left = sum(
        np.sum(value(t, **given) * c) for t, c in zip(pushed, cotangents, strict=True)
    )
    right = sum(
        np.sum(value(g, **given) * t) for g, t in zip(pulled, tangents, strict=True)
    )
    np.testing.assert_allclose(left, right)
    step = 1e-6
    ahead, behind = (
        maps(*(v + s * t for v, t in zip(given.values(), tangents, strict=True)))
        for s in (step, -step)
    )
    for t, a, b in zip(pushed, ahead, behind, strict=True):
        np.testing.assert_allclose(
            value(t, **given), (a - b) / (2 * step), rtol=1e-6, atol=1e-8
        )


def test_no_hole_survives_forward_mode_of_any_op() -> None:
    x = gd.var("x", (3, 3))
    ys = [
        np.maximum(x, x.T),
        np.clip(x, x - 1, 0.5),
        np.where(x > 0, np.sqrt(x), 0.0),
        np.linalg.norm(x, axis=0),
        np.std(x),
        gd.nn.softmax(x),
        gd.nn.relu(x) @ x,
        np.prod(x, axis=1),
        np.cumsum(x, axis=0),
        x[np.array([0, 0, 2])],
        np.arctan2(x, x.T),
        np.einsum("ij,jk,kl->il", x, x, x),
        x**x,
    ]
    found = gd.pushforward(ys, [x], [np.ones((3, 3))])
    (again,) = gd.pushforward([found[0] * found[2]], [x], [np.ones((3, 3))])
    outputs = {f"y{i}": t for i, t in enumerate([*found, again])}
    check(gd.Graph({"x": x}, outputs))


def test_the_same_target_or_variable_twice() -> None:
    x = gd.var("x", ())
    y = x * x
    (g,) = gd.pullback([y, y], [x], [1.0, 2.0])
    assert value(g, x=2.0) == 12
    a, b = gd.pushforward([y, y], [x], [3.0])
    assert value(a, x=2.0) == value(b, x=2.0) == 12


def test_a_tangent_shared_by_two_variables() -> None:
    x, w = gd.var("x", ()), gd.var("w", ())
    t = gd.var("t", ())
    (pushed,) = gd.pushforward([x + w], [x, w], [t, t])
    assert value(pushed, t=2.0) == 4


def test_outputs_that_do_not_depend_have_zeros() -> None:
    x, w = gd.var("x", 2), gd.var("w", 3)
    pulled = gd.pullback([x * 2], [w], [np.ones(2)])
    pushed = gd.pushforward([x * 2, w], [w], [np.ones(3)])
    assert value(pulled[0]).tolist() == [0, 0, 0]
    assert value(pushed[0]).tolist() == [0, 0]
    assert value(pushed[1]).tolist() == [1, 1, 1]


def test_vectors_that_do_not_fit_are_refused() -> None:
    x = gd.var("x", (2, 3))
    with pytest.raises(ValueError, match=r"cotangents\[0\]: expected shape \(2, 3\)"):
        gd.pullback([x], [x], [np.ones(3)])
    with pytest.raises(ValueError, match="tangents: expected 1, got 2"):
        gd.pushforward([x], [x], [np.ones((2, 3)), 1.0])
    with pytest.raises(TypeError, match=r"xs\[0\] has dtype int64"):
        gd.pullback([x], [gd.var("k", 2, dtype=np.int64)], [np.ones((2, 3))])


def test_a_number_serves_for_a_whole_cotangent() -> None:
    x = gd.var("x", "n")
    (g,) = gd.pullback([x * x], [x], [1.0])
    assert value(g, x=np.arange(3.0)).tolist() == [0, 2, 4]


def test_the_result_can_be_differentiated_three_times() -> None:
    x = gd.var("x", ())
    y = np.exp(2 * x)
    for _ in range(3):
        (y,) = gd.gradients(y, [x])
    np.testing.assert_allclose(value(y, x=0.5), 8 * np.e)


def test_tracing_in_any_order_gives_the_same_listing() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.tanh(x) * x)

    def g(x: Any) -> Any:
        return np.sum(np.exp(x))

    first = str(gd.differentiate(gd.trace(f, np.ones(2))))
    gd.differentiate(gd.trace(g, np.ones(2)))
    assert str(gd.differentiate(gd.trace(f, np.ones(2)))) == first
    assert operator.contains(first, "d_x")


# --- what is refused ------------------------------------------------------------------


def test_a_lone_expression_is_not_iterated_over() -> None:
    x = gd.var("x", "3")
    y = 2 * x
    with pytest.raises(TypeError, match=r"wrt: expected a list.*write \[x\]"):
        gd.gradients(np.sum(x), x)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="xs: expected a list"):
        gd.pullback([y], x, [np.ones(3)])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="ys: expected a list"):
        gd.pushforward(y, [x], [np.ones(3)])  # type: ignore[arg-type]


def test_inputs_are_chosen_by_name() -> None:
    graph = gd.trace(lambda x: np.sum(x), np.ones(3))
    with pytest.raises(TypeError, match="wrt: expected the name of an input"):
        gd.differentiate(graph, wrt=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="wrt: expected one of the inputs 'x'"):
        gd.differentiate(graph, wrt=[["x"]])  # type: ignore[list-item]
