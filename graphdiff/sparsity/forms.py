"""Sparse derivatives of functions: compiled for each kind of arguments, and emitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.compile import compile as compile_graph
from graphdiff.derivative.differentiate import check_scalar
from graphdiff.emit.emitted import Emitted, known
from graphdiff.errors import GraphTypeError, GraphValueError, UnsupportedError, shown
from graphdiff.expression.expression import Expression, as_node
from graphdiff.expression.spec import Spec
from graphdiff.functions.form import Form
from graphdiff.functions.wrt import Respect, Wrt
from graphdiff.graph.collector import collector_held
from graphdiff.graph.graph import Graph
from graphdiff.graph.nest import leaves_of
from graphdiff.graph.node import Input, Node, building, current_scope
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.runtime.late import sparse
from graphdiff.sparsity.compress import (
    Compressed,
    compressed_hessian,
    compressed_jacobian,
)
from graphdiff.sparsity.emission import STYLES, Told
from graphdiff.sparsity.formats import PARTS, Assembled, index_array, part_of
from graphdiff.sparsity.known import Known
from graphdiff.sparsity.sweeps import MODES
from graphdiff.trace.fresh import Fresh
from graphdiff.trace.trace import bind, trace


@dataclass(frozen=True)
class Derived:
    """The graph of a sparse derivative, what it found, and what that depends on.

    `read` gives the values of integer inputs for which alone the pattern holds, `wrt`
    the paths of what it is by.
    """

    graph: Graph
    compressed: Compressed
    read: Mapping[str, np.ndarray]
    wrt: Sequence[str]


class Sparse(Form):
    """A sparse derivative of a function, in one of several formats."""

    _kind = ""

    def __init__(
        self, fn: Callable[..., Any], wrt: Wrt, options: Mapping[str, Any]
    ) -> None:
        """Take the function, what to differentiate by, and the options."""
        super().__init__(fn, options)
        self.wrt = Respect(wrt)
        self.format = _one_of("format", [*PARTS], options["format"])
        self.mode = _one_of("mode", [*MODES], options["mode"])

    def compress(
        self, targets: Sequence[Node], variables: Sequence[Node], known: Known
    ) -> Compressed:
        """The derivative of the values of the function, built in the current scope."""
        raise NotImplementedError

    # --- calls ------------------------------------------------------------------------
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute, compiling first if arguments of this kind are new."""
        return self._call(args, kwargs)

    def _call(self, args: Any, kwargs: Any) -> Any:
        leaves, spec = leaves_of((args, kwargs))
        symbolic = any(isinstance(leaf, Expression) for leaf in leaves)
        if symbolic or current_scope().watcher is not None:
            return self.inline(args, kwargs)
        if any(isinstance(leaf, Spec) for leaf in leaves):
            raise GraphTypeError(
                "a spec is not an array; use .graph, .show or .emit with specs"
            )
        whole = [_integers(leaf) for leaf in leaves]
        return self._find(args, kwargs, leaves, (spec, *whole))(*args, **kwargs)

    def _compile(self, args: Any, kwargs: Any) -> Callable[..., Any]:
        derived = self.derived(args, kwargs, ("values",))
        values = compile_graph(derived.graph, backend=self.backend)
        if self.format == "values":
            return values
        return Assembled(values, derived.compressed, self.format)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The graph: outputs ``values``, and the index arrays that the format has."""
        return self.derived(args, kwargs, PARTS[self.format]).graph

    def pattern(self, *args: Any, **kwargs: Any) -> Any:
        """The pattern for arguments like these, as a boolean CSR array.

        True where the derivative can be other than 0; fit for the `jac_sparsity` of
        ``scipy.optimize.least_squares``.
        """
        found = self.derived(args, kwargs, ("values",)).compressed
        true = np.ones(found.indices.size, bool)
        return sparse.csr_array((true, found.indices, found.indptr), shape=found.shape)

    def emit(self, *args: Any, **kwargs: Any) -> Any:
        """The source of this form for arguments like these; options as `gd.emit`.

        The arrays of the pattern are constants of the module, written as rules where
        they follow one. An integer argument that the pattern depends on is compared
        with the one given here. The function returns what the form does.
        """
        target = kwargs.pop("target", "numpy")
        name = kwargs.pop("name", self.__name__)
        styles = known("target", {"numpy": STYLES}, target)
        style = known("style", styles, kwargs.pop("style", "readable"))
        found = self.derived(args, kwargs, PARTS[self.format])
        told = Told(
            kind=self._kind,
            wrt=", ".join(found.wrt),
            shape=found.compressed.shape,
            entries=found.compressed.indices.size,
            sweeps=found.compressed.sweeps,
            whole=found.compressed.whole,
            read=found.read,
            matrix=self.format == "csr",
        )
        with collector_held():
            return Emitted(style(found.graph, name, told))

    def derived(self, args: Any, kwargs: Any, parts: Sequence[str]) -> Derived:
        """Trace, differentiate and simplify, with `parts` of the format as outputs."""
        graph = trace(self.fn, *args, **kwargs)
        bound = bind(self.fn, args, kwargs)
        wanted = self.wrt.paths(bound, graph.inputs)
        if self.stabilise:
            graph = stabilise_graph(graph)
        chosen = self._chosen(wanted, graph.inputs)
        values = Known(_given_integers(graph, bound.arguments))
        with building(graph.scope()) as scope:
            found = self.compress(list(graph.outputs.values()), chosen, values)
            outputs = {name: part_of(found, name) for name in parts}
            signature = graph.signature
            assert signature is not None
            nest = tuple(outputs) if len(outputs) > 1 else next(iter(outputs))
            made = Graph(graph.inputs, outputs, signature=signature.returning(nest))
            scope.names.setdefault(found.values, "values")
            used = {n: x for n, x in graph.inputs.items() if x in values.used}
            read = {name: values.inputs[node] for name, node in used.items()}
            return Derived(simplify(made), found, read, wanted)

    def _chosen(self, paths: Sequence[str], inputs: Mapping[str, Node]) -> list[Node]:
        """The variables, in the order in which `wrt` names them."""
        parts = [self.wrt.chosen([path], inputs).values() for path in paths]
        return list(dict.fromkeys(x for part in parts for x in part))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the derivative to what is being built; indices are plain arrays."""
        if self.format == "csr":
            raise GraphTypeError(
                f"{self._prefix}: a sparse matrix cannot stand in a graph; ask for "
                f"format='values' or format='triplets' there"
            )
        bound = bind(self.fn, args, kwargs)
        fresh = Fresh(bound.arguments)
        wanted = self.wrt.paths(bound, fresh.inputs)
        leaves = {x: leaf for x, leaf in fresh.leaves.items() if _is_integers(leaf)}
        bound.arguments.update(fresh.values)
        values, _ = leaves_of(self.fn(*bound.args, **bound.kwargs))
        targets = self.settled([as_node(value) for value in values])
        chosen = self._chosen(wanted, fresh.inputs)
        found = self.compress(targets, chosen, Known(leaves))
        entries = Expression(fresh.put_back([found.values])[0])
        index = [index_array(found, name) for name in PARTS[self.format][1:]]
        return (entries, *index) if index else entries


def _integers(leaf: Any) -> Any:
    """What of an array of integers must agree for a pattern to hold: its entries."""
    if not _is_integers(leaf):
        return None
    array = np.asarray(leaf)
    return array.dtype, array.shape, array.tobytes()


def _is_integers(leaf: Any) -> bool:
    return isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "iub"


def _given_integers(graph: Graph, arguments: Mapping[str, Any]) -> dict[Node, Any]:
    """The values of inputs that are arrays of integers or truths, where given."""
    assert graph.signature is not None
    found: dict[Node, Any] = {}
    for parameter, tree in graph.signature.parameters.items():
        leaves, _ = leaves_of(arguments[parameter])
        for name, leaf in zip(tree.leaves, leaves, strict=True):
            if name is not None and _is_integers(leaf):
                found[graph.inputs[name]] = leaf
    return found


def _one_of(what: str, known: Sequence[str], given: Any) -> str:
    if not isinstance(given, str) or given not in known:
        listing = ", ".join(map(repr, known))
        raise GraphValueError(f"{what}: expected one of {listing}, got {shown(given)}")
    return given


def check_real(what: str, nodes: Sequence[Node]) -> None:
    """Raise `UnsupportedError` for complex numbers."""
    for node in nodes:
        if node.type.is_complex:
            label = node.op.name if isinstance(node.op, Input) else node.op.label
            raise UnsupportedError(
                f"{what}: complex numbers are not supported, but {label} is one of "
                f"{node.type.dtype}"
            )


class SparseJacobian(Sparse):
    """The Jacobian of all that a function returns."""

    _prefix = "sparse_jacobian"
    _kind = "Jacobian"

    def compress(
        self, targets: Sequence[Node], variables: Sequence[Node], known: Known
    ) -> Compressed:
        """Few sweeps, forward or in reverse."""
        check_real(self._prefix, [*targets, *variables])
        return compressed_jacobian(targets, variables, known, self.kinks, self.mode)


class SparseHessian(Sparse):
    """The Hessian of a function that returns one number."""

    _prefix = "sparse_hessian"
    _kind = "Hessian"

    def compress(
        self, targets: Sequence[Node], variables: Sequence[Node], known: Known
    ) -> Compressed:
        """Few forward sweeps over the gradient."""
        if len(targets) != 1:
            raise GraphTypeError(
                f"{self._prefix}: the function must return one number, but returns "
                f"{len(targets)} values"
            )
        check_scalar(self._prefix, "the value of the function", targets[0].type)
        check_real(self._prefix, [*targets, *variables])
        return compressed_hessian(targets[0], variables, known, self.kinks)
