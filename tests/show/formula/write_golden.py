"""Write the golden formulas again: ``python -m tests.show.formula.write_golden``.

Read what has changed before you keep it, as a referee would.
"""

from pathlib import Path

from tests.show.formula.models import MODELS

GOLDEN = Path(__file__).parent / "golden"


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, make in MODELS.items():
        graph = make()
        (GOLDEN / f"{name}.txt").write_text(graph.to_unicode() + "\n", "utf-8")
        (GOLDEN / f"{name}.tex").write_text(graph.to_latex() + "\n", "utf-8")


if __name__ == "__main__":
    main()
