"""``graphdiff nan``: where a NaN or an infinity comes from."""

from __future__ import annotations

import argparse

from graphdiff.cli.arguments import parse_inputs
from graphdiff.cli.command import Command
from graphdiff.cli.output import write
from graphdiff.cli.source import add_source, graph_of
from graphdiff.cli.values import add_values, inputs_of
from graphdiff.explanation.nan import explain_nan

MORE = """
Runs the graph and tells of the first value that is not finite: its line, its
operands there, and the np.where that should have held it back. The exit code
is 1 where an output is not finite.
"""
EXAMPLES = """
  graphdiff nan model.py:loss --wrt w --input X=X.npy --input w=w.npy
  graphdiff nan loss.json --wrt w --input w=[0,1,0]
"""


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser, "without it, the function alone is run")
    add_values(parser)


def _run(options: argparse.Namespace) -> int:
    given = parse_inputs(options.input)
    graph = graph_of(options, given)
    report = explain_nan(graph, inputs_of(options, graph, given))
    write(None, f"{report}\n")
    return 1 if report else 0


NAN = Command(
    "nan",
    "find where a NaN or an infinity comes from",
    _add,
    _run,
    MORE,
    EXAMPLES,
)
