"""Transforms, with every argument as JAX; Parseval, masks, dtypes, named sizes."""

import warnings
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

LINES = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
PLANES = ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")
RNG = np.random.default_rng(7)
LINE, PLANE = RNG.normal(size=(2, 5)), RNG.normal(size=(2, 3, 4))


def loss(fft: Any, name: str, xp: Any, **options: Any) -> Any:
    """A sum of squares of parts of the transform, whose gradient reads all of it."""

    def value(x: Any) -> Any:
        y = getattr(fft, name)(x + 0.5 * x**2, **options)
        return xp.sum(xp.real(y) ** 2 + xp.real(y) * xp.imag(y))

    return value


def assert_as_jax(name: str, x: np.ndarray, **options: Any) -> None:
    jax = pytest.importorskip("jax")
    found = gd.grad(loss(np.fft, name, np, **options))(x)
    with jax.enable_x64(True):
        wanted = jax.grad(loss(jax.numpy.fft, name, jax.numpy, **options))(x)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-11)


OF_A_LINE: list[dict[str, Any]] = [
    {"n": None, "axis": -1, "norm": "backward"},
    {"n": 3, "axis": 0, "norm": "ortho"},
    {"n": 4, "axis": -1, "norm": "forward"},
    {"n": 8, "axis": 1, "norm": "ortho"},
    {"n": 9, "axis": -1, "norm": "forward"},
]
OF_A_PLANE: list[dict[str, Any]] = [
    {"s": None, "axes": (0, 2), "norm": "backward"},
    {"s": (2, 5), "axes": (-1, -2), "norm": "ortho"},
    {"s": (4, 4), "axes": (0, 1), "norm": "forward"},
    {"s": (3, 6), "axes": (-2, -1), "norm": "ortho"},
]


def pairs(names: tuple[str, ...], options: list[dict[str, Any]]) -> list[Any]:
    """Each name with two of the options, and each option with some names."""
    count = len(options)
    return [
        (name, options[(i + step) % count])
        for i, name in enumerate(names)
        for step in (0, 2)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), pairs(LINES, OF_A_LINE))
def test_of_one_axis_as_jax(name: str, options: dict[str, Any]) -> None:
    assert_as_jax(name, LINE, **options)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), pairs(PLANES, OF_A_PLANE))
def test_of_several_axes_as_jax(name: str, options: dict[str, Any]) -> None:
    assert_as_jax(name, PLANE, **options)


def test_parseval() -> None:
    def energy(x: Any) -> Any:
        return np.sum(np.abs(np.fft.fft(x, norm="ortho")) ** 2)

    np.testing.assert_allclose(gd.grad(energy)(LINE), 2 * LINE, rtol=1e-13)


@pytest.mark.parametrize("name", ["fft", "rfft", "ihfft"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_mask_before_a_transform(name: str, order: int) -> None:
    x = np.array([1.5, -1.0, 0.3, -0.2, 2.0])

    def masked(x: Any) -> Any:
        return np.where(x > 0, np.sqrt(x), 0)

    def by_hand(x: Any) -> Any:
        return np.sqrt(x[[0, 2, 4]]) @ np.eye(5)[[0, 2, 4]]

    def derived(f: Any) -> Any:
        def value(x: Any) -> Any:
            y = getattr(np.fft, name)(f(x))
            return np.sum(np.abs(y) ** 2 * np.arange(1, y.shape[0] + 1))

        for _ in range(order):
            slope = gd.grad(value)
            value = lambda x, g=slope: np.sum(g(x) ** 2)  # noqa: E731
        return gd.compile(gd.trace(value, x))(x)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = derived(masked)
    np.testing.assert_allclose(found, derived(by_hand), rtol=1e-10)


@pytest.mark.parametrize("name", LINES)
def test_float32_is_kept(name: str) -> None:
    x = LINE.astype(np.float32)
    value, slope = gd.value_and_grad(loss(np.fft, name, np))(x)
    assert value.dtype == slope.dtype == np.float32
    graph = gd.trace(lambda x: getattr(np.fft, name)(x), x)
    (y,) = graph.outputs.values()
    assert y.type.dtype == getattr(np.fft, name)(x).dtype


@pytest.mark.parametrize("name", LINES)
def test_a_size_with_a_name(name: str) -> None:
    slope = gd.grad(loss(np.fft, name, np))
    emitted = gd.emit(slope.graph(gd.spec("m, n")), name="f").load()
    for m, n in [(2, 5), (1, 8)]:
        x = RNG.normal(size=(m, n))
        np.testing.assert_allclose(emitted(x), slope(x), rtol=1e-11, atol=1e-12)
