"""The pattern of every case of every op misses no entry that differences find."""

import numpy as np
import optree
import pytest

import graphdiff as gd
from tests.cases import CASES


def is_real(case):
    return case.real and all(a.dtype.kind != "c" for a in case.args)


REAL = {
    name: case
    for name, case in CASES.items()
    if case.order and is_real(case) and "like=" not in name
}
STEP = 1e-5


def flat(value):
    leaves = [np.ravel(leaf) for leaf in optree.tree_leaves(value)]
    return np.concatenate(leaves) if leaves else np.zeros(0)


def by_differences(case):
    columns = []
    for k in case.real:
        for j in range(case.args[k].size):
            nudge = STEP * (np.arange(case.args[k].size) == j)
            sides = []
            for sign in (1, -1):
                args = list(case.args)
                args[k] = args[k] + (sign * nudge).reshape(args[k].shape)
                sides.append(flat(case.function(*args)))
            columns.append(np.abs(np.subtract(*sides, dtype=complex)) / (2 * STEP))
    return np.nan_to_num(np.stack(columns, axis=1)) if columns else np.zeros((0, 0))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.exhaustive] if i % 12 else [], id=name)
        for i, name in enumerate(REAL)
    ],
)
def test_nothing_is_missed(name):
    case = REAL[name]
    with np.errstate(all="ignore"):
        found = by_differences(case)
        form = gd.sparse_jacobian(case.function, wrt=case.real)
        try:
            pattern = form.pattern(*case.args).toarray()
        except gd.UnsupportedError as error:
            if "complex" not in str(error):
                raise
            pytest.skip("complex numbers inside")
    if found.size:
        assert np.max(found[~pattern], initial=0) <= 1e-4 * (1 + np.max(found))
