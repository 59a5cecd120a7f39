"""What a command is: its words in the help, its options, and what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where help is."""
        line = " ".join(message.split())
        self.exit(2, f"{self.prog}: error: {line} (see {self.prog} --help)\n")


@dataclass(frozen=True)
class Command:
    """One command: ``graphdiff NAME``.

    `add` gives its options to a parser; `run` does what they ask for and returns the
    exit code. `examples` stand at the end of its help, as they are typed.
    """

    name: str
    about: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    more: str = ""
    examples: str = ""

    def attach(self, commands: argparse._SubParsersAction[Parser]) -> None:
        """Enter this command among the others."""
        text = f"{self.about[0].upper()}{self.about[1:]}."
        parser = commands.add_parser(
            self.name,
            help=self.about,
            description=f"{text}\n\n{self.more.strip()}".strip(),
            epilog=f"examples:{self.examples.rstrip()}" if self.examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.add(parser)
        parser.set_defaults(run=self.run)
