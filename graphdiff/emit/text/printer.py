"""The printer of documents: text with places where it may be broken.

A document is a flat list of tokens: strings, possible breaks, and groups that are
printed on one line when they fit and broken otherwise. This is the algorithm of
Prettier as `ruff format` runs it, reduced to what expressions need, because only the
same algorithm gives the same lines in every case. It runs in one pass: whether a group
fits is measured on at most one line's worth of tokens, save inside `FITS_EXPANDED`.
"""

from typing import Final, NamedTuple, TypeAlias

from graphdiff.emit.text.text import columns

LIMIT: Final = 88
STEP: Final = 4


class Tag(NamedTuple):
    """A token that is not text; `group` is the group it asks about, or 0."""

    kind: str
    group: int = 0
    text: str = ""


Document: TypeAlias = list[str | Tag]

LINE: Final = Tag("line")
SPACE_OR_LINE: Final = Tag("line", 0, " ")
INDENT: Final = Tag("indent")
END: Final = Tag("end")
GROUP: Final = Tag("group")


class _Frame(NamedTuple):
    """How the tokens up to the matching `END` are printed."""

    broken: bool
    all_lines: bool
    indent: int


class Printer:
    """Prints one document. `width` is -1 at the start of a line.

    Tags: `group` fits or breaks; `group-if` is one only where another group broke;
    `if-broken` is text printed where a group broke; `line` is a space or a break, and
    `line-if` a break only where a group broke; `indent-if` indents where it broke;
    `fits-expanded` may always be broken: it does not make its surroundings break;
    `parenthesize` adds brackets where they make its content fit; `plain` does nothing.
    All but the texts and the lines reach up to their `end`.
    """

    def __init__(self, document: Document, indent: int) -> None:
        """Take a document and the columns to its left."""
        self.document = document
        self.broken: dict[int, bool] = {}
        self.lines: list[str] = []
        self.line = ""
        self.width = -1
        self.measured = False
        self.bracketed = 0
        self.frames = [_Frame(True, False, indent)]

    def print(self) -> list[str]:
        """Return the lines."""
        for position, token in enumerate(self.document, 1):
            if isinstance(token, str):
                self._write(token)
            else:
                self._obey(token, position)
        return [*self.lines, self.line]

    def _write(self, text: str) -> None:
        if self.width < 0:
            self.width = self.frames[-1].indent
            self.line = " " * self.width
        self.line += text
        self.width += columns(text)

    def _new_line(self) -> None:
        self.lines.append(self.line)
        self.line, self.width = "", -1

    def _obey(self, tag: Tag, position: int) -> None:
        frame = self.frames[-1]
        match tag.kind:
            case "end":
                self._end()
            case "line" | "line-if":
                broken = self.broken[tag.group] if tag.group else frame.broken
                if broken and frame.broken:
                    self._new_line()
                else:
                    self._write(tag.text)
            case "if-broken":
                if self.broken[tag.group] if tag.group else frame.broken:
                    self._write(tag.text)
            case "group":
                self.frames.append(frame._replace(broken=self._breaks(tag, position)))
            case "group-if":
                broken = frame.broken
                if self.broken[tag.group]:
                    broken = self._breaks(Tag("group"), position)
                self.frames.append(frame._replace(broken=broken))
            case "indent-if" if not self.broken[tag.group]:
                self.frames.append(frame)
            case "indent" | "indent-if":
                self.frames.append(frame._replace(indent=frame.indent + STEP))
            case "plain":
                self.frames.append(frame)
            case "fits-expanded":
                if not self.broken[tag.group]:
                    self.measured = False
                self.frames.append(frame)
            case "parenthesize":
                self._parenthesize(tag, position)

    def _end(self) -> None:
        if len(self.frames) == self.bracketed:
            self._new_line()
            self.frames.pop()
            self._write(")")
        else:
            self.frames.pop()

    def _parenthesize(self, tag: Tag, position: int) -> None:
        frame = self.frames[-1]
        if self._breaks(tag, position):
            self.broken[tag.group] = True
            inner = _Frame(True, True, frame.indent + STEP)
            if self.width < LIMIT and self._fits(position, [*self.frames, inner], -1):
                self._write("(")
                self._new_line()
                self.frames.append(inner._replace(all_lines=False))
                self.bracketed = len(self.frames)
                return
            self.broken[tag.group] = False
        self.frames.append(frame._replace(broken=False))

    def _breaks(self, group: Tag, position: int) -> bool:
        frame = self.frames[-1]
        if not frame.broken and self.measured:
            broken = False
        else:
            self.measured = True
            if group.group:
                self.broken[group.group] = False
            flat = frame._replace(broken=False)
            broken = not self._fits(position, [*self.frames, flat], self.width)
        if group.group:
            self.broken[group.group] = broken
        return broken

    def _fits(self, position: int, frames: list[_Frame], width: int) -> bool:
        """Whether the tokens from `position` on fit, up to the next certain break."""
        document = self.document
        for place in range(position, len(document)):
            token, frame = document[place], frames[-1]
            if isinstance(token, str):
                width = (frame.indent if width < 0 else width) + columns(token)
                if width > LIMIT:
                    return False
                continue
            kind, group, text = token
            asked = self.broken.get(group, frame.broken) if group else frame.broken
            if kind == "end":
                frames.pop()
            elif kind in ("line", "line-if"):
                if asked and frame.broken:
                    if not frame.all_lines:
                        return True
                    width = -1
                elif text:
                    width += 1
                    if width > LIMIT:
                        return False
            elif kind == "if-broken":
                width = (frame.indent if width < 0 else width) + asked * len(text)
                if width > LIMIT:
                    return False
            else:
                frames.append(self._measured(frame, kind, group, asked))
        return True

    def _measured(self, frame: _Frame, kind: str, group: int, asked: bool) -> _Frame:
        if kind == "fits-expanded" and not asked:
            return _Frame(True, True, frame.indent)
        if kind == "indent" or (kind == "indent-if" and asked):
            return frame._replace(indent=frame.indent + STEP)
        if kind == "group" and group:
            self.broken[group] = frame.broken
        return frame
