"""Whether parts of an array surely hold all of its entries."""

import numpy as np
import pytest

from graphdiff.ops.core.pattern import cover, normalize_key
from graphdiff.sizes.dims import parse_dims

SHAPES = {"4,3": (4, 3), "n,2": parse_dims("n,2"), "": ()}


@pytest.mark.parametrize(
    ("shape", "keys", "whole"),
    [
        ("4,3", [0, 1, 2, 3], True),
        ("4,3", [0, 1, 2, 2], False),
        ("4,3", [np.s_[:2], np.s_[2:]], True),
        ("4,3", [np.s_[::2], np.s_[1::2, :2], np.s_[1::2, 2]], True),
        ("4,3", [np.s_[::2], np.s_[1::2, :2]], False),
        ("4,3", [np.s_[None, ::-1]], True),
        ("n,2", [np.s_[:, 0], np.s_[::-1, 1]], True),
        ("n,2", [np.s_[:, 0]], False),
        ("n,2", [np.s_[1:], 0], False),
        ("", [...], True),
    ],
)
def test_parts_that_are_the_whole(shape, keys, whole):
    patterns = [normalize_key(SHAPES[shape], key)[0] for key in keys]
    assert cover(patterns, SHAPES[shape]) is whole


def test_a_part_of_a_stack_counts_for_each_of_the_stack():
    pattern, _ = normalize_key((3,), np.s_[:])
    assert cover([pattern], (2, 3))
    assert cover([()], (2, 3))
