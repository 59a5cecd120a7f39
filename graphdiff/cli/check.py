"""``graphdiff check``: the gradient against differences of the function."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.check.gradients import check_call
from graphdiff.check.report import Report
from graphdiff.cli.arguments import nest, parse_inputs, parse_specs
from graphdiff.cli.command import Command
from graphdiff.cli.load import user_code
from graphdiff.cli.source import add_function, call, function_of
from graphdiff.cli.values import add_values, drawn

MORE = "The exit code is 1 where the gradient is not found right."
EXAMPLES = """
  graphdiff check model.py:loss --spec X=batch,3 --spec w=3 --size batch=5
  graphdiff check model.py:loss --spec w=3 --input X=data.npy --order 2
"""


def _add(parser: argparse.ArgumentParser) -> None:
    add_function(parser)
    add_values(parser)
    parser.add_argument(
        "--order", type=int, default=1, help="check derivatives up to this order"
    )


def _run(options: argparse.Namespace) -> int:
    given = parse_inputs(options.input)
    function, _ = function_of(options, given)
    leaves = parse_specs(options.spec)
    report = _report(options, function, drawn(options, leaves, given))
    if not np.isfinite(report.value) and set(leaves) - set(given):
        values = drawn(options, leaves, given, positive=True)
        positive = _report(options, function, values)
        report = positive if np.isfinite(positive.value) else report
    print(report)
    return 0 if report.ok else 1


def _report(
    options: argparse.Namespace, function: Callable[..., Any], values: dict[str, Any]
) -> Report:
    args, kwargs = call(function, nest(values))
    with user_code(options.source):
        return check_call(
            function,
            args,
            kwargs,
            wrt=options.wrt or None,
            order=options.order,
            seed=options.seed or 0,
            kinks=options.kinks,
        )


CHECK = Command(
    "check",
    "compare the gradient with differences of the function",
    _add,
    _run,
    MORE,
    EXAMPLES,
)
