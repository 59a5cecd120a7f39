"""Conjugates that cancel: a gradient is the conjugate of a cotangent, made of some."""

from __future__ import annotations

from graphdiff.graph.node import Full, Node, Size, make
from graphdiff.ops.complex.complexes import Imaginary, conjugate
from graphdiff.ops.complex.fourier import Fourier, swapped
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import (
    Cast,
    add,
    divide,
    multiply,
    negative,
    subtract,
)
from graphdiff.ops.core.entries import RealPart
from graphdiff.rewrite.engine import Engine, Rule, rewrites

_OF_CONJUGATES = (add, subtract, multiply, divide, negative)
_MOVES = (Reshape, Spread, Sum, Transpose)
DEEPEST = 4
"""How far into a formula a conjugate is carried."""


@rewrites(conjugate)
def conjugate_inside(node: Node, engine: Engine) -> Node | None:
    """conj(2 * conj(z))  ->  2 * z, and conj(fft(conj(z)))  ->  n * ifft(z).

    Where all conjugates cancel, and what is rebuilt has no other reader.
    """
    return _conjugated(node.args[0], engine, DEEPEST)


def _conjugated(node: Node, engine: Engine, depth: int) -> Node | None:
    """The conjugate of `node`, if it can be had without taking one."""
    op, args = node.op, node.args
    if op is conjugate:
        return args[0]
    if isinstance(op, Full):
        return make(Full.of(op.value.conjugate(), node.type))
    if isinstance(op, Size) or (isinstance(op, Cast) and not args[0].type.is_complex):
        return node
    if not depth or not engine.sole(node):
        return None
    if op not in _OF_CONJUGATES and not isinstance(op, (*_MOVES, Fourier)):
        return None
    inner = [_conjugated(arg, engine, depth - 1) for arg in args]
    if any(arg is None for arg in inner):
        return None
    if isinstance(op, Fourier):
        op = swapped(op)
    return make(op, *(arg for arg in inner if arg is not None))


@rewrites(Reshape, Transpose, over=(Cast,))
def complex_of_moved(node: Node) -> Node | None:
    """reshape(complex(x))  ->  complex(reshape(x)), and likewise for transpose.

    Of real x: whoever computes with it makes complex numbers of it anyway.
    """
    (wide,) = node.args
    if not isinstance(wide.op, Cast) or not wide.type.is_complex:
        return None
    (x,) = wide.args
    return make(wide.op, make(node.op, x)) if x.type.is_real else None


@rewrites(RealPart, Imaginary, over=(negative,))
def part_of_negative(node: Node, engine: Engine) -> Node | None:
    """real(-z)  ->  -real(z), and likewise for imag.

    Half as many signs to change, where -z serves nothing else.
    """
    (minus,) = node.args
    if not engine.sole(minus):
        return None
    return make(negative, make(node.op, *minus.args))


CONJUGATES: tuple[Rule, ...] = (
    conjugate_inside,
    complex_of_moved,
    part_of_negative,
)
