"""Which variables are let go of, and when: ``del`` after the last statement with them.

A local variable keeps its array until the function returns. That costs nothing where
every value is needed to the end; a function that computes values again to save memory
would save none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphdiff.emit.store.blocks import Region
from graphdiff.emit.store.statements import Statement
from graphdiff.graph.graph import Graph
from graphdiff.graph.types import ArrayType
from graphdiff.memory.again import recomputes

_WORD = re.compile(r"[^\W\d]\w*")


class Releases:
    """For each statement the arrays that no later one mentions, nor what is returned.

    None at all, unless the graph computes something again. `wait` says of a statement
    whether what is dead may as well go with what comes after it: its own value dies
    in the forward part too, and is going to be computed again.
    """

    def __init__(
        self, graph: Graph, statements: Sequence[Statement], returned: Sequence[str]
    ) -> None:
        """Go through the statements from the last one on."""
        self.after: list[list[str]] = [[] for _ in statements]
        self.wait = [False] * len(statements)
        if not recomputes(graph.nodes):
            return
        arrays = {name for s in statements for name in array_names(s)}
        seen = {word for line in returned for word in _WORD.findall(line)}
        roles = graph.ledger.roles
        going: set[str] = set()
        for i in range(len(statements) - 1, -1, -1):
            statement = statements[i]
            lines = statement.lines(4)
            words = dict.fromkeys(w for line in lines for w in _WORD.findall(line))
            dead = [word for word in words if word in arrays and word not in seen]
            seen.update(words)
            self.after[i] = dead
            if statement.parts and statement.node not in roles:
                going.update(dead)
                self.wait[i] = statement.name in going
        if statements:
            self.after[-1] = []


def array_names(statement: Statement) -> list[str]:
    """The names of the arrays that a statement stores; of a loop, its tapes."""
    if isinstance(statement, Region):
        made = [line for line in statement.first if line.text.flat.startswith("np.")]
        return [line.name for line in made if line.name.isidentifier()]
    if not isinstance(statement.node.type, ArrayType):
        return [name for name in statement.name.split(", ") if name != "_"]
    return [statement.name] if statement.shape else []


def del_lines(names: Sequence[str], limit: int) -> list[str]:
    """The statements ``del a, b``."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + 2 + len(name) <= limit:
            lines[-1] += f", {name}"
        else:
            lines.append(f"    del {name}")
    return lines
