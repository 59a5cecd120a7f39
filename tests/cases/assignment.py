"""Writing into arrays that the function has made: assignment, updates, scatter-adds."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.cases import table
from tests.cases.table import FIXED, OURS, ROWS, flags, ints, real, start

start("assignment")

TWICE = np.array([0, 2, 0])
MASK = np.array([True, False, True, True])


def case(name: str, function: Callable[..., Any], *args: Any, **facts: Any) -> None:
    """A case that JAX, which has no assignment, is not asked about."""
    table.case(name, function, *args, **OURS, **facts)


def changed(x: Any, key: Any, value: Any) -> Any:
    made = np.zeros_like(x)
    made[...] = x * x
    made[key] = value
    return made


def updated(x: Any, key: Any, value: Any) -> Any:
    made = x * x
    made[key] += value
    made[key] *= value
    return made


# --- x[key] = value -------------------------------------------------------------------
case("set an entry", lambda x: changed(x, 1, x[0] ** 3), real(4), **FIXED)
case("set two ints", lambda x: changed(x, (1, -1), x[0, 0] ** 3), real(3, 4), **FIXED)
case("set a row", lambda x: changed(x, 1, x[0] ** 3), real(3, 4), **FIXED)
case(
    "set rows",
    lambda x, y: changed(x, slice(1, None), y**2),
    real(3, 4),
    real(4),
)
case(
    "set columns",
    lambda x, y: changed(x, np.s_[:, 1:], y),
    real(3, 4),
    real(3, 1),
)
case("set by steps", lambda x: changed(x, np.s_[::2], x[1] ** 2), real(5), **FIXED)
case("set backwards", lambda x: changed(x, np.s_[::-1], x**2), real(5))
case("set all", lambda x, y: changed(x, ..., y**2), real(3, 4), real(4))
case("set whole", lambda x: changed(x, np.s_[:], x[0] ** 2), real(3, 4))
case("set [()]", lambda x: changed(x, (), x**3), real(3))
case("set an axis of one", lambda x, y: changed(x, 0, y), real(3, 4), real(1, 4))
case("set new axis", lambda x: changed(x, np.s_[None, 1:], x[1:]), real(4))
case("set a number", lambda x: changed(x, 1, 2), real(4), **FIXED)
case("set a list", lambda x: changed(x, 1, [1, x[0, 0]]), real(3, 2), **FIXED)
case("set an ellipsis", lambda x: changed(x, np.s_[..., 0], x[:, 1]), real(3, 4))
case("set by an array", lambda x, y: changed(x, [0, -1], y), real(4), real(2), **FIXED)
case(
    "set by array twice",
    lambda x, y: changed(x, TWICE, y**2),
    real(4),
    real(3),
    **FIXED,
)
case("set by list", lambda x, y: changed(x, [2, 0], y**2), real(4), real(2), **FIXED)
case(
    "set by input",
    lambda x, y, i: changed(x, i, y**2),
    real(3),
    real(5),
    ints(5),
)
case(
    "set rows by input",
    lambda x, y, i: changed(x, i, y**2),
    *(real(3, 2), real(5, 2), ints(5)),
)
case(
    "set by two inputs",
    lambda x, y, i, j: changed(x, (i[:, None], j), y**2),
    *(real(3, 3), real(2, 4), ints(2), ints(4)),
)
case("set by mask", lambda x, y: changed(x, MASK, y**2), real(4), real(3), **FIXED)
case("set by mask, a number", lambda x: changed(x, MASK, x[0]), real(4, 2), **FIXED)
case("set by given mask", lambda x, m: changed(x, m, 2), real(3, 4), flags(3, 4))
case(
    "set rows by given mask",
    lambda x, m: changed(x, m, x[0]),
    real(3, 4),
    flags(3),
)
case(
    "set columns by given mask",
    lambda x, m: changed(x, np.s_[:, m], 1.5),
    *(real(3, 4), flags(4)),
)
case("set by condition", lambda x: changed(x, x > 0.5, x[0]), real(5), **FIXED)


def cast(x: Any) -> Any:
    counts = np.zeros_like(x, dtype=np.int64)
    counts[1:] = x[1:] * 10
    counts[0] = 2.7
    return counts * x


case("set floats into ints", cast, real(4))


# --- x += y ---------------------------------------------------------------------------
def all_updates(x: Any, y: Any) -> Any:
    made = x.copy()
    made += y
    made -= y**2
    made *= y
    made /= 2 + y**2
    made **= 2
    made += 1.5
    return made


def whole_updates(x: Any) -> Any:
    made = x.copy()
    made //= 2
    made %= 7
    made <<= 2
    made |= 1
    made &= 5
    made ^= 3
    made >>= 1
    return made


def product(x: Any, y: Any) -> Any:
    made = x.copy()
    made @= y
    return made


case("update whole", all_updates, real(3, 4), real(4))
case("update ints", whole_updates, ints(5, below=50), order=0)
case("update by product", product, real(2, 3), real(3, 3))
case("update an entry", lambda x: updated(x, 1, x[0]), real(4), **FIXED)
case("update a row", lambda x: updated(x, 1, x[0]), real(3, 4), **FIXED)
case("update rows", lambda x, y: updated(x, np.s_[1:], y), real(3, 4), real(4))
case("update by array", lambda x, y: updated(x, ROWS, y), real(3), real(4), **FIXED)
case(
    "update by input",
    lambda x, y, i: updated(x, i, y),
    real(3),
    real(5),
    ints(5),
)
case("update by mask", lambda x, y: updated(x, MASK, y), real(4), real(3), **FIXED)


def loop(x: Any) -> Any:
    made = np.zeros_like(x)
    made[0] = np.sin(x[0])
    for i in range(1, 5):
        made[i] = np.sin(made[i - 1]) * x[i]
    return made


def views(x: Any) -> Any:
    made = np.stack([x, x**2, x**3])
    first, rest = made[0], made[1:]
    first[1:] = rest[0, :-1]
    made.T[0] += 2
    rest *= first
    made.reshape(3, 1, -1)[:, 0, -1] = first[0]
    for row in made:
        row[1] *= row[0]
    return made


case("set in a loop", loop, real(5), **FIXED)
case("set through views", views, real(3), **FIXED)


# --- functions that write -------------------------------------------------------------
def added(x: Any, key: Any, value: Any) -> Any:
    made = x**2
    np.add.at(made, key, value)
    np.subtract.at(made, key, value**2)
    return made


def written(function: Any, *args: Any, **others: Any) -> Any:
    def call(x: Any, *more: Any) -> Any:
        made = x**2
        function(made, *args, *more, **others)
        return made

    return call


ALONG = np.array([[2], [0], [1]])
case("np.add.at", lambda x, y: added(x, TWICE, y), real(4), real(3), **FIXED)
case("np.add.at slice", lambda x, y: added(x, np.s_[1:], y), real(4), real(3), **FIXED)
case("np.add.at input", lambda x, y, i: added(x, i, y), real(3), real(5), ints(5))
case("np.copyto", written(np.copyto), real(3, 4), real(4))
case(
    "np.copyto where",
    lambda x, y, m: written(np.copyto, y, where=m)(x),
    *(real(3, 4), real(4), flags(3, 4)),
)
case(
    "np.copyto casting",
    lambda x, y: written(np.copyto, y, casting="unsafe")(x),
    *(real(3), real(3)),
)
case("np.putmask", written(np.putmask), real(4), flags(4), real(4))
case(
    "np.putmask, a number",
    lambda x: written(np.putmask, x > 1, 2.0)(x),
    real(4),
)
case("np.place", lambda x, m: written(np.place, m, [2.5])(x), real(4), flags(4))
case("np.put", written(np.put, [5, 0]), real(3, 4), real(2), **FIXED)
case("np.fill_diagonal", written(np.fill_diagonal), real(3, 4), real(3), **FIXED)
case(
    "np.fill_diagonal of a cube", written(np.fill_diagonal, 2.0), real(2, 2, 2), **FIXED
)
case(
    "np.put_along_axis",
    lambda x, y: written(np.put_along_axis, ALONG, y, 1)(x),
    *(real(3, 4), real(3, 1)),
    **FIXED,
)
case(
    "np.put_along_axis, axis None",
    lambda x, y: written(np.put_along_axis, np.array([3, 1]), y, None)(x),
    *(real(3, 4), real(2)),
    **FIXED,
)


def methods(x: Any) -> Any:
    made, other = x**2, x * 3
    made.sort()
    other.fill(made[1])
    other.put([0], made[2])
    return made * other + made.flatten()


case("methods that write", methods, real(4), **FIXED)
