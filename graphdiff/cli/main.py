"""The commands and their options.

A mistake in what was asked is one line on stderr and exit code 2; a gradient that is
wrong is exit code 1. Specs are parsed, never evaluated; the user's file is run, for
that is what they ask for.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from graphdiff.check.gradients import check_call
from graphdiff.check.report import Report
from graphdiff.cli.arguments import draw, nest, parse_inputs, parse_sizes, parse_specs
from graphdiff.cli.load import UserError, load_function, user_code
from graphdiff.coverage import page
from graphdiff.emit import emit
from graphdiff.errors import GraphdiffError, user_position
from graphdiff.expression.spec import Spec
from graphdiff.functions.grad import grad, value_and_grad
from graphdiff.graph.graph import Graph
from graphdiff.graph.nest import flatten
from graphdiff.trace.trace import trace

FORMATS: Mapping[str, Callable[[Graph], str]] = {
    "text": lambda graph: f"{graph}\n",
    "dot": lambda graph: graph.to_dot(),
}


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where help is."""
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0: done; 1: ``check`` did not find the gradient right; 2: a mistake in what was
    asked, explained in one line on stderr.
    """
    caller = user_position()
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except GraphdiffError as error:
        at = error.position
        known = at is not None and (caller is None or at.file != caller.file)
        text = str(error) if known else str(error.args[0])
    except UserError as error:
        text = str(error)
    except MemoryError as error:
        text = f"not enough memory: {error}"
    except KeyboardInterrupt:
        print(f"graphdiff {options.command}: interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    message = f"graphdiff {options.command}: error: {' '.join(text.split())}"
    print(message, file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="graphdiff",
        description="Derivatives of NumPy functions, as source that you can keep.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text, run, add in (
        ("emit", "write the gradient as a module that needs NumPy alone", _emit, _to),
        ("show", "list or draw the graph of a function or its gradient", _show, _as),
        ("check", "compare the gradient with differences of the function", _check, _at),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        _common(command)
        add(command)
    about = "print what is covered: functions and arguments"
    commands.add_parser("coverage", help=about, description=about).set_defaults(
        run=_coverage
    )
    return parser


def _coverage(options: argparse.Namespace) -> int:
    sys.stdout.write(page())
    return 0


def _common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "function",
        metavar="FILE.py:FUNCTION",
        help="the function; its file is run, as by python FILE.py",
    )
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
        help="an argument, or a part of one, to differentiate by; all if none is given",
    )
    add(
        "--kinks",
        default="mean",
        metavar="RULE",
        help="slope where it jumps: mean (default), right, left or zero",
    )


def _to(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", metavar="OUT.py", help="where to (default: -, stdout)")
    add("--style", default="readable", help="readable (default) or fast")
    add("--name", help="name of the emitted function")
    add("--test", action="store_true", help="write a test of OUT.py beside it")
    add(
        "--value",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="return the value beside the gradient (default)",
    )


def _as(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", metavar="OUT", help="where to (default: -, stdout)")
    add("--format", default="text", help=f"{' or '.join(FORMATS)} (default: text)")


def _at(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of an argument: NAME=file.npy, NAME=1.5 or NAME=[1,2]; else random",
    )
    add("--size", action="append", default=[], metavar="DIM=N", help="size of an axis")
    add("--seed", type=int, default=0, help="of the random numbers")
    add("--order", type=int, default=1, help="check derivatives up to this order")


def _emit(options: argparse.Namespace) -> int:
    stdout = options.output in (None, "-")
    if options.test and stdout:
        raise UserError("--test writes a file beside OUT.py: say -o OUT.py")
    function, specs = _function(options, {})
    form = value_and_grad if options.value else grad
    graph = _gradient(options, function, specs, form)
    made = emit(graph, name=options.name, style=options.style)
    _write(options.output, made.source)
    if options.test:
        path = Path(options.output)
        made.write_test(path.with_name(f"test_{path.name}"), path.stem)
    return 0


def _show(options: argparse.Namespace) -> int:
    render = FORMATS.get(options.format)
    if render is None:
        raise UserError(
            f"--format {options.format}: known formats are {', '.join(FORMATS)}"
        )
    function, specs = _function(options, {})
    if options.wrt:
        graph = _gradient(options, function, specs, value_and_grad)
    else:
        args, kwargs = _call(function, specs)
        with user_code(options.function):
            graph = trace(function, *args, **kwargs)
    _write(options.output, render(graph))
    return 0


def _check(options: argparse.Namespace) -> int:
    given = parse_inputs(options.input)
    function, _ = _function(options, given)
    leaves, sizes = parse_specs(options.spec), parse_sizes(options.size)
    report = _report(options, function, draw(leaves, given, sizes, _rng(options)))
    if not np.isfinite(report.value) and set(leaves) - set(given):
        values = draw(leaves, given, sizes, _rng(options), positive=True)
        positive = _report(options, function, values)
        report = positive if np.isfinite(positive.value) else report
    print(report)
    return 0 if report.ok else 1


def _rng(options: argparse.Namespace) -> np.random.Generator:
    if options.seed < 0:
        raise UserError(f"--seed {options.seed}: expected a number from 0 on")
    return np.random.default_rng(options.seed)


def _report(
    options: argparse.Namespace, function: Callable[..., Any], values: dict[str, Any]
) -> Report:
    args, kwargs = _call(function, nest(values))
    with user_code(options.function):
        return check_call(
            function,
            args,
            kwargs,
            wrt=options.wrt or None,
            order=options.order,
            seed=options.seed,
            kinks=options.kinks,
        )


def _function(
    options: argparse.Namespace, given: Mapping[str, Any]
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function, and its arguments as nests of specs (and of values given)."""
    arguments = nest({**given, **parse_specs(options.spec)})
    function = load_function(options.function)
    parameters = _signature(function).parameters
    various = any(p.kind == p.VAR_KEYWORD for p in parameters.values())
    name = options.function.rpartition(":")[2]
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


def _call(
    function: Callable[..., Any], arguments: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """`arguments` as positional and keyword arguments of `function`."""
    bound = _signature(function).bind_partial()
    parameters = bound.signature.parameters
    bound.arguments = {n: arguments[n] for n in parameters if n in arguments}
    rest = {n: a for n, a in arguments.items() if n not in parameters}
    return bound.args, {**bound.kwargs, **rest}


def _gradient(
    options: argparse.Namespace,
    function: Callable[..., Any],
    specs: Mapping[str, Any],
    form: Callable[..., Any],
) -> Graph:
    wrt = options.wrt or [n for n, nested in specs.items() if _is_real(nested)]
    if not wrt:
        raise UserError("no argument is of floating-point numbers: nothing to do")
    args, kwargs = _call(function, specs)
    with user_code(options.function):
        made = form(function, wrt[0] if len(wrt) == 1 else wrt, kinks=options.kinks)
        return made.graph(*args, **kwargs)  # type: ignore[no-any-return]


def _is_real(nested: Any) -> bool:
    leaves = flatten(nested)[0]
    return any(isinstance(leaf, Spec) and leaf.type.is_inexact for leaf in leaves)


def _write(path: str | None, text: str) -> None:
    if path in (None, "-"):
        sys.stdout.write(text)
    elif not path:
        raise UserError("-o: expected the path of a file, or - for stdout")
    else:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
