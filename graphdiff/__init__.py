"""Derivatives of NumPy code, as graphs you can see and source you can keep.

Functions in, functions out: `grad`, `value_and_grad`, `jvp`, `vjp`. Graphs in, graphs
out: `trace`, `stabilise`, `differentiate`, `simplify`, then `evaluate`, `compile`,
`emit`, ``print``. Expressions by hand: `var`, `named`, `gradients`, `Graph`. Control
flow that stays control flow: `scan`, `fori_loop`, `while_loop`, `cond`, `map`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphdiff import nn as nn
from graphdiff import ops as ops
from graphdiff.compile import compile as compile
from graphdiff.control.branch import cond as cond
from graphdiff.control.scan import fori_loop as fori_loop
from graphdiff.control.scan import map as map
from graphdiff.control.scan import scan as scan
from graphdiff.control.until import while_loop as while_loop
from graphdiff.derivative.differentiate import differentiate as differentiate
from graphdiff.derivative.differentiate import gradients as gradients
from graphdiff.derivative.differentiate import pullback as pullback
from graphdiff.derivative.differentiate import pushforward as pushforward
from graphdiff.emit import emit as emit
from graphdiff.errors import DTypeError as DTypeError
from graphdiff.errors import GraphdiffError as GraphdiffError
from graphdiff.errors import GraphIndexError as GraphIndexError
from graphdiff.errors import GraphTypeError as GraphTypeError
from graphdiff.errors import GraphValueError as GraphValueError
from graphdiff.errors import MissingError as MissingError
from graphdiff.errors import ShapeError as ShapeError
from graphdiff.errors import UnsupportedError as UnsupportedError
from graphdiff.evaluate import evaluate as evaluate
from graphdiff.expression.expression import Expression as Expression
from graphdiff.expression.spec import named as named
from graphdiff.expression.spec import spec as spec
from graphdiff.expression.spec import spec_like as spec_like
from graphdiff.expression.spec import var as var
from graphdiff.functions.grad import grad as grad
from graphdiff.functions.grad import value_and_grad as value_and_grad
from graphdiff.functions.linear import jvp as jvp
from graphdiff.functions.linear import vjp as vjp
from graphdiff.functions.taylor import derivative as derivative
from graphdiff.functions.taylor import taylor as taylor
from graphdiff.graph.graph import Graph as Graph
from graphdiff.graph.op import Arg as Arg
from graphdiff.graph.op import Call as Call
from graphdiff.graph.op import Op as Op
from graphdiff.graph.types import ArrayType as ArrayType
from graphdiff.rewrite import reassociate as reassociate
from graphdiff.rewrite import simplify as simplify
from graphdiff.rewrite import stabilise as stabilise
from graphdiff.trace.trace import trace as trace

if TYPE_CHECKING:
    from graphdiff import fit as fit
    from graphdiff import scipy as scipy
    from graphdiff.batching import batch as batch
    from graphdiff.check import check_gradients as check_gradients
    from graphdiff.check.ops import check_op as check_op
    from graphdiff.custom.gates import clip_gradient as clip_gradient
    from graphdiff.custom.gates import scale_gradient as scale_gradient
    from graphdiff.custom.gates import stop_gradient as stop_gradient
    from graphdiff.custom.helper import helper as helper
    from graphdiff.custom.jvp import custom_jvp as custom_jvp
    from graphdiff.custom.vjp import custom_vjp as custom_vjp
    from graphdiff.derivative.backprop import backprop as backprop
    from graphdiff.derivative.expressions import hessians as hessians
    from graphdiff.derivative.expressions import jacobians as jacobians
    from graphdiff.explanation.diff import diff as diff
    from graphdiff.explanation.front import explain as explain
    from graphdiff.explanation.nan import explain_nan as explain_nan
    from graphdiff.functions.blocks import divergence as divergence
    from graphdiff.functions.blocks import gauss_newton as gauss_newton
    from graphdiff.functions.blocks import hessian as hessian
    from graphdiff.functions.blocks import jacobian as jacobian
    from graphdiff.functions.blocks import laplacian as laplacian
    from graphdiff.functions.hvp import hvp as hvp
    from graphdiff.functions.linearize import linearize as linearize
    from graphdiff.functions.recompute import recompute as recompute
    from graphdiff.functions.vmap import vmap as vmap
    from graphdiff.implicit.functions import fixed_point as fixed_point
    from graphdiff.implicit.functions import linear_solve as linear_solve
    from graphdiff.implicit.functions import minimize as minimize
    from graphdiff.implicit.functions import root as root
    from graphdiff.memory.checkpoint import checkpoint as checkpoint
    from graphdiff.save import from_networkx as from_networkx
    from graphdiff.save import load as load
    from graphdiff.save.text import parse as parse
    from graphdiff.show.formula.notation import Notation as Notation
    from graphdiff.sparsity.derivatives import sparse_hessian as sparse_hessian
    from graphdiff.sparsity.derivatives import sparse_jacobian as sparse_jacobian
    from graphdiff.symbolic import from_sympy as from_sympy

_LATE = {
    "Notation": "graphdiff.show.formula.notation",
    "backprop": "graphdiff.derivative.backprop",
    "batch": "graphdiff.batching",
    "check_gradients": "graphdiff.check",
    "check_op": "graphdiff.check.ops",
    "checkpoint": "graphdiff.memory.checkpoint",
    "clip_gradient": "graphdiff.custom.gates",
    "custom_jvp": "graphdiff.custom.jvp",
    "custom_vjp": "graphdiff.custom.vjp",
    "diff": "graphdiff.explanation.diff",
    "divergence": "graphdiff.functions.blocks",
    "explain": "graphdiff.explanation.front",
    "explain_nan": "graphdiff.explanation.nan",
    "fit": "graphdiff",
    "fixed_point": "graphdiff.implicit.functions",
    "from_networkx": "graphdiff.save",
    "from_sympy": "graphdiff.symbolic",
    "gauss_newton": "graphdiff.functions.blocks",
    "helper": "graphdiff.custom.helper",
    "hessian": "graphdiff.functions.blocks",
    "hessians": "graphdiff.derivative.expressions",
    "hvp": "graphdiff.functions.hvp",
    "jacobian": "graphdiff.functions.blocks",
    "jacobians": "graphdiff.derivative.expressions",
    "laplacian": "graphdiff.functions.blocks",
    "linear_solve": "graphdiff.implicit.functions",
    "linearize": "graphdiff.functions.linearize",
    "load": "graphdiff.save",
    "minimize": "graphdiff.implicit.functions",
    "parse": "graphdiff.save.text",
    "recompute": "graphdiff.functions.recompute",
    "root": "graphdiff.implicit.functions",
    "scale_gradient": "graphdiff.custom.gates",
    "scipy": "graphdiff",
    "sparse_hessian": "graphdiff.sparsity.derivatives",
    "sparse_jacobian": "graphdiff.sparsity.derivatives",
    "stop_gradient": "graphdiff.custom.gates",
    "vmap": "graphdiff.functions.vmap",
}
"""Where those are that are loaded when first asked for: most users need few of them."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _LATE[name]
    if home == __name__:
        return import_module(f"{home}.{name}")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})


__all__ = [
    "Arg",
    "ArrayType",
    "Call",
    "DTypeError",
    "Expression",
    "Graph",
    "GraphIndexError",
    "GraphTypeError",
    "GraphValueError",
    "GraphdiffError",
    "MissingError",
    "Notation",
    "Op",
    "ShapeError",
    "UnsupportedError",
    "backprop",
    "batch",
    "check_gradients",
    "check_op",
    "checkpoint",
    "clip_gradient",
    "compile",
    "cond",
    "custom_jvp",
    "custom_vjp",
    "derivative",
    "diff",
    "differentiate",
    "divergence",
    "emit",
    "evaluate",
    "explain",
    "explain_nan",
    "fit",
    "fixed_point",
    "fori_loop",
    "from_networkx",
    "from_sympy",
    "gauss_newton",
    "grad",
    "gradients",
    "helper",
    "hessian",
    "hessians",
    "hvp",
    "jacobian",
    "jacobians",
    "jvp",
    "laplacian",
    "linear_solve",
    "linearize",
    "load",
    "map",
    "minimize",
    "named",
    "nn",
    "parse",
    "pullback",
    "pushforward",
    "reassociate",
    "recompute",
    "root",
    "scale_gradient",
    "scan",
    "scipy",
    "simplify",
    "sparse_hessian",
    "sparse_jacobian",
    "spec",
    "spec_like",
    "stabilise",
    "stop_gradient",
    "taylor",
    "trace",
    "value_and_grad",
    "var",
    "vjp",
    "vmap",
    "while_loop",
]
