"""``graphdiff diff``: what changed between two saved graphs."""

from __future__ import annotations

import argparse

from graphdiff.cli.command import Command
from graphdiff.cli.output import write
from graphdiff.explanation.diff import diff
from graphdiff.save import load

MORE = """
Lists the statements that are gone and those that are new, with the rewriting
rule that made them where the second graph follows from the first. The exit code
is 1 where there is a difference.
"""
EXAMPLES = """
  graphdiff diff before.json after.json
"""


def _add(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("first", metavar="FIRST.json", help="a graph, as graph.save writes it")
    add("second", metavar="SECOND.json", help="another")


def _run(options: argparse.Namespace) -> int:
    found = diff(load(options.first), load(options.second))
    write(None, f"{found}\n")
    return 1 if found else 0


DIFF = Command(
    "diff",
    "tell what changed between two saved graphs, and by which rule",
    _add,
    _run,
    MORE,
    EXAMPLES,
)
