"""Write the coverage page: ``python -m tests.coverage.write_page``."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import graphdiff.coverage
from graphdiff.expression.refused import REFUSED
from tests.coverage.elsewhere import INSTEAD
from tests.coverage.record import Row, record

PAGE = Path(graphdiff.coverage.__file__).parent / "functions.md"

_ABOUT = """\
# What graphdiff covers

Made by running every case of the tests (`python -m tests.coverage.write_page`); a test
checks that it is current. *Differentiable*: a cotangent reaches the argument.
*Constant*: an array through which none flows (integers, truths, step functions).
*Options*: what a case has given otherwise. *Refused*: raises an error that names the
argument. Ufuncs also take `out=` with or without `where=`, and `dtype=`.

"""


def cell(words: Iterable[str]) -> str:
    """Words of one cell."""
    return ", ".join(f"`{w}`" for w in words)


def line(row: Row) -> str:
    """One row of the table."""
    order = row.parameters.index
    met = [
        sorted(found, key=lambda p: (order(p) if p in row.parameters else 99, p))
        for found in (row.differentiable, row.constant, row.options)
    ]
    cells = [f"`{row.name}`", *map(cell, met), cell(row.refused)]
    return f"| {' | '.join(cells)} |"


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    smooth = sum(bool(row.differentiable) for row in rows)
    counts = (
        f"{len(rows)} functions, {smooth} of them differentiable; "
        f"{len(REFUSED)} refused with a reason.\n\n"
    )
    return "".join(
        [
            _ABOUT,
            counts,
            table(["function", "differentiable", "constant", "options", "refused"]),
            *(line(row) + "\n" for row in rows),
            "\n## Refused\n\n",
            table(["function", "reason"]),
            *(f"| `{name}` | {why} |\n" for name, why in sorted(REFUSED.items())),
            "\n## Of other libraries\n\n",
            "What JAX or PyTensor have under a name of their own.\n\n",
            table(["name", "write"]),
            *(f"| `{name}` | {what} |\n" for name, what in sorted(INSTEAD.items())),
        ]
    )


def table(titles: Sequence[str]) -> str:
    """The head of a table."""
    return f"| {' | '.join(titles)} |\n| {' | '.join('---' for _ in titles)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(record()), encoding="utf-8")
