"""The command line: ``graphdiff emit``, ``show``, ``explain``, ``check``."""

from graphdiff.cli.main import main as main
