"""Functions with loops, each for NumPy with graphdiff, and for JAX with lax."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

import graphdiff as gd

OURS = SimpleNamespace(
    np=np,
    scan=gd.scan,
    fori_loop=gd.fori_loop,
    while_loop=gd.while_loop,
    cond=gd.cond,
    map=gd.map,
)


def recurrent(m: Any, h: Any, W: Any, us: Any) -> Any:
    def step(h: Any, u: Any) -> Any:
        h = m.np.tanh(W @ h + u)
        return h, m.np.sum(h * h)

    h, ys = m.scan(step, h, us)
    return m.np.sum(h**2) + m.np.sum(m.np.sin(ys))


def backwards(m: Any, h: Any, us: Any) -> Any:
    h, ys = m.scan(lambda h, u: (m.np.sin(h * u) + h, h), h, us, reverse=True)
    return m.np.sum(h) + m.np.sum(ys[1:] * ys[:-1])


def counted(m: Any, x: Any, w: Any) -> Any:
    return m.np.sum(m.fori_loop(1, 5, lambda i, c: m.np.sin(c * w) + i * x, x))


def shrinking(m: Any, x: Any) -> Any:
    def test(c: Any) -> Any:
        return m.np.sum(c * c) > 1.0

    c = m.while_loop(test, lambda c: c * 0.7 * m.np.cos(c * x[0] * 0.1), x)
    return m.np.sum(c**2 * x)


def linear(m: Any, x: Any) -> Any:
    return m.while_loop(lambda c: c < 100.0, lambda c: c * 3.0, x) * x


def newton(m: Any, x: Any) -> Any:
    def test(r: Any) -> Any:
        return m.np.abs(r * r - x) > 1e-10

    return m.while_loop(test, lambda r: (r + x / r) / 2, x)


def branch(m: Any, x: Any) -> Any:
    return m.cond(
        m.np.sum(x) > 0,
        lambda x: m.np.sum(m.np.sqrt(x)),
        lambda x: m.np.sum(x**3),
        x,
    )


def nested(m: Any, x: Any, w: Any) -> Any:
    def outer(c: Any, _: Any) -> Any:
        d, ys = m.scan(lambda d, _: (m.np.sin(d * w) + c, d * d), c, None, length=3)
        return d, m.np.sum(ys)

    c, s = m.scan(outer, x, None, length=4)
    return m.np.sum(c * m.np.sum(s))


def while_in_loop(m: Any, x: Any) -> Any:
    def body(i: Any, c: Any) -> Any:
        return m.while_loop(
            lambda d: m.np.sum(d * d) > 0.5, lambda d: d * 0.6 * m.np.cos(d), c + i * x
        )

    return m.np.sum(m.fori_loop(0, 4, body, x) ** 2)


def loop_in_while(m: Any, x: Any) -> Any:
    def body(c: Any) -> Any:
        d, _ = m.scan(lambda d, u: (m.np.sin(d) * u + d, None), c, x)
        return d * 0.3

    return m.np.sum(m.while_loop(lambda c: m.np.sum(m.np.abs(c)) > 0.1, body, x) ** 2)


def branch_in_loop(m: Any, x: Any) -> Any:
    def step(c: Any, u: Any) -> Any:
        c = m.cond(u > 0, lambda c, u: m.np.sqrt(c) * u, lambda c, u: c * u * u, c, u)
        return c, c * c

    c, ys = m.scan(step, x[0], x)
    return c + m.np.sum(ys)


def mapped(m: Any, x: Any) -> Any:
    return m.np.sum(m.map(lambda v: m.np.sin(v) * v**2, x) * x)


def padded(m: Any, x: Any, us: Any) -> Any:
    def step(c: Any, u: Any) -> Any:
        c = m.np.where(u > 0, m.np.sqrt(m.np.where(u > 0, u, 1.0)) * m.np.sin(c), c)
        return c, c

    c, ys = m.scan(step, x, us)
    return m.np.sum(c) + m.np.sum(ys**2)


def _values(*shape: int) -> Any:
    count = int(np.prod(shape))
    return (0.7 * np.sin(1.0 + 2.3 * np.arange(count))).reshape(shape)


PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "recurrent": (recurrent, (_values(3), _values(3, 3), _values(5, 3))),
    "one step": (recurrent, (_values(3), _values(3, 3), _values(1, 3))),
    "no step": (recurrent, (_values(3), _values(3, 3), _values(0, 3))),
    "backwards": (backwards, (_values(2), _values(4, 2))),
    "counted": (counted, (_values(2), _values(2))),
    "shrinking": (shrinking, (6 * _values(3),)),
    "no step of while": (shrinking, (0.1 * _values(3),)),
    "linear": (linear, (np.float64(0.3),)),
    "newton": (newton, (np.float64(9.0),)),
    "branch": (branch, (np.abs(_values(3)),)),
    "other branch": (branch, (-np.abs(_values(3)),)),
    "nested": (nested, (_values(2), _values(2))),
    "while in loop": (while_in_loop, (3 * _values(3),)),
    "loop in while": (loop_in_while, (_values(3),)),
    "branch in loop": (branch_in_loop, (np.array([0.5, -0.3, 0.7, -0.2]),)),
    "mapped": (mapped, (_values(4),)),
    "padded": (padded, (_values(2), _values(4, 2))),
}
"""Name -> program (its first parameter is the library), arguments."""
