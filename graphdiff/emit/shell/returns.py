"""What the function returns: fresh arrays, nested as the result or the argument is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphdiff.emit.body.body import Body
from graphdiff.emit.plan.traits import is_loose, is_scalar
from graphdiff.emit.shell.arguments import Parameter
from graphdiff.emit.shell.nests import dict_text, put_together, take_apart
from graphdiff.emit.text.layout import returns
from graphdiff.emit.text.text import (
    Text,
    atom,
    call,
    literal,
    method,
    subscript,
    tuple_,
)
from graphdiff.graph.graph import Graph, Tree
from graphdiff.graph.node import Constant, Full, Input, Node, Size
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.shape.diagonal import Diagonal


class Returned:
    """The expression after ``return``."""

    def __init__(
        self,
        graph: Graph,
        body: Body,
        made: Sequence[Parameter],
        gradients: Mapping[str, str],
        called: Mapping[str, str],
    ) -> None:
        """Give those outputs their names that are `called` otherwise than their value.

        What is returned may be of one of the classes of the arguments; `gradients` of
        it belong to an input each.
        """
        self.graph = graph
        self._gradients = gradients
        self.body = body
        self._classes = {t: a for p in reversed(made) for t, a in reversed(p.classes)}
        self._owned: set[Node] = set()
        self.called = called
        self.outputs = {n: self._output(n, node) for n, node in graph.outputs.items()}

    @property
    def tree(self) -> Tree:
        """How the outputs nest in what is returned."""
        names, signature = tuple(self.graph.outputs), self.graph.signature
        if signature is not None and set(signature.result.names) == set(names):
            return signature.result
        return Tree(None, names)

    def lines(self) -> list[str]:
        """The statement; a tuple stands without brackets if it fits."""
        text = self.text()
        bare = text.flat[1:-1]
        if text.kind == "tuple" and text.width < 80 and bare and bare[-1] != ",":
            return [f"    return {bare}"]
        return returns(text)

    def text(self) -> Text:
        """The outputs, nested as the signature says."""
        outputs, tree = self.outputs, self.tree
        if tree.spec is None:
            found = list(outputs.values())
            return found[0] if len(found) == 1 else tuple_(found)
        fixed = iter(tree.fixed)
        leaves = (
            literal(next(fixed)) if n is None else outputs[n] for n in tree.leaves
        )
        return put_together(tree.spec, leaves, self._record)

    def accesses(self, result: Text) -> dict[str, Text]:
        """How each output is reached in the returned `result`."""
        tree, outputs = self.tree, list(self.graph.outputs)
        if tree.spec is None:
            if len(outputs) == 1:
                return {outputs[0]: result}
            places = [subscript(result, [literal(i)]) for i in range(len(outputs))]
            return dict(zip(outputs, places, strict=True))
        apart = take_apart(tree.spec, "", result, lambda s: s.type in self._classes)
        return {
            name: access
            for name, (_, access) in zip(tree.leaves, apart.leaves, strict=True)
            if name is not None
        }

    def _record(self, spec: Any, fields: dict[str, Text]) -> Text:
        """An instance of the class of an argument; a dict if no argument is of it."""
        if spec.type in self._classes:
            return call(call("type", [self._classes[spec.type]]), [], fields)
        return dict_text(list(fields), list(fields.values()))

    def _output(self, name: str, node: Node) -> Text:
        """The text of an output; its own name, if its value has another one."""
        text = self._fresh(node)
        if name not in self.called:
            return text
        own, inputs = self.called[name], self.graph.inputs
        variable = inputs[self._gradients[name]] if name in self._gradients else None
        self.body.give(own, text, node, variable)
        return atom(own)

    def _fresh(self, node: Node) -> Text:
        """The name of an output; a copy of what belongs to someone else.

        NumPy lets nobody write to the diagonal that it hands out, nor to a view of
        repeated entries.
        """
        if is_literal(node):
            return self.body.fresh(node)
        text = atom(self.body.variables[node])
        if self.body.values[node].weak:
            return self.body.strong(node)
        if not node.type.shape:
            plain = is_scalar(node) or node in self.body.owned
            return text if plain else subscript(text, [])
        root, is_locked = node, False
        while root.op.is_view_of(*root.args) and not isinstance(root.op, Spread):
            is_locked = is_locked or isinstance(root.op, Diagonal)
            root = root.args[0]
        repeats = isinstance(root.op, Spread) and root is not node
        is_locked = is_locked or (repeats and root not in self.body.outputs)
        is_others = isinstance(root.op, (Input, Constant)) or root in self._owned
        is_others = is_others or (is_loose(root) and root not in self.body.owned)
        if is_others or is_locked:
            return method(text, "copy")
        self._owned.add(root)
        return text


def is_literal(node: Node) -> bool:
    """Whether `node` stands for itself in every expression, under no name."""
    return isinstance(node.op, (Full, Size))
