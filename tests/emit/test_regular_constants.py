"""Arrays of integers that follow a rule are written as the rule."""

import numpy as np
import pytest

from graphdiff.emit.kinds.constants import constant_lines
from graphdiff.emit.kinds.regular import regular_text
from graphdiff.runtime.packing import unpacked

N = 400
TRIDIAGONAL = (np.arange(N)[:, None] + [-1, 0, 1]).ravel()[1:-1]
ARRAYS = {
    "counted": np.arange(N),
    "by steps": np.arange(700, 100, -2, dtype=np.int32),
    "from another": np.arange(5, N),
    "one number": np.full(N, 7),
    "tiled": np.tile([3, 1, 2], 100),
    "cut": np.tile(np.arange(5), 100)[:-2],
    "diagonals": TRIDIAGONAL,
    "two parts": np.concatenate([np.arange(441) % 9, 9 + np.arange(600) % 3]),
    "rows": np.arange(N).reshape(20, 20),
    "blocks": np.add.outer(np.arange(50), [0, 100, 50, 150]).ravel(),
    "unsigned": np.arange(N, dtype=np.uint8),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_the_rule_makes_the_array(case):
    array = ARRAYS[case]
    text = regular_text(array)
    assert text is not None
    assert text.width < 200
    made = eval(text.flat, {"np": np})
    assert made.dtype == array.dtype
    np.testing.assert_array_equal(made, array)


def test_no_rule():
    rng = np.random.default_rng(0)
    assert regular_text(rng.integers(9, size=N)) is None
    assert regular_text(np.arange(30)) is None
    assert regular_text(np.linspace(0, 1, N)) is None


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_packed_arrays_come_back(dtype):
    array = np.random.default_rng(0).integers(200, size=(50, 60)).astype(dtype)
    lines = constant_lines("array", array, lambda name: name)
    namespace = {"np": np, "unpacked": unpacked}
    exec("\n".join(lines), namespace)
    assert namespace["array"].dtype == dtype
    np.testing.assert_array_equal(namespace["array"], array)


def test_integers_too_far_apart_for_packing_are_exact():
    array = np.random.default_rng(0).integers(-(2**62), 2**62, size=2000)
    lines = constant_lines("array", array, lambda name: name)
    namespace = {"np": np, "unpacked": unpacked}
    exec("\n".join(lines), namespace)
    np.testing.assert_array_equal(namespace["array"], array)
