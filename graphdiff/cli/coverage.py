"""``graphdiff coverage``: the table of what is covered."""

from __future__ import annotations

import argparse

from graphdiff.cli.command import Command
from graphdiff.cli.output import write
from graphdiff.coverage import page


def _run(options: argparse.Namespace) -> int:
    write(None, page())
    return 0


COVERAGE = Command(
    "coverage",
    "print what is covered: functions and arguments",
    lambda parser: None,
    _run,
)
