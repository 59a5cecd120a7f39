"""Sparse derivatives as functions: formats, integer arguments, nesting, refusals."""

import numpy as np
import pytest
import scipy.sparse

import graphdiff as gd

X = np.linspace(0.3, 1.7, 6)


def neighbours(x):
    return x[1:] * x[:-1]


def test_formats_agree():
    matrix = gd.sparse_jacobian(neighbours)(X)
    assert isinstance(matrix, scipy.sparse.csr_array)
    values, rows, columns = gd.sparse_jacobian(neighbours, format="triplets")(X)
    again = scipy.sparse.coo_array((values, (rows, columns)), shape=matrix.shape)
    assert (again != matrix).nnz == 0
    np.testing.assert_array_equal(
        gd.sparse_jacobian(neighbours, format="values")(X), matrix.data
    )


def test_a_new_index_has_a_pattern_of_its_own():
    jacobian = gd.sparse_jacobian(lambda x, i: x[i] ** 2)
    for index in ([0, 0, 3], [5, 1, 2]):
        found = jacobian(X, np.array(index)).toarray()
        wanted = np.zeros((3, 6))
        wanted[[0, 1, 2], index] = 2 * X[index]
        np.testing.assert_array_equal(found, wanted)


def test_several_arguments_lie_side_by_side():
    def f(a, params, k):
        return a * params["w"][1:] * k

    args = X[:2], {"w": X[:3], "b": X[3:]}, 2.0
    whole = gd.sparse_jacobian(f, wrt=(0, "params"))(*args)
    assert whole.shape == (2, 8)
    parts = gd.sparse_jacobian(f, "a")(*args), gd.sparse_jacobian(f, "params.w")(*args)
    np.testing.assert_array_equal(whole.toarray()[:, :2], parts[0].toarray())


def test_float32_stays():
    assert gd.sparse_jacobian(neighbours)(X.astype(np.float32)).dtype == np.float32
    assert gd.sparse_hessian(lambda x: np.sum(x**3))(np.float32(X)).dtype == np.float32


@pytest.mark.parametrize("size", [0, 1, 2])
def test_small_sizes(size):
    found = gd.sparse_jacobian(lambda x: np.diff(x) * 2)(np.ones(size))
    assert found.shape == (max(size - 1, 0), size)
    assert gd.sparse_hessian(lambda x: np.sum(x**2))(np.ones(size)).shape == (size,) * 2


def test_one_number_by_one_number():
    assert gd.sparse_jacobian(np.sin)(0.0).toarray() == [[1.0]]
    assert gd.sparse_hessian(lambda x: x**3)(2.0).toarray() == [[12.0]]


def test_values_may_stand_in_a_graph():
    values = gd.sparse_jacobian(neighbours, format="values")
    found = gd.grad(lambda x: np.sum(values(x) ** 2))(X)
    wanted = gd.grad(lambda x: np.sum(x[1:] ** 2) + np.sum(x[:-1] ** 2))(X)
    np.testing.assert_allclose(found, wanted)
    with pytest.raises(gd.GraphdiffError, match="format='values'"):
        gd.grad(lambda x: gd.sparse_jacobian(neighbours)(x)[0, 0])(X)


def test_a_full_row_and_a_full_column_take_both_directions():
    n = 40

    def f(x):
        return np.concatenate([np.sum(x**2)[None], x[0] * x[1:] ** 2])

    form = gd.sparse_jacobian(f)
    x = np.linspace(1, 2, n)
    wanted = np.zeros((n, n))
    wanted[0] = 2 * x
    wanted[np.arange(1, n), np.arange(1, n)] = 2 * x[0] * x[1:]
    wanted[1:, 0] = x[1:] ** 2
    np.testing.assert_allclose(form(x).toarray(), wanted)
    assert form.derived((x,), {}, ("values",)).compressed.sweeps <= 3


def test_named_sizes_are_refused():
    with pytest.raises(gd.ShapeError, match="sizes that are numbers"):
        gd.sparse_jacobian(neighbours).graph(gd.spec("n"))
    graph = gd.sparse_jacobian(neighbours).graph(gd.spec("6"))
    assert list(graph.outputs) == ["values", "indices", "indptr"]


def test_refusals():
    with pytest.raises(gd.GraphValueError, match="format: expected one of 'csr'"):
        gd.sparse_jacobian(neighbours, format="coo")
    with pytest.raises(gd.GraphValueError, match="mode"):
        gd.sparse_jacobian(neighbours, mode="both")
    with pytest.raises(gd.GraphdiffError, match="complex"):
        gd.sparse_jacobian(lambda x: x**2)(X * 1j)
    with pytest.raises(gd.GraphdiffError, match="one number"):
        gd.sparse_hessian(lambda x: (np.sum(x), x))(X)
    with pytest.raises(gd.ShapeError):
        gd.sparse_hessian(lambda x: x)(X)
    with pytest.raises(gd.GraphTypeError, match="spec"):
        gd.sparse_jacobian(neighbours)(gd.spec("6"))


def test_of_a_graph():
    graph = gd.trace(lambda x, y: {"a": neighbours(x), "b": x * y}, X, X)
    made = gd.sparse_jacobian(graph, "x", of="a")
    found = gd.evaluate(made, {"x": X, "y": X})
    assert list(found) == ["a", "b", "values", "indices", "indptr"]
    parts = found["values"], found["indices"], found["indptr"]
    matrix = scipy.sparse.csr_array(parts, shape=(5, 6))
    assert abs(matrix - gd.sparse_jacobian(neighbours)(X)).max() == 0
    value, again = gd.emit(made).load()(X, X)
    np.testing.assert_array_equal(value["a"], found["a"])
    np.testing.assert_array_equal(again[0], found["values"])
    whole = gd.evaluate(gd.sparse_jacobian(graph, format="triplets"), {"x": X, "y": X})
    assert whole["rows"].max() == 10
    assert whole["columns"].max() == 11
    scalar = gd.trace(lambda x: np.sum(x[1:] * x[:-1] ** 2), X)
    curved = gd.evaluate(gd.sparse_hessian(scalar, format="values"), {"x": X})
    assert curved["values"].shape == (15,)
    with pytest.raises(gd.GraphValueError, match="of="):
        gd.sparse_jacobian(neighbours, of="y")


def test_columns_come_in_the_order_of_wrt():
    def f(a, b):
        return a[:2] * b**2

    found = gd.sparse_jacobian(f, wrt=("b", "a"))(X[:3], X[3:5]).toarray()
    parts = [gd.sparse_jacobian(f, wrt=w)(X[:3], X[3:5]).toarray() for w in "ba"]
    np.testing.assert_array_equal(found, np.hstack(parts))


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_what_is_returned_twice_has_two_rows(mode):
    found = gd.sparse_jacobian(lambda x: (x, x**2, x**2, x), mode=mode)(X).toarray()
    rows = [np.eye(6), np.diag(2 * X), np.diag(2 * X), np.eye(6)]
    np.testing.assert_allclose(found, np.vstack(rows))
