"""What graphdiff makes of a program: emitted modules and compiled callables."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import graphdiff as gd

Function = Callable[..., Any]


class Built:
    """Value and gradient of `program` at `specs`, in the first `n` of them."""

    def __init__(self, program: Function, specs: Sequence[Any], n: int):
        self.program = program
        wrt = tuple(range(n)) if n > 1 else 0
        self.grad = gd.value_and_grad(program, wrt=wrt)
        self.graph = self.grad.graph(*specs)
        self.forward_graph = gd.simplify(gd.trace(program, *specs))

    def emitted(self, style: str = "readable") -> Function:
        return function_of(gd.emit(self.graph, target="numpy", style=style))

    def forward(self) -> Function:
        return function_of(gd.emit(self.forward_graph, target="numpy"))

    def compiled_forward(self) -> Function:
        return gd.compile(self.forward_graph, backend="numpy")

    def compiled(self) -> Function:
        return gd.compile(self.graph, backend="numpy")


def function_of(emitted: Any) -> Function:
    """The function that the emitted module holds."""
    loaded = emitted.load()
    return loaded if callable(loaded) else getattr(loaded, emitted.name)


def arrays(result: Any) -> list[np.ndarray]:
    """The leaves of a (value, gradients) pair, however the gradients are nested."""
    if isinstance(result, dict):
        result = tuple(result.values())
    if isinstance(result, tuple | list):
        return [leaf for part in result for leaf in arrays(part)]
    return [np.asarray(result)]


def agree(expected: Any, result: Any) -> None:
    """Raise unless both hold the same numbers: a fast wrong answer is no rival."""
    left, right = arrays(expected), arrays(result)
    assert len(left) == len(right), (len(left), len(right))
    for a, b in zip(left, right, strict=True):
        tolerance = 1e-9 if a.dtype == np.float64 else 1e-3
        scale = float(np.abs(a).max()) or 1.0
        np.testing.assert_allclose(b, a, rtol=tolerance, atol=tolerance * scale)
