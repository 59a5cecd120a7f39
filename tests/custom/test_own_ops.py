"""Ops of the user's own: the class of the built-in ones, with text of the user's."""

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import special

import graphdiff as gd

SCALE = 3.0


@gd.helper
def cube(x: np.ndarray, times: float = 1.0) -> np.ndarray:
    return times * x**3


@gd.helper
def bump(x, sharp=1.0):
    """Return a bump."""
    t = np.tanh(sharp * x)  # between -1 and 1
    return cube(t) + special.erf(t)


def plain(x: Any) -> Any:
    return SCALE * x


@dataclass(frozen=True)
class Bump(gd.Op):
    """A function of entries whose NumPy text is the helper's."""

    sharp: float
    stacks = True

    def infer(self, x: gd.ArrayType) -> gd.ArrayType:
        return x

    def call(self, x: gd.ArrayType) -> gd.Call:
        return gd.Call(bump, (gd.Arg(0), self.sharp))

    def pullback(self, i: int, at: Any, g: Any, y: Any, x: Any) -> Any:
        t = np.tanh(self.sharp * x)
        slope = 3 * t**2 + 2 / np.sqrt(np.pi) * np.exp(-t * t)
        return g * slope * self.sharp * (1 - t * t)


@dataclass(frozen=True)
class Power(gd.Op):
    """A ufunc of one array and a number."""

    exponent: int
    stacks = True

    def infer(self, x: gd.ArrayType) -> gd.ArrayType:
        return x

    def call(self, x: gd.ArrayType) -> gd.Call:
        return gd.Call("np.power", (gd.Arg(0), self.exponent))

    def pullback(self, i: int, at: Any, g: Any, y: Any, x: Any) -> Any:
        return g * self.exponent * Power(self.exponent - 1)(x)


@dataclass(frozen=True)
class Turned(gd.Op):
    """A power whose arguments come the other way round, with a wrong slope."""

    stacks = True

    def infer(self, p: gd.ArrayType, x: gd.ArrayType) -> gd.ArrayType:
        return x

    def call(self, p: gd.ArrayType, x: gd.ArrayType) -> gd.Call:
        return gd.Call("np.power", (gd.Arg(1), gd.Arg(0)))

    def pullback(self, i: int, at: Any, g: Any, y: Any, p: Any, x: Any) -> Any:
        return g * p * x ** (p - 1) if i == 1 else g * y


@dataclass(frozen=True)
class Parts(gd.Op):
    """Two results."""

    results = ("sine", "cosine")

    def infer(self, x: gd.ArrayType) -> Any:
        return x, x

    def call(self, x: gd.ArrayType) -> gd.Call:
        return gd.Call(parts, (gd.Arg(0),))

    def pullback(self, i: int, at: Any, g: Any, y: Any, x: Any) -> Any:
        terms = [
            s * slope
            for s, slope in zip(g, (np.cos(x), -np.sin(x)), strict=True)
            if s is not None
        ]
        return sum(terms[1:], terms[0])


@gd.helper
def parts(x):
    return np.sin(x), np.cos(x)


X = np.array([[0.5, 0.2, -1.0], [2.0, 0.1, 0.9]])


def loss(x: Any) -> Any:
    z = Bump(0.7)(x)
    return np.sum(z**2)


def test_an_own_op_works_as_a_built_in_one():
    form = gd.value_and_grad(loss)
    value, slope = form(X)
    np.testing.assert_allclose(value, np.sum(bump(X, 0.7) ** 2))
    h = 1e-6 * np.ones_like(X)
    wanted = (bump(X + h, 0.7) ** 2 - bump(X - h, 0.7) ** 2) / 2e-6
    np.testing.assert_allclose(slope, wanted, rtol=1e-6)
    for style in ("readable", "fast"):
        np.testing.assert_allclose(form.emit(X, style=style).load()(X)[1], slope)
    np.testing.assert_allclose(gd.compile(form.graph(X))(X)[1], slope)
    np.testing.assert_allclose(gd.evaluate(form.graph(X), {"x": X})["d_x"], slope)
    np.testing.assert_allclose(gd.jvp(loss)((X,), (np.ones_like(X),))[1], np.sum(slope))
    packed = pickle.loads(pickle.dumps(gd.compile(gd.trace(loss, X))))
    np.testing.assert_allclose(packed(X), value)
    assert Bump(0.7) == Bump(0.7) != Bump(0.8)


def test_modules_carry_the_text_of_the_helper():
    graph = gd.trace(loss, X)
    assert "z = bump(x, 0.7)" in str(graph)
    assert "test_own_ops.py" in str(graph)
    source = gd.emit(graph).source
    assert "def _cube(x, times=1.0):\n    return times * x**3\n" in source
    assert "    t = np.tanh(sharp * x)  # between -1 and 1\n" in source
    assert "    return _cube(t) + special.erf(t)\n" in source
    assert "z = _bump(x, 0.7)" in source
    assert "from scipy import special\n" in source


def test_the_check_passes_what_is_right():
    for op, args in (
        (Bump(0.7), [X]),
        (Parts(), [X]),
        (gd.ops.core.axes.Transpose((-1, -2)), [X]),
        (gd.ops.core.linalg.MatMul(), [X, X.T.copy()]),
    ):
        report = gd.check_op(op, *args)
        assert report.ok, str(report)
        report.raise_if_wrong()
    assert gd.check_op(Parts(), X).found["stacks"].startswith("not tried")


def test_ufuncs_may_be_given_numbers_too():
    check = gd.check_op(Power(3), np.array([0.5, 2.0]))
    assert check.ok, str(check)


def test_the_check_finds_what_is_wrong():
    report = gd.check_op(Turned(), np.array([1.5, 2.0]), np.array([0.5, 3.0]))
    assert "argument 0: WRONG" in report.found["pullback"]
    assert report.found["graph"] == "ok"
    with pytest.raises(AssertionError, match="the check of an op failed"):
        report.raise_if_wrong()

    @dataclass(frozen=True)
    class Wide(Bump):
        def infer(self, x: gd.ArrayType) -> gd.ArrayType:
            return gd.ArrayType(x.shape, np.dtype(np.float64))

    assert "infer says" in gd.check_op(Wide(1.0), X).found["float32"]

    @dataclass(frozen=True)
    class Whole(gd.Op):
        stacks = True

        def infer(self, x: gd.ArrayType) -> gd.ArrayType:
            return x

        def call(self, x: gd.ArrayType) -> gd.Call:
            return gd.Call("np.cumsum", (gd.Arg(0), 0))

        def pullback(self, i: int, at: Any, g: Any, y: Any, x: Any) -> Any:
            return np.flip(np.cumsum(np.flip(g, 0), 0), 0)

    found = gd.check_op(Whole(), np.array([1.0, 2.0, 4.0])).found
    assert "a stack of arguments" in found["stacks"]
    assert found["pullback"] == found["second order"] == "ok"

    class Loose(gd.Op):
        def infer(self, x: gd.ArrayType) -> gd.ArrayType:
            return x

    broken = gd.check_op(Loose(), X).found
    assert broken["parameters"] == "the class must be a dataclass(frozen=True)"
    assert "Loose has no call record" in broken["type"]
    with pytest.raises(gd.GraphTypeError, match="check_op: expected a"):
        gd.check_op(np.sin, X)


def test_what_helpers_may_not_read_is_refused():
    with pytest.raises(gd.GraphValueError, match="plain: reads 'SCALE'"):
        gd.helper(plain)
    with pytest.raises(gd.GraphTypeError, match="expected a function made by def"):
        gd.helper(np.sin)
    with pytest.raises(gd.GraphTypeError, match="made by def"):
        gd.helper(lambda x: x)
    depth = 2.0

    def closing(x: Any) -> Any:
        return depth * x

    with pytest.raises(gd.GraphValueError, match="reads 'depth' of the function"):
        gd.helper(closing)

    def evaluating(x: Any) -> Any:
        return eval("x")

    with pytest.raises(gd.GraphValueError, match="reads 'eval'"):
        gd.helper(evaluating)

    def importing(x: Any) -> Any:
        import os

        return os.getcwd()

    with pytest.raises(gd.GraphValueError, match="cannot have import in it"):
        gd.helper(importing)

    def defaulting(x: Any, y: Any = X) -> Any:
        return x + y

    with pytest.raises(gd.GraphValueError, match="a default must be"):
        gd.helper(defaulting)
