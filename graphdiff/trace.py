"""Tracing: run a plain NumPy function once on expressions, and keep the graph."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.errors import GraphdiffError, GraphTypeError, GraphValueError, user_frame, user_position
from graphdiff.expression import Expression, as_array, lift
from graphdiff.graph import Graph, Signature, Tree
from graphdiff.names import Recorder
from graphdiff.nest import flatten, path_name, unflatten
from graphdiff.node import Input, Node, Scope, building, make
from graphdiff.spec import Spec
from graphdiff.words import clean_name
from graphdiff.types import ArrayType


class Watcher:
    """Tells the recorder of names, and the ledger of lines, what the user makes."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._captured: dict[int, tuple[Any, str | None]] = {}

    def __call__(self, scope: Scope, args: Any, result: Any) -> None:
        """Take note of one operator or function that the user has written."""
        position = user_position()
        if position is not None:
            for node in scope.take_fresh():
                scope.positions[node] = position
        used = [a.node for a in args if isinstance(a, Expression)]
        if isinstance(result, Expression):
            self.recorder.saw(result.node, used)
        elif isinstance(result, (tuple, list)):
            for part in result:
                if isinstance(part, Expression):
                    self.recorder.saw(part.node, used)

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
        if name is not None:
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
        values, inputs, trees = _make_inputs(bound.arguments)
        leaves = {n: _last_part(p) for p, n in inputs.items() if p not in trees}
        whole = {n: p for p, n in inputs.items() if p in trees}
        recorder = Recorder(sys._getframe(), _node_of, whole, leaves)
        scope.watcher, scope.keep_fresh = Watcher(recorder), True
        bound.arguments.update(values)
        result = _run(fn, bound)
        scope.watcher = None
        scope.names = {**scope.names, **recorder.finish()}  # type: ignore[dict-item]
        name = clean_name(getattr(fn, "__name__", "")) or "output"
        outputs, tree = _collect(name, result, scope)
        kinds = {p: q.kind for p, q in bound.signature.parameters.items() if p in trees}
        signature = Signature(name, trees, kinds, tree)
        return Graph(inputs, outputs, signature=signature)


def _run(fn: Callable[..., Any], bound: inspect.BoundArguments) -> Any:
    """Call `fn`; an error of ours that NumPy wraps in one of its own comes out bare."""
    try:
        return fn(*bound.args, **bound.kwargs)
    except (TypeError, ValueError) as error:
        if isinstance(error.__cause__, GraphdiffError):
            raise error.__cause__ from None
        raise


def bind(fn: Callable[..., Any], args: Any, kwargs: Any) -> inspect.BoundArguments:
    """Which parameter of `fn` gets which argument."""
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
        raise GraphTypeError(f"{name}{signature}: {error}") from None


def _make_inputs(
    arguments: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Node], dict[str, Tree]]:
    """An input for every array leaf: the arguments rebuilt of them, by name, by tree."""
    values: dict[str, Any] = {}
    inputs: dict[str, Node] = {}
    trees: dict[str, Tree] = {}
    weak = weak_dtype(flatten(dict(arguments))[0])
    for parameter, value in arguments.items():
        leaves, paths, spec = flatten(value)
        names: list[str | None] = []
        made: list[Any] = []
        for leaf, path in zip(leaves, paths, strict=True):
            type = leaf_type(path_name(parameter, path), leaf, weak)
            if type is None:
                names.append(None)
                made.append(leaf)
                continue
            name = path_name(parameter, path)
            if name in inputs:
                raise GraphValueError(
                    f"{parameter}: two leaves are both named {name!r}"
                )
            inputs[name] = make(Input(name, type))
            names.append(name)
            made.append(Expression(inputs[name]))
        fixed = tuple(v for v, n in zip(leaves, names, strict=True) if n is None)
        values[parameter] = unflatten(spec, made)
        trees[parameter] = Tree(spec, tuple(names), fixed)
    return values, inputs, trees


def weak_dtype(leaves: Sequence[Any]) -> np.dtype:
    """The dtype of Python's floats among leaves: that of the arrays beside them.

    NumPy lets a Python float take the dtype of what it meets; an input has to settle
    on one, and 0.1 beside float32 arrays must not make everything float64.
    """
    found = [
        leaf.type.dtype if isinstance(leaf, Spec) else leaf.dtype
        for leaf in leaves
        if isinstance(leaf, (Spec, Expression, np.ndarray, np.generic))
    ]
    floats = [d for d in found if d.kind == "f"]
    return np.result_type(*floats) if floats else np.dtype(np.float64)


def leaf_type(name: str, leaf: Any, weak: np.dtype) -> ArrayType | None:
    """The type of an argument's leaf; None for one that is fixed, not an array."""
    if type(leaf) is float:
        return ArrayType((), weak)
    if isinstance(leaf, Spec):
        return leaf.type
    if isinstance(leaf, Expression):
        return leaf.node.type
    if leaf is None or isinstance(leaf, (bool, int, str, bytes)):
        return None
    if isinstance(leaf, (float, complex, np.ndarray, np.generic)) or hasattr(
        leaf, "__array__"
    ):
        array = as_array(leaf, name)
        return ArrayType(array.shape, array.dtype)
    return None


def _last_part(path: str) -> str | None:
    return clean_name(path.rpartition(".")[2])


def _node_of(value: object) -> Node | None:
    return value.node if isinstance(value, Expression) else None


def _collect(function: str, result: Any, scope: Scope) -> tuple[dict[str, Node], Tree]:
    """The outputs by name, and how they nest in the returned value."""
    leaves, paths, spec = flatten(result)
    outputs: dict[str, Node] = {}
    names: list[str | None] = []
    for leaf, path in zip(leaves, paths, strict=True):
        if not isinstance(leaf, (Expression, np.ndarray, np.generic, int, float)):
            where = path_name(function, path)
            raise GraphTypeError(
                f"{where}: a traced function returns arrays, got {type(leaf).__name__}"
            )
        node = lift(leaf, function).node
        key = path[-1] if path else None
        own = scope.names.get(node)
        if not path:
            name = function
        elif isinstance(key, str):
            name = key
        else:
            name = own if own and own not in outputs else f"{function}_{key}"
        while name in outputs:
            name = f"{name}_"
        outputs[name] = node
        names.append(name)
    return outputs, Tree(spec, tuple(names))
