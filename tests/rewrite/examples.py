"""Left sides for every rule: what is written, over variables of a few types."""

import numpy as np

import graphdiff as gd
from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Constant, Size, make
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Cast, gated, relu, sigmoid
from graphdiff.ops.core.index import Concatenate, Put, Slice, Take
from graphdiff.ops.core.linalg import Einsum
from graphdiff.ops.core.reduce import Softmax
from graphdiff.ops.shape.alone import Alone, Only

SHAPES = {
    "x": "n,3",
    "y": "n,3",
    "z": "n,3",
    "a": "2,4",
    "b": "4,5",
    "r": "4",
    "t": "3",
    "s": "",
    "q": "4,4",
}
DTYPES = {
    "i": np.int64,
    "k": np.int64,
    "f": np.float32,
    "c": np.bool_,
    "w": np.complex128,
}
OTHERS = {"i": "n,3", "k": "n", "f": "n,3", "c": "n,3", "w": "n,3"}


def variables():
    made = {name: gd.var(name, shape) for name, shape in SHAPES.items()}
    for name, dtype in DTYPES.items():
        made[name] = gd.var(name, OTHERS[name], dtype=dtype)
    return made


def full(x, value):
    return np.full_like(x, value)


def rows(x, width=3):
    """`x` as a column, repeated."""
    return Spread((-1,), (width,))(x)


def constant(values):
    return make(Constant.of(np.array(values)))


def cast(x, dtype):
    return Cast(np.dtype(dtype))(x)


def cleared(x, key):
    """`x` with 0 at the key."""
    y = x.copy()
    y[key] = 0
    return y


def placed(v, x, key):
    """`v` put into zeros shaped as `x`."""
    return gd.pullback([x[key]], [x], [v])[0]


def size_of(x):
    return Expression(make(Size(x.shape[0], x.node.type)))


def whole_size(x, times=1):
    """The number of rows, as one number."""
    return Expression(make(Size(times * x.shape[0], gd.var("one", "").node.type)))


def mean_of(c, v):
    """The share c of each row, everywhere."""
    return spread_number(full(v.s, c) / whole_size(v.x), v.x)


def spread_number(s, x):
    return Spread((-2, -1), x.shape)(s)


def plain_sum(x, axes=(-1,)):
    return Sum(axes)(x)


def shift(x):
    return x - np.max(x, axis=-1, keepdims=True)


def join(*parts):
    return Expression(make(Concatenate(-1), *[p.node for p in parts]))


LAWFUL = {
    "entries_put_back": [
        lambda v: cleared(v.q, 1) + placed(v.q[1] * 2.0, v.q, 1),
        lambda v: placed(v.q[:, 1] * v.r, v.q, np.s_[:, 1]) + cleared(v.q, np.s_[:, 1]),
        lambda v: cleared(v.r, np.s_[1:]) + placed(v.r[1:], v.r, np.s_[1:]),
    ],
    "part_of_negative": [
        lambda v: (-v.w).real,
        lambda v: np.imag(-(v.w * 2j)),
    ],
    "complex_of_moved": [
        lambda v: v.q.astype(complex).reshape(2, 8) * 1j,
        lambda v: v.x.astype(complex).T * 1j,
    ],
    "conjugate_inside": [
        lambda v: np.conj(np.conj(v.w)),
        lambda v: np.conj(v.w.conj() * 2.0 - v.x),
        lambda v: np.conj(np.fft.fft(2j * np.conj(v.w))),
    ],
    "literal_over_size": [
        lambda v: v.s + full(v.s, 6.0) / whole_size(v.x, 3),
        lambda v: v.s * (full(v.s, -4.0) / whole_size(v.x, 2)),
    ],
    "over_size": [
        lambda v: v.x * spread_number(full(v.s, 1.0) / whole_size(v.x), v.x),
        lambda v: spread_number(full(v.s, 1.0) / whole_size(v.x), v.x) * v.y,
    ],
    "op_of_numbers": [
        lambda v: v.x * (full(v.x, 2.0) + full(v.x, 3.0)),
        lambda v: v.x + np.tanh(full(v.x, 0.5)),
        lambda v: np.where(full(v.x, 1.0) < full(v.x, 2.0), v.x, v.y),
    ],
    "op_of_constants": [
        lambda v: v.t * np.exp(Expression(constant([1.0, 2.0, -1.0]))),
        lambda v: v.t + np.add(Expression(constant([1.0, 2.0, 3.0])), 1.0),
        lambda v: v.s * np.sum(Expression(constant([1.0, 2.0, 3.0]))),
        lambda v: (
            v.t * (Expression(constant([1, 2, 3])) + Expression(constant([3, 1, 2])))
        ),
    ],
    "view_of_uniform": [
        lambda v: v.x * Spread((-1,), (3,))(full(v.x[:, 0], 2.0)),
        lambda v: v.a.T + np.transpose(full(v.a, 0.5)),
    ],
    "index_of_uniform": [
        lambda v: v.a[:, 1:3] + full(v.a, 2.0)[:, 1:3],
        lambda v: v.a + Put((Slice(), Slice(1, 3)), (2, 4), True)(full(v.a[:, 1:3], 0)),
    ],
    "join_of_uniform": [lambda v: v.a + join(full(v.a[:, :1], 2), full(v.a[:, 1:], 2))],
    "sum_of_number": [
        lambda v: v.s * np.sum(full(v.a, 0.5)),
        lambda v: v.s * np.sum(full(v.x, 1.0)),
        lambda v: v.s * np.sum(full(v.x, 3.0)),
    ],
    "cast_to_itself": [lambda v: cast(v.x, np.float64) * v.y],
    "cast_of_uniform": [lambda v: v.f + cast(size_of(v.x), np.float32)],
    "cast_of_cast": [
        lambda v: v.f.astype(np.float64).astype(np.float32),
        lambda v: v.c.astype(np.float32).astype(np.float64),
    ],
    "gate_of_tame": [lambda v: gated(v.x, full(v.x, 3.0))],
    "times_one": [lambda v: v.x * 1, lambda v: 1.0 * v.x, lambda v: v.i * 1],
    "over_one": [lambda v: v.x / 1],
    "power_of_one": [lambda v: v.x**1],
    "power_of_zero": [lambda v: v.y * v.x**0],
    "plus_negative_zero": [lambda v: v.x + -0.0, lambda v: v.i + 0],
    "plus_zero": [
        lambda v: v.x**2 + 0.0,
        lambda v: 0 + np.sum(np.mean(v.x * v.x, axis=1)),
        lambda v: 0.0 + np.sum(np.abs(v.x), axis=1, keepdims=True).T,
        lambda v: np.exp(v.f) + 0,
    ],
    "minus_zero": [lambda v: v.x - 0.0, lambda v: v.i - 0],
    "plus_sign": [lambda v: +v.x],
    "negative_twice": [lambda v: -np.negative(v.x)],
    "times_minus_one": [lambda v: v.x * -1, lambda v: v.x / -1, lambda v: -1 * v.i],
    "doubled": [lambda v: v.x + v.x, lambda v: v.i + v.i],
    "plus_negative": [
        lambda v: v.x + (-v.y),
        lambda v: (-v.x) + v.y,
        lambda v: v.x + rows(-v.x[:, 0]),
    ],
    "minus_negative": [lambda v: v.x - (-v.y)],
    "plus_negative_multiple": [
        lambda v: v.x + -2 * v.y,
        lambda v: v.x * -3 + v.y,
        lambda v: v.x + v.y * rows(-v.x[:, 0]),
    ],
    "negative_times_literal": [
        lambda v: (-v.x) * 3,
        lambda v: 3 * (-v.x),
        lambda v: (-v.x) / 3,
        lambda v: 3 / (-v.x),
    ],
    "negative_factors": [
        lambda v: (-v.x) * v.y,
        lambda v: v.x / (-v.y),
        lambda v: (-v.x) * (-v.y),
        lambda v: v.s - (-v.s) * v.t[0] * v.t[1],
    ],
    "negative_of_multiple": [
        lambda v: -(3 * v.x),
        lambda v: -(v.x / 3),
        lambda v: -(3 / v.x),
    ],
    "even_of_negative": [lambda v: np.abs(-v.x), lambda v: np.square(-v.x)],
    "literal_factors": [
        lambda v: 2 * (v.x * 3),
        lambda v: (v.x * 0.3) * 4,
        lambda v: 0.5 * (2 * v.x),
        lambda v: 7 * (v.i * 3),
    ],
    "literal_times_quotient": [lambda v: 0.3 * (v.x / 2), lambda v: 2 * (0.3 / v.x)],
    "literal_quotient": [lambda v: (2 * v.x) / 2, lambda v: (0.3 * v.x) / 4],
    "literal_joins_scalar": [
        lambda v: v.s * (2 * v.x),
        lambda v: (v.x * 4) * v.s,
        lambda v: 2 * (v.s * v.x),
    ],
    "literal_to_the_front": [
        lambda v: v.y * (2 * v.x),
        lambda v: (v.y * -0.5) * (2 * v.x),
        lambda v: -v.s * (4 * v.t[0]),
    ],
    "literal_first": [
        lambda v: gd.gradients(np.sum(np.sin(0.3 * v.x)), [v.x])[0],
    ],
    "common_quotient": [
        lambda v: mean_of(3.0, v) * v.x - mean_of(3.0, v) * v.y,
        lambda v: mean_of(2.0, v) * v.x * v.z + v.y * mean_of(2.0, v),
        lambda v: mean_of(-1.0, v) * v.x - mean_of(-1.0, v) * v.y * v.z,
    ],
    "extreme_of_itself": [
        lambda v: np.maximum(v.x, v.x),
        lambda v: np.minimum(v.x, v.x),
    ],
    "done_twice": [lambda v: np.abs(np.abs(v.x)), lambda v: relu(relu(v.x))],
    "same_in_other_order": [lambda v: np.stack([v.x * v.y, v.y * v.x])],
    "transpose_to_itself": [lambda v: Transpose((-2, -1))(v.x)],
    "transpose_twice": [lambda v: v.x.T.T, lambda v: Transpose((-1, -2))(v.x.T)],
    "transpose_of_spread": [
        lambda v: rows(v.r, 5).T,
        lambda v: Spread((-3,), (2,))(v.x).T,
    ],
    "diagonal_of_transpose": [
        lambda v: np.trace(v.x.T),
        lambda v: np.diagonal(v.a.T, 1),
    ],
    "transpose_of_ones": [lambda v: np.reshape(v.r, (4, 1)).T],
    "reshape_to_itself": [lambda v: Reshape(2, (2, 4))(v.a)],
    "reshape_twice": [lambda v: v.a.reshape(8).reshape(4, 2)],
    "reshape_of_spread": [
        lambda v: Spread((-1,), (5,))(v.r).reshape(4, 1, 5),
        lambda v: Spread((-2,), (5,))(v.r.reshape(4, 1)).reshape(4, 5),
    ],
    "spread_twice": [lambda v: Spread((-1,), (5,))(Spread((-3,), (2,))(v.a))],
    "spread_of_length_one": [lambda v: Spread((-1,), (1,))(v.a)],
    "op_of_spreads": [
        lambda v: rows(v.r, 5) * rows(np.sin(v.r), 5),
        lambda v: np.exp(rows(v.r, 5)),
        lambda v: rows(v.r, 5) / Spread((-2, -1), (4, 5))(v.s),
    ],
    "sum_twice": [lambda v: plain_sum(plain_sum(v.a)), lambda v: v.x.sum(0).sum()],
    "reduction_of_transpose": [
        lambda v: np.sum(v.x.T),
        lambda v: np.max(v.a.T, axis=0),
        lambda v: np.sum(Transpose((-2, -1, -3))(v.a.reshape(2, 2, 2)), axis=2),
    ],
    "sum_of_spread": [
        lambda v: plain_sum(rows(v.r, 5)),
        lambda v: np.sum(rows(v.r, 5)),
        lambda v: plain_sum(Spread((-2, -1), (4, 5))(v.s)),
    ],
    "sum_before_spread": [lambda v: np.sum(rows(v.x[:, 0]), axis=0)],
    "reduction_of_reshape": [
        lambda v: np.sum(v.a.reshape(8)),
        lambda v: np.sum(v.a.reshape(2, 1, 4), axis=-1),
        lambda v: np.prod(v.a.reshape(8)),
    ],
    "sum_of_negative": [lambda v: np.sum(-v.x, axis=1)],
    "where_both_alike": [lambda v: np.where(v.c, v.x, v.x)],
    "where_known": [
        lambda v: np.where(True, v.x, v.y),
        lambda v: np.where(False, v.x, v.y),
    ],
    "where_not": [lambda v: np.where(np.logical_not(v.c), v.x, v.y)],
    "where_in_where": [
        lambda v: np.where(v.c, np.where(v.c, v.x, v.y), v.z),
        lambda v: np.where(v.c, v.x, np.where(v.c, v.y, v.z)),
    ],
    "where_in_product_in_where": [
        lambda v: np.where(v.c, v.y * np.where(v.c, v.x, 0.0), 0.0),
        lambda v: np.where(v.c, 1.0, -(np.where(v.c, v.x, v.y) / v.z)),
    ],
    "not_twice": [lambda v: np.logical_not(np.logical_not(v.x > 0))],
    "take_whole": [lambda v: Take((Slice(), Slice()))(v.x)],
    "take_of_put": [
        lambda v: Take((Slice(1, 3),))(Put((Slice(1, 3),), (7,), True)(v.r[:2])),
    ],
    "take_of_join": [
        lambda v: np.concatenate([v.a, v.a * 2], axis=1)[:, 4:8],
        lambda v: np.concatenate([v.x, v.y * 2], axis=1)[:, 0:3],
    ],
    "join_of_one": [lambda v: join(v.x)],
    "transpose_of_product": [lambda v: (v.a @ v.b @ v.b.T).T],
    "einsum_of_one": [
        lambda v: np.einsum("ij->ji", v.x),
        lambda v: np.einsum("ij->j", v.x),
    ],
    "einsum_with_scalar": [lambda v: np.einsum(",i->i", v.s, v.r)],
    "einsum_of_matrices": [
        lambda v: np.einsum("ij,jk->ik", v.a, v.b),
        lambda v: np.einsum("ij,jk->ki", v.a, v.b),
        lambda v: np.einsum("ji,jk->ik", v.b, v.a.T),
    ],
}

STABILISING = {
    "log_of_det": [
        lambda v: np.log(np.linalg.det(v.q)),
        lambda v: np.log(abs(np.linalg.det(v.q))),
    ],
    "inverse_times": [
        lambda v: np.linalg.inv(v.q) @ v.r,
        lambda v: np.linalg.inv(v.q) @ v.a.T,
        lambda v: v.a @ np.linalg.inv(v.q),
        lambda v: v.r @ np.linalg.inv(v.q),
        lambda v: np.linalg.inv(v.q).T @ v.r,
    ],
    "log_of_two_exps": [lambda v: np.log(np.exp(v.x) + np.exp(v.y))],
    "log_of_sum_of_exp": [
        lambda v: np.log(np.sum(np.exp(v.x), axis=1)),
        lambda v: np.log(np.sum(np.exp(v.x), axis=1, keepdims=True)),
        lambda v: np.log(np.mean(np.exp(v.a), axis=0)),
    ],
    "log_of_softmax": [
        lambda v: np.log(Softmax((-1,))(v.x)),
        lambda v: np.log(gd.nn.softmax(v.a)[np.arange(2), np.array([1, 3])]),
        lambda v: np.log(np.exp(v.x) / np.sum(np.exp(v.x), axis=1, keepdims=True)),
    ],
    "log_of_sigmoid": [lambda v: np.log(sigmoid(v.x)), lambda v: np.log(sigmoid(-v.x))],
    "log_of_one_plus": [
        lambda v: np.log(1 + np.abs(v.x)),
        lambda v: np.log(np.abs(v.x) + 1),
        lambda v: np.log(1 - np.tanh(v.x)),
    ],
    "log1p_of_exp": [
        lambda v: np.log1p(np.exp(v.x)),
        lambda v: np.log(1 + np.exp(v.x)),
    ],
    "log1p_of_minus_sigmoid": [lambda v: np.log(1 - sigmoid(v.x))],
    "exp_minus_one": [lambda v: np.exp(v.x) - 1, lambda v: 1 - np.exp(v.x)],
    "logistic": [
        lambda v: 1 / (1 + np.exp(-v.x)),
        lambda v: 1 / (np.exp(v.x) + 1),
        lambda v: np.exp(v.x) / (1 + np.exp(v.x)),
        lambda v: np.reciprocal(1 + np.exp(-v.x)),
    ],
    "softmax_written_out": [
        lambda v: np.exp(v.x) / np.sum(np.exp(v.x), axis=-1, keepdims=True),
        lambda v: np.exp(v.x) / np.sum(np.exp(v.x)),
    ],
    "softmax_of_shifted": [
        lambda v: np.exp(shift(v.x)) / np.sum(np.exp(shift(v.x)), -1, keepdims=True),
    ],
    "logsumexp_shifted_back": [
        lambda v: np.max(v.x, axis=-1) + np.log(np.sum(np.exp(shift(v.x)), axis=-1)),
        lambda v: np.log(np.sum(np.exp(v.r - np.max(v.r)))) + np.max(v.r),
        lambda v: np.log(np.sum(np.exp(v.x - v.s))) + v.s,
    ],
    "log_softmax_shifted": [
        lambda v: shift(v.x) - np.log(np.sum(np.exp(shift(v.x)), -1, keepdims=True)),
    ],
    "root_of_square": [lambda v: np.sqrt(v.x**2), lambda v: (v.x * v.x) ** 0.5],
    "root_of_sum_of_squares": [
        lambda v: np.sqrt(np.sum(v.x**2, axis=1)),
        lambda v: np.sqrt(np.sum(v.x * v.x)),
        lambda v: np.sum(np.square(v.a), axis=0, keepdims=True) ** 0.5,
    ],
    "root_of_inner_product": [lambda v: np.sqrt(v.r @ v.r)],
    "root_of_two_squares": [
        lambda v: np.sqrt(v.x * v.x + v.y**2),
        lambda v: np.sqrt(v.x**2 + v.y**2 + v.z**2),
    ],
    "root_of_variance": [
        lambda v: np.sqrt(np.var(v.a, axis=1)),
        lambda v: np.sqrt(np.var(v.x, axis=1, ddof=1, keepdims=True)),
    ],
    "root_of_squares": [
        lambda v: np.sqrt(np.mean(v.x**2, axis=1)),
        lambda v: np.sqrt(np.sum(v.a * v.a, axis=0, keepdims=True) / 3),
        lambda v: np.sqrt(2 * v.x * v.x + np.square(v.y)),
    ],
    "square_of_root": [
        lambda v: np.linalg.norm(v.a) ** 2,
        lambda v: np.square(np.linalg.norm(v.x, axis=1, keepdims=True)),
        lambda v: np.sqrt(np.sum(v.x**2, axis=0)) ** 2,
        lambda v: np.abs(v.x) * np.abs(v.x),
        lambda v: np.std(v.a, axis=1) ** 2,
        lambda v: np.sqrt(np.mean(v.x**2)) ** 2,
    ],
    "x_log_x": [lambda v: np.abs(v.x) * np.log(np.abs(v.x))],
    "one_minus_cosine": [lambda v: 1 - np.cos(v.x), lambda v: np.cos(v.a) - 1],
    "log_of_one_minus_exp": [
        lambda v: np.log(1 - np.exp(-np.abs(v.x))),
        lambda v: np.log1p(-np.exp(-np.abs(v.a))),
    ],
    "log_of_product": [
        lambda v: np.log(np.prod(v.x**2, axis=1)),
        lambda v: np.log(np.prod(np.exp(v.a))),
        lambda v: np.log(np.prod(2 + v.x, axis=0, keepdims=True)),
    ],
    "count_times_log": [
        lambda v: (v.x > 0) * np.log(np.abs(v.x)),
        lambda v: np.array([0.0, 1, 2]) * np.log(np.abs(v.x[0, :3])),
    ],
}

# Rules about zeros that are strict by declaration: what meets them does not matter.
STRICT = {
    "product_of_rows": [
        lambda v: Alone(1)(v.r) * v.q[0],
        lambda v: v.q[0] / 2 * Alone(1)(full(v.r, 1.0)),
        lambda v: Alone(2)(v.a) / (2 + v.a * v.a),
        lambda v: gated(Alone(1)(v.r), rows(v.r, 4).T),
        lambda v: Alone(1)(v.r) * Alone(1)(v.q[0]),
        lambda v: Alone(2, (-2,))(v.a) * v.q[:2],
        lambda v: Only(2, 1, 3)(v.a) * 2,
    ],
    "function_of_rows": [
        lambda v: -Alone(1)(v.r),
        lambda v: cast(Alone(2)(v.x), np.float32),
        lambda v: np.conj(Alone(2)(v.w)),
        lambda v: -Only(0, 2, 3)(v.s),
    ],
    "sum_of_rows": [
        lambda v: Alone(1)(v.r) + Alone(1)(v.q[0]),
        lambda v: Alone(2)(v.x) - Alone(2)(v.y),
        lambda v: Only(1, 0, 2)(v.r) - Only(1, 0, 2)(v.q[1]),
    ],
    "choice_of_rows": [
        lambda v: np.where(v.r > 0, Alone(1)(v.r), 0.0),
        lambda v: np.where(v.x > 0, 0.0, Alone(2)(v.y)),
    ],
    "sum_over_rows": [
        lambda v: np.sum(Alone(2)(v.x), axis=0),
        lambda v: np.sum(Alone(2)(v.x), axis=(1, 2)),
        lambda v: np.sum(Alone(2)(v.a)),
        lambda v: np.sum(Alone(2, (-1,))(v.a), axis=1),
        lambda v: np.sum(Alone(2, (-1,))(v.a), axis=2),
        lambda v: np.sum(Alone(3, (-1, -3))(v.b.reshape(2, 2, 5)), axis=(1, 3)),
        lambda v: np.sum(Only(2, 1, 3)(v.a), axis=1),
        lambda v: np.sum(Only(2, 1, 3)(v.a), axis=0),
    ],
    "reshape_of_rows": [
        lambda v: Alone(1)(v.r).reshape(4, 2, 2),
        lambda v: Alone(2)(v.a).reshape(8, 8),
        lambda v: np.expand_dims(Alone(2)(v.x), 2),
        lambda v: np.expand_dims(Alone(2, (-1,))(v.a), 2),
        lambda v: Only(2, 1, 3)(v.a).reshape(3, 4, 2),
    ],
    "transpose_of_rows": [
        lambda v: Alone(1)(v.r).T,
        lambda v: np.moveaxis(Alone(2)(v.x), 0, -1),
        lambda v: Alone(2)(v.a).mT,
        lambda v: Alone(2, (-2,))(v.a).mT,
        lambda v: Only(2, 1, 3)(v.a).mT,
    ],
    "spread_of_rows": [
        lambda v: Spread((-1,), (3,))(Alone(1)(v.r)),
        lambda v: Spread((-2,), (3,))(Alone(2, (-1,))(v.a)),
        lambda v: Spread((-1,), (3,))(Only(1, 1, 2)(v.r)),
    ],
    "part_of_rows": [
        lambda v: Alone(1)(v.r)[:, 2],
        lambda v: Alone(1)(v.r)[:, -1],
        lambda v: Only(2, 1, 3)(v.a)[:, :, 1:3],
        lambda v: Only(2, 1, 3)(v.a)[:, 0],
    ],
    "rows_put": [
        lambda v: Put((Slice(0, 4),), (6,), True)(Only(1, 1, 3)(v.r)),
    ],
    "diagonal_of_rows": [
        lambda v: np.diagonal(Alone(1)(v.r)),
        lambda v: np.trace(Alone(1)(v.r)),
    ],
    "matrix_of_rows": [
        lambda v: Alone(1)(v.r) @ v.b,
        lambda v: v.a @ Alone(1)(v.r),
        lambda v: v.a @ Alone(1)(full(v.r, 1.0)),
        lambda v: Only(1, 1, 3)(v.r) @ v.b,
        lambda v: Only(2, 1, 3)(v.a).reshape(6, 4) @ v.b,
        lambda v: Alone(2, (-2,))(v.a).reshape(4, 4) @ v.b,
        lambda v: Alone(2, (-1,))(v.a).reshape(8, 4) @ v.b,
        lambda v: Alone(2, (-1, -2))(v.a).reshape(16, 4) @ v.b,
        lambda v: Alone(2)(v.a).reshape(16, 4) @ v.b,
        lambda v: Alone(2)(full(v.a, 1.0)).reshape(16, 4) @ v.b,
    ],
    "einsum_of_rows": [
        lambda v: Einsum(("ri", "ij"), "rj")(Alone(1)(v.r), v.b),
        lambda v: Einsum(("ri", "ij"), "jr")(Alone(1)(full(v.r, 1.0)), v.b),
        lambda v: Einsum(("rij", "jk"), "rik")(Alone(2, (-2,))(v.a), v.b),
        lambda v: Einsum(("rij", "jk"), "rki")(Alone(2, (-1,))(v.a), v.b),
        lambda v: Einsum(("rij", "jk"), "rki")(Only(2, 1, 3)(v.a), v.b),
    ],
    "through_sum_of_rows": [
        lambda v: (Only(1, 0, 4)(v.r) + Alone(1)(v.q[0])) * v.q[1],
        lambda v: np.sum(Only(1, 0, 2)(v.r) + Only(1, 1, 2)(v.q[0]), axis=1),
    ],
}
