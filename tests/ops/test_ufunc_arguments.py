"""What all ufuncs take beside their operands: ``out=``, ``where=`` and ``dtype=``."""

import numpy as np
import pytest

import graphdiff as gd
from tests.cases import CASES

UFUNCS = {
    name: case
    for name, case in CASES.items()
    if isinstance(case.function, np.ufunc) and case.function.nout == 1
}
each = pytest.mark.parametrize("case", UFUNCS.values(), ids=UFUNCS)


def value(function, args):
    """What the traced function gives."""
    graph = gd.trace(function, *args)
    (found,) = gd.evaluate(graph, dict(zip(graph.inputs, args, strict=True))).values()
    return found


@each
def test_entries_where_a_condition_holds_are_written(case):
    shape = np.broadcast_shapes(*(a.shape for a in case.args))
    mask = np.arange(np.prod(shape, dtype=int)).reshape(shape) % 3 != 1
    kind = case.function(*case.args).dtype

    def written(*xs):
        out = np.full(shape, 1, kind, like=xs[0])
        found = case.function(*xs, out=out, where=mask)
        return np.stack([out, found])

    plain = np.where(mask, case.function(*case.args), np.ones(shape, kind))
    found = value(written, case.args)
    np.testing.assert_allclose(found, np.stack([plain, plain]), rtol=1e-14)


@each
def test_computes_in_the_dtype_asked_for(case):
    args = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in case.args]
    try:
        wanted = case.function(*args, dtype=np.float64)
    except TypeError:
        pytest.skip("NumPy has no such loop")
    found = value(lambda *xs: case.function(*xs, dtype=np.float64), args)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
