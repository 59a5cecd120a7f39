"""Jacobians, Hessians and what is made of them: of a function, or of a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphdiff.derivative.blocks import (
    Blocks,
    Divergence,
    GaussNewton,
    Hessian,
    Jacobian,
    Laplacian,
    blocks_of_graph,
    named,
    nested,
)
from graphdiff.derivative.jacobians import check_mode
from graphdiff.derivative.kinks import check_kinks
from graphdiff.errors import GraphValueError, check_flag
from graphdiff.expression.expression import Expression, as_node
from graphdiff.functions.form import Form
from graphdiff.functions.wrt import Respect, Wrt
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.nest import leaves_of
from graphdiff.graph.node import building
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.trace.fresh import Fresh
from graphdiff.trace.trace import bind


class BlockForm(Form):
    """A function that gives blocks of derivatives of `fn`, nested."""

    def __init__(
        self, fn: Callable[..., Any], kind: Blocks, name: str, wrt: Wrt, options: Any
    ) -> None:
        """Take the function, what to compute of it, and what to differentiate by."""
        self.kind = kind
        self._prefix = name
        self.wrt = Respect(wrt, options["allow_int"])
        super().__init__(fn, options)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph of all blocks, for arguments like these."""
        graph, paths = self.wrt.trace(self.fn, args, kwargs)
        if self.stabilise:
            graph = stabilise_graph(graph)
        signature = graph.signature
        assert signature is not None
        with building(graph.scope()):
            chosen = self.wrt.chosen(paths, graph.inputs)
            found = self.kind.found(graph.outputs, chosen)
            outputs: dict[str, Any] = {}
            names = named(self.kind, graph, found, outputs)
            result = signature.result
            nest = nested(self.kind, names, result, signature, paths, self.wrt.lone)
            signature = signature.returning(nest)
            return simplify(Graph(graph.inputs, outputs, signature=signature))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the blocks to what is being built."""
        bound = bind(self.fn, args, kwargs)
        fresh = Fresh(bound.arguments)
        paths = self.wrt.paths(bound, fresh.inputs)
        bound.arguments.update(fresh.values)
        values, spec = leaves_of(self.fn(*bound.args, **bound.kwargs))
        results = self.settled([as_node(v) for v in values])
        ys = {str(i): y for i, y in enumerate(results)}
        found = self.kind.found(ys, self.wrt.chosen(paths, fresh.inputs))
        nodes = fresh.put_back([*found.values()])
        blocks = dict(zip(found, map(Expression, nodes), strict=True))
        result = Tree(spec, tuple(ys))
        signature = Signature("", fresh.trees, {}, result)
        return nested(self.kind, blocks, result, signature, paths, self.wrt.lone)


def made(
    name: str,
    blocks: Blocks,
    fn: Any,
    wrt: Any,
    of: Any,
    options: dict[str, Any],
) -> Any:
    """The form of a function; of a graph, the graph."""
    check_kinks(blocks.kinks)
    check_mode(blocks.mode)
    if isinstance(fn, Graph):
        allow_int = check_flag("allow_int", options["allow_int"])
        stabilise = check_flag("stabilise", options["stabilise"])
        return blocks_of_graph(blocks, fn, of, wrt, allow_int, stabilise)
    if of is not None:
        raise GraphValueError(f"{name}: of= names an output of a graph; fn is none")
    return BlockForm(fn, blocks, name, 0 if wrt is None else wrt, options)


def jacobian(
    fn: Callable[..., Any] | Graph,
    wrt: Wrt | None = None,
    mode: str = "auto",
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Any:
    """The first derivatives of `fn`, of shape ``output.shape + argument.shape``.

    Of a function, a function with the same parameters: the result nests as what `fn`
    returns, and at each output as the argument `wrt` (a position, a name, a path; of
    a sequence, a tuple). Of a graph, a graph with an output ``d_x`` more for each
    input: `of` names one output (all, by default), `wrt` inputs (all real ones).

    Forward mode takes a sweep for each entry of the variables, reverse mode one for
    each of the outputs, all at once as larger arrays; ``mode="auto"`` counts the
    operations of both (named sizes that must be compared are taken as equal and
    large), ``"forward"`` and ``"reverse"`` say which. What is entrywise stays diagonal.
    A Jacobian has the dtype of its variable. Of complex arrays it is the complex
    derivative, where that exists (else `DTypeError`); of a real output by a complex
    variable d/dx + i d/dy, as a gradient is.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> gd.jacobian(lambda x: np.stack([x[0] * x[1], x[1]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [0., 1.]])
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    options["allow_int"] = allow_int
    return made("jacobian", Jacobian(kinks, mode), fn, wrt, of, options)


def hessian(
    fn: Callable[..., Any] | Graph,
    wrt: Wrt | None = None,
    mode: str = "auto",
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Any:
    """The second derivatives of `fn`: ``output.shape + argument.shape * 2``.

    See `jacobian` for functions and graphs, nests and `wrt`; of several variables the
    result is a tuple of tuples of blocks, of which those off the diagonal are computed
    once and transposed. `mode` is that of the second derivative: forward over the
    gradient unless ``"reverse"`` is said.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> gd.hessian(lambda x: x[0] * x[1] ** 2)(np.array([2.0, 3.0]))
    array([[0., 6.],
           [6., 4.]])
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    options["allow_int"] = allow_int
    return made("hessian", Hessian(kinks, mode), fn, wrt, of, options)


def laplacian(
    fn: Callable[..., Any] | Graph,
    wrt: Wrt | None = None,
    mode: str = "auto",
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Any:
    """The Laplacian of `fn`: the sum of its unmixed second derivatives.

    In the shape of the output; over all entries of all variables that `wrt` names. See
    `jacobian` for functions and graphs.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> float(gd.laplacian(lambda x: np.sum(x**3))(np.array([1.0, 2.0])))
    18.0
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    options["allow_int"] = allow_int
    return made("laplacian", Laplacian(kinks, mode), fn, wrt, of, options)


def divergence(
    fn: Callable[..., Any] | Graph,
    wrt: Wrt | None = None,
    mode: str = "auto",
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Any:
    """The divergence of the vector field `fn`: the trace of its Jacobian.

    `fn` must return an array shaped as its argument; as many as there are variables.
    See `jacobian` for functions and graphs.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> float(gd.divergence(lambda x: x * x[::-1])(np.array([1.0, 2.0])))
    3.0
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    options["allow_int"] = allow_int
    return made("divergence", Divergence(kinks, mode), fn, wrt, of, options)


def gauss_newton(
    fn: Callable[..., Any] | Graph,
    wrt: Wrt | None = None,
    mode: str = "auto",
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Any:
    """The Gauss-Newton matrix J.T @ J of residuals `fn`: ``argument.shape * 2``.

    That is the Hessian of ``0.5 * sum(fn(x)**2)`` without the second derivatives of
    `fn`: symmetric, with no negative eigenvalue (Nocedal and Wright, *Numerical
    Optimization*, 2nd ed., 2006, section 10.3). All outputs are residuals. Of complex
    residuals it is the real part of the conjugate of J.T times J. See `hessian` for
    functions and graphs, and for several variables.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> t = np.array([0.0, 1.0, 2.0])
    >>> gd.gauss_newton(lambda p: p[0] + p[1] * t)(np.array([1.0, 1.0]))
    array([[3., 3.],
           [3., 5.]])
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    options["allow_int"] = allow_int
    return made("gauss_newton", GaussNewton(kinks, mode), fn, wrt, of, options)
