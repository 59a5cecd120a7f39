"""Parts that only got an axis for being joined: np.stack, and np.array of numbers."""

import numpy as np
import pytest

import graphdiff as gd

ZEROS = np.zeros(3)
RAMP = np.arange(3.0)


def turned(t):
    o, z = np.ones_like(t), np.zeros_like(t)
    c, s = np.cos(t), np.sin(t)
    return np.stack([np.stack([c, -s, z]), np.stack([s, c, z]), np.stack([z, z, o])])


def rows(t):
    return np.stack([t * RAMP, ZEROS, RAMP, np.sin(t * RAMP)])


def columns(t):
    return np.stack([t * RAMP, ZEROS, RAMP, np.sin(t * RAMP)], axis=1)


LINES = {
    turned: "np.stack([joined, np.array([s, c, 0.0]), np.array([0.0, 0.0, 1.0])])",
    rows: "np.stack([t_times_RAMP, constant[0], constant_2[0], np.sin(t_times_RAMP)])",
    columns: "[t_times_RAMP, constant[:, 0], constant_2[:, 0], sin_t_times_RAMP]",
}


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("f", LINES, ids=lambda f: f.__name__)
def test_parts_in_a_row(f, dtype, style):
    graph = gd.simplify(gd.trace(f, gd.spec("", dtype=dtype)))
    module = gd.emit(graph, style=style)
    t = dtype(0.7)
    wanted = f(t)
    found = module.load()(t)
    assert found.dtype == next(iter(graph.outputs.values())).type.dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    if dtype is np.float64 and style == "readable":
        assert LINES[f] in module.source, module.source


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_a_sum_written_entry_by_entry_gets_its_axis_afterwards(style):
    def f(x):
        slope = gd.grad(lambda x: np.sin(x[0]) * x[1])(x)
        return slope[:, None] * x + np.diag(x)

    x = np.array([0.7, -0.4])
    slope = np.array([np.cos(0.7) * -0.4, np.sin(0.7)])
    written = gd.emit(gd.simplify(gd.trace(f, gd.spec("2"))), style=style).load()
    np.testing.assert_allclose(written(x), np.outer(slope, x) + np.diag(x))
