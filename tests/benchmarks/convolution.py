"""Convolutions and pooling: value, and gradients in the images and the weights."""

from collections.abc import Callable, Iterator

import numpy as np

import graphdiff as gd
from tests.benchmarks.built import Built, agree
from tests.benchmarks.handwritten import convolution as by_hand
from tests.benchmarks.measure import holding
from tests.benchmarks.report import Benchmark, Bound

SHAPES = (
    ("digits: 32 of 8x8, 8 to 16 channels, 3x3", (32, 8, 8, 8), (16, 8, 3, 3), 1, 1),
    ("32 of 28x28, 1 to 8 channels, 3x3", (32, 1, 28, 28), (8, 1, 3, 3), 1, 1),
    ("32 of 28x28, 1 to 8 channels, 5x5", (32, 1, 28, 28), (8, 1, 5, 5), 1, 0),
    ("16 of 28x28, 32 to 32 channels, 3x3", (16, 32, 28, 28), (32, 32, 3, 3), 1, 1),
    ("the same, stride 2", (16, 32, 28, 28), (32, 32, 3, 3), 2, 1),
)


def convolution() -> Iterator[Callable[[], Benchmark]]:
    for title, images, kernels, stride, padding in SHAPES:
        yield lambda t=title, i=images, k=kernels, s=stride, p=padding: layer(
            t, i, k, s, p
        )
    for shape in ((32, 8, 8, 8), (32, 16, 28, 28)):
        yield lambda s=shape: pooling(s)


def layer(title: str, images: tuple, kernels: tuple, stride: int, padding: int):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=images), rng.normal(size=kernels)

    def program(x, w):
        return np.sum(gd.nn.conv2d(x, w, stride, padding) ** 2)

    specs = [gd.spec_like(x, "batch,_,_,_"), gd.spec_like(w)]
    built = Built(program, specs, 2)
    rivals: dict[str, Callable] = {
        "columns by hand": lambda: by_hand.columns(x, w, stride, padding),
        "a product for each tap, by hand": lambda: by_hand.products(
            x, w, stride, padding
        ),
        "np.einsum by hand": lambda: by_hand.einsum(x, w, stride, padding),
    }
    emitted, compiled = built.emitted(), built.compiled()
    rivals["emitted"] = lambda: emitted(x, w)
    rivals["compiled"] = lambda: compiled(x, w)
    expected = rivals["columns by hand"]()
    for rival in rivals.values():
        agree(expected, rival())
    return Benchmark(
        f"convolution: {title}",
        {name: holding(rival) for name, rival in rivals.items()},
        (Bound("emitted", "columns by hand", 1.1),),
    )


def pooling(shape: tuple) -> Benchmark:
    x = np.random.default_rng(0).normal(size=shape)
    built = Built(lambda x: np.sum(gd.nn.max_pool(x, 2) ** 2), [gd.spec("b,c,h,k")], 1)
    emitted = built.emitted()
    rivals: dict[str, Callable] = {
        "slices by hand": lambda: by_hand.pool_by_slices(x),
        "reshaped by hand": lambda: by_hand.pool_by_reshaping(x),
        "emitted": lambda: emitted(x),
    }
    expected = rivals["slices by hand"]()
    for rival in rivals.values():
        agree(expected, rival())
    return Benchmark(
        f"pooling: largest of 2x2, {shape}",
        {name: holding(rival) for name, rival in rivals.items()},
        (Bound("emitted", "reshaped by hand", 1),),
    )
