"""Layers, activations and losses of neural networks.

Each takes plain arrays as well, so that a function that uses them stays runnable.
"""

from graphdiff.nn.activations import log_softmax as log_softmax
from graphdiff.nn.activations import logsumexp as logsumexp
from graphdiff.nn.activations import relu as relu
from graphdiff.nn.activations import sigmoid as sigmoid
from graphdiff.nn.activations import softmax as softmax
from graphdiff.nn.activations import softplus as softplus
from graphdiff.nn.convolution import conv1d as conv1d
from graphdiff.nn.convolution import conv2d as conv2d
from graphdiff.nn.convolution import conv3d as conv3d
from graphdiff.nn.convolution import conv_transpose1d as conv_transpose1d
from graphdiff.nn.convolution import conv_transpose2d as conv_transpose2d
from graphdiff.nn.convolution import conv_transpose3d as conv_transpose3d
from graphdiff.nn.layers import batch_norm as batch_norm
from graphdiff.nn.layers import batch_statistics as batch_statistics
from graphdiff.nn.layers import dropout as dropout
from graphdiff.nn.layers import embedding as embedding
from graphdiff.nn.layers import group_norm as group_norm
from graphdiff.nn.layers import layer_norm as layer_norm
from graphdiff.nn.layers import multi_head_attention as multi_head_attention
from graphdiff.nn.layers import one_hot as one_hot
from graphdiff.nn.layers import rms_norm as rms_norm
from graphdiff.nn.layers import (
    scaled_dot_product_attention as scaled_dot_product_attention,
)
from graphdiff.nn.losses import binary_cross_entropy as binary_cross_entropy
from graphdiff.nn.losses import (
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
)
from graphdiff.nn.losses import cross_entropy as cross_entropy
from graphdiff.nn.losses import huber as huber
from graphdiff.nn.losses import kl_div as kl_div
from graphdiff.nn.losses import mae as mae
from graphdiff.nn.losses import mse as mse
from graphdiff.nn.pooling import avg_pool as avg_pool
from graphdiff.nn.pooling import max_pool as max_pool
from graphdiff.nn.pooling import min_pool as min_pool
from graphdiff.nn.pooling import sum_pool as sum_pool
from graphdiff.nn.rectified import celu as celu
from graphdiff.nn.rectified import elu as elu
from graphdiff.nn.rectified import gelu as gelu
from graphdiff.nn.rectified import glu as glu
from graphdiff.nn.rectified import hard_sigmoid as hard_sigmoid
from graphdiff.nn.rectified import hard_swish as hard_swish
from graphdiff.nn.rectified import hard_tanh as hard_tanh
from graphdiff.nn.rectified import leaky_relu as leaky_relu
from graphdiff.nn.rectified import log_sigmoid as log_sigmoid
from graphdiff.nn.rectified import logit as logit
from graphdiff.nn.rectified import mish as mish
from graphdiff.nn.rectified import prelu as prelu
from graphdiff.nn.rectified import relu6 as relu6
from graphdiff.nn.rectified import selu as selu
from graphdiff.nn.rectified import silu as silu
from graphdiff.nn.rectified import softsign as softsign
from graphdiff.nn.rectified import squareplus as squareplus
from graphdiff.nn.rectified import swish as swish
