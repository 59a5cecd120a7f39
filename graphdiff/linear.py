"""A function with its derivative applied to a vector: jvp forward, vjp backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphdiff.differentiate import pull_back, push_forward, zeros
from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression import Expression, as_node
from graphdiff.fresh import Fresh
from graphdiff.functions import Form
from graphdiff.graph import Graph, Signature, Tree
from graphdiff.nest import flatten, path_name, unflatten
from graphdiff.node import Input, Node, Role, building, current_scope, make
from graphdiff.ops.axes import spread_node
from graphdiff.ops.elementwise import cast_node
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.trace import bind, leaf_type, trace
from graphdiff.types import show_shape


class Linear(Form):
    """``(primals, vector) -> value, image``: the vector under a linear map."""

    vector = ""

    def derive(
        self, inputs: list[Node], outputs: list[Node], vector: list[Node]
    ) -> list[Node]:
        """The image of `vector`: tangents of outputs, or cotangents of inputs."""
        raise NotImplementedError

    def sources(self, inputs: list[Node], outputs: list[Node]) -> list[Node]:
        """The nodes that the vector belongs to."""
        raise NotImplementedError

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph for ``(primals, vector)`` like these."""
        primals, vector = _two(self.vector, args, kwargs)
        graph = trace(self.fn, *primals)
        if self.stabilise:
            graph = stabilise_graph(graph)
        signature = graph.signature
        assert signature is not None
        inputs, outputs = list(graph.inputs.values()), list(graph.outputs.values())
        with building(graph.scope()) as scope:
            sources = self.sources(inputs, outputs)
            leaves, paths, spec = flatten(vector)
            check_vector(self.vector, sources, leaves)
            names = [path_name(self.vector, path) for path in paths]
            seeds = {
                name: make(Input(name, node.type))
                for name, node in zip(names, sources, strict=True)
            }
            images = self.derive(inputs, outputs, list(seeds.values()))
            made = dict(graph.outputs)
            image: dict[str, str] = {}
            forward = len(images) == len(outputs) and sources is inputs
            targets = graph.outputs if forward else graph.inputs
            for (name, node), found in zip(targets.items(), images, strict=True):
                if not found.args:
                    scope.roles.setdefault(found, Role(node, "unused"))
                image[name] = f"d_{name.rpartition('.')[2]}"
                while image[name] in made:
                    image[name] += "_"
                made[image[name]] = found
            nest = (
                signature.result.unflatten({n: n for n in graph.outputs}),
                signature.result.unflatten(image)
                if forward
                else tuple(
                    signature.gradient([p], image) for p in signature.parameters
                ),
            )
            trees = {"primals": join(signature), self.vector: Tree(spec, tuple(seeds))}
            full = Signature(signature.function, trees, {}, signature.result)
            every = {**graph.inputs, **seeds}
            return simplify(Graph(every, made, signature=full.returning(nest)))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the value and the image to what is being built."""
        primals, vector = _two(self.vector, args, kwargs)
        fresh = Fresh(bind(self.fn, tuple(primals), {}).arguments)
        bound = bind(self.fn, tuple(primals), {})
        bound.arguments.update(fresh.values)
        values, _, spec = flatten(self.fn(*bound.args, **bound.kwargs))
        outputs = [self.settled(as_node(v)) for v in values]
        inputs = list(fresh.inputs.values())
        sources = self.sources(inputs, outputs)
        leaves = flatten(vector)[0]
        check_vector(self.vector, sources, leaves)
        seeds = [
            spread_node(cast_node(as_node(leaf), node.type.dtype), node.type.shape)
            for leaf, node in zip(leaves, sources, strict=True)
        ]
        images = self.derive(inputs, outputs, seeds)
        found = [Expression(n) for n in fresh.put_back([*outputs, *images])]
        value = unflatten(spec, found[: len(outputs)])
        if sources is inputs:
            return value, unflatten(spec, found[len(outputs) :])
        names = dict(zip(fresh.inputs, found[len(outputs) :], strict=True))
        signature = Signature("", fresh.trees, {}, Tree(None, ("",)))
        image = [signature.gradient([p], names) for p in fresh.trees]  # type: ignore[arg-type]
        return value, tuple(image)


class Forward(Linear):
    """The Jacobian applied to tangents."""

    vector = "tangents"

    def sources(self, inputs: list[Node], outputs: list[Node]) -> list[Node]:
        """Tangents belong to the inputs."""
        return inputs

    def derive(
        self, inputs: list[Node], outputs: list[Node], vector: list[Node]
    ) -> list[Node]:
        """Push the tangents forward."""
        pairs = zip(inputs, vector, strict=True)
        real = {x: t for x, t in pairs if x.type.is_real}
        found = push_forward(outputs, real, self.kinks)
        return [
            zeros(y.type) if t is None else t
            for y, t in zip(outputs, found, strict=True)
        ]


class Backward(Linear):
    """The transposed Jacobian applied to cotangents."""

    vector = "cotangent"

    def sources(self, inputs: list[Node], outputs: list[Node]) -> list[Node]:
        """Cotangents belong to the outputs."""
        return outputs

    def derive(
        self, inputs: list[Node], outputs: list[Node], vector: list[Node]
    ) -> list[Node]:
        """Pull the cotangents back."""
        seeds: dict[Node, Node] = {}
        for y, seed in zip(outputs, vector, strict=True):
            if y.type.is_real:
                old = seeds.get(y)
                seeds[y] = (
                    seed if old is None else (Expression(old) + Expression(seed)).node
                )
        found = pull_back(seeds, inputs, self.kinks) if seeds else [None] * len(inputs)
        return [
            zeros(x.type) if g is None else g
            for x, g in zip(inputs, found, strict=True)
        ]


def join(signature: Signature) -> Tree:
    """One tree for all parameters: the tuple of primals."""
    trees = signature.parameters.values()
    nest = tuple(unflatten(t.spec, list(range(len(t.leaves)))) for t in trees)
    return Tree(
        flatten(nest)[2],
        tuple(name for t in trees for name in t.leaves),
        tuple(value for t in trees for value in t.fixed),
    )


def check_vector(what: str, sources: list[Node], leaves: list[Any]) -> None:
    """Raise unless `leaves` are arrays shaped as the `sources`."""
    if len(leaves) != len(sources):
        raise ShapeError(f"{what}: expected {len(sources)} arrays, got {len(leaves)}")
    for i, (node, leaf) in enumerate(zip(sources, leaves, strict=True)):
        type = leaf_type(f"{what}[{i}]", leaf, node.type.dtype)
        shape = np.shape(leaf) if type is None else type.shape
        if shape != node.type.shape:
            raise ShapeError(
                f"{what}[{i}]: expected shape {show_shape(node.type.shape)}, got "
                f"{show_shape(shape)}"
            )


def _two(what: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    given = dict(zip(("primals", what), args, strict=False))
    given.update(kwargs)
    if len(args) > 2 or set(given) != {"primals", what}:
        raise GraphTypeError(f"expected (primals, {what}), got {len(args)} arguments")
    primals = given["primals"]
    if not isinstance(primals, (tuple, list)):
        raise GraphTypeError(
            f"primals: expected a tuple with one entry per argument, got "
            f"{type(primals).__name__}"
        )
    return primals, given[what]


def jvp(
    fn: Callable[..., Any],
    *,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Forward:
    """A function ``(primals, tangents) -> value, tangent``: forward mode.

    `primals` and `tangents` are tuples with one entry per argument of `fn`; the
    tangent of the value is the Jacobian applied to the tangents.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> value, slope = gd.jvp(np.sin)((0.0,), (2.0,))
    >>> float(value), float(slope)
    (0.0, 2.0)
    """
    return Forward(fn, dict(backend=backend, kinks=kinks, stabilise=stabilise))


def vjp(
    fn: Callable[..., Any],
    *,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Backward:
    """A function ``(primals, cotangent) -> value, cotangents``: reverse mode.

    `primals` is a tuple with one entry per argument of `fn`, and so are the
    cotangents; they are the transposed Jacobian applied to the cotangent.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> value, (slope,) = gd.vjp(np.sin)((0.0,), 2.0)
    >>> float(value), float(slope)
    (0.0, 2.0)
    """
    return Backward(fn, dict(backend=backend, kinks=kinks, stabilise=stabilise))
