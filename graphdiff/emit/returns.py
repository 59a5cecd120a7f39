"""What the function returns: fresh arrays, nested as the result or the argument is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphdiff.emit.arguments import Parameter, key_text
from graphdiff.emit.body import Body
from graphdiff.emit.layout import returns
from graphdiff.emit.text import (
    Text,
    atom,
    call,
    dict_,
    list_,
    method,
    subscript,
    tuple_,
)
from graphdiff.graph import Graph
from graphdiff.node import Constant, Input, Node
from graphdiff.ops import elementwise as ufuncs
from graphdiff.ops.axes import Reshape, Spread, Transpose
from graphdiff.ops.elementwise import Elementwise
from graphdiff.ops.index import Take
from graphdiff.ops.reduce import Reduction

_VIEWS = (Reshape, Transpose, Take, Spread)


class Returned:
    """The expression after ``return``."""

    def __init__(self, graph: Graph, body: Body, made: Sequence[Parameter]) -> None:
        self.graph = graph
        self.body = body
        self.types = {t: access for p in made for t, access in reversed(p.types)}
        self._owned: set[Node] = set()

    def lines(self) -> list[str]:
        """The statement; a tuple stands without brackets if it fits."""
        text = self.text()
        bare = text.flat[1:-1]
        if text.kind == "tuple" and not bare.endswith(",") and text.width < 80 and bare:
            return [f"    return {bare}"]
        return returns(text)

    def text(self) -> Text:
        """The outputs, nested as the signature says."""
        outputs = {name: self._fresh(n) for name, n in self.graph.outputs.items()}
        signature = self.graph.signature
        if signature is None or sorted(signature.result.names) != sorted(outputs):
            found = list(outputs.values())
            return found[0] if len(found) == 1 else tuple_(found)
        leaves = iter(signature.result.leaves)
        return self._nest(signature.result.spec, leaves, outputs)

    def _nest(self, spec: Any, leaves: Any, outputs: dict[str, Text]) -> Text:
        """Build the nest from its innermost parts outwards, without recursion."""
        if spec is None:
            return outputs[next(leaves)]
        done: list[Text] = []
        stack: list[tuple[Any, bool]] = [(spec, False)]
        while stack:
            item, ready = stack.pop()
            kind = item.kind.name
            if kind == "LEAF":
                done.append(outputs[next(leaves)])
            elif kind == "NONE":
                done.append(atom("None"))
            elif not ready:
                stack.append((item, True))
                stack += [(child, False) for child in reversed(item.children())]
            else:
                count = item.num_children
                parts = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(self._node(item, kind, parts))
        return done[0]

    def _node(self, spec: Any, kind: str, parts: list[Text]) -> Text:
        if kind in ("DICT", "ORDEREDDICT", "DEFAULTDICT", "FROZENDICT"):
            return _dict(spec.entries(), parts)
        if kind == "TUPLE":
            return tuple_(parts)
        if kind in ("LIST", "DEQUE"):
            return list_(parts)
        if spec.type in self.types:
            maker = call("type", [self.types[spec.type]])
            return call(maker, parts)
        names = spec.type._fields if kind == "NAMEDTUPLE" else spec.entries()
        return _dict(names, parts)

    def _fresh(self, node: Node) -> Text:
        """The name of an output; a copy of what belongs to someone else."""
        text = atom(self.body.variables[node])
        if not node.type.shape:
            return text if is_scalar(node) else subscript(text, [])
        root = node
        while isinstance(root.op, _VIEWS):
            root = root.args[0]
        foreign = isinstance(root.op, (Input, Constant)) or isinstance(node.op, Spread)
        if foreign or root in self._owned:
            return method(text, "copy")
        self._owned.add(root)
        return text


def _dict(keys: Sequence[Any], parts: Sequence[Text]) -> Text:
    if all(isinstance(key, str) for key in keys):
        return dict_(zip(keys, parts, strict=True))
    pairs = [tuple_([key_text(k), v]) for k, v in zip(keys, parts, strict=True)]
    return call("dict", [list_(pairs)])


def is_scalar(node: Node) -> bool:
    """Whether NumPy makes a scalar of `node`, not an array without axes."""
    op = node.op
    if isinstance(op, Elementwise):
        return op is not ufuncs.where and op.name.startswith("np.")
    return isinstance(op, (Input, Reduction)) or op.label in ("sum", "einsum")
