"""What a command works on: a function in a file, or a graph that was saved.

A function is traced with the specs and the values that were given; its file is run, for
that is what the user asks for. A saved graph is read, and nothing in it is run.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphdiff.cli.arguments import nest, parse_specs
from graphdiff.cli.load import UserError, load_function, user_code
from graphdiff.derivative.differentiate import differentiate
from graphdiff.derivative.kinks import check_kinks
from graphdiff.errors import GraphdiffError
from graphdiff.expression.spec import Spec
from graphdiff.functions.grad import value_and_grad
from graphdiff.graph.graph import Graph
from graphdiff.graph.nest import flatten
from graphdiff.rewrite import simplify
from graphdiff.save import load
from graphdiff.trace.trace import trace

FUNCTION = "FILE.py:FUNCTION"
SOURCE = "SOURCE"


def add_function(parser: argparse.ArgumentParser) -> None:
    """The options of a command that works on the gradient of a function."""
    parser.add_argument(
        "source",
        metavar=FUNCTION,
        help="the function; its file is run, as by python FILE.py",
    )
    _add_options(parser, "all if none is given")


def add_source(parser: argparse.ArgumentParser, unsaid: str) -> None:
    """The options of a command that works on a function or on a saved graph.

    `unsaid` tells what it works on where no ``--wrt`` is given.
    """
    parser.add_argument(
        "source",
        metavar=SOURCE,
        help=f"{FUNCTION}, whose file is run; or GRAPH.json, as graph.save writes it",
    )
    _add_options(parser, unsaid)
    parser.add_argument(
        "--of",
        metavar="NAME",
        help="output to differentiate, of a saved graph that has several",
    )


def _add_options(parser: argparse.ArgumentParser, unsaid: str) -> None:
    add = parser.add_argument
    add(
        "--spec",
        action="append",
        default=[],
        metavar="NAME=DIMS[:DTYPE]",
        help="shape of an argument: X=batch,784; y=batch:int64; lam= for a number; "
        "params.W1=784,h or params.layers.0.W=... for a nest (float64 unless said)",
    )
    add(
        "--wrt",
        action="append",
        default=[],
        metavar="NAME",
        help="an argument, or a part of one, to differentiate by; once for each of "
        f"several; {unsaid}",
    )
    add(
        "--kinks",
        default="mean",
        metavar="RULE",
        help="slope where it jumps: mean (default), right, left or zero",
    )


def function_of(
    options: argparse.Namespace, given: Mapping[str, Any]
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function, and its arguments as nests of specs (and of values given)."""
    arguments = nest({**given, **parse_specs(options.spec)})
    function = load_function(options.source)
    parameters = _signature(function).parameters
    various = any(p.kind == p.VAR_KEYWORD for p in parameters.values())
    name = options.source.rpartition(":")[2]
    unknown = [word for word in arguments if word not in parameters]
    if unknown and not various:
        listing = ", ".join(parameters) or "none"
        raise UserError(
            f"{name} has no parameter {unknown[0]!r}; its parameters: {listing}"
        )
    missing = [
        word
        for word, parameter in parameters.items()
        if word not in arguments
        and parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if missing:
        raise UserError(
            f"{name} needs {', '.join(missing)}: give --spec {missing[0]}=DIMS[:DTYPE]"
        )
    return function, arguments


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        raise UserError("the function does not tell its parameters") from None


def call(
    function: Callable[..., Any], arguments: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """`arguments` as positional and keyword arguments of `function`."""
    bound = _signature(function).bind_partial()
    parameters = bound.signature.parameters
    bound.arguments = {n: arguments[n] for n in parameters if n in arguments}
    rest = {n: a for n, a in arguments.items() if n not in parameters}
    return bound.args, {**bound.kwargs, **rest}


def gradient_of(
    options: argparse.Namespace,
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    form: Callable[..., Any] = value_and_grad,
) -> Graph:
    """The graph of the gradient by ``--wrt``, or by every argument that is real."""
    wrt = options.wrt or [n for n, nested in arguments.items() if _is_real(nested)]
    if not wrt:
        raise UserError("no argument is of floating-point numbers: nothing to do")
    args, kwargs = call(function, arguments)
    with user_code(options.source):
        made = form(function, wrt[0] if len(wrt) == 1 else wrt, kinks=options.kinks)
        return made.graph(*args, **kwargs)  # type: ignore[no-any-return]


def _is_real(nested: Any) -> bool:
    return any(map(_is_real_leaf, flatten(nested)[0]))


def _is_real_leaf(leaf: Any) -> bool:
    if isinstance(leaf, Spec):
        return leaf.type.is_inexact
    return isinstance(leaf, (float, np.ndarray)) and np.asarray(leaf).dtype.kind in "fc"


def is_saved(options: argparse.Namespace) -> bool:
    """Whether the source is a graph in a file, rather than a function."""
    return str(options.source).endswith(".json")


def graph_of(
    options: argparse.Namespace, given: Mapping[str, Any], *, always: bool = False
) -> Graph:
    """The graph that was asked for: of the source, or of its gradient by ``--wrt``.

    `given` are values by path, which tell shapes where no spec does. With `always` a
    function is differentiated also where no ``--wrt`` says so.
    """
    check_kinks(options.kinks)
    if is_saved(options):
        if options.of is not None and not (options.wrt or always):
            raise UserError("--of: say by --wrt what to differentiate by")
        return _saved(options)
    if options.of is not None:
        raise UserError(f"--of is for a saved graph; {FUNCTION} has one output")
    function, arguments = function_of(options, given)
    if options.wrt or always:
        return gradient_of(options, function, arguments)
    args, kwargs = call(function, arguments)
    with user_code(options.source):
        return trace(function, *args, **kwargs)


def _saved(options: argparse.Namespace) -> Graph:
    if options.spec:
        raise UserError(f"--spec is for {FUNCTION}; a saved graph has its shapes")
    graph = load(options.source)
    if not options.wrt:
        return graph
    if options.of is None and len(graph.outputs) > 1:
        raise UserError(f"say --of: the outputs are {', '.join(graph.outputs)}")
    try:
        made = differentiate(graph, options.of, options.wrt, kinks=options.kinks)
    except GraphdiffError as error:
        raise UserError(str(error.args[0])) from None
    return simplify(made)
