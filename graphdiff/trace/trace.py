"""Tracing: run a plain NumPy function once on expressions, and keep the graph."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Collection, Container, Hashable, Mapping
from types import FrameType
from typing import Any

import numpy as np

from graphdiff.errors import (
    GraphdiffError,
    GraphTypeError,
    Position,
    position_of,
    traced_at,
    user_frame,
)
from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.nest import flatten, path_name
from graphdiff.graph.node import Node, Scope, building
from graphdiff.sizes.dims import Dim
from graphdiff.trace.fresh import Fresh
from graphdiff.trace.names import Recorder
from graphdiff.words import clean_name, unique


class Watcher:
    """Tells the recorder of names, and the ledger of lines, what the user makes."""

    def __init__(self, recorder: Recorder) -> None:
        """Watch on behalf of `recorder`."""
        self.recorder = recorder
        self._captured: dict[int, tuple[Any, str | None]] = {}
        self._constants: set[Node] = set()

    def __call__(self, scope: Scope, args: Any, result: Any) -> None:
        """Take note of one operator or function that the user has written."""
        frame = user_frame()
        recorder = self.recorder
        used: Collection[Node] = ()
        if recorder.waits:
            used = [a.node for a in args if isinstance(a, Expression)]
        for part in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(part, Expression):
                recorder.saw(part.node, used, frame)
        if frame is None:
            return
        at = traced_at(frame, len(scope.positions), recorder.run_of(frame))
        if at is not None:
            for node in scope.take_fresh():
                scope.positions.setdefault(node, at)

    def moved(self, old: Node, new: Node) -> None:
        """Take note that a handle was written to: it stands for `new` now."""
        self.recorder.moved(old, new)

    def copied(self, old: Node, new: Node) -> None:
        """Take note that the trace goes on with `new` in the place of `old`."""
        self.recorder.copied(old, new)

    def name(self, scope: Scope, node: Node, name: str) -> None:
        """Take note of a name that the user asked for."""
        self.recorder.name(node, name)

    def lifted(self, scope: Scope, value: Any, node: Node) -> None:
        """Take note of an array from outside, by the variable that holds it."""
        if not isinstance(value, np.ndarray):
            return
        if id(value) not in self._captured:
            self._captured[id(value)] = value, _variable_of(value)
        name = self._captured[id(value)][1]
        if name is not None and node not in self._constants:
            self._constants.add(node)
            self.recorder.name(node, name)


def _variable_of(value: Any) -> str | None:
    """The variable of the user's frame, or of its module, that holds `value`."""
    frame = user_frame()
    if frame is None:
        return None
    for variables in (frame.f_locals, frame.f_globals):
        for name, held in list(variables.items()):
            if held is value:
                return clean_name(name)
    return None


def trace(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Graph:
    """The graph of what `fn` computes from arguments like these.

    An argument is an array (its dtype and shape count, not its entries), a
    ``gd.spec``, or a nest of such: dicts, lists, tuples, named tuples, dataclasses. An
    int, a bool, a string or None is fixed: the graph holds for that value. The graph's
    inputs are named as the parameters, a leaf of a nest by its path
    (``params.layers.0.W``); nodes are named as the local variables of `fn`, and arrays
    from outside become named constants. The output is named as the function.

    Raises `GraphTypeError` where `fn` needs a number while the graph is built (``if``,
    ``float``), and `ShapeError` where shapes do not fit, with the line in `fn`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def energy(x):
    ...     return np.sum(x**2)
    >>> graph = gd.trace(energy, gd.spec("n"))
    >>> list(graph.inputs), list(graph.outputs)
    (['x'], ['energy'])
    """
    if not callable(fn):
        raise GraphTypeError(f"trace: expected a function, got {type(fn).__name__}")
    bound = bind(fn, args, kwargs)
    scope = Scope()
    with building(scope):
        fresh, result, own = watch(fn, bound, scope)
        name = name_of(fn)
        outputs, tree = collect(name, result, scope)
        name_adjoints(outputs, own, scope)
        kinds = {p: bound.signature.parameters[p].kind for p in fresh.trees}
        signature = Signature(name, fresh.trees, kinds, tree)
        return Graph(fresh.inputs, outputs, signature=signature)


def watch(
    fn: Callable[..., Any], bound: inspect.BoundArguments, scope: Scope
) -> tuple[Fresh, Any, dict[Node, str]]:
    """Run `fn` in `scope` on fresh inputs in the place of its arguments.

    Returns these, the result, and what the variables of `fn` call its nodes, which
    the scope knows too.
    """
    fresh = Fresh(bound.arguments)
    recorder = _recorder(sys._getframe(), fresh)
    scope.watcher, scope.keep_fresh = Watcher(recorder), True
    bound.arguments.update(fresh.values)
    try:
        result = _run(fn, bound)
    finally:
        scope.watcher = None
    own: Any = recorder.finish()
    scope.names = {**scope.names, **own}
    return fresh, result, own


def _recorder(frame: FrameType, fresh: Fresh) -> Recorder:
    """A recorder of names below `frame`: those of lone arguments are settled."""
    settled: dict[Hashable, str] = {}
    leaves: dict[Hashable, str | None] = {}
    for path, node in fresh.inputs.items():
        if path in fresh.trees:
            settled[node] = path
        else:
            leaves[node] = clean_name(path.rpartition(".")[2])
    return Recorder(frame, _node_of, settled, leaves)


def name_of(fn: Callable[..., Any]) -> str:
    """The name of a function, that of the function behind a ``functools.partial``."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    return clean_name(getattr(fn, "__name__", None)) or "output"


def _run(fn: Callable[..., Any], bound: inspect.BoundArguments) -> Any:
    """Call `fn`; an error of ours that NumPy wraps in one of its own comes out bare."""
    try:
        return fn(*bound.args, **bound.kwargs)
    except (TypeError, ValueError) as error:
        if isinstance(error.__cause__, GraphdiffError):
            raise error.__cause__ from None
        if _NO_SHAPE in str(error):
            raise GraphTypeError(
                f"{error}: NumPy makes no array of a symbolic size; write import "
                f"graphdiff.numpy as np, or np.zeros(shape, like=x)",
                at=_last_line(error),
            ) from None
        raise


_NO_SHAPE = "expected a sequence of integers or a single integer"
"""What NumPy says of a size that is no int, in the place of our own error."""


def _last_line(error: BaseException) -> Position | None:
    """The innermost line of the user's code that an error came through."""
    found, step = None, error.__traceback__
    while step is not None:
        found = position_of(step.tb_frame) or found
        step = step.tb_next
    return found


def bind(
    fn: Callable[..., Any], args: Any, kwargs: Any, what: str = ""
) -> inspect.BoundArguments:
    """Which parameter of `fn` gets which argument; errors begin with `what`."""
    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):
        parameters = [
            inspect.Parameter(f"x{i}", inspect.Parameter.POSITIONAL_ONLY)
            for i in range(len(args))
        ]
        signature = inspect.Signature(parameters)
    try:
        return signature.bind(*args, **kwargs)
    except TypeError as error:
        name = getattr(fn, "__name__", type(fn).__name__)
        raise GraphTypeError(f"{what}{name}{signature}: {error}") from None


def _node_of(value: object) -> Node | None:
    return value.node if isinstance(value, Expression) else None


def collect(function: str, result: Any, scope: Scope) -> tuple[dict[str, Node], Tree]:
    """The outputs by name, and how they nest in the returned value.

    A lone value is named as the function; one under a key by that; any other as the
    variable that held it, or by its place under a key or in the function's result.
    """
    leaves, paths, spec = flatten(result)
    if result is None:
        leaves, paths = [None], [()]
    outputs: dict[str, Node] = {}
    used: dict[str, int] = {}
    for leaf, path in zip(leaves, paths, strict=True):
        if not isinstance(leaf, _RETURNED):
            where = path_name(function, path)
            raise GraphTypeError(
                f"{where}: a traced function returns arrays, got {type(leaf).__name__}"
            )
        node = lift(leaf, function).node
        own = scope.names.get(node)
        key = path[-1] if path else function
        if not isinstance(key, str):
            words = [part for part in path if isinstance(part, str)]
            stem = words[-1] if words else function
            key = own if own and own not in used else f"{stem}_{key}"
        outputs[unique(key, used)] = node
    return outputs, Tree(spec, tuple(outputs))


def name_adjoints(
    outputs: Mapping[str, Node], own: Container[Node], scope: Scope
) -> None:
    """Name adjoints, but those that are the user's own variables, as their outputs."""
    used = set(scope.names.values())
    for key, node in outputs.items():
        if node in scope.roles and node not in own and key not in used:
            scope.names[node] = key


_RETURNED = (Expression, np.ndarray, np.generic, int, float, Dim)
