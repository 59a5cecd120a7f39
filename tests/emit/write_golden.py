"""The emitted modules that a reviewer has read.

Tests only compare. After a change that is meant, write them anew and read the diff:

    python -m tests.emit.write_golden
"""

from pathlib import Path

from graphdiff.emit import emit
from tests.emit.programs import PROGRAMS
from tests.emit.regions import PROGRAMS as WITH_REGIONS

GOLDEN = Path(__file__).parent / "golden"
REGIONS = GOLDEN / "regions"


def main():
    GOLDEN.mkdir(exist_ok=True)
    for name, program in PROGRAMS.items():
        emit(program.graph()).write(GOLDEN / f"{name}.py")
    REGIONS.mkdir(exist_ok=True)
    for name, made in regions().items():
        made.write(REGIONS / f"{name}.py")


def regions():
    """The modules with loops and branches, in both styles."""
    found = {}
    for name, program in WITH_REGIONS.items():
        graph = program.graph()
        found[name] = emit(graph)
        found[f"{name}_fast"] = emit(graph, style="fast")
    return found


if __name__ == "__main__":
    main()
