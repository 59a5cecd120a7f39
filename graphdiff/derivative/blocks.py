"""Arrays of derivatives: for each output and each variable (or two) one block.

What there is to compute is one class for each kind; how the blocks nest and what they
are called is the same for all, and so is the form in which they take a graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from graphdiff.derivative.differentiate import (
    check_variable,
    input_paths,
    select_inputs,
    short_name,
)
from graphdiff.derivative.jacobians import hessian_nodes, jacobian_nodes, recording
from graphdiff.derivative.products import outputs_of
from graphdiff.errors import DTypeError, GraphValueError, ShapeError
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph, Signature, Tree, check_graph
from graphdiff.graph.node import Node, building
from graphdiff.graph.types import show_shape
from graphdiff.ops.core.axes import reshape_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.shape.alone import total as entries
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.words import unique

Nodes = Mapping[str, Node]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Blocks:
    """A kind of derivative that nests as the outputs, then as the variables.

    `order` says how many times as the variables. Blocks go by the names of what they
    belong to: the output's if `by_output`, then those of `order` variables.
    """

    kinks: str = "mean"
    mode: str = "auto"

    by_output: ClassVar[bool] = True
    order: ClassVar[int] = 1

    def found(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """The blocks, appended to what is being built as parts of a derivative."""
        if not ys:
            return {}
        with recording(next(iter(ys.values())), type(self).__name__.lower()):
            return self.derive(ys, xs)

    def derive(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """The blocks, appended to what is being built."""
        raise NotImplementedError

    def title(self, output: str, variables: Sequence[str]) -> str:
        """What a block is called; the output is ``""`` where there is only one."""
        raise NotImplementedError


class Jacobian(Blocks):
    """First derivatives, of shape ``y.shape + x.shape``."""

    def derive(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """Rows or columns, all at once."""
        found = jacobian_nodes([*ys.values()], [*xs.values()], self.kinks, self.mode)
        return {
            (y, x): block
            for y, row in zip(ys, found, strict=True)
            for x, block in zip(xs, row, strict=True)
        }

    def title(self, output: str, variables: Sequence[str]) -> str:
        """``d_y_d_x``; ``d_x`` of the only output."""
        (x,) = variables
        return f"d_{output}_d_{x}" if output else f"d_{x}"


class Hessian(Blocks):
    """Second derivatives, of shape ``y.shape + x.shape + z.shape``."""

    order = 2

    def derive(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """Forward mode over the gradient, symmetric blocks once."""
        return {
            (name, x, z): block
            for name, y in ys.items()
            for x, row in zip(
                xs, hessian_nodes(y, [*xs.values()], self.kinks, self.mode), strict=True
            )
            for z, block in zip(xs, row, strict=True)
        }

    def title(self, output: str, variables: Sequence[str]) -> str:
        """``d2_x_z``; of several outputs ``d2_y_d_x_z``."""
        both = "_".join(variables)
        return f"d2_{output}_d_{both}" if output else f"d2_{both}"


class Laplacian(Blocks):
    """The sum of all unmixed second derivatives, of the shape of each output."""

    order = 0

    def derive(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """The traces of the Hessian's diagonal blocks, the only ones computed."""
        return {(name,): self._of(y, [*xs.values()]) for name, y in ys.items()}

    def _of(self, y: Node, xs: Sequence[Node]) -> Node:
        parts = []
        for x in xs:
            ((block,),) = hessian_nodes(y, [x], self.kinks, self.mode)
            parts.append(_trace(block, y.type.ndim, x))
        return cast_node(_sum(parts).node, y.type.dtype)

    def title(self, output: str, variables: Sequence[str]) -> str:
        """``laplacian``, or ``laplacian_y``."""
        return f"laplacian_{output}" if output else "laplacian"


class Divergence(Blocks):
    """The trace of the Jacobian of a vector field, one number."""

    by_output = False
    order = 0

    def derive(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """The sum of each output's derivatives by the variable in its place."""
        if len(ys) != len(xs):
            raise GraphValueError(
                f"divergence: the function must return as many arrays as it is "
                f"differentiated by, {len(xs)}, but returns {len(ys)}"
            )
        parts = []
        for y, (name, x) in zip(ys.values(), xs.items(), strict=True):
            if y.type.shape != x.type.shape:
                raise ShapeError(
                    f"divergence: the function must return an array shaped as {name!r},"
                    f" {show_shape(x.type.shape)}, but returns one of "
                    f"{show_shape(y.type.shape)}"
                )
            ((block,),) = jacobian_nodes([y], [x], self.kinks, self.mode)
            parts.append(_trace(block, 0, x))
        return {(): _sum(parts).node}

    def title(self, output: str, variables: Sequence[str]) -> str:
        """``divergence``."""
        return "divergence"


def _trace(block: Node, lead: int, x: Node) -> Expression:
    """The sum over the diagonal of a block whose last axes are those of `x`, twice."""
    n = entries(x.type.shape)
    shape = (*block.type.shape[:lead], n, n)
    matrix = Expression(reshape_node(block, shape))
    return np.trace(matrix, axis1=-2, axis2=-1)  # type: ignore[no-any-return]


def _sum(parts: Sequence[Expression]) -> Expression:
    first, *rest = parts
    for part in rest:
        first = first + part
    return first


class GaussNewton(Blocks):
    """J.T @ J of all residuals together, of shape ``x.shape + z.shape``."""

    by_output = False
    order = 2

    def derive(self, ys: Nodes, xs: Nodes) -> dict[Key, Node]:
        """Products of Jacobians; of two variables one, the other its transpose."""
        for name, x in xs.items():
            if x.type.is_complex:
                raise DTypeError(
                    f"gauss_newton: {name!r} has dtype {x.type.dtype}: take the real "
                    f"and the imaginary part as variables"
                )
        jacobians = jacobian_nodes(
            [*ys.values()], [*xs.values()], self.kinks, self.mode
        )
        matrices = [
            [_matrix(block, y, x) for block, x in zip(row, xs.values(), strict=True)]
            for row, y in zip(jacobians, ys.values(), strict=True)
        ]
        found: dict[Key, Node] = {}
        for i, (name, x) in enumerate(xs.items()):
            for j, (other, z) in enumerate(xs.items()):
                if j < i:
                    block = _swapped(found[other, name], z)
                else:
                    total = _sum([_normal(row[i], row[j]) for row in matrices])
                    block = reshape_node(total.node, x.type.shape + z.type.shape)
                found[name, other] = cast_node(block, x.type.dtype)
        return found

    def title(self, output: str, variables: Sequence[str]) -> str:
        """``gauss_newton_x_z``."""
        return "_".join(["gauss_newton", *variables])


def _swapped(block: Node, first: Node) -> Node:
    """A block with the axes of the first variable behind those of the second."""
    order = [*range(first.type.ndim, block.type.ndim), *range(first.type.ndim)]
    return np.transpose(Expression(block), order).node  # type: ignore[attr-defined,no-any-return]


def _normal(left: Any, right: Expression) -> Expression:
    """The share of one output in J.T @ J: the real part, of complex residuals."""
    rows = np.conj(left) if left.ndim == 1 else np.conj(left).mT
    return (rows @ right).real  # type: ignore[no-any-return]


def _matrix(block: Node, y: Node, x: Node) -> Expression:
    """A Jacobian as a matrix; by one number, as a vector."""
    columns = (entries(x.type.shape),) if x.type.shape else ()
    return Expression(reshape_node(block, (entries(y.type.shape), *columns)))


# --- names and nests ------------------------------------------------------------------
def nested(
    kind: Blocks,
    found: Mapping[Key, Any],
    result: Tree,
    signature: Signature,
    paths: Sequence[str],
    lone: bool = True,
) -> Any:
    """What was found for each block, nested as outputs and variables are.

    `paths` are those of the variables; one alone gives no tuple if `lone`.
    """
    names = list(dict.fromkeys(key[-1] for key in found)) if kind.order else []

    def below(key: Key, times: int) -> Any:
        if not times:
            return found[key]
        parts = {x: below((*key, x), times - 1) for x in names}
        nest = signature.gradient(paths, parts)
        return (nest,) if len(paths) == 1 and not lone else nest

    if not kind.by_output:
        return below((), kind.order)
    return result.unflatten({y: below((y,), kind.order) for y in result.names})


def named(
    kind: Blocks, graph: Graph, found: Mapping[Key, Node], outputs: dict[str, Node]
) -> dict[Key, str]:
    """Put the blocks among the `outputs`; returns the name that each got."""
    ys = {key[0] for key in found} if kind.by_output else set()
    taken = dict.fromkeys(outputs, 1)
    names: dict[Key, str] = {}
    for key, node in found.items():
        output, variables = (key[0], key[1:]) if kind.by_output else ("", key)
        short = [short_name(x, graph) for x in variables]
        title = kind.title(output.rpartition(".")[2] if len(ys) > 1 else "", short)
        names[key] = unique(title, taken)
        outputs[names[key]] = node
    return names


def blocks_of_graph(
    kind: Blocks,
    graph: Graph,
    of: str | None,
    wrt: str | Sequence[str] | None,
    allow_int: bool = False,
    stabilise: bool = True,
) -> Graph:
    """A new graph that computes the blocks beside what `graph` computes."""
    check_graph(type(kind).__name__.lower(), graph)
    if stabilise:
        graph = stabilise_graph(graph)
    ys = outputs_of(graph, of)
    inputs = select_inputs(graph, wrt)
    for name in inputs:
        check_variable(f"wrt: {name!r}", graph.inputs[name].type, allow_int)
    xs = {name: graph.inputs[name] for name in inputs}
    with building(graph.scope()):
        found = kind.found(ys, xs)
        outputs = dict(graph.outputs)
        names = named(kind, graph, found, outputs)
        signature = graph.signature
        if signature is not None:
            tree = signature.result if of is None else Tree(None, tuple(ys))
            paths = input_paths(graph, wrt, inputs)
            value = signature.result.unflatten({n: n for n in graph.outputs})
            nest = nested(kind, names, tree, signature, paths)
            signature = signature.returning((value, nest))
        return Graph(graph.inputs, outputs, signature=signature)
