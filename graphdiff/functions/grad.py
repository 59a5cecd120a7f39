"""Functions in, functions out: gradients for people who know autograd or JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphdiff.derivative.differentiate import (
    ascent,
    check_scalar,
    differentiate,
    ones,
)
from graphdiff.derivative.sweep import pull_back
from graphdiff.errors import GraphTypeError, check_flag
from graphdiff.expression.expression import Expression, as_node
from graphdiff.functions.form import Form
from graphdiff.functions.wrt import Respect, Wrt
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.nest import leaves_of, structure, unflatten
from graphdiff.graph.node import Node, building
from graphdiff.rewrite import simplify
from graphdiff.trace.fresh import Fresh
from graphdiff.trace.trace import bind
from graphdiff.words import unique


class Gradient(Form):
    """The gradient of a scalar function, with or without its value."""

    def __init__(self, fn: Any, wrt: Wrt, value: bool, options: dict[str, Any]) -> None:
        """Take the function, what to differentiate by, whether to keep the value."""
        self.wrt = Respect(wrt, options["allow_int"])
        self.value = value
        self.has_aux = check_flag("has_aux", options["has_aux"])
        self._prefix = "value_and_grad" if value else "grad"
        super().__init__(fn, options)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The simplified graph of the gradient: outputs the value, then ``d_...``."""
        graph, wanted = self.wrt.trace(self.fn, args, kwargs)
        assert graph.signature is not None
        value, aux = self._split(graph.signature.result.unflatten(_own(graph.outputs)))
        made = differentiate(
            graph,
            of=value,
            wrt=wanted,
            kinks=self.kinks,
            allow_int=self.wrt.allow_int,
            stabilise=self.stabilise,
        )
        signature = made.signature
        assert signature is not None
        _, gradient = signature.result.unflatten(_own(made.outputs))
        if not self.wrt.lone and len(wanted) == 1:
            gradient = (gradient,)
        outputs = dict(made.outputs)
        gradient = _once_each(gradient, outputs)
        if not self.value:
            del outputs[value]
        with building(made.scope()):
            signature = signature.returning(self._join(value, aux, gradient))
            return simplify(Graph(made.inputs, outputs, signature=signature))

    def inline(self, args: Any, kwargs: Any) -> Any:
        """Add the gradient to what is being built."""
        bound = bind(self.fn, args, kwargs)
        fresh = Fresh(bound.arguments)
        wanted = self.wrt.paths(bound, fresh.inputs)
        bound.arguments.update(fresh.values)
        result, aux = self._split(self.fn(*bound.args, **bound.kwargs))
        value = as_node(result)
        check_scalar("grad", "the value of the function", value.type)
        (value,) = self.settled([value])
        beside, spec = leaves_of(aux)
        chosen = self.wrt.chosen(wanted, fresh.inputs)
        found = pull_back({value: ones(value.type)}, list(chosen.values()), self.kinks)
        grads = [ascent(x, g) for g, x in zip(found, chosen.values(), strict=True)]
        nodes = fresh.put_back([value, *grads, *map(as_node, beside)])
        total, *rest = map(Expression, nodes)
        made = dict(zip(chosen, rest, strict=False))
        signature = Signature("", fresh.trees, {}, Tree(None, ("",)))
        gradient = self.wrt.nest(signature, wanted, made)
        return self._join(total, unflatten(spec, rest[len(made) :]), gradient)

    def _split(self, result: Any) -> tuple[Any, Any]:
        """The value to differentiate, and what the function returns beside it."""
        if not self.has_aux:
            _check_lone(leaves_of(result)[1])
            return result, ()
        if not isinstance(result, tuple) or len(result) != 2:
            spec = leaves_of(result)[1]
            raise GraphTypeError(
                f"grad: has_aux=True: the function must return a pair, a number and "
                f"what belongs to it, but returns "
                f"{'one array' if spec is None else structure(spec)}"
            )
        _check_lone(leaves_of(result[0])[1])
        return result

    def _join(self, value: Any, aux: Any, gradient: Any) -> Any:
        """What the form returns."""
        if self.value:
            return ((value, aux), gradient) if self.has_aux else (value, gradient)
        return (gradient, aux) if self.has_aux else gradient


def _own(outputs: Mapping[str, Node]) -> dict[str, str]:
    """The name of each output, by its name."""
    return {name: name for name in outputs}


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


def _check_lone(spec: Any) -> None:
    if spec is not None:
        raise GraphTypeError(
            f"grad: the function must return one number, but returns "
            f"{structure(spec)}; choose one, or use vjp"
        )


def value_and_grad(
    fn: Callable[..., Any],
    wrt: Wrt = 0,
    *,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    has_aux: bool = False,
    stabilise: bool = True,
) -> Gradient:
    """A function that gives the value of scalar `fn` and its gradient.

    `wrt` is an argument's position, its name, the path of a leaf (``"params.W1"``),
    or a sequence of them, which gives a tuple of gradients. A gradient nests as its
    argument, with its shapes and dtypes. `kinks` is the convention where a slope
    jumps: ``"mean"``, ``"right"``, ``"left"`` or ``"zero"``. With `has_aux`, `fn`
    returns a pair, of which the second part (any nest of arrays) is handed on:
    ``(value, aux), gradient``; `grad` gives ``gradient, aux``.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> value, slope = gd.value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    >>> float(value), slope
    (5.0, array([2., 4.]))
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    own = dict(allow_int=allow_int, has_aux=has_aux)
    return Gradient(fn, wrt, True, {**options, **own})


def grad(
    fn: Callable[..., Any],
    wrt: Wrt = 0,
    *,
    backend: str = "numpy",
    kinks: str = "mean",
    allow_int: bool = False,
    has_aux: bool = False,
    stabilise: bool = True,
) -> Gradient:
    """A function that gives the gradient of scalar `fn`; see `value_and_grad`.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> float(gd.grad(np.sin)(0.0))
    1.0
    """
    options = dict(backend=backend, kinks=kinks, stabilise=stabilise)
    own = dict(allow_int=allow_int, has_aux=has_aux)
    return Gradient(fn, wrt, False, {**options, **own})
