"""Statements, comments and docstrings as lines that `ruff format` leaves alone.

The emitted modules are checked in by their users, most of whom run a formatter: were
the text not a fixed point of it, the first commit would no longer be what graphdiff
wrote. The formatter is not used at run time; `breaking` and `printer` agree with it.
"""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import takewhile

from graphdiff.emit.text.breaking import Breaker, is_closed, items_of
from graphdiff.emit.text.printer import (
    END,
    GROUP,
    INDENT,
    LIMIT,
    LINE,
    SPACE_OR_LINE,
    STEP,
    Document,
    Printer,
    Tag,
)
from graphdiff.emit.text.text import Text, atom, columns, operand


def fits(target: str | Text, value: Text, indent: int = 0, op: str = "=") -> bool:
    """Whether the assignment fits on one line: else a temporary may read better."""
    width = columns(target) if isinstance(target, str) else target.width
    return indent + width + len(op) + 2 + value.width <= LIMIT


def assign(
    target: str | Text, value: Text, indent: int = 0, comment: str = "", op: str = "="
) -> list[str]:
    """Return the lines of `target = value`, or of `target += value` with `op="+="`.

    A comment goes to the end of the line if the statement and the comment fit on one,
    else above: a formatter moves a comment at the end of a broken statement about.

    >>> assign("W", atom("W1"), comment="(784, h)")
    ['W = W1  # (784, h)']
    >>> from graphdiff.emit.text.text import call
    >>> subject = call("np.maximum", [atom("x" * 40), atom("y" * 40)])
    >>> assign("z", subject)[0]
    'z = np.maximum('
    """
    left = target if isinstance(target, str) else target.flat
    if indent + columns(left) + len(op) + 2 + value.width <= LIMIT:
        line = f"{' ' * indent}{left} {op} {value.flat}"
        return _commented([line], indent, comment) if comment else [line]
    if (lines := entries(f"{left} {op} ", value, indent)) is not None:
        return _commented(lines, indent, comment)
    target = atom(target) if isinstance(target, str) else target
    breaker = Breaker()
    if target.kind in ("subscript", "tuple", "list") and is_closed(value):
        _keep_target(breaker, target, value, LIMIT - indent, op)
    else:
        breaker.expression(target, 0)
        breaker.document.append(f" {op} ")
        breaker.statement(value)
    return _commented(breaker.lines(indent), indent, comment)


def entries(start: str, value: Text, indent: int) -> list[str] | None:
    """The lines of a long list or call, if each of its entries fits on a line.

    The usual case of what is long, for which no search is needed. None for the others.
    """
    opened = f"{' ' * indent}{start}{value.parts[0]}"
    if value.kind == "call":
        head, inside = operand(value, 0), value.width - operand(value, 0).width - 2
        may_move = value.width <= LIMIT or indent + STEP + inside <= LIMIT
        if head.kind != "atom" or may_move:
            return None
        opened = f"{' ' * indent}{start}{head.flat}("
    elif value.kind != "list":
        return None
    if columns(opened) > LIMIT:
        return None
    lines = [opened]
    margin = " " * (indent + STEP)
    for item in items_of(value):
        if indent + STEP + item.width < LIMIT:
            lines.append(f"{margin}{item.flat},")
            continue
        inner = entries("", item, indent + STEP) if item.kind == "list" else None
        if inner is None:
            return None
        inner[-1] += ","
        lines += inner
    return [*lines, f"{' ' * indent}{value.parts[-1]}"]


def _keep_target(
    breaker: Breaker, target: Text, value: Text, room: int, op: str
) -> None:
    """Append `target[...] = value`, and break the target only where nothing else helps.

    Tried in turn: break the value at its first bracket, bracket the value.
    """
    start = f"{target.flat} {op} "
    breaker.expression(value, 0)
    body, breaker.document = breaker.document, []
    head = takewhile(lambda token: token != LINE, body)
    first = start + "".join(token for token in head if isinstance(token, str))
    if columns(first) <= room:
        breaker.document += [start, *body]
    elif columns(start) < room:
        breaker.document += [start + "(", INDENT, LINE, *body, END, LINE, ")"]
    else:
        breaker.expression(target, 0)
        breaker.document += [f" {op} ", *body]


def returns(value: Text, indent: int = 4) -> list[str]:
    """Return the lines of `return value`."""
    if indent + 7 + value.width <= LIMIT:
        return [f"{' ' * indent}return {value.flat}"]
    breaker = Breaker()
    breaker.document.append("return ")
    breaker.statement(value)
    return breaker.lines(indent)


def _commented(lines: list[str], indent: int, comment: str) -> list[str]:
    if not comment:
        return lines
    comment = " ".join(comment.split())
    if len(lines) == 1 and columns(lines[0]) + 4 + columns(comment) <= LIMIT:
        return [f"{lines[0]}  # {comment}"]
    return [*paragraph(comment, prefix=" " * indent + "# "), *lines]


def function(
    name: str,
    parameters: Sequence[str],
    indent: int = 0,
    defaults: Mapping[str, Text] | None = None,
    annotations: Mapping[str, str] | None = None,
    returned: str = "",
) -> list[str]:
    """Return the lines of the signature; `"*"` and `"/"` may stand among parameters.

    Without parameters it stays on one line, however wide.

    >>> function("f", ["x", "*", "n"], defaults={"n": atom("None")})
    ['def f(x, *, n=None):']
    """
    defaults, annotations = defaults or {}, annotations or {}
    items = []
    for parameter in parameters:
        item, equals = parameter, "="
        if parameter in annotations:
            item, equals = f"{parameter}: {annotations[parameter]}", " = "
        if parameter in defaults:
            item += equals + defaults[parameter].flat
        items.append(item)
    end = f") -> {returned}:" if returned else "):"
    line = f"{' ' * indent}def {name}({', '.join(items)}{end}"
    if columns(line) <= LIMIT or not items:
        return [line]
    document: Document = [f"def {name}(", GROUP, INDENT, LINE, GROUP]
    for item in items[:-1]:
        document += [item, ",", SPACE_OR_LINE]
    document += [items[-1], Tag("if-broken", 0, ","), END, END, LINE, END, end]
    return Printer(document, indent).print()


def paragraph(text: str, width: int = LIMIT, prefix: str = "") -> list[str]:
    """Return `text` wrapped to `width` columns, each line after `prefix`.

    A word wider than the line stands alone: a path or a formula is never cut.
    """
    return textwrap.wrap(
        text,
        width,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [prefix.rstrip()]


def docstring(lines: Sequence[str], indent: int = 4) -> list[str]:
    r"""Return a docstring; backslashes and quotes are escaped, wide lines kept.

    The indentation that all lines but the first share is removed, as ruff does.

    >>> docstring(["Gradient of `f`.", "", "A backslash: \\"], 0)[-2]
    'A backslash: \\\\'
    """
    first, *rest = (
        line.rstrip().replace("\\", "\\\\").replace('"""', r"\"\"\"") for line in lines
    )
    margin = " " * indent
    first = f'{margin}"""{first.lstrip()}'
    if not rest and not first.endswith("\\"):
        return [first + (' """' if first.endswith('"') else '"""')]
    rest = textwrap.dedent("\n".join(rest)).splitlines()
    return [first, *(margin + line if line else "" for line in rest), margin + '"""']


def one_line(text: str) -> str:
    """`text` without line breaks or invisible characters, for comments."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )
