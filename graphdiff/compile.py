"""Compiling: a callable from a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphdiff.errors import GraphValueError
from graphdiff.evaluate import evaluate
from graphdiff.graph import Graph


def compile(graph: Graph, backend: str = "numpy") -> Callable[..., Any]:
    """A callable with the parameters of `graph`, returning what the graph does."""
    if backend != "numpy":
        raise GraphValueError(f"backend: expected 'numpy', got {backend!r}")
    signature = graph.signature
    names = list(signature.parameters if signature else graph.inputs)

    def run(*args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        values = evaluate(graph, given)
        return signature.result.unflatten(values) if signature else values

    return run
