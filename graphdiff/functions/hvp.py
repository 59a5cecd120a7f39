"""The Hessian times a vector, by one sweep forward over one sweep back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphdiff.derivative.differentiate import check_scalar, short_name
from graphdiff.derivative.kinks import check_kinks
from graphdiff.derivative.products import hessian_products, hvp_of_graph, stable
from graphdiff.errors import GraphTypeError, GraphValueError, check_flag
from graphdiff.expression.expression import Expression, as_node
from graphdiff.functions.form import Form
from graphdiff.functions.linear import match
from graphdiff.functions.wrt import Respect, Wrt
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.nest import leaves_of, structure
from graphdiff.graph.node import Input, Node, building, make
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.trace.fresh import Fresh
from graphdiff.trace.trace import bind
from graphdiff.words import unique

_VARIADIC = inspect.Parameter.VAR_POSITIONAL


class HessianProduct(Form):
    """``(*args, vector) -> H @ vector``, both nested as the variables."""

    _prefix = "hvp"

    def __init__(
        self, fn: Callable[..., Any], wrt: Wrt, options: Mapping[str, Any]
    ) -> None:
        """Take the function, what to differentiate by, and the options."""
        self.wrt = Respect(wrt)
        super().__init__(fn, options)
        self.vector = self._own_name()

    def _own_name(self) -> str:
        """``vector``, or a name that is none of the function's."""
        try:
            taken = dict.fromkeys(inspect.signature(self.fn).parameters, 1)
        except (TypeError, ValueError):
            taken = {}
        return unique("vector", taken)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph of the product, for arguments like these."""
        args, kwargs, vector = self._apart(args, kwargs)
        bound = self._bound(args, kwargs)
        graph, paths = self.wrt.trace(self.fn, args, kwargs)
        if self.stabilise:
            graph = stabilise_graph(graph)
        signature = graph.signature
        assert signature is not None
        (name,) = self._lone(signature.result)
        xs = self.wrt.chosen(paths, graph.inputs)
        source = self._tree(signature, paths, xs)
        parts, tree = match(self.vector, source, xs, vector)
        seeds = {n: make(Input(n, type)) for n, (_, type) in parts.items()}
        with building(graph.scope()):
            found = self._products(graph.outputs[name], xs, [*seeds.values()])
            used: dict[str, int] = {}
            names = {x: unique(f"hvp_{short_name(x, graph)}", used) for x in xs}
            outputs = dict(zip(names.values(), found, strict=True))
            nest = self.wrt.nest(signature, paths, names)
            full = self._with_vector(signature, bound, len(args), tree)
            known = {**graph.inputs, **seeds}
            trees = full.parameters.values()
            inputs = {n: known[n] for each in trees for n in each.names}
            return simplify(Graph(inputs, outputs, signature=full.returning(nest)))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the product to what is being built."""
        args, kwargs, vector = self._apart(args, kwargs)
        bound = self._bound(args, kwargs)
        fresh = Fresh(bound.arguments)
        paths = self.wrt.paths(bound, fresh.inputs)
        bound.arguments.update(fresh.values)
        result = self.fn(*bound.args, **bound.kwargs)
        signature = Signature("", fresh.trees, {}, Tree(leaves_of(result)[1], ("",)))
        self._lone(signature.result)
        xs = self.wrt.chosen(paths, fresh.inputs)
        parts, _ = match(self.vector, self._tree(signature, paths, xs), xs, vector)
        seeds = [
            spread_node(cast_node(as_node(leaf), type.dtype), type.shape)
            for leaf, type in parts.values()
        ]
        (y,) = self.settled([as_node(result)])
        found = self._products(y, xs, seeds)
        images = map(Expression, fresh.put_back(found))
        return self.wrt.nest(signature, paths, dict(zip(xs, images, strict=True)))

    def _products(
        self, y: Node, xs: Mapping[str, Node], vectors: Sequence[Node]
    ) -> list[Node]:
        check_scalar("hvp", "the value of the function", y.type)
        return hessian_products(y, [*xs.values()], vectors, self.kinks)

    def _tree(
        self, signature: Signature, paths: Sequence[str], xs: Mapping[str, Node]
    ) -> Tree:
        """How the vector nests: as what is differentiated by."""
        leaves, spec = leaves_of(self.wrt.nest(signature, paths, {n: n for n in xs}))
        return Tree(spec, tuple(leaves))

    def _lone(self, result: Tree) -> tuple[str, ...]:
        if result.spec is not None:
            raise GraphTypeError(
                f"hvp: the function must return one number, but returns "
                f"{structure(result.spec)}"
            )
        return result.names

    def _apart(self, args: Any, kwargs: Any) -> tuple[Any, Any, Any]:
        """The arguments of the function, and the vector: the last one, or by name."""
        if self.vector in kwargs:
            rest = {k: v for k, v in kwargs.items() if k != self.vector}
            return args, rest, kwargs[self.vector]
        if not args:
            raise GraphTypeError("hvp: expected (*args, vector), got no arguments")
        return args[:-1], kwargs, args[-1]

    def _bound(self, args: Any, kwargs: Any) -> inspect.BoundArguments:
        """Which parameter gets which argument, once the vector is taken away."""
        split = "hvp: the last argument is the vector, those before it are for "
        return bind(self.fn, args, kwargs, split)

    def _with_vector(
        self, signature: Signature, bound: Any, place: int, tree: Tree
    ) -> Signature:
        """The signature with the vector after the arguments passed by position."""
        kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
        known = [*signature.kinds.values()]
        if _VARIADIC in known:
            place, kind = 1 + known.index(_VARIADIC), inspect.Parameter.KEYWORD_ONLY
        trees, kinds = [*signature.parameters.items()], [*signature.kinds.items()]
        trees.insert(place, (self.vector, tree))
        kinds.insert(place, (self.vector, kind))
        return replace(signature, parameters=dict(trees), kinds=dict(kinds))

    def _compile(self, args: Any, kwargs: Any) -> Callable[..., Any]:
        compiled = super()._compile(args, kwargs)
        if self.vector in kwargs or not self._is_variadic():
            return compiled

        def call(*args: Any, **kwargs: Any) -> Any:
            return compiled(*args[:-1], **{self.vector: args[-1]}, **kwargs)

        return call

    def _is_variadic(self) -> bool:
        try:
            found = inspect.signature(self.fn).parameters.values()
        except (TypeError, ValueError):
            return False
        return any(p.kind is _VARIADIC for p in found)


def hvp(
    fn: Callable[..., Any] | Graph,
    wrt: Any = None,
    *,
    of: str | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """A function ``(*args, vector)`` that gives the Hessian of `fn` times the vector.

    The vector nests as what `wrt` says (of a sequence, a tuple), and so does the
    product, whose cost is a few times that of the gradient: the Hessian is never made
    (Pearlmutter, 1994, *Fast exact multiplication by the Hessian*). Of complex
    variables it is the change of the gradient along the vector. Of a graph, a graph
    with inputs ``vector_x`` and outputs ``hvp_x`` more (`of` names its scalar output).

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> product = gd.hvp(lambda x: x[0] * x[1] ** 2)
    >>> product(np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([0., 6.])
    """
    if isinstance(fn, Graph):
        graph = stable(fn, check_flag("stabilise", stabilise))
        return hvp_of_graph(graph, of, wrt, check_kinks(kinks))
    if of is not None:
        raise GraphValueError("hvp: of= names an output of a graph; fn is none")
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    return HessianProduct(fn, 0 if wrt is None else wrt, options)
