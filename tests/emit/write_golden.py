"""The emitted modules that a reviewer has read.

Tests only compare. After a change that is meant, write them anew and read the diff:

    python -m tests.emit.write_golden
"""

from pathlib import Path

from graphdiff.emit import emit
from tests.emit.programs import PROGRAMS

GOLDEN = Path(__file__).parent / "golden"


def main():
    GOLDEN.mkdir(exist_ok=True)
    for name, program in PROGRAMS.items():
        emit(program.graph()).write(GOLDEN / f"{name}.py")


if __name__ == "__main__":
    main()
