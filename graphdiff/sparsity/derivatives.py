"""Sparse Jacobians and Hessians: of functions as functions, of graphs as graphs."""

from __future__ import annotations

from typing import Any

from graphdiff.derivative.differentiate import check_variable, select_inputs
from graphdiff.derivative.products import outputs_of
from graphdiff.errors import GraphValueError
from graphdiff.functions.wrt import Wrt
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import building
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.sparsity.formats import PARTS, part_of
from graphdiff.sparsity.forms import Sparse, SparseHessian, SparseJacobian
from graphdiff.sparsity.known import Known
from graphdiff.words import unique


def _made(
    kind: type[Sparse], fn: Any, wrt: Any, of: str | None, options: dict[str, Any]
) -> Any:
    """The form of a function; of a graph, the graph."""
    if isinstance(fn, Graph):
        return _of_graph(kind(lambda: None, 0, options), fn, wrt, of)
    if of is not None:
        raise GraphValueError(
            f"{kind.__name__}: of= names an output of a graph, and fn is none"
        )
    return kind(fn, 0 if wrt is None else wrt, options)


def _of_graph(form: Sparse, graph: Graph, wrt: Any, of: str | None) -> Graph:
    """A new graph that computes the parts of the form beside its own outputs."""
    if form.stabilise:
        graph = stabilise_graph(graph)
    names = select_inputs(graph, wrt)
    for name in names:
        check_variable(f"wrt: {name!r}", graph.inputs[name].type, False)
    variables = [graph.inputs[name] for name in names]
    with building(graph.scope()):
        targets = list(outputs_of(graph, of).values())
        found = form.compress(targets, variables, Known({}))
        outputs = dict(graph.outputs)
        taken = dict.fromkeys(outputs, 1)
        parts = {name: unique(name, taken) for name in PARTS[form.format]}
        outputs.update({parts[name]: part_of(found, name) for name in parts})
        signature = graph.signature
        if signature is not None:
            value = signature.result.unflatten({n: n for n in graph.outputs})
            made = tuple(parts.values())
            nest = value, made if len(made) > 1 else made[0]
            signature = signature.returning(nest)
        return Graph(graph.inputs, outputs, signature=signature)


def sparse_jacobian(
    fn: Any,
    wrt: Wrt | None = None,
    *,
    of: str | None = None,
    format: str = "csr",
    mode: str = "auto",
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """A function that gives the Jacobian of `fn` as a sparse matrix.

    One row for each entry of what `fn` returns, one column for each entry of the
    arguments that `wrt` names (as in `gd.grad`), nested ones one leaf after the other,
    all in C order. Where an entry can be other than 0 is read off the graph; columns
    that share no row, or rows that share no column, are found in one sweep together,
    and all sweeps are one pass over arrays with an axis more. `mode` ``"forward"`` or
    ``"reverse"`` forces a direction; ``"auto"`` takes what costs least, or both.

    `format` is ``"csr"`` (a ``scipy.sparse.csr_array``), ``"triplets"`` (values, rows,
    columns) or ``"values"`` (those of the CSR form alone, which may stand in a graph).
    The method `pattern` gives the boolean pattern. Sizes must be numbers, not names.
    Integer arrays among the arguments are taken as known: each new one has a pattern
    of its own.

    Of a graph it is a new graph, which has the parts of the format as further outputs:
    ``values``, and ``indices`` and ``indptr``, or ``rows`` and ``columns``. `of` names
    one output (by default all are rows), `wrt` inputs (by default all real ones). An
    index of integers makes a sharp pattern there only if it is a constant.

    Curtis, Powell and Reid (1974); Griewank and Walther (2008), chapter 8.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> jacobian = gd.sparse_jacobian(lambda x: x[1:] * x[:-1])
    >>> jacobian(np.array([1.0, 2.0, 3.0])).toarray()
    array([[2., 1., 0.],
           [0., 3., 2.]])
    """
    options = dict(format=format, mode=mode, backend=backend, kinks=kinks)
    return _made(SparseJacobian, fn, wrt, of, {**options, "stabilise": stabilise})


def sparse_hessian(
    fn: Any,
    wrt: Wrt | None = None,
    *,
    of: str | None = None,
    format: str = "csr",
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """A function that gives the Hessian of scalar `fn` as a sparse matrix.

    Rows and columns are the entries of what `wrt` names, as the columns of
    `sparse_jacobian`, which see for `format`; both triangles are there. The sweeps are
    pushforwards of the gradient, one for each colour of a star colouring of the
    pattern, or of that by the parts of the arguments that the function reads, where
    that is fewer. Gebremedhin, Manne and Pothen (2005).

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> hessian = gd.sparse_hessian(lambda x: np.sum(x[1:] * x[:-1] ** 2))
    >>> hessian(np.array([1.0, 2.0, 3.0])).toarray()
    array([[4., 2., 0.],
           [2., 6., 4.],
           [0., 4., 0.]])
    """
    options = dict(format=format, mode="auto", backend=backend, kinks=kinks)
    return _made(SparseHessian, fn, wrt, of, {**options, "stabilise": stabilise})
