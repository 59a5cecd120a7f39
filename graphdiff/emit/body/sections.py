"""The forward part and the adjoints, each group under the statement it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graphdiff.emit.body.groups import is_again
from graphdiff.emit.body.releases import Releases, del_lines
from graphdiff.emit.store.blocks import Region
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.layout import one_line
from graphdiff.emit.text.text import atom, columns
from graphdiff.graph.types import show_shape

_LIMIT = 88
_STEP = 4
AGAIN = Statement(None, "", atom(""), [])  # type: ignore[arg-type]
"""Stands for what recomputed statements belong to."""


class Start(NamedTuple):
    """The line at which a statement of a body begins."""

    line: int
    statement: Statement
    body: Variables


class Sections:
    """The statements of a body as lines of source, indented so far."""

    def __init__(
        self,
        body: Variables,
        statements: Sequence[Statement] | None = None,
        indent: int = 4,
        returned: Sequence[str] = (),
    ) -> None:
        """Take the body, which statements if not all of it, and what is returned.

        `released` tells, when the lines are written, after which statement (by its
        number) which variables are let go of: none within a loop or a branch.
        """
        self.body = body
        self.graph = body.graph
        self.statements = body.statements if statements is None else statements
        self.indent = indent
        self.margin = " " * indent
        self.out: list[str] = []
        self.starts: list[Start] = []
        self.hushed = False
        self.released: dict[int, list[str]] = {}
        self._releases = None
        if not body.within:
            self._releases = Releases(body.graph, body.statements, returned)
        self._pending: list[str] = []

    def lines(self) -> tuple[list[str], list[Start]]:
        """Forward statements, then groups of adjoints; and where each begins."""
        group: Statement | None = None
        backward = False
        for i, statement in enumerate(self.statements):
            if self._is_adjoint(statement):
                again = is_again(self.graph, statement)
                cited = AGAIN if again else self.body.cited(statement)
                new = cited is not None and cited is not group
                leaves = cited is None and group is AGAIN
                if not backward or new or leaves:
                    self._release(i - 1)
                    first = not (backward or self.body.within)
                    self._heading(cited, first or leaves)
                    group, self.hushed = cited, False
                backward = True
            self._write(statement)
            if self._releases is not None:
                self._pending += self._releases.after[i]
                if not backward and not self._releases.wait[i]:
                    self._release(i)
        if self.out and not self.out[0]:
            del self.out[0]
            self.starts = [s._replace(line=s.line - 1) for s in self.starts]
        return self.out, self.starts

    def _release(self, place: int) -> None:
        """Let go of what is pending, after the statement of this number."""
        self.released[place] = [*self.released.get(place, ()), *self._pending]
        self.out += del_lines(self._pending, _LIMIT)
        self._pending.clear()

    def _is_adjoint(self, statement: Statement) -> bool:
        """Whether the statement is of the derivative; one without parts names it."""
        if statement.node in self.graph.ledger.roles:
            return True
        return not statement.parts and not self.body.within

    def _write(self, statement: Statement) -> None:
        if statement.hushed and not self.hushed:
            self.out += [
                f"{self.margin}# undefined entries here are discarded below",
                f'{self.margin}with np.errstate(all="ignore"):',
            ]
        self.hushed = statement.hushed
        self._comment(statement)
        self.starts.append(Start(len(self.out), statement, self.body))
        if isinstance(statement, Region):
            self._region(statement)
        else:
            indent = self.indent + (_STEP if self.hushed else 0)
            self.out += statement.lines(indent)

    def _region(self, region: Region) -> None:
        """A loop or a branch, whose blocks are sections of their own."""
        for line in region.first:
            self.out += line.lines(self.indent)
        for block in region.blocks:
            self.out.append(f"{self.margin}{block.head}")
            body = block.body or self.body
            inside = Sections(body, block.statements, self.indent + _STEP)
            lines, starts = inside.lines()
            offset = len(self.out)
            self.starts += [s._replace(line=offset + s.line) for s in starts]
            self.out += lines
        for line in region.last:
            self.out += line.lines(self.indent)

    def _heading(self, cited: Statement | None, plain: bool) -> None:
        """Begin a group; `plain` says whether adjoints of nothing need a heading."""
        if cited is None:
            self.out += ["", f"{self.margin}# adjoints"] if plain else []
            return
        self.out.append("")
        if cited is AGAIN:
            self.out.append(f"{self.margin}# recomputed")
            return
        where = one_line(self._where(cited))
        text = one_line(cited.flat)
        room = _LIMIT - self.indent - 2 - columns(where)
        if columns(text) > room:
            text = text[: room - 4].rstrip() + " ..."
        self.out.append(f"{self.margin}# {text}{where}")

    def _where(self, statement: Statement) -> str:
        position = self.body.position_of(statement)
        return f"  ({position})" if position is not None else ""

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
