"""A function with its derivative applied to a vector: jvp forward, vjp backward."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.derivative.differentiate import gradient_name, zeros
from graphdiff.derivative.kinks import check_kinks
from graphdiff.derivative.products import jvp_of_graph, stable, vjp_of_graph
from graphdiff.derivative.push import push_forward
from graphdiff.derivative.sweep import along, pull_back
from graphdiff.errors import GraphTypeError, GraphValueError, ShapeError, check_flag
from graphdiff.expression.expression import Expression, as_node
from graphdiff.functions.form import Form
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.nest import flatten, leaves_of, path_name, structure, unflatten
from graphdiff.graph.node import Input, Node, Role, building, make
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.trace.fresh import Fresh, leaf_type
from graphdiff.trace.trace import bind, trace
from graphdiff.words import unique

Nodes = Mapping[str, Node]


class Linear(Form):
    """``(primals, vector) -> value, image``: the vector under a linear map.

    The vector nests as the primals, or as the value; so does the image, the other way
    round. What is fixed (an int, a string) has nothing to say in either.
    """

    vector = ""

    def __init__(self, fn: Callable[..., Any], options: Mapping[str, Any]) -> None:
        """Take the function and the options; the parameters are not those of `fn`."""
        super().__init__(fn, options)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.kinds = dict.fromkeys(("primals", self.vector), kind)
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, kind) for name in self.kinds]
        )

    def derive(
        self, inputs: Sequence[Node], outputs: Sequence[Node], vector: Sequence[Node]
    ) -> list[Node]:
        """The image of `vector`: tangents of outputs, or cotangents of inputs."""
        raise NotImplementedError

    def sides(self, primals: Any, value: Any) -> tuple[Any, Any]:
        """Of what belongs to primals and to the value: the vector's, the image's."""
        raise NotImplementedError

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph for ``(primals, vector)`` like these."""
        primals, vector = _two(self._prefix, self.vector, args, kwargs)
        graph = trace(self.fn, *primals)
        if self.stabilise:
            graph = stabilise_graph(graph)
        signature = graph.signature
        assert signature is not None
        argument = join(primals, signature.parameters)
        source, target = self.sides(argument, signature.result)
        of, to = self.sides(graph.inputs, graph.outputs)
        parts, tree = match(self.vector, source, of, vector)
        seeds = {name: make(Input(name, type)) for name, (_, type) in parts.items()}
        with building(graph.scope()) as scope:
            images = self.derive(
                [*graph.inputs.values()], [*graph.outputs.values()], [*seeds.values()]
            )
            made = dict(graph.outputs)
            used = dict.fromkeys(made, 1)
            image: dict[str, str] = {}
            for (name, node), found in zip(to.items(), images, strict=True):
                if not found.args:
                    scope.roles.setdefault(found, Role(node, "unused"))
                image[name] = _image_name(name, used, graph)
                made[image[name]] = found
            value = signature.result.unflatten({n: n for n in graph.outputs})
            trees = {"primals": argument, self.vector: tree}
            full = Signature(signature.function, trees, self.kinds, signature.result)
            full = full.returning((value, _rebuild(target, image)))
            return simplify(Graph({**graph.inputs, **seeds}, made, signature=full))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the value and the image to what is being built."""
        primals, vector = _two(self._prefix, self.vector, args, kwargs)
        bound = bind(self.fn, tuple(primals), {})
        fresh = Fresh(bound.arguments)
        bound.arguments.update(fresh.values)
        values, spec = leaves_of(self.fn(*bound.args, **bound.kwargs))
        results = self.settled([as_node(v) for v in values])
        outputs = {str(i): y for i, y in enumerate(results)}
        argument, result = join(primals, fresh.trees), Tree(spec, tuple(outputs))
        source, target = self.sides(argument, result)
        of, to = self.sides(fresh.inputs, outputs)
        parts, _ = match(self.vector, source, of, vector)
        seeds = [
            spread_node(cast_node(as_node(leaf), type.dtype), type.shape)
            for leaf, type in parts.values()
        ]
        images = self.derive([*fresh.inputs.values()], [*outputs.values()], seeds)
        found = [Expression(n) for n in fresh.put_back([*outputs.values(), *images])]
        image = dict(zip(to, found[len(outputs) :], strict=True))
        return unflatten(spec, found[: len(outputs)]), _rebuild(target, image)


class Forward(Linear):
    """The Jacobian applied to tangents."""

    vector = "tangents"
    _prefix = "jvp"

    def sides(self, primals: Any, value: Any) -> tuple[Any, Any]:
        """Tangents belong to the primals, their image to the value."""
        return primals, value

    def derive(
        self, inputs: Sequence[Node], outputs: Sequence[Node], vector: Sequence[Node]
    ) -> list[Node]:
        """Push the tangents forward."""
        pairs = zip(inputs, vector, strict=True)
        real = {x: t for x, t in pairs if x.type.is_inexact}
        found = push_forward(outputs, real, self.kinks)
        return [
            zeros(y.type) if t is None else t
            for y, t in zip(outputs, found, strict=True)
        ]


class Backward(Linear):
    """The transposed Jacobian applied to cotangents."""

    vector = "cotangent"
    _prefix = "vjp"

    def sides(self, primals: Any, value: Any) -> tuple[Any, Any]:
        """The cotangent belongs to the value, its image to the primals."""
        return value, primals

    def derive(
        self, inputs: Sequence[Node], outputs: Sequence[Node], vector: Sequence[Node]
    ) -> list[Node]:
        """Pull the cotangents back."""
        seeds: dict[Node, Node] = {}
        for y, seed in zip(outputs, vector, strict=True):
            if y.type.is_inexact:
                old = seeds.get(y)
                seeds[y] = (
                    seed if old is None else (Expression(old) + Expression(seed)).node
                )
        real = [x for x in inputs if x.type.is_inexact]
        found = pull_back(seeds, real, self.kinks, inside=along(seeds.values()))
        known = dict(zip(real, found, strict=True))
        return [known.get(x) or zeros(x.type) for x in inputs]


def join(primals: Sequence[Any], trees: Mapping[str, Tree]) -> Tree:
    """One tree for all parameters: the tuple of primals, as they were passed."""
    return Tree(
        leaves_of(tuple(primals))[1],
        tuple(name for tree in trees.values() for name in tree.leaves),
        tuple(value for tree in trees.values() for value in tree.fixed),
    )


def _rebuild(tree: Tree, found: Mapping[str, Any]) -> Any:
    """The nest of what was found, with None for what is fixed."""
    return unflatten(tree.spec, [n if n is None else found[n] for n in tree.leaves])


def _image_name(name: str, used: dict[str, int], graph: Graph) -> str:
    if name in graph.inputs and name not in graph.outputs:
        return gradient_name(name, used, graph)
    return unique(f"d_{name.rpartition('.')[2]}", used)


def match(
    what: str, source: Tree, nodes: Nodes, vector: Any
) -> tuple[dict[str, tuple[Any, ArrayType]], Tree]:
    """The leaves of `vector`, by name and with the type they must have; and its tree.

    It must nest as the `source`, whose names lead to `nodes`.
    """
    spec = leaves_of(vector)[1]
    try:
        own = [vector] if source.spec is None else source.spec.flatten_up_to(vector)
    except (TypeError, ValueError):
        raise GraphTypeError(
            f"{what}: expected the structure {structure(source.spec)}, got "
            f"{type(vector).__name__ if spec is None else structure(spec)}"
        ) from None
    used: dict[str, int] = {}
    parts: dict[str, tuple[Any, ArrayType]] = {}
    leaves: list[str | None] = []
    fixed: list[Any] = []
    paths = iter(flatten(vector)[1])
    for name, part in zip(source.leaves, own, strict=True):
        inner, below = leaves_of(part)
        reached = [unique(path_name(what, next(paths)), used) for _ in inner]
        if name is None:
            leaves += [None] * len(inner)
            fixed += inner
            continue
        if below is not None:
            raise GraphTypeError(
                f"{what}: expected an array for {name!r}, got {structure(below)}"
            )
        wanted = nodes[name].type
        _check_shape(reached[0], wanted, part)
        parts[reached[0]] = part, wanted
        leaves.append(reached[0])
    return parts, Tree(spec, tuple(leaves), tuple(fixed))


def _check_shape(what: str, wanted: ArrayType, leaf: Any) -> None:
    type = leaf_type(what, leaf, wanted.dtype)
    shape = np.shape(leaf) if type is None else type.shape
    if shape != wanted.shape:
        raise ShapeError(
            f"{what}: expected shape {show_shape(wanted.shape)}, got "
            f"{show_shape(shape)}"
        )


def _two(form: str, what: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    given = dict(zip(("primals", what), args, strict=False))
    given.update(kwargs)
    if len(args) > 2 or set(given) != {"primals", what}:
        raise GraphTypeError(
            f"{form}: expected (primals, {what}), got {len(args) + len(kwargs)} "
            f"arguments"
        )
    primals = given["primals"]
    if not isinstance(primals, (tuple, list)):
        raise GraphTypeError(
            f"{form}: primals: expected a tuple with one entry per argument, got "
            f"{type(primals).__name__}"
        )
    return primals, given[what]


def _check_no_parts(form: str, of: Any, wrt: Any) -> None:
    if of is not None or wrt is not None:
        raise GraphValueError(f"{form}: of= and wrt= name parts of a graph; fn is none")


def jvp(
    fn: Callable[..., Any] | Graph,
    *,
    of: str | None = None,
    wrt: str | Sequence[str] | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """A function ``(primals, tangents) -> value, tangent``: forward mode.

    `primals` and `tangents` are tuples with one entry per argument of `fn`; the
    tangent of the value is the Jacobian applied to the tangents. Of a graph, a graph
    with inputs ``tangent_x`` and outputs ``d_y`` more (`of` names one output, `wrt`
    inputs; all real ones by default).

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> value, slope = gd.jvp(np.sin)((0.0,), (2.0,))
    >>> float(value), float(slope)
    (0.0, 2.0)
    """
    if isinstance(fn, Graph):
        check_kinks(kinks)
        graph = stable(fn, check_flag("stabilise", stabilise))
        return jvp_of_graph(graph, of, wrt, kinks)
    _check_no_parts("jvp", of, wrt)
    return Forward(fn, dict(backend=backend, kinks=kinks, stabilise=stabilise))


def vjp(
    fn: Callable[..., Any] | Graph,
    *,
    of: str | None = None,
    wrt: str | Sequence[str] | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """A function ``(primals, cotangent) -> value, cotangents``: reverse mode.

    `primals` is a tuple with one entry per argument of `fn`, and so are the
    cotangents; they are the transposed Jacobian applied to the cotangent. Of a graph,
    a graph with inputs ``cotangent_y`` and outputs ``d_x`` more, as for `jvp`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> value, (slope,) = gd.vjp(np.sin)((0.0,), 2.0)
    >>> float(value), float(slope)
    (0.0, 2.0)
    """
    if isinstance(fn, Graph):
        check_kinks(kinks)
        graph = stable(fn, check_flag("stabilise", stabilise))
        return vjp_of_graph(graph, of, wrt, kinks)
    _check_no_parts("vjp", of, wrt)
    return Backward(fn, dict(backend=backend, kinks=kinks, stabilise=stabilise))
