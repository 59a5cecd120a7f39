"""The recorder finds the user's names, with a toy handle in place of expressions."""

import contextlib
import functools
import gc
import itertools
import sys
import textwrap
import threading
import weakref
from types import SimpleNamespace

import pytest

from graphdiff.trace import names as names_module
from graphdiff.trace.names import Recorder
from graphdiff.trace.stores import sites_of
from tests.counting import assert_linear, calls_of

ACTIVE: list[Recorder] = []
SERIALS = itertools.count()


class Node:
    """A toy value, known by the expression that made it."""

    def __init__(self, text):
        self.text = text
        self.serial = next(SERIALS)


class Handle:
    """A toy handle; it is made to look as if it were a part of the package."""

    def __init__(self, node):
        self.node = node


# The operators count as frames of the library, as the real ones do.
exec(
    compile(
        textwrap.dedent(
            """
            def made(text, *handles):
                node = Node(text)
                args = [h.node for h in handles if isinstance(h, Handle)]
                if ACTIVE:
                    ACTIVE[-1].saw(node, args)
                return Handle(node)

            def binary(sign):
                def apply(self, other):
                    return made(sign, self, other)
                return apply

            Handle.__matmul__ = binary("@")
            Handle.__add__ = Handle.__radd__ = binary("+")
            Handle.__mul__ = Handle.__rmul__ = binary("*")
            Handle.__neg__ = lambda self: made("-", self)
            Handle.__getitem__ = lambda self, key: made("[]", self)
            Handle.T = property(lambda self: made("T", self))

            def tanh(x):
                return made("tanh", x)

            def mean(x):
                made("sum", x)
                return made("mean", x)
            """
        ),
        names_module.__file__,
        "exec",
    ),
    toys := {"Node": Node, "Handle": Handle, "ACTIVE": ACTIVE},
)
tanh, mean = toys["tanh"], toys["mean"]


def node_of(value):
    return value.node if isinstance(value, Handle) else None


def record(function, *args, leaves=None):
    """Run `function` and give the names of the nodes that have one, in order."""
    arguments = {}
    leaves = leaves or {}
    for name, value in zip(function.__code__.co_varnames, args, strict=False):
        if isinstance(value, Handle):
            arguments[value.node] = name
        elif isinstance(value, list) and not leaves:
            leaves = {handle.node: None for handle in value}
    recorder = Recorder(sys._getframe(), node_of, arguments, leaves)
    ACTIVE.append(recorder)
    try:
        function(*args)
    finally:
        ACTIVE.pop()
    return recorder.finish()


def named(function, *args):
    """The names of what the function computed, in the order of computation."""
    found = record(function, *args)
    made = [node for node in found if node.text not in ("x", "y", "W")]
    return [found[node] for node in sorted(made, key=lambda node: node.serial)]


def var(text="x"):
    return Handle(Node(text))


x, y, W = var("x"), var("y"), var("W")


def test_a_store_right_after_the_call_names_the_value():
    def f(x, W):
        z = x @ W
        a = tanh(z)
        return mean(a)

    assert named(f, x, W) == ["z", "a"]


def test_the_last_part_of_a_composite_is_the_value():
    def f(x):
        m = mean(x)
        n = mean(m)
        return n

    assert [n.text for n in list(record(f, x))[1:]] == ["mean", "mean"]
    assert named(f, x) == ["m", "n"]


def test_a_loop_numbers_what_it_rebinds():
    def f(x, Ws):
        a = x
        for W in Ws:
            z = a @ W
            a = tanh(z)
        return a

    assert named(f, x, [W] * 3) == ["z1", "a1", "z2", "a2", "z3", "a3"]


@pytest.mark.parametrize("operation", ["a @ a", "tanh(a)", "mean(a)"])
def test_a_loop_of_one_operation(operation):
    space = dict(globals())
    exec(f"def f(x):\n a = x\n for _ in range(3):\n  a = {operation}\n return a", space)
    found = record(space["f"], x)
    assert list(found.values()) == ["x", "a1", "a2", "a3"]
    assert {n.text for n in list(found)[1:]} <= {"@", "tanh", "mean"}


def test_one_pass_through_a_loop_needs_no_number():
    def f(x, Ws):
        for W in Ws:
            z = x @ W
        return z

    assert named(f, x, [W]) == ["z"]


def test_a_rebound_argument_keeps_its_name():
    def f(x):
        x = x * 2
        x = tanh(x)
        return x

    assert list(record(f, x).values()) == ["x", "x1", "x2"]


def test_in_place_operators_rebind():
    def f(x):
        total = 0.0
        total += tanh(x)
        total += x * x
        return total

    assert named(f, x) == ["total1", "total2"]


def test_names_that_end_in_a_digit_and_names_in_use():
    def f(x):
        h1 = x * 2
        h1 = h1 * 2
        z = x * 3
        z1 = x * 4
        z = z * z1
        return h1, z

    found = record(f, x)
    assert list(found.values()) == ["x", "z1", "h1_1", "h1_2", "z2", "z3"]


def test_the_first_binding_wins_over_an_alias():
    def f(x):
        a = tanh(x)
        b = a
        kept = [a]
        return b, kept

    assert named(f, x) == ["a"]


def test_walrus_and_chained_assignment():
    def f(x):
        a = b = x * 2
        if (c := tanh(a)) is not None:
            d = (e := c * b) * 2
        return c, d, e

    assert named(f, x) == ["a", "c", "e", "d"]


def test_the_outer_name_beats_the_helpers():
    def layer(x, W):
        z = x @ W
        out = tanh(z)
        return out

    def f(x, W):
        h = layer(x, W)
        y = layer(h, W)
        return layer(y, W)

    found = record(f, x, W)
    texts = {name: node.text for node, name in found.items()}
    assert texts["h"] == texts["y"] == texts["out"] == "tanh"
    assert set(found.values()) == {"x", "W", "h", "y", "out", "z1", "z2", "z3"}


def test_nested_helpers_called_in_a_loop():
    def linear(x, W):
        s = x @ W
        return s

    def layer(x, W):
        z = linear(x, W)
        return tanh(z)

    def f(x, Ws):
        for W in Ws:
            x = layer(x, W)
        return x

    assert named(f, x, [W, W]) == ["z1", "x1", "z2", "x2"]


def test_a_helper_at_the_same_call_site_with_one_operation():
    def double(x):
        return x * 2

    def f(x):
        for _ in range(3):
            x = double(x)
        return x

    assert named(f, x) == ["x1", "x2", "x3"]


def test_tuples_are_unpacked():
    def both(x):
        return tanh(x), x * 2

    def f(x):
        m, s = both(x)
        p, q = tanh(m), tanh(s)
        (i, j), *k = (p * q, q * p), p * p
        return i, j, k

    assert named(f, x)[:4] == ["m", "s", "p", "q"]
    assert set(named(f, x)[4:]) >= {"i", "j"}


def test_swapped_helpers():
    def double(x):
        out = x * 2
        return out

    def f(x):
        for _ in range(2):
            a, b = double(x), double(x)
            x = a * b
        return x

    assert sorted(named(f, x)) == ["a1", "a2", "b1", "b2", "x1", "x2"]


def test_comprehensions_are_numbered():
    def f(x, Ws):
        zs = [x @ W for W in Ws]
        hs = {k: tanh(z) for k, z in enumerate(zs)}
        for z in zs:
            last = z
        return zs, hs, last

    assert sorted(named(f, x, [W, W])) == ["hs1", "hs2", "zs1", "zs2"]


def test_a_comprehension_over_a_helper():
    def double(x):
        out = x * 2
        return out

    def f(x):
        ys = [double(x) for _ in range(2)]
        return ys[0] + ys[1]

    assert sorted(named(f, x)) == ["ys1", "ys2"]


def test_generators_and_mapped_functions():
    def f(x):
        total = sum(x * k for k in range(3))
        ys = list(map(tanh, [x, x]))
        return total, ys

    assert "total" in named(f, x)
    assert {"ys1", "ys2"} <= set(named(f, x))


def test_a_generator_that_is_resumed_from_elsewhere():
    def steps(x):
        while True:
            step = x * 2
            x = tanh(step)
            yield x

    def f(x):
        source = steps(x)
        a = next(source)
        b = a * 2
        c = next(source)
        return b * c

    found = named(f, x)
    assert {"a", "b", "c"} <= set(found)
    assert {"step1", "step2"} <= set(found)


def test_containers_name_what_they_hold():
    def f(x):
        cache = {}
        cache["z"] = x * 2
        cache["z"] = tanh(cache["z"])
        for i in range(2):
            cache[f"h{i}"] = x * i
        acts = []
        for _ in range(2):
            acts.append(tanh(x))
        nest = {"deep": [x * 5], "not a name": x * 6}
        return cache, acts, nest

    found = named(f, x)
    expected = ["z1", "z2", "h0", "h1", "acts1", "acts2", "deep", "nest"]
    assert sorted(found) == sorted(expected)


def test_the_key_in_the_outer_frame_beats_the_helper():
    def double(x):
        out = x * 2
        return out

    def f(x):
        cache = {}
        cache["a"] = double(x)
        cache["b"] = double(x)
        return cache

    assert named(f, x) == ["a", "b"]


def test_attributes_and_methods():
    class Model:
        def __init__(self):
            self.cache = {}
            self.acts = []

        def layer(self, x):
            self.z = x * 2
            self.cache["a"] = tanh(self.z)
            self.acts.append(x * 3)
            return self.cache["a"]

    def f(x):
        y = Model().layer(x)
        box = SimpleNamespace()
        box.w = y * 2
        return box.w

    assert sorted(named(f, x)) == ["acts", "w", "y", "z"]


def test_properties_and_indexing():
    def f(x):
        t = x.T
        r = x[0]
        n = -x
        return t, r, n

    assert named(f, x) == ["t", "r", "n"]


def test_recursion():
    def f(x, depth=3):
        if depth == 0:
            return x
        z = tanh(x)
        return f(z, depth - 1)

    assert named(f, x) == ["z1", "z2", "z3"]


def test_deep_recursion():
    def f(x, depth):
        if depth == 0:
            return x * 2
        y = f(x, depth - 1)
        return y

    assert named(f, x, 300) == ["y"]


def test_lambdas_give_nothing_but_the_outer_names_do():
    double = eval("lambda x: x * 2")

    def f(x):
        a = double(x)
        return double(a)

    assert named(f, x) == ["a"]
    assert named(double, x) == []


def test_branches_and_conditional_expressions():
    def f(x, flag):
        a = tanh(x) if flag else x * 2
        with contextlib.suppress(KeyError):
            b = a * 2 if flag else tanh(x)
        try:
            c = tanh(b)
            raise ValueError
        except ValueError:
            d = tanh(c)
        return d

    assert named(f, x, True) == ["a", "b", "c", "d"]
    assert named(f, x, False) == ["a", "b", "c", "d"]


def test_an_exception_between_leaves_no_wrong_name():
    def fails(x):
        inner = x * 2
        raise ValueError(inner)

    def f(x):
        a = None
        try:
            a = fails(x)
        except ValueError:
            a = tanh(x)
        return a

    found = record(f, x)
    assert {name: n.text for n, name in found.items() if name != "x"} == {
        "a": "tanh",
        "inner": "*",
    }


def test_a_result_that_is_not_the_value_gives_no_wrong_name():
    def f(x):
        count = len([tanh(x)])
        pair = list(map(tanh, [x]))
        return count, pair

    assert "count" not in named(f, x)


def test_closures_globals_and_defaults():
    def f(x):
        z = None

        def inner():
            nonlocal z
            global stored
            z = x * 2
            stored = tanh(z)
            return stored

        y = inner()
        return y, z

    assert sorted(named(f, x)) == ["y", "z"]


def test_decorators_and_partials():
    def logged(function):
        @functools.wraps(function)
        def wrapper(*args):
            result = function(*args)
            return result

        return wrapper

    @logged
    def layer(x):
        z = x * 2
        return tanh(z)

    def f(x):
        a = layer(x)
        b = functools.partial(layer)(a)
        return b

    assert sorted(named(f, x)) == ["a", "b", "z1", "z2"]


def test_code_without_source():
    space = dict(globals())
    exec("def f(x):\n    z = tanh(x)\n    w = z @ z\n    return w\n", space)
    assert named(space["f"], x) == ["z", "w"]


def test_module_level_code():
    def f(x):
        space = {"x": x, "tanh": tanh}
        exec("z = tanh(x)\nw = z @ z\nfor i in range(2):\n    v = tanh(w)", space)
        return space["w"]

    assert sorted(named(f, x)) == ["v1", "v2", "w", "z"]


def test_hostile_names_are_dropped_or_spelled_out():
    def f(x):
        _ = x * 1
        __private__ = x * 2
        _hidden = x * 3
        σ = x * 4
        λ1 = x * 5
        ℝ = x * 6
        变 = x * 7
        d = {}
        d["class"] = x * 8
        d["a; import os"] = x * 9
        return _, __private__, _hidden, σ, λ1, ℝ, 变, d

    found = named(f, x)
    assert found[:3] == ["sigma", "lam1", "R"]
    assert set(found[3:]) == {"d1", "d2"}


def test_leaves_take_the_first_variable_or_their_path():
    W1, b1, W2, b2 = (var(name) for name in "abcd")
    params = [(W1, b1), (W2, b2)]
    leaves = {h.node: None for layer in params for h in layer}

    def f(x, params):
        for W, b in params:
            x = tanh(x @ W + b)
        return x

    found = record(f, x, params, leaves=leaves)
    assert [found[h.node] for h in (W1, b1, W2, b2)] == ["W1", "b1", "W2", "b2"]
    assert "params" not in " ".join(found.values())

    def g(x, params):
        (U, c), (V, d) = params
        return tanh(x @ U + c) @ V + d

    found = record(g, x, params, leaves=leaves)
    assert [found[h.node] for h in (W1, b1, W2, b2)] == ["U", "c", "V", "d"]


def test_leaves_without_a_variable():
    first, second, third = var(), var(), var()

    def layer(x, weight):
        weight = tanh(weight)
        return x @ weight

    def f(x, p):
        return layer(layer(x, p["W1"]), p["rest"][0]) @ p["rest"][1]

    p = {"W1": first, "rest": [second, third]}
    leaves = {first.node: "W1", second.node: None, third.node: None}
    found = record(f, x, p, leaves=leaves)
    assert found[first.node] == "W1"
    assert found[second.node] == "weight"
    assert third.node not in found


def test_names_that_were_asked_for_come_first():
    recorder = Recorder(sys._getframe(), node_of)
    ACTIVE.append(recorder)

    def f(x):
        z = tanh(x)
        recorder.name(z.node, "activation")
        activation = z * 2
        return activation

    try:
        f(x)
    finally:
        ACTIVE.pop()
    assert list(recorder.finish().values()) == ["activation", "activation1"]


def test_values_made_outside_of_the_root_are_ignored():
    recorder = Recorder(sys._getframe(), node_of)
    ACTIVE.append(recorder)
    try:

        def outer(x):
            z = tanh(x)
            return z

        thread = threading.Thread(target=outer, args=(x,))
        thread.start()
        thread.join()
    finally:
        ACTIVE.pop()
    assert recorder.finish() == {}


def test_the_recorder_lets_go_of_the_frames():
    class Big:
        pass

    seen = []

    def f(x):
        big = Big()
        seen.append(weakref.ref(big))
        z = tanh(x)
        return z

    record(f, x)
    gc.collect()
    assert seen[0]() is None


def test_long_jumps_of_arguments_in_the_bytecode():
    lines = [f"    v{i} = tanh(x)" for i in range(400)]
    space = dict(globals())
    exec("def f(x):\n" + "\n".join(lines) + "\n    return v0", space)
    assert named(space["f"], x) == [f"v{i}" for i in range(400)]


def test_sites_are_read_once_for_each_place():
    def f(x):
        for _ in range(3):
            z = tanh(x)
        return z

    record(f, x)
    assert len(sites_of(f.__code__)) == 1


PROGRAMS = {
    "one loop": ("def f(x, n):\n for _ in range(n):\n  x = tanh(x)\n return x", False),
    "own variables": ("    v{i} = tanh(x)\n", True),
    "one variable": ("    x = tanh(x)\n", True),
    "a helper": (
        "def g(x):\n z = x * 2\n return z\n"
        "def f(x, n):\n for _ in range(n):\n  x = g(x)\n return x",
        False,
    ),
    "a list": (
        "def f(x, n):\n acts = []\n for _ in range(n):\n"
        "  acts.append(tanh(x))\n return acts",
        False,
    ),
    "a list and a helper": (
        "def g(x, acts):\n z = x * 2\n acts.append(z)\n"
        "def f(x, n):\n acts = []\n for _ in range(n):\n  g(x, acts)\n return acts",
        False,
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_work_is_linear_in_the_number_of_values(program):
    text, unrolled = PROGRAMS[program]

    def calls(n):
        source = text
        if unrolled:
            body = "".join(text.format(i=i) for i in range(n))
            source = f"def f(x, n):\n{body}    return x"
        space = dict(globals())
        exec(compile(source, "program.py", "exec"), space)
        found: list = []
        count = calls_of(lambda: found.extend(named(space["f"], x, n)))
        assert len(found) >= n
        return count

    assert_linear(calls, 1_500)
