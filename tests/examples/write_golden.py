"""The emitted modules of section 6.5.7 that a reviewer has read.

Tests only compare. After a change that is meant, write them anew and read the diff:

    python -m tests.examples.write_golden
"""

from pathlib import Path

from tests.examples.scripts import load

GOLDEN = Path(__file__).parent / "golden"


def modules():
    """The modules by name, emitted anew."""
    script = load("cross_entropy_network")
    networks = script.with_relu, script.with_maximum
    return {f"{f.__name__}_and_grad": script.module_of(f) for f in networks}


def main():
    GOLDEN.mkdir(exist_ok=True)
    for name, module in modules().items():
        (GOLDEN / f"{name}.py").write_text(module.source)


if __name__ == "__main__":
    main()
