"""Derivatives of NumPy code, as graphs you can see and source you can keep."""

from graphdiff import ops as ops
from graphdiff.backprop import backprop as backprop
from graphdiff.differentiate import differentiate as differentiate
from graphdiff.differentiate import gradients as gradients
from graphdiff.differentiate import pullback as pullback
from graphdiff.differentiate import pushforward as pushforward
from graphdiff.evaluate import evaluate as evaluate
from graphdiff.expression import Expression as Expression
from graphdiff.graph import Graph as Graph
from graphdiff.rewrite import simplify as simplify
from graphdiff.rewrite import stabilise as stabilise
from graphdiff import nn as nn
from graphdiff.spec import named as named
from graphdiff.spec import spec as spec
from graphdiff.spec import spec_like as spec_like
from graphdiff.spec import var as var
from graphdiff.trace import trace as trace
from graphdiff.compile import compile as compile
from graphdiff.functions import grad as grad
from graphdiff.functions import value_and_grad as value_and_grad
from graphdiff.linear import jvp as jvp
from graphdiff.linear import vjp as vjp
from graphdiff.check import check_gradients as check_gradients
