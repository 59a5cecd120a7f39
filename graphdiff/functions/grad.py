"""Functions in, functions out: gradients for people who know autograd or JAX.

Each form traces on its first call with arguments of a kind (structure, dtypes,
shapes), differentiates, simplifies and compiles, and keeps what it compiled. Called
while another function is being traced, it adds nodes to that trace instead, so forms
nest. A traced function is run once: what it reads from outside is fixed then.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from types import MethodType
from typing import Any

import numpy as np

from graphdiff.compile import compile as compile_graph
from graphdiff.derivative.differentiate import (
    ascent,
    check_scalar,
    check_variable,
    differentiate,
    ones,
)
from graphdiff.derivative.kinks import check_kinks
from graphdiff.derivative.sweep import pull_back
from graphdiff.errors import (
    DTypeError,
    GraphTypeError,
    GraphValueError,
    check_flag,
    shown,
)
from graphdiff.expression.expression import Expression, as_node
from graphdiff.expression.spec import Spec
from graphdiff.graph.graph import Graph, Signature, Tree, in_order
from graphdiff.graph.nest import descend, is_nest, leaves_of, structure, unflatten
from graphdiff.graph.node import Input, Node, building, current_scope
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.trace.fresh import Fresh, leaf_type, substitute, weak_dtype
from graphdiff.trace.trace import bind, name_of, trace
from graphdiff.words import unique

Wrt = int | str | Sequence[int | str]

_ARRAYS = frozenset((np.ndarray, np.float64, np.float32))
_EMITTING = ("target", "name", "style")


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
        """The listing of the graph of this form for arguments like these."""
        return str(self.graph(*args, **kwargs))

    def settled(self, node: Node) -> Node:
        """`node` made stable, within the current scope."""
        if not self.stabilise:
            return node
        leaves = [n for n in in_order([node]) if isinstance(n.op, Input)]
        inputs = {str(i): n for i, n in enumerate(leaves)}
        stable = stabilise_graph(Graph(inputs, {"y": node}))
        return substitute([stable.outputs["y"]], {})[0]


class Gradient(Form):
    """The gradient of a scalar function, with or without its value."""

    def __init__(self, fn: Any, wrt: Wrt, value: bool, options: dict[str, Any]) -> None:
        """Take the function, what to differentiate by, whether to keep the value."""
        self.wrt = _check_wrt(wrt)
        self.lone = isinstance(wrt, (int, str, np.integer))
        self.value = value
        self.allow_int = check_flag("allow_int", options["allow_int"])
        self._prefix = "value_and_grad" if value else "grad"
        super().__init__(fn, options)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph of the gradient: outputs the value, then ``d_...``."""
        graph = trace(self.fn, *args, **kwargs)
        wanted = self._wanted(bind(self.fn, args, kwargs), graph.inputs)
        assert graph.signature is not None
        _check_lone(graph.signature.result.spec)
        made = differentiate(
            graph,
            wrt=wanted,
            kinks=self.kinks,
            allow_int=self.allow_int,
            stabilise=self.stabilise,
        )
        signature = made.signature
        assert signature is not None
        value, gradient = signature.result.unflatten({n: n for n in made.outputs})
        if not self.lone and len(wanted) == 1:
            gradient = (gradient,)
        outputs = dict(made.outputs)
        gradient = _once_each(gradient, outputs)
        if not self.value:
            outputs = {n: y for n, y in outputs.items() if n not in graph.outputs}
        nest = (value, gradient) if self.value else gradient
        with building(made.scope()):
            signature = signature.returning(nest)
            return simplify(Graph(made.inputs, outputs, signature=signature))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the gradient to what is being built."""
        bound = bind(self.fn, args, kwargs)
        fresh = Fresh(bound.arguments)
        wanted = self._wanted(bound, fresh.inputs)
        bound.arguments.update(fresh.values)
        result = self.fn(*bound.args, **bound.kwargs)
        _check_lone(leaves_of(result)[1])
        value = as_node(result)
        check_scalar("grad", "the value of the function", value.type)
        value = self.settled(value)
        chosen = {
            n: x for n, x in fresh.inputs.items() if any(_within(n, w) for w in wanted)
        }
        found = pull_back({value: ones(value.type)}, list(chosen.values()), self.kinks)
        grads = [ascent(x, g) for g, x in zip(found, chosen.values(), strict=True)]
        value, *grads = fresh.put_back([value, *grads])
        made = dict(zip(chosen, map(Expression, grads), strict=True))
        signature = Signature("", fresh.trees, {}, Tree(None, ("",)))
        nest: Any = signature.gradient(wanted, made)  # type: ignore[arg-type]
        if not self.lone and len(wanted) == 1:
            nest = (nest,)
        return (Expression(value), nest) if self.value else nest

    def _wanted(
        self, bound: inspect.BoundArguments, inputs: Mapping[str, Node]
    ) -> list[str]:
        """What `wrt` asks for, as paths, each of which leads to variables."""
        places = _places(bound)
        wanted = []
        for wrt in self.wrt:
            if isinstance(wrt, int) and not -len(places) <= wrt < len(places):
                listing = f", only {', '.join(places)}" if places else ", nor any other"
                raise GraphValueError(f"wrt: there is no argument {wrt}{listing}")
            path = wrt if isinstance(wrt, str) else places[wrt]
            if path not in places and path not in inputs:
                longer = [p for p in places if p.endswith(f".{path}")]
                path = longer[0] if len(longer) == 1 else path
            inside = [n for n in inputs if _within(n, path)]
            if not inside:
                raise _nothing_there(path, bound)
            for name in inside:
                check_variable(f"wrt: {name!r}", inputs[name].type, self.allow_int)
            wanted.append(path)
        return wanted


def _once_each(nest: Any, outputs: dict[str, Node]) -> Any:
    """The nest with an output of its own at each leaf.

    Of what is asked for twice, the caller gets two arrays, not one under two names.
    """
    leaves, spec = leaves_of(nest)
    met: set[str] = set()
    taken = dict.fromkeys(outputs, 1)
    for i, name in enumerate(leaves):
        if name in met:
            leaves[i] = unique(name, taken)
            outputs[leaves[i]] = outputs[name]
        met.add(name)
    return unflatten(spec, leaves)


def _check_wrt(wrt: Any) -> list[int | str]:
    """`wrt` as a list; raises unless it is a place, a name or a sequence of them."""
    single = isinstance(wrt, (int, str, bytes)) or not isinstance(wrt, Sequence)
    listed = [
        int(item) if isinstance(item, np.integer) else item
        for item in ([wrt] if single else wrt)
    ]
    for item in listed:
        if not isinstance(item, (int, str)) or isinstance(item, bool):
            raise GraphTypeError(
                f"wrt: expected a position, a name, a path, or a sequence of them, got "
                f"{shown(wrt)}"
            )
    if not listed:
        raise GraphValueError("wrt: expected at least one argument, got none")
    return listed


def _check_lone(spec: Any) -> None:
    if spec is not None:
        raise GraphTypeError(
            f"grad: the function must return one number, but returns "
            f"{structure(spec)}; choose one, or use vjp"
        )


def _places(bound: inspect.BoundArguments) -> list[str]:
    """The paths of the arguments, one by one, as they were passed."""
    places: list[str] = []
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            places += [f"{name}.{i}" for i in range(len(value))]
        elif kind is inspect.Parameter.VAR_KEYWORD:
            places += [f"{name}.{key}" for key in value]
        else:
            places.append(name)
    return places


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _nothing_there(path: str, bound: inspect.BoundArguments) -> Exception:
    """Say why there is nothing to differentiate by at `path`."""
    name = path.partition(".")[0]
    if name not in bound.arguments and name in bound.signature.parameters:
        return GraphValueError(
            f"wrt: {name!r} is left at its default, which is fixed; pass a value"
        )
    try:
        value = descend({**bound.arguments}, path or "?")
    except KeyError:
        listing = ", ".join(map(repr, _places(bound)))
        return GraphValueError(
            f"wrt: expected one of the arguments {listing}, or a path in one, got "
            f"{path!r}"
        )
    kind = type(value).__name__
    if is_nest(value):
        return GraphTypeError(f"wrt: {path!r} is a {kind} without arrays")
    return DTypeError(
        f"wrt: {path!r} is of type {kind}, which is fixed; pass a float, an array, or "
        f"a dict, list, tuple or dataclass of arrays"
    )


def value_and_grad(
    fn: Callable[..., Any],
    wrt: Wrt = 0,
    *,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Gradient:
    """A function that gives the value of scalar `fn` and its gradient.

    `wrt` is an argument's position, its name, the path of a leaf (``"params.W1"``),
    or a sequence of them, which gives a tuple of gradients. A gradient nests as its
    argument, with its shapes and dtypes. `kinks` is the convention where a slope
    jumps: ``"mean"``, ``"right"``, ``"left"`` or ``"zero"``.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> value, slope = gd.value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    >>> float(value), slope
    (5.0, array([2., 4.]))
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    return Gradient(fn, wrt, True, {**options, "allow_int": allow_int})


def grad(
    fn: Callable[..., Any],
    wrt: Wrt = 0,
    *,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Gradient:
    """A function that gives the gradient of scalar `fn`; see `value_and_grad`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> float(gd.grad(np.sin)(0.0))
    1.0
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    return Gradient(fn, wrt, False, {**options, "allow_int": allow_int})
