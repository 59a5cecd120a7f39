"""Arrays that sizes alone determine: identity matrices, windows, grids of positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression
from graphdiff.graph.op import Call, Op
from graphdiff.graph.types import ArrayType, Shape, Size


@dataclass(frozen=True)
class Made(Op):
    """What a function of NumPy makes of sizes and plain numbers."""

    function: str
    args: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...]
    shape: Shape
    dtype: np.dtype

    @property
    def label(self) -> str:
        """The function's own name."""
        return self.function.removeprefix("np.")

    def infer(self) -> ArrayType:
        return ArrayType(self.shape, self.dtype)

    def call(self) -> Call:
        return Call(self.function, self.args, dict(self.named))


def made_eye(rows: Size, columns: Size, k: int, dtype: np.dtype) -> Expression:
    """Ones on diagonal `k` of a matrix, zeros elsewhere."""
    sizes = (rows,) if rows == columns else (rows, columns)
    named: list[tuple[str, Any]] = [("k", k)] if k else []
    if dtype != np.float64:
        named.append(("dtype", dtype))
    op = Made("np.eye", sizes, tuple(named), (rows, columns), dtype)
    return op()  # type: ignore[no-any-return]


def eye_like(x: Any, k: int = 0) -> Any:
    """Ones on diagonal `k` of a matrix of the size and dtype of the matrices `x`."""
    rows, columns = x.shape[-2:]
    if isinstance(x, Expression):
        return made_eye(rows, columns, k, x.dtype)
    return np.eye(rows, columns, k, x.dtype)
