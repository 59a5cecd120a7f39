"""How a traced function was called, in a file: its parameters and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter
from typing import Any

from graphdiff.errors import GraphValueError
from graphdiff.graph.graph import Signature, Tree
from graphdiff.graph.nest import leaves_of, unflatten
from graphdiff.save.values import decoded, encoded

_KINDS = {kind.name: kind for kind in type(Parameter.POSITIONAL_ONLY)}  # type: ignore[attr-defined]

PLAIN_KIND = Parameter.POSITIONAL_OR_KEYWORD.name
"""How a parameter is passed unless it says something else."""


class _Leaf:
    """A leaf of a nest while it is being written."""

    def __init__(self, name: str | None, value: Any = None) -> None:
        self.name, self.value = name, value


def signature_entry(signature: Signature) -> dict[str, Any]:
    """The signature as JSON. Named tuples and dataclasses are kept as dicts."""
    return {
        "function": signature.function,
        "parameters": {
            name: {
                "kind": getattr(signature.kinds.get(name), "name", PLAIN_KIND),
                "nest": _written(tree),
            }
            for name, tree in signature.parameters.items()
        },
        "result": _written(signature.result),
    }


def signature_of(entry: Mapping[str, Any]) -> Signature:
    """The signature that JSON stands for."""
    parameters = {name: _read(p["nest"]) for name, p in entry["parameters"].items()}
    kinds = {n: _KINDS[p["kind"]] for n, p in entry["parameters"].items()}
    function = entry["function"]
    if not isinstance(function, str) or not function.isidentifier():
        raise ValueError(f"{function!r} is not the name of a function")
    _check_kinds(kinds)
    return Signature(function, parameters, kinds, _read(entry["result"]))


def _check_kinds(kinds: Mapping[str, Any]) -> None:
    for name in kinds:
        if not name.isidentifier():
            raise ValueError(f"{name!r} is not the name of a parameter")


def _written(tree: Tree) -> Any:
    fixed = iter(tree.fixed)
    leaves = [_Leaf(n, next(fixed) if n is None else None) for n in tree.leaves]
    return _nest(unflatten(tree.spec, leaves))


def _nest(value: Any) -> Any:
    if isinstance(value, _Leaf):
        if value.name is not None:
            return {"leaf": value.name}
        return {"fixed": encoded(value.value)}
    if isinstance(value, dict):
        if not all(isinstance(key, (str, int)) for key in value):
            raise GraphValueError("save: a file holds dicts with strings as keys only")
        return {"dict": [[key, _nest(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return {type(value).__name__: [_nest(item) for item in value]}
    names = getattr(value, "_fields", None) or value.__dataclass_fields__
    return {"dict": [[name, _nest(getattr(value, name))] for name in names]}


def _read(entry: Any) -> Tree:
    value = _value(entry)
    found, spec = leaves_of(value)
    leaves = [leaf.name for leaf in found]
    fixed = [leaf.value for leaf in found if leaf.name is None]
    return Tree(spec, tuple(leaves), tuple(fixed))


def _value(entry: Any) -> Any:
    ((kind, content),) = entry.items()
    if kind == "leaf":
        if not isinstance(content, str):
            raise ValueError("a leaf is named by a string")
        return _Leaf(content)
    if kind == "fixed":
        return _Leaf(None, decoded(content))
    if kind == "dict":
        return {key: _value(item) for key, item in content}
    return {"list": list, "tuple": tuple}[kind](map(_value, content))
