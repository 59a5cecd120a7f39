"""The forward part and the adjoints, each group under the statement it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.emit.body.body import Body
from graphdiff.emit.body.groups import is_again
from graphdiff.emit.body.releases import Releases, del_lines
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.text.layout import one_line
from graphdiff.emit.text.text import atom, columns
from graphdiff.graph.graph import Graph
from graphdiff.graph.types import show_shape

_LIMIT = 88
AGAIN = Statement(None, "", atom(""), [])  # type: ignore[arg-type]
"""Stands for what recomputed statements belong to."""
_QUIET = '    with np.errstate(all="ignore"):'


class Sections:
    """The body of the function as lines of source."""

    def __init__(self, graph: Graph, body: Body, returned: Sequence[str] = ()) -> None:
        """Take the graph, its statements, and the lines that come after them.

        `released` tells, when the lines are written, after which statement (by its
        number) which variables are let go of.
        """
        self.graph = graph
        self.body = body
        self.released: dict[int, list[str]] = {}
        self._releases = Releases(graph, body.statements, returned)

    def lines(self) -> tuple[list[str], list[tuple[int, Statement]]]:
        """Forward statements, then groups of adjoints; and where each begins."""
        starts: list[tuple[int, Statement]] = []
        lines: list[str] = []
        group: Statement | None = None
        hushed = False
        backward = False
        roles = self.graph.ledger.roles
        pending: list[str] = []
        for i, statement in enumerate(self.body.statements):
            if not statement.parts or statement.node in roles:
                again = is_again(self.graph, statement)
                cited = AGAIN if again else self.body.cited(statement)
                if not backward or (cited is not None and cited is not group):
                    lines += self._release(i - 1, pending)
                    lines += self._heading(cited, first=not backward)
                    group, hushed = cited, False
                backward = True
            if statement.hushed and not hushed:
                lines += [
                    "    # undefined entries here are discarded below",
                    _QUIET,
                ]
            hushed = statement.hushed
            self._comment(statement)
            starts.append((len(lines), statement))
            lines += statement.lines(8 if hushed else 4)
            pending += self._releases.after[i]
            if not backward and not self._releases.wait[i]:
                lines += self._release(i, pending)
        if lines and not lines[0]:
            lines, starts = lines[1:], [(n - 1, s) for n, s in starts]
        return lines, starts

    def _release(self, place: int, pending: list[str]) -> list[str]:
        """Let go of what is pending, after the statement of this number."""
        self.released[place] = [*self.released.get(place, ()), *pending]
        lines = del_lines(pending, _LIMIT)
        pending.clear()
        return lines

    def _heading(self, cited: Statement | None, first: bool) -> list[str]:
        lines = [""]
        if cited is None:
            return [*lines, "    # adjoints"] if first else lines
        if cited is AGAIN:
            return [*lines, "    # recomputed"]
        where = one_line(self._where(cited))
        text = one_line(cited.flat)
        room = _LIMIT - 6 - columns(where)
        if columns(text) > room:
            text = text[: room - 4].rstrip() + " ..."
        return [*lines, f"    # {text}{where}"]

    def _where(self, statement: Statement) -> str:
        for node in reversed(statement.parts):
            position = self.graph.position_of(node)
            if position is not None:
                return f"  ({position})"
        return ""

    def _comment(self, statement: Statement) -> None:
        """A shape, where it is not that of some operand."""
        shape = statement.shape
        if not shape or statement.updates:
            return
        seen = {
            arg.type.shape
            for part in statement.parts
            for arg in part.args
            if arg in self.body.variables
        }
        if shape not in seen:
            statement.comment = show_shape(shape)
