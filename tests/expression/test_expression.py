"""Expressions: what NumPy code may do with them, and what is said where it may not."""

import copy
import datetime
import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import graphdiff as gd
from graphdiff.errors import GraphdiffError

X = gd.var("x", "3")
Y = gd.var("y", "3")
S = gd.var("s", "")
M = gd.var("m", "batch,3")
N = gd.var("n", "3", dtype=np.int64)
B = gd.var("b", "3", dtype=bool)
PLAIN = np.arange(3.0)
MATRIX = np.ones((1, 3)).view(np.matrix)


def branch(x: Any) -> Any:
    if np.sum(x) > 0:
        return x
    return -x


def loop(x: Any) -> Any:
    while np.sum(x) > 0:
        x = x - 1
    return x


def assign(x: Any, key: Any, value: Any) -> Any:
    x[key] = value
    return x


def assign_in_loop(x: Any) -> Any:
    for i in range(3):
        x[i] = 0.0
    return x


def accumulate(x: Any) -> Any:
    total = np.zeros(3)
    total += x
    return total


def fill(x: Any) -> Any:
    made = np.zeros(3)
    made[0] = x[0]
    return made


def delete(x: Any) -> None:
    del x[0]


def unpack(x: Any) -> Any:
    first, *_ = x
    return first


def function_of(x: Any) -> Any:
    return math.exp(x)


def helper_in_loop(x: Any) -> Any:
    for _ in range(2):
        x = helper(x)
    return x


def helper(x: Any) -> Any:
    return np.packbits(x)


# what is done wrongly -> (the code, a part of what the message says)
MISUSE: dict[str, tuple[Callable[[], Any], str]] = {
    # --- numbers are asked for
    "if": (lambda: branch(X), r"np\.where"),
    "while": (lambda: loop(X), r"np\.where"),
    "if else": (lambda: X if X > 0 else Y, r"np\.where"),  # type: ignore[operator]
    "and": (lambda: (X > 0) and (Y > 0), r"& and \|"),
    "or": (lambda: (X > 0) or (Y > 0), r"& and \|"),
    "not": (lambda: not X, r"np\.where"),
    "bool": (lambda: bool(S), r"np\.where"),
    "min": (lambda: min(S, S + 1), r"np\.maximum"),
    "max": (lambda: max(S, 0), r"np\.maximum"),
    "sorted": (lambda: sorted([S, S + 1]), "sorted"),
    "in": (lambda: X in [S, PLAIN], r"np\.where"),
    "number in x": (lambda: 1.0 in X, r"np\.where"),
    "chained comparison": (lambda: 0 < X < 1, r"& and \|"),
    "float": (lambda: float(S), r"astype"),
    "int": (lambda: int(S), r"np\.floor"),
    "complex": (lambda: complex(S), r"no value yet"),
    "round": (lambda: round(S), r"np\.sin for math\.sin"),
    "math.sin": (lambda: math.sin(S), r"np\.sin for math\.sin"),
    "math.floor": (lambda: math.floor(S), r"np\.floor"),
    "math.exp in a helper": (lambda: function_of(S), r"np\.sin for math\.sin"),
    "range of x": (lambda: range(S), r"range"),
    "list index": (lambda: [1, 2][N[0]], r"no value yet"),
    "slice bound": (lambda: X[: N[0]], r"bounds of a slice"),
    "format": (lambda: f"{S:.3f}", r"no value yet"),
    # --- sizes are asked for
    "iteration": (lambda: list(M), r"symbolic size batch"),
    "for": (lambda: [row for row in M], r"symbolic size batch"),
    "unpacking": (lambda: unpack(M), r"symbolic size batch"),
    "iteration of a scalar": (lambda: list(S), r"without axes"),
    "range of a size": (lambda: range(M.shape[0]), r"batch"),
    "len": (lambda: len(M), r"batch"),
    "np.zeros of a size": (lambda: np.zeros((M.shape[0], 3)), r"batch"),  # type: ignore[arg-type]
    "np.arange of a size": (lambda: np.arange(M.shape[0]), r"batch"),  # type: ignore[arg-type]
    "a branch on a size": (lambda: 1 if M.shape[0] > 3 else 2, r"batch"),
    # --- plain arrays are asked for
    "np.array": (lambda: np.array([S, S]), r"np\.stack"),
    "np.array of one": (lambda: np.array(X), r"np\.stack"),
    "np.asarray": (lambda: np.asarray(X), r"np\.stack"),
    "np.full": (lambda: np.full(3, S), r"np\.full_like"),
    "np.sum of a list": (lambda: np.sum([S, S]), r"np\.stack"),
    "np.mean of a list": (lambda: np.mean([X, Y]), r"np\.stack"),
    "np.max of a list": (lambda: np.max([X, Y]), r"np\.stack"),
    "np.sin of a list": (lambda: np.sin([X, Y]), r"np\.stack"),
    "list of x + x": (lambda: np.add([X, X], M), r"np\.stack"),
    "np.dot of a list": (lambda: np.dot([S, S], PLAIN[:2]), r"np\.stack"),
    "item of a plain array": (lambda: gd.trace(fill, X), r"zeros_like"),
    "plain += x": (lambda: accumulate(X), r"out=.*zeros_like"),
    "out=": (lambda: np.add(PLAIN, X, out=PLAIN), r"out=.*zeros_like"),
    "out= third": (lambda: np.add(PLAIN, X, PLAIN), r"out=.*zeros_like"),
    "out= of a function": (lambda: np.sum(X, out=np.zeros(())), r"out="),
    "out= expression": (lambda: np.add(PLAIN, 1, out=X), r"out="),  # type: ignore[call-overload]
    "np.add.at": (lambda: np.add.at(PLAIN, [0], S), r"np\.add\.at.*zeros_like"),
    "np.add.at of x": (lambda: np.add.at(X, [0], 1.0), r"x is an argument.*\.copy"),
    "np.multiply.at": (lambda: np.multiply.at(X + 1, [0], 2), r"np\.multiply\.at"),
    "np.copyto": (lambda: np.copyto(PLAIN, X), r"np\.copyto.*zeros_like"),
    "np.put": (lambda: np.put(PLAIN, [0], S), r"np\.put|np\.stack"),
    "np.random": (lambda: np.random.default_rng(0).normal(X), r"np\.stack|no value"),
    "array method": (lambda: PLAIN.dot(X), r"np\.stack"),
    "np.float64": (lambda: np.float64(S), r"np\.stack|astype"),
    # --- changing an array in place
    "x[i] = v": (lambda: assign(X, 0, 1.0), r"x is an argument.*x = x\.copy\(\)"),
    "x[mask] = v": (lambda: assign(X, X > 0, 1.0), r"x is an argument"),
    "x[mask] = w": (lambda: assign(X + 1, X > 0, Y), r"np\.where"),
    "x[i] = v in a loop": (lambda: assign_in_loop(X), r"x is an argument"),
    "x += v": (lambda: operator.iadd(X, 1), r"x is an argument"),
    "entry of s": (lambda: assign(S + 1, (), 1), r"a number has no entries"),
    "int += float": (lambda: operator.iadd(N + 1, X), r"np\.add.*int64.*astype"),
    "v grows": (lambda: operator.iadd(X + 1, M), r"np\.add.*does not fit"),
    "value of another shape": (lambda: assign(M + 1, 0, PLAIN[:2]), r"x\[key\]"),
    "del x[i]": (lambda: delete(X), r"cannot be deleted"),
    "x.sort()": (lambda: X.sort(), r"x is an argument"),
    "x.fill()": (lambda: X.fill(0), r"x is an argument"),
    "x.put()": (lambda: X.put([0], 1), r"x is an argument"),
    "x.resize()": (lambda: X.resize(2), r"\.resize"),
    "x.item()": (lambda: S.item(), r"\.item.*keep the array"),
    "x.tolist()": (lambda: X.tolist(), r"\.tolist.*keep the array"),
    "x.tobytes()": (lambda: X.tobytes(), r"\.tobytes"),
    "x.view()": (lambda: X.view(), r"\.view"),
    "x.shape = s": (lambda: setattr(X, "shape", (1, 3)), r"reshape"),
    # --- functions and keywords that are not known
    "np.packbits": (lambda: np.packbits(X), r"np\.packbits is not supported"),
    "np.unique": (lambda: np.unique(X), r"np\.unique .* depends on values"),
    "np.putmask": (lambda: np.putmask(X, X > 0, 1), r"x is an argument"),
    "sum out=": (lambda: np.sum(X, out=PLAIN), r"np\.sum: out="),
    "order of a norm": (lambda: np.linalg.norm(M, "no"), r"ord='no'"),
    "in a helper": (lambda: helper_in_loop(X), r"np\.packbits is not supported"),
    "scipy.special": (
        lambda: scipy.special.mathieu_a(X, X),
        r"scipy.special.mathieu_a is not supported",
    ),
    "scipy function": (lambda: scipy.special.logsumexp(X), r""),
    "add where=": (lambda: np.add(X, Y, where=PLAIN > 0), r"np\.add: where="),
    "add casting=": (
        lambda: np.add(X, Y, casting="unsafe"),
        r"np\.add: casting= is not supported",
    ),
    "add dtype= of flags": (
        lambda: np.subtract(X, Y, dtype=bool),
        r"np\.subtract does not compute in bool",
    ),
    "reshape order=": (lambda: X.reshape(3, 1, order="Z"), r"order='Z'"),
    "ravel order=": (lambda: np.ravel(M, order="K"), r"order='K'"),
    "take mode=": (lambda: np.take(X, [7], mode="cut"), r"np\.take: mode must be"),
    "stack casting=": (
        lambda: np.stack([X], dtype=int, casting="no"),
        r"np\.stack: float64 does not become int64 by casting='no'",
    ),
    "unknown keyword": (lambda: X.sum(axes=0), r"np\.sum: axes= is not supported"),
    "where of one": (lambda: np.where(X > 0), r"np\.where"),
    "too many": (lambda: X.sum(0, None, None, False, 0, True, 1), r"np\.sum"),
    "too few": (lambda: X.take(), r"np\.take"),
    "no such attribute": (lambda: X.sun(), r""),
    # --- shapes and indices
    "shapes": (lambda: X + gd.var("z", "4"), r"\(3,\) and \(4,\)"),
    "named shapes": (
        lambda: M + gd.var("z", "rows,3"),
        r"\(batch, 3\) and \(rows, 3\)",
    ),
    "name against number": (lambda: M + np.ones((4, 3)), r"\(batch, 3\) and \(4, 3\)"),
    "matmul": (lambda: M @ gd.var("w", "4,2"), r"\(batch, 3\) and \(4, 2\)"),
    "matmul of a scalar": (lambda: S @ X, r"no axes"),
    "dot": (lambda: np.dot(M, M), r"\(batch, 3\) and \(batch, 3\)"),
    "inner": (lambda: np.inner(X, PLAIN[:2]), r"\(3,\) and \(2,\)"),
    "einsum": (lambda: np.einsum("ij,jk", M, M), r"'j' has sizes 3 and batch"),
    "einsum letters": (lambda: np.einsum("ijk->i", M), r"\(batch, 3\) needs 3 axes"),
    "einsum output": (lambda: np.einsum("ij->ik", M), r"output 'ik'"),
    "einsum operands": (lambda: np.einsum("ij,j", M), r"names 2 operands, got 1"),
    "reshape": (lambda: X.reshape(2, 2), r"\(3,\).*\(2, 2\)"),
    "reshape symbolic": (lambda: M.reshape(7), r"\(batch, 3\).*\(7,\)"),
    "reshape two -1": (lambda: X.reshape(-1, -1), r"\(3,\).*\(-1, -1\)"),
    "broadcast_to": (lambda: np.broadcast_to(X, (3, 2)), r"\(3,\).*\(3, 2\)"),
    "concatenate": (lambda: np.concatenate([M, X]), r"\(3,\).*\(batch, 3\)"),
    "stack": (lambda: np.stack([X, S]), r"\(3,\) and \(\)"),
    "squeeze": (lambda: np.squeeze(X, 0), r"not of size 1"),
    "axis": (lambda: np.sum(X, axis=1), r"axis 1 does not exist in 1 dim"),
    "axis twice": (lambda: np.sum(M, axis=(0, -2)), r"names an axis twice"),
    "axis float": (lambda: np.sum(X, axis=0.0), r"axis must be an integer"),  # type: ignore[call-overload]
    "transpose": (lambda: M.transpose(0, 0), r"do not permute"),
    "index of a truth": (lambda: X[True], r"True adds an axis .* np\.newaxis"),
    "index": (lambda: X[3], r"3 is out of bounds for size 3"),
    "negative index": (lambda: X[-4], r"-4 is out of bounds for size 3"),
    "index array": (lambda: X[np.array([0, 5])], r"5 is out of bounds for size 3"),
    "take": (lambda: np.take(X, 5), r"5 is out of bounds for size 3"),
    "too many indices": (lambda: X[0, 0], r"2 indices for shape \(3,\)"),
    "two ellipses": (lambda: M[..., ...], r"one ellipsis"),
    "mask": (lambda: np.sort(X[X > 0]), r"np\.where\(mask"),
    "float index": (lambda: X[1.0], r"float"),
    "text index": (lambda: X["a"], r"str"),
    "float index array": (lambda: X[PLAIN], r"float64"),
    "zero step": (lambda: X[::0], r"step"),
    "max of nothing": (lambda: np.max(gd.var("z", "0,3"), 0), r"np\.max.*no entries"),
    "argmax of nothing": (lambda: np.argmax(gd.var("z", "0")), r"np\.argmax.*no entr"),
    # --- kinds of numbers
    "order of complex": (lambda: np.maximum(X, 1j), r"maximum.*complex128"),
    "floor of complex": (lambda: np.floor(X * 1j), r"floor.*complex128"),
    "% of complex": (lambda: (X * 1j) % 2, r"remainder.*complex128"),
    "angle of complex": (lambda: np.arctan2(X * 1j, X), r"arctan2.*complex128"),
    "sort of complex": (lambda: np.sort(X * 1j), r"complex128"),
    "max of complex": (lambda: np.max(X * 1j), r"max.*complex128"),
    "median of complex": (lambda: np.median(X * 1j), r"complex128"),
    "complex into reals": (lambda: (X * 1j).astype(float), r"imaginary parts"),
    "object array": (lambda: X + np.array([1, None, 2]), r"object"),
    "None": (lambda: X + None, r"object|None"),  # type: ignore[operator]
    "text": (lambda: X + "a", r"<U1|str"),  # type: ignore[operator]
    "text array": (lambda: np.maximum(X, np.array(["a"])), r"<U1|str"),
    "dates": (lambda: X + np.array(["2020-01-01"], "M8[D]"), r"datetime"),
    "a date": (lambda: X + datetime.date(2020, 1, 1), r"object|date"),
    "masked array": (lambda: X + np.ma.array(PLAIN), r"masked"),
    "masked array first": (lambda: np.ma.array(PLAIN) + X, r"masked|np\.stack"),
    "ragged list": (lambda: np.add(X, [1, [2, 3]]), r"inhomogeneous"),
    "long double": (lambda: X + np.ones(3, np.longdouble), r"longdouble|float128"),
    "matrix": (lambda: X * MATRIX, r"np\.matrix"),
    "matrix first": (lambda: MATRIX * X, r"np\.matrix"),
    "& of floats": (lambda: X & 1, r"bitwise_and.*float64"),
    "invert of floats": (lambda: ~X, r"invert.*float64"),
    "- of flags": (lambda: B - B, r"subtract.*bool|boolean"),
    "-flags": (lambda: -B, r"negative.*bool|boolean"),
    "shift of floats": (lambda: X << 1, r"left_shift.*float64"),
    # --- copies out of the process
    "pickle": (lambda: pickle.dumps(X), r"pickled.*gd\.emit"),
}


@pytest.mark.parametrize(("code", "says"), MISUSE.values(), ids=MISUSE)
def test_misuse_says_what_to_write(code: Callable[[], Any], says: str) -> None:
    with pytest.raises((TypeError, ValueError, IndexError, AttributeError)) as caught:
        code()
    assert caught.match(says)


OWN = [n for n in MISUSE if n not in ("no such attribute", "item of a plain array")]


@pytest.mark.parametrize("name", OWN)
def test_misuse_names_the_users_line(name: str) -> None:
    code = MISUSE[name][0]
    with pytest.raises(GraphdiffError) as caught:
        code()
    position = caught.value.position
    assert position is not None
    assert position.file == "test_expression.py"
    assert str(position) in str(caught.value)
    frames = [t for t in caught.traceback if str(t.path) == __file__]
    assert position.line == frames[-1].lineno + 1


def test_an_entry_of_a_plain_array_is_refused_in_a_traced_function() -> None:
    with pytest.raises(GraphdiffError, match=r"zeros_like.*test_expression\.py") as e:
        gd.trace(fill, X)
    line = fill.__code__.co_firstlineno + 2
    assert e.value.position is not None
    assert e.value.position[:2] == ("test_expression.py", line)


def test_integers_out_of_range_overflow_as_in_numpy() -> None:
    small = gd.var("i", "3", dtype=np.int8)
    for compute in (
        lambda n: n + 300,
        lambda n: n * -129,
        lambda n: np.full_like(n, 300),
    ):
        with pytest.raises(OverflowError):
            compute(np.ones(3, np.int8))
        with pytest.raises(OverflowError):
            compute(small)
    with pytest.raises(OverflowError, match="does not fit into int"):
        N + 2**70
    with pytest.raises(OverflowError, match="of 401 digits does not fit into float64"):
        X * 10**400


def test_len_of_a_symbolic_size_says_what_to_write() -> None:
    assert len(gd.var("x", "3,n")) == 3
    with pytest.raises(GraphdiffError, match=r"write x\.shape\[0\]"):
        len(gd.var("x", "n"))


@pytest.mark.parametrize(
    "compare",
    [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne],
)
@pytest.mark.parametrize("number", [300, -1, 5, 2**70])
def test_comparisons_with_integers_out_of_range(
    compare: Callable[..., Any], number: int
) -> None:
    n = gd.var("n", "3", dtype=np.uint8)
    given = np.array([0, 5, 255], np.uint8)
    outputs = {"a": compare(n, number), "b": compare(number, n)}
    values = gd.evaluate(gd.Graph(inputs={"n": n}, outputs=outputs), {"n": given})
    np.testing.assert_array_equal(values["a"], compare(given, number))
    np.testing.assert_array_equal(values["b"], compare(number, given))


def test_copies_are_the_same_computation() -> None:
    for made in (copy.copy(X), copy.deepcopy(X), copy.deepcopy([X])[0], X.copy()):
        assert made.node is X.node


def test_equal_computations_are_one_node() -> None:
    assert (X + Y).node is (X + Y).node
    assert gd.var("x", "3").node is not gd.var("x", "3").node


def test_expressions_serve_as_keys() -> None:
    assert {X: 1, Y: 2}[X] == 1


def test_python_numbers_are_weak_and_numpys_are_strong() -> None:
    x = gd.var("x", "3", dtype=np.float32)
    assert (2.0 * x).dtype == (x**2).dtype == (x / 3).dtype == np.float32
    assert (np.float64(2) * x).dtype == (x * np.ones(3)).dtype == np.float64
    assert (x * np.pi).dtype == np.maximum(x, 0.0).dtype == np.float32
    assert (N * 2.0).dtype == (N / 2).dtype == np.float64
    assert (B + 1).dtype == np.int64
    assert (x * N).dtype == np.float64
    assert (gd.var("h", "3", dtype=np.float16) * 2.5).dtype == np.float16
    assert np.mean(gd.var("h", "3", dtype=np.float16)).dtype == np.float16


def test_in_place_operators_change_what_the_handle_stands_for() -> None:
    x = y = X.copy()
    x += 1
    x *= Y
    assert x is y
    assert x.node is ((X + 1) * Y).node


def test_in_place_operators_replace_numbers() -> None:
    s = t = S
    s += 1
    assert s.node is (S + 1).node
    assert t is S


def test_text_shows_op_and_type() -> None:
    assert repr(X) == str(X) == f"{X}" == "<x: float64[3]>"
    assert repr(M @ PLAIN) == "<reshape: float64[batch]>"


@pytest.mark.parametrize(
    "call",
    [
        lambda a: np.sum(a, 0, None, None, True),
        lambda a: np.var(a, 0, None, None, 1),
        lambda a: np.std(a, 1, None, None, 1, True),
        lambda a: np.max(a, 1, None, True),
        lambda a: np.mean(a, 0, None, None, True),
        lambda a: np.argmax(a, 0, None),
        lambda a: np.prod(a, 1, np.float32),
        lambda a: a.sum(0, None, None, True),
        lambda a: a.var(0, None, None, 1),
        lambda a: np.full_like(a, 2, np.int64, "K", True, (2,)),
        lambda a: np.add(a, a, None),
        lambda a: np.sum(a=a, axis=0),
        lambda a: np.take(a, [0], 1, None, "raise"),
    ],
)
def test_arguments_by_position_are_numpys(call: Any) -> None:
    given = np.arange(6.0).reshape(2, 3) ** 2
    a = gd.var("a", "2,3")
    graph = gd.Graph(inputs={"a": a}, outputs={"y": call(a)})
    value = gd.evaluate(graph, {"a": given})["y"]
    expected = call(given)
    assert value.dtype == expected.dtype
    np.testing.assert_allclose(value, expected)


def test_sizes_among_floats_keep_float32() -> None:
    x = gd.var("x", "n,2", dtype=np.float32)
    n = x.shape[0]
    for y in (
        (1 / n) * np.sum(x),
        np.sum(x) * (0.5 / n),
        n**-0.5 * x,
        -(1 / n) * x,
        (2 * (1 / n) + n * 0.5) * x,
        np.where(x > 0, x, 1 / n),
        np.maximum(1 / n, x),
    ):
        assert y.dtype == np.float32
    assert (x / np.sqrt(n)).dtype == np.float64
    graph = gd.Graph({"x": x}, {"y": (1 / n + 2) ** 2 * np.sum(x)})
    given = np.ones((4, 2), np.float32)
    assert gd.evaluate(graph, {"x": given})["y"] == (1 / 4 + 2) ** 2 * 8
