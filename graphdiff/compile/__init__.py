"""Compiling: a callable from a graph.

The journey of a plan: `program` (records without the graph), `lower` (ufuncs and
views, with numbers for all sizes, after the `rules`), `stages` (what runs together),
`storage` (where arrays live), `write` and `blocks` (the source), `plan` (the choice
between these and a tape), `entry` (the callable).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphdiff.errors import GraphValueError
from graphdiff.graph.collector import collector_held
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.rewrite.unfold import unfolded


def _numpy(graph: Graph) -> Callable[..., Any]:
    from graphdiff.compile.entry import Compiled
    from graphdiff.compile.program import program_of

    return Compiled(program_of(graph))


BACKENDS: dict[str, Callable[[Graph], Callable[..., Any]]] = {"numpy": _numpy}
"""What there is to compile for; a backend is imported when it is asked for."""


def compile(graph: Graph, backend: str = "numpy") -> Callable[..., Any]:
    """A callable with the parameters of `graph`, returning what the graph does.

    Arguments are checked and converted as by `gd.evaluate`, with the same errors.
    Results are arrays that nobody else holds. ``"numpy"`` keeps a workspace between
    calls where arrays are large, and works on long stretches of entrywise operations
    block by block in cache; threads may call it at once. `style` and `why` of the
    callable tell what was chosen, `source` what runs. It pickles.

    Raises `GraphValueError` for an unknown backend, naming those that exist.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x = gd.var("x", "n")
    >>> f = gd.compile(gd.Graph(inputs={"x": x}, outputs={"y": np.sum(x * x)}))
    >>> float(f(np.array([1.0, 2.0])))
    5.0
    """
    check_graph("compile", graph)
    make = BACKENDS.get(backend) if isinstance(backend, str) else None
    if make is None:
        known = ", ".join(map(repr, BACKENDS))
        raise GraphValueError(f"backend: expected one of {known}, got {backend!r}")
    with collector_held():
        return make(unfolded(graph))
