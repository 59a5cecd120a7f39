"""The command line: its commands, and what becomes of mistakes.

A mistake in what was asked is one line on stderr and exit code 2; what was looked for
and found (a gradient that is wrong, a NaN, a difference) is exit code 1. Specs are
parsed, never evaluated; the user's file is run, for that is what they ask for.
"""

from __future__ import annotations

import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence

from graphdiff.cli.check import CHECK
from graphdiff.cli.command import Command, Parser
from graphdiff.cli.coverage import COVERAGE
from graphdiff.cli.diff import DIFF
from graphdiff.cli.emit import EMIT
from graphdiff.cli.explain import EXPLAIN
from graphdiff.cli.load import UserError
from graphdiff.cli.nan import NAN
from graphdiff.cli.output import close_stdout
from graphdiff.cli.show import SHOW
from graphdiff.errors import GraphdiffError, user_position

COMMANDS: tuple[Command, ...] = (EMIT, SHOW, EXPLAIN, DIFF, NAN, CHECK, COVERAGE)

MORE = """
graphdiff COMMAND --help tells more, with examples.

exit codes: 0 done; 1 a gradient that is not right (check), a result that is not
finite (nan), graphs that differ (diff); 2 a mistake in what was asked, in one
line on stderr.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0: done; 1: ``check`` did not find the gradient right, ``nan`` has found a result
    that is not finite, or ``diff`` a difference; 2: a mistake in what was asked,
    explained in one line on stderr; 130: interrupted; 141: the program that reads
    stdout has gone.
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
    except BrokenPipeError:
        close_stdout()
        return 141
    except OSError as error:
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    message = f"graphdiff {options.command}: error: {' '.join(text.split())}"
    print(message, file=sys.stderr)
    return 2


def _parser() -> Parser:
    parser = Parser(
        prog="graphdiff",
        description="Derivatives of NumPy functions, as source that you can keep.",
        epilog=MORE.strip(),
        formatter_class=RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.attach(commands)
    return parser
