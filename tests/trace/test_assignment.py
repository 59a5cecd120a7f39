"""Programs that write into arrays: traced, they mean what they mean in NumPy.

Each program runs on plain arrays and is traced; values and gradients must agree, or
the trace must say what cannot be done. A wrong number is never an answer.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphdiffError

X = np.linspace(0.3, 1.4, 12).reshape(3, 4)

Program = Callable[..., Any]
PROGRAMS: dict[str, Program] = {}
REFUSED: dict[str, tuple[Program, str]] = {}


def program(function: Program) -> Program:
    PROGRAMS[function.__name__] = function
    return function


def refused(says: str) -> Callable[[Program], Program]:
    def register(function: Program) -> Program:
        REFUSED[function.__name__] = function, says
        return function

    return register


def double(a: Any) -> None:
    a *= 2


# --- the same array under several names -----------------------------------------------
@program
def another_name(x: Any) -> Any:
    a = np.zeros_like(x)
    b = a
    b[0] = x[1]
    return a * b


@program
def another_name_updated(x: Any) -> Any:
    a = b = x * 2
    b += x
    return a * b


@program
def in_a_list(x: Any) -> Any:
    parts = [x * 2, x * 3]
    last = parts[1]
    parts[1][0] = parts[0][2]
    return last + parts[0]


@program
def changed_by_a_helper(x: Any) -> Any:
    a = x * 2
    double(a)
    double(a[1:])
    return a


@program
def copied_before(x: Any) -> Any:
    a = x * 2
    b, c, d, e = a.copy(), np.copy(a), np.array(a, like=a), copy.copy(a)
    f, g = copy.deepcopy(a), a.flatten()
    a[0] = 0
    return a + b * c + d * e + f * g.reshape(3, 4)


@program
def equal_arrays_are_two(x: Any) -> Any:
    a, b = np.zeros_like(x), np.zeros_like(x)
    a[0], b[0] = x[0], x[0]
    a[1], b[2] = x[1], x[1]
    return a - 2 * b


@program
def copied_then_both(x: Any) -> Any:
    a = np.sin(x)
    b = a.copy()
    b[1] = x[0]
    a[0] += b[1]
    return a * b


@program
def asarray_is_the_array(x: Any) -> Any:
    a = x * 2
    b = np.asarray(a, like=a)
    b[0, 0] = x[1, 1]
    return a


@program
def total_of_arrays(x: Any) -> Any:
    total = 0.0
    for row in x:
        total += row
        total += row**2
    return total


@program
def total_that_is_a_term(x: Any) -> Any:
    first = np.sin(x)
    total = first
    total += x
    return first * total


@program
def total_of_numbers(x: Any) -> Any:
    s = t = np.sum(x)
    s += 1
    s *= x[0, 0]
    return s + 10 * t


@program
def entry_is_a_number(x: Any) -> Any:
    a = x * 2
    v = a[0, 0]
    a[0, 0] = 7
    v += 1
    return v * a


@program
def array_without_axes(x: Any) -> Any:
    s = t = np.zeros((), like=x)
    s += x[0, 0]
    t[()] = t * x[1, 1]
    return s * t


@program
def ellipsis_is_a_view(x: Any) -> Any:
    a = x * 2
    v = a[0, 0, ...]
    a[0, 0] = x[1, 1]
    v *= 3
    return a + v


# --- views ----------------------------------------------------------------------------
@program
def write_through_a_row(x: Any) -> Any:
    a = x * 2
    v = a[0]
    v[1] = x[2, 2]
    return a


@program
def write_to_the_base(x: Any) -> Any:
    a = x * 2
    v = a[0]
    a[0, 1] = x[2, 2]
    return v * a[1]


@program
def write_to_another_part(x: Any) -> Any:
    a = x * 2
    v, w = a[0], a[1:, ::2]
    a[1, 0] = x[2, 2]
    w[1] = v[:2]
    return np.sum(v) + a[::-1, 1:] * np.sum(w)


@program
def view_of_a_view(x: Any) -> Any:
    a = x * 2
    v = a[1:][1][::2]
    v[1] = x[0, 0]
    a[2] *= 3
    return v + a[2, :2]


@program
def views_of_each_other(x: Any) -> Any:
    a = x * 2
    b = a.T
    c = b[::-1]
    c[0] = x[:, 0]
    b[1] += c[2]
    return a


@program
def transposed(x: Any) -> Any:
    a = x * 2
    b, c = np.transpose(a), np.swapaxes(a, 0, 1)
    b[1] = x[:, 0]
    a.mT[2] = 1
    np.moveaxis(a, 0, 1)[0] *= c[1]
    return a + c.T


@program
def axes_of_one(x: Any) -> Any:
    a = x * 2
    a[:, None][1] = x[0]
    np.expand_dims(a, 0)[0, 0] *= 2
    np.squeeze(a[:1])[1:] = x[2, 1:]
    return a


@program
def reshaped_zeros(x: Any) -> Any:
    a = np.zeros((3, 4), like=x)
    a.reshape(-1)[5] = x[0, 1]
    a.ravel()[::5] += x[0, 0]
    return a


@program
def reshaped_vector(x: Any) -> Any:
    a = x[0] * 2
    b = a.reshape(2, 2)
    b[0] = x[1, :2]
    a[3] = b[0, 1]
    return b


@program
def rows_of_a_loop(x: Any) -> Any:
    a = x * 2
    for row in a:
        row[0] = row[1] * row[2]
        row += 1
    return a


@program
def unpacked_rows(x: Any) -> Any:
    a = x * 2
    first, *_, last = a
    first[:] = last
    last[0] = 5
    return a * first


@program
def split_parts(x: Any) -> Any:
    a = x * 2
    left, right = np.split(a, 2, axis=1)
    left[...] = right
    right *= 2
    return a


@program
def flipped(x: Any) -> Any:
    a = x * 2
    np.flip(a, 0)[0] = x[0]
    return a


@program
def taken_rows_are_copies(x: Any) -> Any:
    a = x * 2
    rows, row = a[[0, 1]], np.take(a, 0, axis=0)
    rows[0] = 1
    row[0] = 2
    a[1] = 3
    return rows.sum() * row.sum() * a


@program
def list_of_views(x: Any) -> Any:
    a = x * 2
    rows = [a[i] for i in range(3)]
    for i in range(3):
        rows[i][0] = rows[i - 1][1]
    return a * rows[1]


@program
def written_over_itself(x: Any) -> Any:
    a = x * 2
    a[1:] = a[:-1]
    a[:, ::-1] = a
    return a


@program
def swapped(x: Any) -> Any:
    a = x * 2
    a[[0, 2]] = a[[2, 0]]
    a[0], a[1] = a[1].copy(), a[0].copy()
    return a


@program
def swapped_wrongly(x: Any) -> Any:
    a = x * 2
    a[0], a[1] = a[1], a[0]
    return a


@program
def update_of_a_part(x: Any) -> Any:
    a = x * 2
    a[1:] += x[:2]
    a[0, 1:3] *= a[1, 1:3]
    a[::2, 0] -= x[0, 0]
    a[2] /= 4
    a.T[1] **= 2
    return a


@program
def update_at_repeated_places(x: Any) -> Any:
    a, i = x * 2, np.array([0, 1, 0])
    a[i] += x
    np.add.at(a, i, x)
    return a


@program
def view_in_the_result(x: Any) -> Any:
    a = x * 2
    v = a[0]
    a[0] = x[1]
    return v


@program
def view_of_an_argument_is_read(x: Any) -> Any:
    v = x[0]
    a = x.copy()
    a[0] = 5
    return v * a


@program
def mask_of_the_array(x: Any) -> Any:
    a = x * 2
    v = a[0]
    a[a > 1.5] = 0
    a[a[:, 0] > 1] = a[1]
    return a * v


@program
def made_in_a_helper(x: Any) -> Any:
    def powers(z: Any) -> Any:
        out = np.ones((3, *z.shape), like=z)
        for i in range(1, 3):
            out[i] = out[i - 1] * z
        return out

    return powers(x) * powers(x + 1)


@program
def new_array_under_the_name(x: Any) -> Any:
    a = x * 2
    v = a[0]
    a = a + 1
    a[0] = 0
    return v * a


@program
def sorted_in_place(x: Any) -> Any:
    a = -x
    v = a[1]
    a.sort()
    a.fill(a[0, 0]) if a.ndim == 1 else a.sort(axis=0)
    return a * v


@program
def empty_parts(x: Any) -> Any:
    a = x * 2
    a[3:] = 5
    a[:, 2:1] += 1
    a[[]] = 3
    return a


@program
def copies_asked_for(x: Any) -> Any:
    a = x * 2
    same = [np.array(a, copy=False, like=a), a.astype(float, copy=False)]
    same.append(np.asarray(a, copy=None, like=a))
    apart = [np.asarray(a, copy=True, like=a), a.astype(float), np.reshape(a, (3, 4))]
    apart[2] = np.reshape(a, (3, 4), copy=True)
    a[0] = x[1]
    return sum(same) * sum(apart)


# --- what is refused ------------------------------------------------------------------
@refused(r"x is an argument.*x = x\.copy\(\)")
def writes_to_the_argument(x: Any) -> Any:
    x[0] = 1
    return x


@refused(r"x is an argument")
def updates_the_argument(x: Any) -> Any:
    y = x
    y += 1
    return y


@refused(r"x is an argument")
def writes_to_a_view_of_the_argument(x: Any) -> Any:
    x.T[0] = 1
    return x


@refused(r"x is an argument")
def updates_a_row_of_the_argument(x: Any) -> Any:
    for row in x:
        row += 1
    return x


@refused(r"x is an argument")
def argument_by_asarray(x: Any) -> Any:
    y = np.asarray(x, like=x)
    y[0] = 1
    return y


@refused(r"read-only")
def writes_to_repeated_entries(x: Any) -> Any:
    a = np.broadcast_to(x[0] * 2, (3, 4))
    a[0] = 1
    return a


@refused(r"np\.reshape.*layout in memory.*copy")
def writes_through_a_doubtful_view(x: Any) -> Any:
    a = x.T * 2
    a.reshape(-1)[0] = 1
    return a


@refused(
    r"np\.ravel \(test_assignment\.py:\d+\).*written to since "
    r"\(test_assignment\.py:\d+\).*layout"
)
def reads_a_doubtful_view(x: Any) -> Any:
    a = x.T * 2
    v = a.ravel()
    a[0] = 1
    return v * 2


@refused(r"zeros_like.*like=.*graphdiff\.numpy")
def writes_into_a_plain_array(x: Any) -> Any:
    a = np.zeros(3)
    a[0] = x[0, 0]
    return a


@refused(r"graphdiff\.numpy.*zeros_like.*like=")
def writes_a_row_into_a_plain_array(x: Any) -> Any:
    a = np.zeros((3, 4))
    a[0] = x[0]
    return a


@refused(r"zeros_like")
def updates_a_plain_array(x: Any) -> Any:
    a = np.zeros((3, 4))
    a += x
    return a


@refused(r"np\.add\.at.*zeros_like")
def adds_into_a_plain_array(x: Any) -> Any:
    a = np.zeros(3)
    np.add.at(a, [0, 0, 1], x[:, 0])
    return a


@refused(r"np\.add: cannot write float64 into an array of int64")
def floats_into_ints(x: Any) -> Any:
    a = np.zeros_like(x, dtype=np.int64)
    a += x
    return a


@refused(r"does not fit")
def value_of_another_shape(x: Any) -> Any:
    a = x * 2
    a[0] = x
    return a


@refused(r"index: 3 is out of bounds")
def out_of_bounds(x: Any) -> Any:
    a = x * 2
    a[3] = 1
    return a


@refused(r"np\.where")
def several_values_at_a_condition(x: Any) -> Any:
    a = x * 2
    a[x > 1] = x[0]
    return a


@refused(r"selected by another mask")
def entries_that_another_condition_chose(x: Any) -> Any:
    a = x * 2
    a[x > 1] = x[x < 1]
    return a


@program
def update_at_a_condition(x: Any) -> Any:
    a = x * 2
    a[x > 1.03] += 1
    return a


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_trace_computes_what_numpy_does(name: str) -> None:
    f, x = PROGRAMS[name], X.copy()
    expected = f(x)
    np.testing.assert_array_equal(x, X)
    graph = gd.trace(f, X)
    np.testing.assert_allclose(gd.evaluate(graph, {"x": X})[name], expected, rtol=1e-14)
    np.testing.assert_allclose(gd.compile(graph)(X), expected, rtol=1e-14)
    for style in ("readable", "fast"):
        run = gd.emit(graph, style=style).load()
        np.testing.assert_allclose(run(X), expected, rtol=1e-14)
        np.testing.assert_allclose(run(X), expected, rtol=1e-14)
        np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_gradient_is_that_of_the_program(name: str) -> None:
    def loss(x: Any) -> Any:
        return np.sum(np.sin(PROGRAMS[name](x)))

    expected = np.zeros_like(X)
    for k in np.ndindex(X.shape):
        up, down = X.copy(), X.copy()
        up[k] += 1e-6
        down[k] -= 1e-6
        expected[k] = (loss(up) - loss(down)) / 2e-6
    near: dict[str, Any] = {"rtol": 1e-6, "atol": 1e-7}
    np.testing.assert_allclose(gd.grad(loss)(X), expected, **near)
    graph = gd.trace(loss, X)
    np.testing.assert_allclose(gd.backprop(graph, {"x": X})["x"], expected, **near)
    derivative = gd.simplify(gd.differentiate(graph))
    for style in ("readable", "fast"):
        run = gd.emit(derivative, style=style).load()
        np.testing.assert_allclose(run(X)[1], expected, **near)
        np.testing.assert_allclose(run(X)[0], loss(X), rtol=1e-14)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused(name: str) -> None:
    f, says = REFUSED[name]
    with pytest.raises((TypeError, ValueError, IndexError), match=says) as caught:
        gd.trace(f, X)
    assert isinstance(caught.value, GraphdiffError)
    assert caught.value.position is not None
    assert caught.value.position.file == "test_assignment.py"


# --- random programs ------------------------------------------------------------------
KEYS = [
    *(0, 1, -1, (0, 1), np.s_[1:], np.s_[:2], np.s_[::2], np.s_[:, 1], np.s_[..., 0]),
    *(np.s_[1:, 1:], np.s_[::-1], ..., np.s_[:, None, 1:], [2, 0], [1, 1, 2]),
    *((np.array([0, 2]), np.array([1, 1])), np.array([True, False, True])),
    np.s_[:, np.array([True, False, True])],
]
KINDS = ["set", "update", "copy", "name", "view", "transpose", "reshape", "read", "add"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 5),
        st.integers(0, 5),
        st.sampled_from(range(len(KEYS))),
        st.sampled_from(range(len(KEYS))),
    ),
    min_size=3,
    max_size=14,
)


def interpret(steps: Any, x: Any) -> Any:
    """Do the steps on arrays and views; what does not fit is left out."""
    square = x[:3, :3] * 1
    held: list[Any] = [square, square * 2]
    seen = np.sum(square)
    for kind, i, j, first, second in steps:
        a, b = held[i % len(held)], held[j % len(held)]
        value = np.tanh(b)
        try:
            if kind == "set":
                shape = np.empty(a.shape)[KEYS[first]].shape
                np.broadcast_to(np.empty(np.empty(b.shape)[KEYS[second]].shape), shape)
                a[KEYS[first]] = b[KEYS[second]]
            elif kind == "update":
                shape = np.empty(a.shape)[KEYS[first]].shape
                np.broadcast_to(np.empty(np.empty(b.shape)[KEYS[second]].shape), shape)
                a[KEYS[first]] += value[KEYS[second]]
            elif kind == "view":
                np.empty(a.shape)[KEYS[first]]
                held.append(a[KEYS[first]])
        except (IndexError, ValueError) as error:
            if isinstance(error, GraphdiffError):
                raise
            continue
        if kind == "copy":
            held.append(a.copy())
        elif kind == "name":
            held.append(a)
        elif kind == "transpose":
            held.append(a.T)
        elif kind == "reshape" and np.ndim(a) == 1:
            held.append(a.reshape(-1, 1))
        elif kind == "read":
            seen = seen + np.sum(value * (1 + i))
        elif kind == "add" and np.shape(a) == np.shape(b) != ():
            a += value
    return seen + sum(np.sum(np.sin(a) * (k + 1)) for k, a in enumerate(held))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_random_programs(steps: Any) -> None:
    def f(x: Any) -> Any:
        return interpret(steps, x)

    expected = f(X.copy())
    graph = gd.trace(f, X)
    np.testing.assert_allclose(gd.evaluate(graph, {"x": X})["f"], expected, rtol=1e-12)
    np.testing.assert_allclose(gd.compile(graph)(X), expected, rtol=1e-12)
    direction = np.cos(np.arange(12.0)).reshape(3, 4)
    slope = (f(X + 1e-6 * direction) - f(X - 1e-6 * direction)) / 2e-6
    found = [gd.grad(f)(X)]
    derivative = gd.simplify(gd.differentiate(graph))
    for style in ("readable", "fast"):
        np.testing.assert_allclose(gd.emit(graph, style=style).load()(X), expected)
        found.append(gd.emit(derivative, style=style).load()(X)[1])
    for gradient in found:
        total = np.sum(gradient * direction)
        np.testing.assert_allclose(total, slope, rtol=1e-5, atol=1e-6)
