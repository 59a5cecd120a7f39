"""The command line: ``graphdiff emit``, ``graphdiff show``, ``graphdiff check``."""

from graphdiff.cli.main import main as main
