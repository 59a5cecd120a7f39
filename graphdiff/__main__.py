"""``python -m graphdiff`` is the command ``graphdiff``."""

import sys

from graphdiff.cli import main

if __name__ == "__main__":
    sys.exit(main())
