import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.sizes.dims import Dim


def test_a_spec_names_sizes():
    assert str(gd.spec("batch,784").type) == "float64[batch, 784]"
    assert str(gd.spec("").type) == "float64[]"
    assert str(gd.spec().type) == "float64[]"
    assert str(gd.spec((3, "n"), dtype=np.float32).type) == "float32[3, n]"
    assert str(gd.spec(5, dtype=int).type) == "int64[5]"
    assert gd.spec(np.int64(5)) == gd.spec(5)
    assert gd.spec("n,2") == gd.spec(("n", 2))
    assert len({gd.spec("n,2"), gd.spec(("n", 2)), gd.spec("n,3")}) == 2
    assert repr(gd.spec("n")) == "spec('float64[n]')"


def test_the_same_name_is_the_same_size():
    (n,) = gd.spec("n").type.shape
    (m,) = gd.spec("n").type.shape
    assert isinstance(n, Dim)
    assert n == m
    assert str(gd.spec((n + 1,)).type) == "float64[n + 1]"


@pytest.mark.parametrize(
    "dims", ["3,-1", "a b", "3,,4", (-1,), (1.5,), ("_",), "_,3", (True,)]
)
def test_dims_that_cannot_be_read(dims):
    with pytest.raises(GraphValueError):
        gd.spec(dims)


@pytest.mark.parametrize("dims", [1.5, None, object(), True])
def test_dims_of_the_wrong_kind(dims):
    with pytest.raises(GraphTypeError):
        gd.spec(dims)


@pytest.mark.parametrize(
    "dtype", [np.clongdouble, object, "U3", np.longdouble, ">f8", "nonsense", 3]
)
def test_dtypes_that_cannot_be_computed_with(dtype):
    with pytest.raises(DTypeError):
        gd.spec("n", dtype=dtype)


def test_spec_like_names_some_sizes():
    x = np.zeros((128, 784), np.float32)
    assert gd.spec_like(x, "batch,_") == gd.spec("batch,784", dtype=np.float32)
    assert gd.spec_like(x) == gd.spec((128, 784), dtype=np.float32)
    assert gd.spec_like(x, ("batch", 784)) == gd.spec_like(x, "batch,_")
    assert gd.spec_like(np.float32(1), "") == gd.spec("", dtype=np.float32)
    assert gd.spec_like(2.0) == gd.spec("")
    assert gd.spec_like(gd.spec("n,3"), "_,m") == gd.spec("n,m")


@pytest.mark.parametrize("dims", ["batch", "batch,_,_", "_,783"])
def test_spec_like_must_fit(dims):
    with pytest.raises(ShapeError, match="fit"):
        gd.spec_like(np.zeros((128, 784)), dims)


@pytest.mark.parametrize("what", [None, [[1], [2, 3]], np.ma.array([1.0]), 10**30])
def test_spec_like_wants_an_array(what):
    with pytest.raises(GraphTypeError, match="spec_like: "):
        gd.spec_like(what)


def test_variables_have_identity():
    x, y = gd.var("x", "n"), gd.var("x", "n")
    assert x.node is not y.node
    assert (x + x).node is (x + x).node
    assert (x + x).node is not (y + y).node


@pytest.mark.parametrize("name", ["", None, 3])
def test_names_are_strings(name):
    with pytest.raises(GraphTypeError):
        gd.var(name)
    with pytest.raises(GraphTypeError):
        gd.named(gd.var("x"), name)


def test_named_names_a_node_by_hand_and_in_a_trace():
    x = gd.var("x", "n")
    z = gd.named(np.tanh(x), "z")
    graph = gd.Graph({"x": x}, {"y": np.sum(z)})
    assert graph.name_of(z.node) == "z"

    def f(x):
        hidden = gd.named(np.tanh(x), "the hidden one")
        return np.sum(hidden)

    graph = gd.trace(f, np.ones(3))
    assert "the hidden one" in graph.ledger.names.values()
    assert f(np.zeros(3)) == 0
    with pytest.raises(GraphTypeError):
        gd.named("text", "z")
