"""The listings that a reviewer has read.

Tests only compare. After a change that is meant, write them anew and read the diff:

    python -m tests.show.text.write_golden
"""

from pathlib import Path

from tests.show.text.programs import PROGRAMS

GOLDEN = Path(__file__).parent / "golden"


def main():
    GOLDEN.mkdir(exist_ok=True)
    for name, program in PROGRAMS.items():
        (GOLDEN / f"{name}.txt").write_text(program.text(), encoding="utf-8")


if __name__ == "__main__":
    main()
