"""``graphdiff emit``: the gradient as a module."""

from __future__ import annotations

import argparse
from pathlib import Path

from graphdiff.cli.command import Command
from graphdiff.cli.load import UserError
from graphdiff.cli.output import is_stdout, write
from graphdiff.cli.source import add_function, function_of, gradient_of
from graphdiff.emit import emit
from graphdiff.functions.grad import grad, value_and_grad

EXAMPLES = """
  graphdiff emit model.py:loss --spec X=batch,3 --spec w=3 --wrt w -o grad.py
  graphdiff emit model.py:loss --spec X=n,3 --spec w=3 --style fast -o grad.py
"""


def _add(parser: argparse.ArgumentParser) -> None:
    add_function(parser)
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


def _run(options: argparse.Namespace) -> int:
    if options.test and is_stdout(options.output):
        raise UserError("--test writes a file beside OUT.py: say -o OUT.py")
    function, specs = function_of(options, {})
    form = value_and_grad if options.value else grad
    graph = gradient_of(options, function, specs, form)
    made = emit(graph, name=options.name, style=options.style)
    write(options.output, made.source)
    if options.test:
        path = Path(options.output)
        made.write_test(path.with_name(f"test_{path.name}"), path.stem)
    return 0


EMIT = Command(
    "emit",
    "write the gradient as a module that needs NumPy alone",
    _add,
    _run,
    examples=EXAMPLES,
)
