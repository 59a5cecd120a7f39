"""Assignments in emitted code: in place where the old value is dead, by name."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.compile.plan import run_of
from graphdiff.compile.program import program_of
from graphdiff.compile.tape import tape_of

X = np.linspace(0.2, 1.3, 6)


def body(source: str) -> list[str]:
    """The statements of the main function, without those that check arguments."""
    lines = source.split('    """\n')[-1].split("\n\n\ndef ")[0].splitlines()
    found = [line.strip() for line in lines if line.strip()]
    start = next(i for i, line in enumerate(found) if line.startswith("raise _")) + 1
    return found[start:]


def statements(f: Any, style: str = "readable") -> list[str]:
    graph = gd.simplify(gd.trace(f, X))
    emitted = gd.emit(graph, style=style)
    np.testing.assert_allclose(emitted.load()(X), f(X), rtol=1e-14)
    return body(emitted.source)


def filled(x: Any) -> Any:
    A = np.zeros((3, 2), like=x)
    A[0] = np.sin(x[:2])
    A[1:, 0] += x[3]
    A[A > 1] = 0
    A *= 2
    A[2] /= 4
    return A


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_what_the_user_assigned_is_assigned(style: str) -> None:
    assert statements(filled, style) == [
        "A = np.zeros((3, 2))",
        "A[0] = np.sin(x[:2])",
        "A[1:, 0] += x[3]",
        "A[A > 1] = 0",
        "A *= 2",
        "A[2] /= 4",
        "return A",
    ]


def recurrence(x: Any) -> Any:
    A = np.zeros_like(x)
    A[0] = x[0]
    for i in range(1, 3):
        A[i] = np.sin(A[i - 1]) * x[i]
    return np.sum(A**2)


def test_an_adjoint_is_read_and_set_to_zero_in_place() -> None:
    emitted = gd.emit(gd.simplify(gd.differentiate(gd.trace(recurrence, X))))
    text = body(emitted.source)
    assert "d_A[2] = 0" in text
    assert "d_A_2 = d_A[2]" in text
    assert text.index("d_A_2 = d_A[2]") < text.index("d_A[2] = 0")
    assert "d_A[1] += d_A_2 * x_2 * np.cos(A_1)" in text
    assert ".copy()" not in emitted.source.split("def _")[0]


def test_a_value_that_lives_on_is_copied_once() -> None:
    def f(x: Any) -> Any:
        a = np.sin(x)
        b = a.copy()
        b[0] = 1
        b[1] = 2
        return a * b

    text = statements(f)
    assert text[:4] == ["a = np.sin(x)", "b = a.copy()", "b[0] = 1", "b[1] = 2"]
    assert text[4].endswith("a * b")


def test_an_argument_is_copied() -> None:
    def f(x: Any) -> Any:
        y = x.copy()
        y[1:] *= x[0]
        return y

    assert statements(f) == ["y = x.copy()", "y[1:] = x[1:] * x[0]", "return y"]


def test_a_view_that_is_read_later_is_copied() -> None:
    def f(x: Any) -> Any:
        a = np.sin(x)
        v = a[:3].copy()
        a[0] = 5
        return np.sum(v) * a

    first, second, third, *_ = statements(f)
    assert (first, third) == ("a = np.sin(x)", "a[0] = 5")
    assert second.startswith("v = a[:3].copy()")


def test_entries_that_are_met_twice_are_added_as_the_user_did() -> None:
    def f(x: Any) -> Any:
        a = np.zeros_like(x)
        a[0] = x[1]
        np.add.at(a, np.array([0, 0, 2]), x[:3])
        return a

    assert any(line.startswith("np.add.at(a, ") for line in statements(f))


def test_the_listing_shows_assignments() -> None:
    text = str(gd.trace(filled, X))
    assert "A[1:, 0] += x[3] " in text
    assert "A[A > 1] = 0 " in text
    assert "set_item" not in text


@pytest.mark.parametrize("size", [40, 80])
def test_compiled_loops_write_into_one_array(size: int) -> None:
    """Assignments and sums with an entry write over their operand, after the first."""

    def f(x: Any) -> Any:
        a = np.zeros_like(x)
        for i in range(1, size):
            a[i] = np.sin(a[i - 1]) + x[i]
        return np.sum(a**2)

    x = np.cos(np.arange(float(size)))
    graph = gd.simplify(gd.differentiate(gd.trace(f, x)))
    tape = tape_of(program_of(graph), {}, run_of)
    copies = [s for s in tape.steps if "set_item" in repr(s) or "add_item" in repr(s)]
    assert len(copies) <= 2
    compiled = gd.compile(graph)
    assert compiled.source.count(".copy()") <= 2
    value, slope = compiled(x)
    (other, again), (kept, _) = tape(x), compiled(x)
    assert value == kept == f(x)
    np.testing.assert_allclose(slope, gd.emit(graph).load()(x)[1], rtol=1e-12)
    np.testing.assert_allclose(again, slope, rtol=1e-12)
    np.testing.assert_allclose(other, value)


def test_the_picture_shows_assignments() -> None:
    def f(x: Any) -> Any:
        A = np.sin(x)
        A[1:3] = x[0]
        return A

    picture = gd.trace(f, X).to_dot()
    assert "[1:3] = " in picture
    assert "set_item" not in picture


def test_an_adjoint_that_is_written_to_is_called_after_its_array() -> None:
    def energy(x: Any) -> Any:
        y = x**2
        y[0] = np.sin(x[1])
        y[1:] += y[:-1]
        return np.sum(y)

    source = gd.value_and_grad(energy).emit(gd.spec("6")).source
    assert "\n    d_y = np.ones(6)\n    d_y[1:] = 0\n" in source


def test_what_is_added_to_an_entry_leaves_its_adjoint_alone() -> None:
    def filled_up(level: Any, inflow: Any) -> Any:
        level = level.copy()
        level[0] += inflow
        return np.sum(level**2)

    both = gd.value_and_grad(filled_up, wrt=("level", "inflow"))
    emitted = both.emit(gd.spec("6"), gd.spec())
    assert "d_level[0] =" not in emitted.source
    _, (d_level, d_inflow) = emitted.load()(X, 0.5)
    np.testing.assert_allclose(d_level, 2 * (X + 0.5 * np.eye(6)[0]), rtol=1e-15)
    assert d_inflow == d_level[0]


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_a_view_of_a_view_is_kept_from_what_is_written_later(style: str) -> None:
    def strided(x: Any) -> Any:
        a = x * 2
        v = a[1:][1][::2]
        v[1] = x[0, 0]
        a[2] *= 3
        return np.sum(np.sin(v + a[2, :2]))

    x = np.linspace(0.2, 1.3, 12).reshape(3, 4)
    graph = gd.simplify(gd.differentiate(gd.trace(strided, x)))
    found = gd.emit(graph, style=style).load()(x)[1]
    wanted = gd.evaluate(graph, {"x": x})["d_x"]
    assert wanted[0, 0] != 0
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
