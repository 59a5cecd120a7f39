"""Every error that graphdiff raises, and the line of the user's code it is about.

    GraphdiffError(Exception)
    ├── GraphTypeError(TypeError)        a value of a kind that cannot be used here
    │   ├── DTypeError                   the element type does not fit
    │   └── UnsupportedError             a NumPy function or keyword we do not know
    ├── GraphValueError(ValueError)      a value of the right kind that does not fit
    │   └── ShapeError                   shapes that do not go together
    ├── GraphOverflowError(OverflowError)  a number too large for its dtype
    ├── GraphIndexError(IndexError)      an index out of range
    └── MissingError(ImportError)        a library that is needed and not installed

Each class is also the built-in exception that NumPy raises in the same place, so that
``except ValueError`` around a NumPy program goes on working under tracing.

A traced program fails far from the line that is at fault: the traceback ends deep in
this package, and a loop runs one line many times. So each error looks up the stack for
the innermost frame that the user wrote, says ``(model.py:12)`` at the end of its
message, and keeps it as ``.position``. Only the base name of the file is ever kept:
messages and emitted source must not carry traces of the machine they were made on.
"""

import functools
import os
import reprlib
import sys
from bisect import bisect_right
from types import CodeType, FrameType
from typing import NamedTuple


class Position(NamedTuple):
    """A line of the user's source: the base name of its file, and the line number.

    A loop comes to a line more than once: `step` tells what came first. Where the
    line was traced, `place` tells one operation of it from another (it is smaller for
    what Python does first), and `run` in which run of which function it stood.

    >>> print(Position("model.py", 12))
    model.py:12
    """

    file: str
    line: int
    step: int = 0
    place: int = 0
    run: "Run | None" = None

    def __str__(self) -> str:
        """Give the position as ``file:line``."""
        return f"{self.file}:{self.line}"


class Run:
    """One run of a function of the user's, called `at` a line of another run.

    Runs have identity; that of a generator may end where others run. `function` is the
    name, that of the class for ``__call__``; `line` is where it begins in `file`.
    """

    __slots__ = ("at", "file", "function", "line")

    def __init__(self, code: CodeType, at: Position | None) -> None:
        """Take what is known of a call; the outermost function is called nowhere."""
        self.function = _spoken(code.co_qualname)
        self.file = _name_of(code.co_filename)
        self.line = code.co_firstlineno
        self.at = at

    @staticmethod
    def told(function: str, file: str, line: int, at: Position | None) -> "Run":
        """A run of which somebody tells, as a file does."""
        run = object.__new__(Run)
        run.function, run.file, run.line, run.at = function, file, line, at
        return run

    def __repr__(self) -> str:
        """Name the function and the line that called it."""
        return f"<Run of {self.function}{f' at {self.at}' if self.at else ''}>"


def _spoken(qualified: str) -> str:
    """How people call a function: ``loss``, ``Model.loss``, ``Model``, ``lambda``."""
    name = qualified.rpartition("<locals>.")[2]
    return name.removesuffix(".__call__").strip("<>")


class _Lines:
    """The positions within one code object, by the offset of the instruction.

    ``frame.f_lineno`` decodes the line table from its start, so asking it at every
    call of a long function would be quadratic. A large table is decoded once instead.
    """

    __slots__ = ("_code", "_lines", "_spans", "_starts", "known", "spots")

    _LARGE = 4096

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self._starts: list[int] | None = None
        self._lines: list[int | None] = []
        self._spans: list[object] | None = None
        self.known: dict[int, Position] = {}
        self.spots: dict[int, tuple[str, int, int]] = {}

    def find(self, frame: FrameType) -> Position:
        """Give the position that ``frame`` is at, and remember it in ``known``."""
        code = self._code
        offset = frame.f_lasti
        line: int | None
        if len(code.co_linetable) < self._LARGE:
            line = frame.f_lineno
        else:
            if self._starts is None:
                table = list(code.co_lines())
                self._lines = [number for _, _, number in table]
                self._starts = [start for start, _, _ in table]
            line = self._lines[max(bisect_right(self._starts, offset) - 1, 0)]
        name = _name_of(code.co_filename)
        position = Position(name, code.co_firstlineno if line is None else line)
        self.known[offset] = position
        return position

    def spot(self, frame: FrameType) -> tuple[str, int, int]:
        """Give the file, the line and the place of the operation ``frame`` is at.

        The place is the first of the offsets that stand for the same piece of source:
        once it is warm, the interpreter stops at other instructions than before.
        """
        offset = frame.f_lasti
        position = self.known.get(offset) or self.find(frame)
        if self._spans is None:
            self._spans = list(self._code.co_positions())
        place = offset // 2
        while place and self._spans[place - 1] == self._spans[offset // 2]:
            place -= 1
        found = self.spots[offset] = position.file, position.line, place
        return found


def _name_of(file: str) -> str:
    """The base name of a file; of a notebook's cell ``In[3]``, as the notebook has it.

    The file that a cell is compiled as has a number for a name, which is of no use.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    spoken = getattr(getattr(shell, "compile", None), "format_code_name", None)
    cell = spoken(file) if spoken is not None else None
    return str(cell[1]) if cell else os.path.basename(file)


_STDLIB = os.path.dirname(os.__file__) + os.sep
_LIBRARIES = ("numpy", "optree", "scipy")
_GENERATED = ("<frozen ", "<__array_function__", "<graphdiff ")
_CACHE_LIMIT = 20_000

# By the identity of the code object, since hashing one reads all of its bytes; the
# entry holds the code object, so that the identity cannot be taken by another.
_codes: dict[int, tuple[CodeType, _Lines | None]] = {}


@functools.cache
def _library_folders(loaded: tuple[str, ...]) -> tuple[str, ...]:
    """Give the folders of this package and of those ``loaded`` that run below it."""
    folders = [os.path.dirname(os.path.abspath(__file__)) + os.sep]
    for name in loaded:
        file = getattr(sys.modules[name], "__file__", None)
        if file:
            folders.append(os.path.dirname(file) + os.sep)
    return tuple(folders)


def _is_library(filename: str) -> bool:
    """Say whether a file belongs to graphdiff, to its libraries or to Python.

    Names in angle brackets (``<stdin>``, ``<string>``, a notebook's cell) are the
    user's own, and so are installed packages that merely use graphdiff.
    """
    loaded = tuple(name for name in _LIBRARIES if name in sys.modules)
    if filename.startswith((*_library_folders(loaded), *_GENERATED)):
        return True
    if not filename.startswith(_STDLIB):
        return False
    rest = filename[len(_STDLIB) :]
    return not rest.startswith(("site-packages" + os.sep, "dist-packages" + os.sep))


def _classify(code: CodeType) -> tuple[CodeType, _Lines | None]:
    """Remember whether ``code`` is the user's: its lines if so, else None."""
    if len(_codes) >= _CACHE_LIMIT:
        _codes.clear()
    lines = None if _is_library(code.co_filename) else _Lines(code)
    entry = (code, lines)
    _codes[id(code)] = entry
    return entry


def is_user_code(code: CodeType) -> bool:
    """Say whether ``code`` was written by the user, not by us, NumPy or Python."""
    return (_codes.get(id(code)) or _classify(code))[1] is not None


def user_frame() -> FrameType | None:
    """Give the innermost frame on the stack that the user wrote, or None.

    Frames of this package, of NumPy, of the pytree library and of Python's standard
    library are passed over.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if (_codes.get(id(code)) or _classify(code))[1] is not None:
            return frame
        frame = frame.f_back
    return None


def position_of(frame: FrameType) -> Position | None:
    """Give the line that a frame is at, or None if the user did not write it."""
    code = frame.f_code
    lines = (_codes.get(id(code)) or _classify(code))[1]
    if lines is None:
        return None
    return lines.known.get(frame.f_lasti) or lines.find(frame)


def traced_at(frame: FrameType, step: int, run: Run | None) -> Position | None:
    """Give the position of a frame of the user's within a trace, with all it knows."""
    code = frame.f_code
    lines = (_codes.get(id(code)) or _classify(code))[1]
    if lines is None:
        return None
    file, line, place = lines.spots.get(frame.f_lasti) or lines.spot(frame)
    return Position(file, line, step, place, run)


def user_position() -> Position | None:
    """Give the line of the user's code that is running now, or None.

    Called once for every node that is made, so it is a walk over cached look-ups:
    well under a microsecond where the user's frame is a few frames up.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        lines = (_codes.get(id(code)) or _classify(code))[1]
        if lines is not None:
            return lines.known.get(frame.f_lasti) or lines.find(frame)
        frame = frame.f_back
    return None


_writer = reprlib.Repr()
_writer.maxstring = _writer.maxother = _writer.maxlong = 80


def shown(value: object) -> str:
    """`value` as an error quotes it: one line, not long, whatever it is.

    >>> shown([[1, 2], "a"]), len(shown("a" * 1000))
    ("[[1, 2], 'a']", 80)
    """
    try:
        return " ".join(_writer.repr(value).split())
    except Exception:
        return f"<{type(value).__name__}>"


class GraphdiffError(Exception):
    """The base of all errors of graphdiff: a message and the user's line.

    ``position`` is where the user's code was when the error was made, or ``at`` where
    that is given (the line of an older node, say), or None outside of any user code.
    ``args`` holds the bare message, so that copying and unpickling the error does not
    add a second position.

    >>> print(GraphValueError("no axis 2", at=Position("model.py", 12)))
    no axis 2 (model.py:12)
    """

    position: Position | None

    def __init__(self, message: str, *, at: Position | None = None) -> None:
        """Make the error with its ``message``, at the user's line or ``at`` a given."""
        super().__init__(message)
        self.position = user_position() if at is None else at

    def __str__(self) -> str:
        """Give the message and, where it is known, the position behind it."""
        message = str(self.args[0])
        return message if self.position is None else f"{message} ({self.position})"


class GraphTypeError(GraphdiffError, TypeError):
    """A value of a kind that cannot be used in this place."""


def check_flag(what: str, value: object) -> bool:
    """Give `value` if it is a flag; ``"no"`` and None would pass for one silently."""
    if value is not True and value is not False:
        raise GraphTypeError(f"{what}: expected True or False, got {shown(value)}")
    return value


class DTypeError(GraphTypeError):
    """An element type that does not fit, or would lose information."""


class UnsupportedError(GraphTypeError):
    """A NumPy function, or a keyword of one, that graphdiff does not know."""


class GraphValueError(GraphdiffError, ValueError):
    """A value of the right kind that does not fit."""


class ShapeError(GraphValueError):
    """Shapes that do not go together; the message names both."""


class GraphOverflowError(GraphdiffError, OverflowError):
    """A number too large for the dtype that it meets."""


class GraphIndexError(GraphdiffError, IndexError):
    """An index out of range: reported as NumPy does, never clamped."""


class MissingError(GraphdiffError, ImportError):
    """A library that this computation needs is not installed."""
