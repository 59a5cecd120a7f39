"""What all function forms share: compiled once for each kind of arguments.

Each form traces on its first call with arguments of a kind (structure, dtypes,
shapes), differentiates, simplifies and compiles, and keeps what it compiled. Called
while another function is being traced, it adds nodes to that trace instead, so forms
nest. A traced function is run once: what it reads from outside is fixed then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from types import MethodType
from typing import Any

import numpy as np

from graphdiff.compile import compile as compile_graph
from graphdiff.derivative.kinks import check_kinks
from graphdiff.errors import GraphTypeError, check_flag
from graphdiff.expression.expression import Expression
from graphdiff.expression.spec import Spec
from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.nest import leaves_of
from graphdiff.graph.node import Input, Node, current_scope
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.trace.fresh import leaf_type, substitute, weak_dtype
from graphdiff.trace.trace import name_of

_ARRAYS = frozenset((np.ndarray, np.float64, np.float32))
_EMITTING = ("target", "name", "style")
_SHOWING = ("of", "depth", "fold", "bodies", "colour", "width")


def _kinds(values: Sequence[Any]) -> tuple[Any, ...]:
    """Shapes and dtypes, as quickly as can be: enough to find what was compiled."""
    return tuple(
        [(a.shape, a.dtype) if type(a) in _ARRAYS else type(a) for a in values]
    )


def _is_plain(value: Any) -> bool:
    return type(value) in _ARRAYS or type(value) is float


class Form:
    """A function made from another: compiled once for each kind of arguments."""

    _prefix = "form"

    def __init__(self, fn: Callable[..., Any], options: Mapping[str, Any]) -> None:
        """Take the function and the options that all forms have."""
        if not callable(fn):
            raise GraphTypeError(f"fn: expected a function, got {type(fn).__name__}")
        update_wrapper(self, fn, updated=())
        self.fn = fn
        self.backend = options["backend"]
        self.kinks = check_kinks(options["kinks"])
        self.stabilise = check_flag("stabilise", options["stabilise"])
        self.__name__ = f"{name_of(fn)}_{self._prefix.removeprefix('value_')}"
        self._compiled: dict[Any, Callable[..., Any]] = {}
        self._direct: dict[Any, Callable[..., Any]] = {}

    def __repr__(self) -> str:
        """Name the form and the function."""
        return f"<{self._prefix} of {name_of(self.fn)}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Be a method where a class has been given a form, as functions are."""
        return self if instance is None else MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute, compiling first if arguments of this kind are new."""
        if kwargs or current_scope().watcher is not None:
            return self._call(args, kwargs)
        compiled = self._direct.get(_kinds(args))
        return self._call(args, kwargs) if compiled is None else compiled(*args)

    def _call(self, args: Any, kwargs: Any) -> Any:
        """Find what is compiled for nested arguments; build where one is symbolic."""
        leaves, spec = leaves_of((args, kwargs))
        kinds = _kinds(leaves)
        compiled = self._direct.get((spec, kinds))
        if compiled is not None and current_scope().watcher is None:
            return compiled(*args, **kwargs)
        symbolic = any(isinstance(leaf, Expression) for leaf in leaves)
        if symbolic or current_scope().watcher is not None:
            return self.inline(args, kwargs)
        if any(isinstance(leaf, Spec) for leaf in leaves):
            raise GraphTypeError(
                "a spec is not an array; use .graph, .show or .emit with specs"
            )
        compiled = self._find(args, kwargs, leaves, spec)
        if all(map(_is_plain, leaves)):
            self._direct[spec, kinds] = compiled
        if not kwargs and all(map(_is_plain, args)):
            self._direct[kinds] = compiled
        return compiled(*args, **kwargs)

    def _find(
        self, args: Any, kwargs: Any, leaves: Sequence[Any], spec: Any
    ) -> Callable[..., Any]:
        """What is compiled for arguments like these, or compile it."""
        weak = weak_dtype(leaves)
        try:
            types = [leaf_type("argument", leaf, weak) for leaf in leaves]
        except GraphTypeError:  # The trace refuses it by its name.
            return self._compile(args, kwargs)
        fixed = [
            (type(leaf), leaf)
            for leaf, type_ in zip(leaves, types, strict=True)
            if type_ is None
        ]
        key = (spec, *types, *fixed)
        try:
            compiled = self._compiled.get(key)
        except (TypeError, ValueError):  # A fixed argument that cannot be compared.
            return self._compile(args, kwargs)
        if compiled is None:
            compiled = self._compiled[key] = self._compile(args, kwargs)
        return compiled

    def _compile(self, args: Any, kwargs: Any) -> Callable[..., Any]:
        return compile_graph(self.graph(*args, **kwargs), backend=self.backend)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The graph of this form for arguments (arrays or specs) like these."""
        raise NotImplementedError

    def inline(self, args: Any, kwargs: Any) -> Any:
        """The result as expressions, built where the caller is building."""
        raise NotImplementedError

    def emit(self, *args: Any, **kwargs: Any) -> Any:
        """The source of this form for arguments like these; options as `gd.emit`."""
        from graphdiff.emit import emit

        options = {name: kwargs.pop(name) for name in _EMITTING if name in kwargs}
        options.setdefault("name", self.__name__)
        return emit(self.graph(*args, **kwargs), **options)

    def show(self, *args: Any, **kwargs: Any) -> str:
        """The listing of this form for arguments like these; options as `to_text`."""
        options = {name: kwargs.pop(name) for name in _SHOWING if name in kwargs}
        return self.graph(*args, **kwargs).to_text(**options)

    def settled(self, nodes: Sequence[Node]) -> list[Node]:
        """`nodes` made stable, all at once, within the current scope."""
        if not self.stabilise:
            return list(nodes)
        leaves = [n for n in in_order(nodes) if isinstance(n.op, Input)]
        inputs = {str(i): n for i, n in enumerate(leaves)}
        outputs = {str(i): n for i, n in enumerate(nodes)}
        stable = stabilise_graph(Graph(inputs, outputs))
        current_scope().marks.update(stable.ledger.marks)
        return substitute(list(stable.outputs.values()), {})
