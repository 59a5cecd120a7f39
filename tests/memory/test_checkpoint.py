"""Checkpoints: the same numbers as without, computed again instead of kept."""

import tracemalloc

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.budget.measure import Measure
from graphdiff.memory.again import Again, recomputes
from graphdiff.memory.recompute import recomputed, stored_form

rng = np.random.default_rng(5)


def deep(x):
    a = np.sin(x)
    b = np.exp(0.3 * a)
    c = np.tanh(b * x)
    return c * b


def network(wrap):
    def layer(h, W):
        z = h @ W
        a = np.tanh(z)
        return np.sin(a) * a

    layer = wrap(layer)

    def loss(x, Ws):
        h = x
        for W in Ws:
            h = layer(h, W)
        return np.sum(h**2)

    return loss


def count(graph, label):
    return sum(node.op.label == label for node in recomputed(graph).nodes)


def test_inner_values_are_computed_again_and_only_those():
    x, Ws = rng.normal(size=(5, 4)), [rng.normal(size=(4, 4)) for _ in range(3)]
    graph = gd.value_and_grad(network(gd.checkpoint), wrt="Ws").graph(x, Ws)
    plain = gd.value_and_grad(network(lambda f: f), wrt="Ws").graph(x, Ws)
    assert count(plain, "tanh") == 3
    assert count(graph, "tanh") == 6
    assert len(stored_form(recomputed(graph))) == len(plain)


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_gradients_do_not_change(style):
    x, Ws = rng.normal(size=(5, 4)), [rng.normal(size=(4, 4)) for _ in range(3)]
    expected = gd.value_and_grad(network(lambda f: f), wrt="Ws")(x, Ws)
    form = gd.value_and_grad(network(gd.checkpoint), wrt="Ws")
    graph = form.graph(x, Ws)
    inputs = {"x": x, "Ws": Ws}
    evaluated = list(gd.evaluate(graph, inputs).values())
    emitted = gd.emit(graph, style=style)
    for value, grads in (
        form(x, Ws),
        emitted.load()(x, Ws),
        (evaluated[0], evaluated[1:]),
    ):
        np.testing.assert_allclose(value, expected[0], rtol=1e-13)
        for one, other in zip(grads, expected[1], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
    assert "# recomputed" in emitted.source
    assert "del " in emitted.source


@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_order(order):
    def nth(f):
        for _ in range(order):
            f = gd.grad(f)
        return f

    expected = nth(lambda x: deep(deep(x)))(0.7)
    layer = gd.checkpoint(deep)
    made = nth(lambda x: layer(layer(x)))
    assert made(0.7) == pytest.approx(expected, rel=1e-11)
    for style in ("readable", "fast"):
        emitted = made.emit(0.7, style=style)
        assert emitted.load()(0.7) == pytest.approx(expected, rel=1e-11)


def test_nested_checkpoints():
    inner = gd.checkpoint(deep)

    @gd.checkpoint
    def outer(x):
        return inner(np.cos(inner(x)))

    def f(x):
        return outer(outer(x))

    def plain(x):
        return deep(np.cos(deep(deep(np.cos(deep(x))))))

    for n in (1, 2):
        one, other = f, plain
        for _ in range(n):
            one, other = gd.grad(one), gd.grad(other)
        assert one(0.3) == pytest.approx(other(0.3), rel=1e-12)
    graph = gd.value_and_grad(f).graph(0.3)
    assert count(graph, "tanh") > 8
    assert count(gd.value_and_grad(plain).graph(0.3), "tanh") == 4


def test_the_second_sweep_computes_the_first_adjoints_again():
    layer = gd.checkpoint(deep)
    graph = gd.grad(gd.grad(lambda x: layer(layer(x)))).graph(0.7)
    again = recomputed(graph)
    stages = {r.order for r in again.ledger.roles.values() if r.rule == "recomputed"}
    assert stages == {1, 2, 3}


def test_forward_mode_computes_nothing_again():
    layer = gd.checkpoint(deep)
    graph = gd.jvp(lambda x: layer(layer(x))).graph((0.7,), (1.0,))
    assert not recomputes(recomputed(graph).nodes)


def test_forward_over_reverse():
    layer = gd.checkpoint(deep)
    _, made = gd.jvp(gd.grad(lambda x: layer(layer(x))))((0.7,), (1.0,))
    expected = gd.grad(gd.grad(lambda x: deep(deep(x))))(0.7)
    assert made == pytest.approx(expected, rel=1e-12)


def test_captured_values_and_several_results():
    def f(x, y):
        shift = np.exp(y)

        @gd.checkpoint
        def part(z):
            _, s, _ = np.linalg.svd(z + shift, full_matrices=False)
            return {"low": s[-1], "all": np.sum(np.log(s))}, np.sin(s)

        found, waves = part(x)
        return found["all"] + found["low"] ** 2 + np.sum(waves)

    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    assert gd.check_gradients(f, x, y).ok


def test_without_a_trace_it_is_the_function():
    assert gd.checkpoint(deep)(0.5) == deep(0.5)
    assert gd.checkpoint(deep).__name__ == "deep"
    with pytest.raises(gd.GraphTypeError, match="checkpoint: expected a function"):
        gd.checkpoint(3)


def test_masked_branches_stay_silent():
    @gd.checkpoint
    def safe(x):
        return np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)) + np.log(x), x)

    x = np.array([-1.0, 0.0, 2.0])
    slope = gd.grad(lambda x: np.sum(safe(x) ** 2))(x)
    assert np.all(np.isfinite(slope))


def test_a_gradient_inside_a_checkpoint_is_part_of_it():
    @gd.checkpoint
    def slope(x):
        return gd.grad(lambda t: deep(t))(x)

    made = gd.grad(lambda x: slope(x) ** 2)(0.4)
    plain = gd.grad(lambda x: gd.grad(deep)(x) ** 2)(0.4)
    assert made == pytest.approx(plain, rel=1e-12)


def test_expressions_by_hand():
    x = gd.var("x", "n")
    (slope,) = gd.gradients(np.sum(gd.checkpoint(deep)(x)), [x])
    graph = gd.Graph(inputs={"x": x}, outputs={"slope": slope})
    assert any(isinstance(n.op, Again) for n in recomputed(graph).nodes)
    point = rng.normal(size=4)
    expected = gd.grad(lambda x: np.sum(deep(x)))(point)
    found = gd.evaluate(gd.simplify(graph), {"x": point})["slope"]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def peak(run):
    """The most bytes that NumPy holds at once while `run` runs for the second time."""
    run()
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", ["evaluate", "readable", "fast", "compile"])
def test_memory_is_saved(how):
    def stack(wrap):
        @wrap
        def block(h):
            for _ in range(8):
                h = np.tanh(h) * np.cos(h)
            return h

        def loss(h):
            for _ in range(8):
                h = block(h)
            return np.sum(h)

        return loss

    x = rng.normal(size=5_000)

    def run(wrap):
        graph = gd.grad(stack(wrap)).graph(x)
        if how == "evaluate":
            return peak(lambda: gd.evaluate(graph, {"h": x}))
        if how == "compile":
            fn = gd.compile(graph)
            tracemalloc.start()
            try:
                fn(x)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
        fn = gd.emit(graph, style=how).load()
        return peak(lambda: fn(x))

    assert run(gd.checkpoint) < 0.45 * run(lambda f: f)


def test_memory_is_saved_at_second_order():
    def twice(wrap):
        @wrap
        def block(h):
            for _ in range(3):
                h = np.sin(h) * np.exp(-0.1 * h)
            return h

        def loss(h):
            for _ in range(10):
                h = block(h)
            return np.sum(h)

        form = gd.grad(lambda h: np.sum(gd.grad(loss)(h) ** 2))
        return recomputed(form.graph(np.ones(10)))

    before, after = (
        Measure(graph, {}).peak(graph)
        for graph in (twice(lambda f: f), twice(gd.checkpoint))
    )
    assert after < 0.5 * before
