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
from graphdiff.nn.losses import cross_entropy as cross_entropy
from graphdiff.nn.pooling import avg_pool as avg_pool
from graphdiff.nn.pooling import max_pool as max_pool
from graphdiff.nn.pooling import min_pool as min_pool
from graphdiff.nn.pooling import sum_pool as sum_pool
