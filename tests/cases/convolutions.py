"""Convolutions of one to three axes, and their transposes."""

import graphdiff as gd
from tests.cases.table import FIXED, OURS, case, ints, real

conv1d, conv2d, conv3d = gd.nn.conv1d, gd.nn.conv2d, gd.nn.conv3d
back1d, back2d = gd.nn.conv_transpose1d, gd.nn.conv_transpose2d

case("conv1d", lambda x, w: conv1d(x, w) ** 2, real(2, 3, 7), real(4, 3, 5), **OURS)
case(
    "conv1d same stride",
    lambda x, w: conv1d(x, w, 2, "same") ** 2,
    real(2, 3, 7),
    real(4, 3, 5),
    **OURS,
)
case("conv1d of one channel", conv1d, real(1, 1, 7), real(1, 1, 3), **OURS)
case("conv1d of floats and ints", conv1d, real(1, 1, 5), ints(2, 1, 3), **OURS)
case("conv1d of no signals", conv1d, real(0, 2, 5), real(3, 2, 4), **FIXED, **OURS)
case(
    "conv2d",
    lambda x, w, b: conv2d(x, w, bias=b) ** 2,
    real(2, 3, 5, 4),
    real(6, 3, 2, 3),
    real(6),
    **OURS,
)
case(
    "conv2d padding=1",
    lambda x, w: conv2d(x, w, padding=1) ** 2,
    real(2, 1, 4, 5),
    real(3, 1, 3, 3),
    **OURS,
)
case(
    "conv2d strides and pairs",
    lambda x, w: conv2d(x, w, (2, 1), ((1, 0), 2)) ** 2,
    real(1, 2, 5, 4),
    real(3, 2, 2, 3),
    **OURS,
)
case(
    "conv2d same stride dilation",
    lambda x, w: conv2d(x, w, 2, "same", 2) ** 2,
    real(2, 1, 5, 6),
    real(3, 1, 3, 2),
    **OURS,
)
case(
    "conv2d groups",
    lambda x, w: conv2d(x, w, groups=2) ** 2,
    real(2, 4, 3, 4),
    real(6, 2, 2, 2),
    **FIXED,
    **OURS,
)
case(
    "conv2d depthwise",
    lambda x, w: conv2d(x, w, groups=3, padding="valid") ** 2,
    real(2, 3, 3, 4),
    real(3, 1, 2, 2),
    **FIXED,
    **OURS,
)
case(
    "conv2d of points",
    lambda x, w: conv2d(x, w) ** 2,
    real(2, 3, 2, 4),
    real(5, 3, 1, 1),
    **OURS,
)
case(
    "conv3d",
    lambda x, w: conv3d(x, w, padding=(1, 0, 0)) ** 2,
    real(1, 2, 3, 4, 3),
    real(2, 2, 2, 2, 2),
    **FIXED,
    **OURS,
)
case(
    "conv_transpose1d",
    lambda x, w: back1d(x, w, 3, output_padding=2) ** 2,
    real(2, 3, 4),
    real(3, 2, 4),
    **FIXED,
    **OURS,
)
case(
    "conv_transpose2d",
    lambda x, w, b: back2d(x, w, bias=b) ** 2,
    real(2, 3, 5, 4),
    real(3, 6, 2, 3),
    real(6),
    **OURS,
)
case(
    "conv_transpose2d same",
    lambda x, w: back2d(x, w, 2, "same", dilation=2) ** 2,
    real(1, 3, 2, 3),
    real(3, 2, 3, 2),
    **FIXED,
    **OURS,
)
case(
    "conv_transpose2d groups",
    lambda x, w: back2d(x, w, (1, 2), 1, groups=2) ** 2,
    real(2, 4, 3, 3),
    real(4, 3, 2, 3),
    **FIXED,
    **OURS,
)
case(
    "conv_transpose3d",
    lambda x, w: gd.nn.conv_transpose3d(x, w, stride=2) ** 2,
    real(1, 2, 2, 1, 2),
    real(2, 1, 2, 1, 3),
    **FIXED,
    **OURS,
)
