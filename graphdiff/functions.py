"""Functions in, functions out: gradients for people who know autograd or JAX.

Each form traces on its first call with arguments of a kind (structure, dtypes,
shapes), differentiates, simplifies and compiles, and keeps what it compiled. Called
while another function is being traced, it adds nodes to that trace instead, so forms
nest. A traced function is run once: what it reads from outside is fixed then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any

import numpy as np

from graphdiff.compile import compile as compile_graph
from graphdiff.differentiate import (
    check_scalar,
    check_variable,
    differentiate,
    ones,
    pull_back,
    zeros,
)
from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.expression import Expression, as_node
from graphdiff.fresh import Fresh, substitute
from graphdiff.graph import Graph, Signature, Tree, in_order
from graphdiff.kinks import check_kinks
from graphdiff.nest import flatten
from graphdiff.node import Input, Node, building, current_scope
from graphdiff.rewrite import simplify
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.spec import Spec
from graphdiff.trace import bind, leaf_type, trace, weak_dtype

Wrt = int | str | Sequence[int | str]


class Form:
    """A function made from another: compiled once for each kind of arguments."""

    def __init__(self, fn: Callable[..., Any], options: Mapping[str, Any]) -> None:
        if not callable(fn):
            raise GraphTypeError(f"fn: expected a function, got {type(fn).__name__}")
        self.fn = fn
        self.backend = options["backend"]
        self.kinks = check_kinks(options["kinks"])
        self.stabilise = options["stabilise"]
        self._compiled: dict[Any, Callable[..., Any]] = {}
        update_wrapper(self, fn, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute, compiling first if arguments of this kind are new."""
        if kwargs or current_scope().watcher is not None:
            return self._call(args, kwargs)
        key = tuple(
            [
                (a.shape, a.dtype) if type(a) is np.ndarray else type(a)
                for a in args
                if type(a) is np.ndarray or type(a) is float
            ]
        )
        if len(key) != len(args):
            return self._call(args, kwargs)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._compile(args, kwargs)
        return compiled(*args)

    def _call(self, args: Any, kwargs: Any) -> Any:
        leaves, _, spec = flatten((args, kwargs))
        symbolic = any(isinstance(leaf, Expression) for leaf in leaves)
        if symbolic or current_scope().watcher is not None:
            return self.inline(args, kwargs)
        if any(isinstance(leaf, Spec) for leaf in leaves):
            raise GraphTypeError(
                "a spec is not an array; use .graph or .emit with specs"
            )
        weak = weak_dtype(leaves)
        kinds = [leaf_type("argument", leaf, weak) for leaf in leaves]
        fixed = [
            (type(leaf), leaf)
            for leaf, kind in zip(leaves, kinds, strict=True)
            if kind is None
        ]
        key = (spec, *kinds, *fixed)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._compile(args, kwargs)
        return compiled(*args, **kwargs)

    def _compile(self, args: Any, kwargs: Any) -> Callable[..., Any]:
        return compile_graph(self.graph(*args, **kwargs), backend=self.backend)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The graph of this form for arguments (arrays or specs) like these."""
        raise NotImplementedError

    def inline(self, args: Any, kwargs: Any) -> Any:
        """The result as expressions, built where the caller is building."""
        raise NotImplementedError

    def emit(self, *args: Any, **options: Any) -> Any:
        """The source of this form for arguments like these; options as `gd.emit`."""
        from graphdiff.emit import emit

        return emit(self.graph(*args), **options)

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
        super().__init__(fn, options)
        self.allow_int = options["allow_int"]
        self.wrt = wrt
        self.value = value
        self.__name__ = f"{getattr(fn, '__name__', 'function')}_{'and_' * value}grad"

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph of the gradient: outputs the value, then ``d_...``."""
        graph = trace(self.fn, *args, **kwargs)
        names = self._names(list(bind(self.fn, args, kwargs).arguments))
        one = isinstance(self.wrt, (int, str))
        for name, node in graph.inputs.items():
            if any(name == n or name.startswith(f"{n}.") for n in names):
                check_variable(f"wrt: {name!r}", node.type, self.allow_int)
        made = differentiate(
            graph,
            wrt=names[0] if one else names,
            kinks=self.kinks,
            allow_int=self.allow_int,
            stabilise=self.stabilise,
        )
        signature = made.signature
        assert signature is not None
        value, gradient = signature.result.unflatten({n: n for n in made.outputs})
        if not one and len(names) == 1:
            gradient = (gradient,)
        outputs = dict(made.outputs)
        if not self.value:
            outputs = {n: y for n, y in outputs.items() if n not in graph.outputs}
        nest = (value, gradient) if self.value else gradient
        with building(made.scope()):
            signature = signature.returning(nest)
            return simplify(Graph(made.inputs, outputs, signature=signature))

    def _names(self, parameters: Sequence[str]) -> list[str]:
        found = []
        listed = [self.wrt] if isinstance(self.wrt, (int, str)) else self.wrt
        for wanted in listed:
            if isinstance(wanted, str):
                found.append(wanted)
            elif isinstance(wanted, int) and -len(parameters) <= wanted < len(
                parameters
            ):
                found.append(parameters[wanted])
            else:
                raise GraphValueError(
                    f"wrt: expected a position below {len(parameters)}, a name or a "
                    f"path, got {wanted!r}"
                )
        if not found:
            raise GraphValueError("wrt: expected at least one argument, got none")
        return found

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the gradient to what is being built."""
        bound = bind(self.fn, args, kwargs)
        fresh = Fresh(bound.arguments)
        names = self._names(list(bound.arguments))
        bound.arguments.update(fresh.values)
        value = as_node(self.fn(*bound.args, **bound.kwargs))
        check_scalar("grad", "the value of the function", value.type)
        value = self.settled(value)
        chosen = [n for n in fresh.inputs if any(_within(n, w) for w in names)]
        for wanted in names:
            if not any(_within(n, wanted) for n in fresh.inputs):
                raise GraphValueError(f"wrt: there is no argument {wanted!r}")
        variables = [fresh.inputs[n] for n in chosen]
        for name, x in zip(chosen, variables, strict=True):
            check_variable(f"wrt: {name!r}", x.type, self.allow_int)
        found = pull_back({value: ones(value.type)}, variables, self.kinks)
        grads = [
            zeros(x.type) if g is None else g
            for g, x in zip(found, variables, strict=True)
        ]
        value, *grads = fresh.put_back([value, *grads])
        made = dict(zip(chosen, map(Expression, grads), strict=True))
        signature = Signature("", fresh.trees, {}, Tree(None, ("",)))
        one = isinstance(self.wrt, (int, str))
        nest: Any = [signature.gradient([w], made) for w in names]  # type: ignore[arg-type]
        nest = nest[0] if one else tuple(nest)
        return (Expression(value), nest) if self.value else nest


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


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
