"""The quick way in lets only the usual kind pass; all else goes the long way."""

import ast

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.emit import emit
from graphdiff.emit.shell.guard import guard_lines

FLOAT = np.dtype(np.float64)


def source(kinds, measured=()):
    return "\n".join([*guard_lines(kinds, measured), "        pass"])


def test_a_short_guard_is_one_line():
    found = guard_lines([("x", FLOAT, 1)], [("x", FLOAT, 1)])
    assert found == [
        "    if not (type(x) is np.ndarray and x.dtype == np.float64 and x.ndim == 1):"
    ]


@pytest.mark.parametrize("n", [1, 2, 7, 50])
def test_every_array_is_looked_at_on_lines_that_fit(n):
    kinds = [
        (f"argument_{i}", np.dtype(["f8", "f4", "i8"][i % 3]), 2) for i in range(n)
    ]
    text = source(kinds, kinds[:5])
    assert max(map(len, text.splitlines())) <= 88
    compile("def f():\n" + text, "<guard>", "exec")
    tree = ast.parse("def f():\n" + text)
    read = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    assert {n.value.id for n in read if n.attr == "dtype"} == {k for k, _, _ in kinds}
    assert {n.value.id for n in read if n.attr == "ndim"} == {
        k for k, _, _ in kinds[:5]
    }


def loss(w, X, i):
    return np.sum(np.tanh(X @ w)[i])


@pytest.fixture(scope="module")
def styles():
    specs = gd.spec("k"), gd.spec("n,k"), gd.spec("m", dtype=np.int64)
    graph = gd.value_and_grad(loss).graph(*specs)
    return [emit(graph, style=style).load() for style in ("readable", "fast")]


w, X, i = np.array([0.5, -1.0, 2.0]), np.arange(12.0).reshape(4, 3) / 9, np.arange(2)


@pytest.mark.parametrize(
    "args",
    [
        (w, X, i),
        (w.tolist(), X.tolist(), i.tolist()),
        (w.astype(np.float32), X, i.astype(np.int8)),
        (w.astype(">f8"), X.astype(">f8"), i),
        (w, np.asfortranarray(X)[::-1], i[::-1]),
    ],
)
def test_both_styles_take_the_same(styles, args):
    (a, d_a), (b, d_b) = [function(*args) for function in styles]
    np.testing.assert_allclose(a, b, rtol=1e-14)
    np.testing.assert_allclose(d_a, d_b, rtol=1e-14)
    assert d_b.dtype == FLOAT
    assert d_b.dtype.isnative


@pytest.mark.parametrize(
    "args",
    [
        (w, np.array(1.0), i),
        (w, X[0], i),
        (w[:2], X, i),
        (w, X, i * 1.0),
        (w + 0j, X, i),
        (np.ma.masked_array(w), X, i),
        (None, X, i),
        (w[None], X, i),
    ],
)
def test_both_styles_refuse_the_same(styles, args):
    messages = []
    for function in styles:
        with pytest.raises((TypeError, ValueError)) as error:
            function(*args)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_nests_and_many_arrays():
    arrays = [np.full(2, float(k)) for k in range(60)]
    for n in (3, 60):
        graph = gd.value_and_grad(lambda xs: sum(np.sum(x * x) for x in xs)).graph(
            arrays[:n]
        )
        value, grads = emit(graph, style="fast").load()(arrays[:n])
        assert value == 2 * sum(k * k for k in range(n))
        np.testing.assert_array_equal(grads[-1], 2 * arrays[n - 1])
