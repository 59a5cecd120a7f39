"""Activations, normalisation, attention and losses of ``gd.nn``."""

import numpy as np

import graphdiff as gd
from tests.cases.table import FIXED, FLAT, OURS, above, case, flags, ints, real, words

nn = gd.nn
for _name in words(
    "leaky_relu relu6 elu celu selu gelu silu swish mish hard_tanh hard_sigmoid "
    "hard_swish softsign squareplus log_sigmoid"
):
    _f = getattr(nn, _name)
    case(f"nn.{_name}", _f, 3.7 * real(3, 4), **OURS, near=2e-5)
    case(f"nn.{_name} of ints", _f, ints(3), **OURS, **FLAT)
case("nn.celu alpha=", lambda x: nn.celu(x, 0.5), real(5), **OURS)
case("nn.gelu tanh", lambda x: nn.gelu(x, "tanh"), real(5), **OURS)
case("nn.prelu", nn.prelu, real(3, 4), real(4), **OURS)
case("nn.swish beta", nn.swish, real(3), real(), **OURS)
case("nn.logit", nn.logit, above(4) / 2.2, **OURS, near=1e-4)
case("nn.glu", nn.glu, real(3, 4), **FIXED, **OURS)
case("nn.glu axis=0", lambda x: nn.glu(x, 0), real(4, 3), **FIXED, **OURS)
case("nn.batch_statistics", lambda x: nn.batch_statistics(x)[1], real(4, 3), **OURS)
case("nn.batch_norm", nn.batch_norm, real(4, 2, 3), real(2), real(2), **OURS, near=1e-4)
case(
    "nn.batch_norm of kept statistics",
    lambda x, m, v: nn.batch_norm(x, mean=m, var=v),
    real(4, 2),
    real(2),
    above(2),
    **OURS,
)
case("nn.layer_norm", nn.layer_norm, real(2, 4), real(4), real(4), **OURS, near=1e-4)
case(
    "nn.layer_norm axes",
    lambda x, w: nn.layer_norm(x, w, axis=(1, 2)),
    real(2, 3, 2),
    real(3, 2),
    **OURS,
    near=1e-4,
)
case("nn.rms_norm", nn.rms_norm, real(2, 4), real(4), **OURS)
case(
    "nn.group_norm",
    lambda x, a, b: nn.group_norm(x, 2, a, b),
    real(2, 4, 3),
    real(4),
    real(4),
    **FIXED,
    **OURS,
    near=1e-4,
)
case("nn.dropout", lambda x, m: nn.dropout(x, m, 0.3), real(3, 4), flags(3, 4), **OURS)
case("nn.embedding", nn.embedding, real(4, 3), ints(2, 5, below=4), **OURS)
case("nn.one_hot", lambda k: nn.one_hot(k, 3), ints(4), **OURS, **FLAT)
_attention = nn.scaled_dot_product_attention
_qkv = real(2, 3, 4), real(2, 5, 4), real(2, 5, 2)
case("nn.attention", _attention, *_qkv, **OURS)
case(
    "nn.attention causal",
    lambda q, k, v: _attention(q, k, v, causal=True, scale=0.3),
    *_qkv,
    **OURS,
)
case(
    "nn.attention masked",
    _attention,
    *_qkv,
    np.array([[1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool),
    **OURS,
)
case(
    "nn.multi_head_attention",
    lambda x, q, k, v, o: nn.multi_head_attention(x, q, k, v, o, 2, causal=True),
    real(2, 3, 4),
    *(real(4, 6) for _ in range(3)),
    real(6, 4),
    **FIXED,
    **OURS,
    near=1e-4,
)
case(
    "nn.multi_head_attention memory",
    lambda x, y, w, o: nn.multi_head_attention(x, w, w, w, o, 1, memory=y),
    real(2, 3, 4) / 2,
    real(2, 5, 4) / 2,
    real(4, 6) / 2,
    real(6, 4),
    **OURS,
    near=1e-4,
)
for _name in words("mse mae huber binary_cross_entropy_with_logits"):
    _f = getattr(nn, _name)
    case(f"nn.{_name}", _f, 2 * real(3, 2), real(3, 2) / 5, **OURS)
    for _how in ("sum", "none"):
        _g = lambda y, t, f=_f, how=_how: f(y, t, reduction=how)  # noqa: E731
        case(f"nn.{_name} {_how}", _g, 2 * real(3, 2), real(3, 2) / 5, **OURS)
case(
    "nn.binary_cross_entropy",
    nn.binary_cross_entropy,
    above(4) / 2.2,
    above(4) / 2.2,
    **OURS,
    near=1e-4,
)
case("nn.kl_div", nn.kl_div, -above(2, 3), above(2, 3) / 3, **OURS)
