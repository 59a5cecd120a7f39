"""Operators on symbolic arrays: each leads to the door of its function."""

from __future__ import annotations

import numpy as np

from graphdiff.expression.doors import (
    binary_operator,
    unary_operator,
    updating_operator,
)


class Operators:
    """What Python asks of an array; ``x += y`` writes into the memory of x."""

    __slots__ = ()

    __add__, __radd__ = binary_operator(np.add)
    __sub__, __rsub__ = binary_operator(np.subtract)
    __mul__, __rmul__ = binary_operator(np.multiply)
    __truediv__, __rtruediv__ = binary_operator(np.true_divide)
    __floordiv__, __rfloordiv__ = binary_operator(np.floor_divide)
    __mod__, __rmod__ = binary_operator(np.remainder)
    __divmod__, __rdivmod__ = binary_operator(np.divmod)
    __pow__, __rpow__ = binary_operator(np.power)
    __matmul__, __rmatmul__ = binary_operator(np.matmul)
    __and__, __rand__ = binary_operator(np.bitwise_and)
    __or__, __ror__ = binary_operator(np.bitwise_or)
    __xor__, __rxor__ = binary_operator(np.bitwise_xor)
    __lshift__, __rlshift__ = binary_operator(np.left_shift)
    __rshift__, __rrshift__ = binary_operator(np.right_shift)
    __lt__, _ = binary_operator(np.less)
    __le__, _ = binary_operator(np.less_equal)
    __gt__, _ = binary_operator(np.greater)
    __ge__, _ = binary_operator(np.greater_equal)
    __eq__, _ = binary_operator(np.equal)
    __ne__, _ = binary_operator(np.not_equal)
    __iadd__ = updating_operator(np.add)
    __isub__ = updating_operator(np.subtract)
    __imul__ = updating_operator(np.multiply)
    __itruediv__ = updating_operator(np.true_divide)
    __ifloordiv__ = updating_operator(np.floor_divide)
    __imod__ = updating_operator(np.remainder)
    __ipow__ = updating_operator(np.power)
    __imatmul__ = updating_operator(np.matmul)
    __iand__ = updating_operator(np.bitwise_and)
    __ior__ = updating_operator(np.bitwise_or)
    __ixor__ = updating_operator(np.bitwise_xor)
    __ilshift__ = updating_operator(np.left_shift)
    __irshift__ = updating_operator(np.right_shift)
    __neg__ = unary_operator(np.negative)
    __pos__ = unary_operator(np.positive)
    __abs__ = unary_operator(np.absolute)
    __invert__ = unary_operator(np.invert)
