"""Python expressions as text, with no more brackets than a careful person writes.

A `Text` is an immutable expression. Its constructors (`atom`, `binary`, `call`, ...)
add the brackets that precedence asks for, so an emitter never counts brackets itself.
What fits on a line is joined at once, and what is longer on demand, by a loop: a chain
of 100,000 sums neither costs quadratic time nor meets Python's recursion limit.
`breaking` turns the same value into lines.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final
from unicodedata import category, east_asian_width

CONDITIONAL: Final = 1
COMPARISON: Final = 2
UNARY: Final = 9
POWER: Final = 10
POSTFIX: Final = 11

SHORT: Final = 88

RANK: Final[dict[str, int]] = {
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), COMPARISON),
    **{"|": 3, "^": 4, "&": 5, "<<": 6, ">>": 6},
    **{"+": 7, "-": 7, "*": 8, "/": 8, "//": 8, "%": 8, "@": 8, "**": POWER},
}
_SPACED: Final = {op: f" {op} " for op in RANK}


def columns(string: str) -> int:
    """Return how many columns `string` takes: two for each wide character."""
    if string.isascii():
        return len(string)
    return sum(_columns(character) for character in string)


def _columns(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "FW" else 1


class Text:
    """One expression: `kind`, `parts`, and what its surroundings need to know of it.

    `parts` holds strings and texts in the order of reading; for each kind the texts
    stand at fixed places. `binds` is the precedence of the outermost operator, `width`
    the number of columns of `flat`, `depth` how many brackets nest in it: Python's
    parser stops at 200, so an emitter stores a value in a variable long before.

    >>> product = binary("*", binary("+", atom("a"), atom("b")), atom("c"))
    >>> product.flat, product.width, product.depth
    ('(a + b) * c', 11, 1)
    """

    __slots__ = ("_flat", "binds", "depth", "kind", "parts", "width")

    def __init__(
        self,
        kind: str,
        parts: "tuple[str | Text, ...]",
        binds: int,
        width: int,
        depth: int,
        flat: str | None = None,
    ) -> None:
        """Take the fields as they are: the constructors below compute them."""
        self.kind = kind
        self.parts = parts
        self.binds = binds
        self.width = width
        self.depth = depth
        self._flat = flat

    @property
    def flat(self) -> str:
        """The expression on one line."""
        if self._flat is None:
            self._flat = self._join()
        return self._flat

    def _join(self) -> str:
        pieces: list[str] = []
        stack = list(reversed(self.parts))
        while stack:
            part = stack.pop()
            if isinstance(part, str):
                pieces.append(part)
            elif part._flat is not None:
                pieces.append(part._flat)
            else:
                stack.extend(reversed(part.parts))
        return "".join(pieces)

    def __repr__(self) -> str:
        """Show the expression itself."""
        return f"Text({self.flat!r})"


def operand(text: Text, place: int) -> Text:
    """Return the text at `place` among the parts of `text`."""
    part = text.parts[place]
    assert isinstance(part, Text)
    return part


def _compose(kind: str, parts: tuple[str | Text, ...], binds: int, deeper: int) -> Text:
    depth = 0
    pieces: list[str | None] = []
    for part in parts:
        if part.__class__ is Text:
            pieces.append(part._flat)
            if part.depth > depth:
                depth = part.depth
        else:
            pieces.append(part)  # type: ignore[arg-type]
    if None in pieces:
        width = sum(p.width if isinstance(p, Text) else columns(p) for p in parts)
        return Text(kind, parts, binds, width, depth + deeper)
    flat = "".join(pieces)  # type: ignore[arg-type]
    width = columns(flat)
    return Text(
        kind, parts, binds, width, depth + deeper, flat if width <= SHORT else None
    )


def _bracketed(text: Text) -> Text:
    return _compose("bracket", ("(", text, ")"), POSTFIX, 1)


def _at_least(binds: int, text: Text) -> Text:
    return text if text.binds >= binds else _bracketed(text)


def _leaf(kind: str, string: str) -> Text:
    width = len(string) if string.isascii() else columns(string)
    return Text(kind, (string,), POSTFIX, width, 0, string)


def atom(name: str) -> Text:
    """Return a name, dotted or not: `atom("np.pi")`."""
    if "." not in name or name == "...":
        return _leaf("atom", name)
    first, *rest = name.split(".")
    text = _leaf("atom", first)
    for part in rest:
        text = attribute(text, part)
    return text


_name = lru_cache(maxsize=1024)(atom)


def string(value: str) -> Text:
    r"""Return a string literal, in double quotes unless single ones save escapes.

    >>> string("it's").flat, string('say "x"').flat, string("a\n\0").flat
    ('"it\'s"', '\'say "x"\'', '"a\\n\\x00"')
    """
    if value.isprintable() and '"' not in value and "\\" not in value:
        return _leaf("string", f'"{value}"')
    quote = "'" if value.count('"') > value.count("'") else '"'
    body = repr("'\"" + value)[4:-1].replace("\\'", "'").replace(quote, "\\" + quote)
    return _leaf("string", quote + body + quote)


def literal(value: object) -> Text:
    """Return a Python or NumPy scalar, read back as exactly the same number.

    `str()` of a number would lose the sign of `-0.0` in a product and print `nan`,
    which is no Python; a negative number is a minus and a literal, hence
    `binary("**", literal(-1), x)` is `(-1) ** x`. Raises `TypeError` for anything else.

    >>> [literal(v).flat for v in (True, -0.0, 1e16, 5e-324, float("-inf"), None)]
    ['True', '-0.0', '1e16', '5e-324', '-np.inf', 'None']
    """
    if type(value) is int and value >= 0:
        return _leaf("number", repr(value))
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is ... or isinstance(value, bool):
        return _name("..." if value is ... else str(value))
    if isinstance(value, str):
        return string(value)
    if isinstance(value, complex):
        return _complex(value)
    if not isinstance(value, int | float):
        raise TypeError(f"no literal for {type(value).__name__}: {value!r}")
    if isinstance(value, float) and math.isnan(value):
        return _name("np.nan")
    if value < 0 or (value == 0 and math.copysign(1, value) < 0):
        return unary("-", literal(-value))
    if value == math.inf:
        return _name("np.inf")
    return _leaf("number", repr(value).replace("e+", "e"))


def _complex(value: complex) -> Text:
    """``2j``, ``1 - 2j``; with signed zeros, NaN or infinities ``complex(-0.0, 1.0)``.

    >>> [literal(v).flat for v in (2j, 1 - 2j, complex(-0.0, 1))]
    ['2j', '1 - 2j', 'complex(-0.0, 1.0)']
    """
    first, second = value.real, value.imag
    negative_zeros = (first == 0 and math.copysign(1, first) < 0) or (
        second == 0 and math.copysign(1, second) < 0
    )
    if negative_zeros or not (math.isfinite(first) and math.isfinite(second)):
        return call("complex", [literal(first), literal(second)])
    number = repr(complex(0, abs(second))).replace("e+", "e")
    imaginary = _leaf("number", number)
    if first == 0 and second >= 0:
        return imaginary
    small = first.is_integer() and abs(first) < 1e6
    real = literal(int(first) if small else first)
    return binary("-" if second < 0 else "+", real, imaginary)


def is_simple(text: Text) -> bool:
    """Whether `**` may hug `text`: a number, a name, `x.y`, or the negative of one."""
    while text.kind in ("attribute", "unary"):
        text = operand(text, int(text.kind == "unary"))
        if text.kind == "bracket":
            text = operand(text, 1)
    return text.kind in ("atom", "number")


def _chains(op: str, a: Text) -> bool:
    """Whether `a op ...` needs no brackets around an `a` of the same precedence."""
    if op == "@":
        return a.parts[1] == " @ "
    return a.binds not in (COMPARISON, POWER)


def _hugs(a: Text, b: Text) -> bool:
    return is_simple(a) and is_simple(operand(b, 0) if b.kind == "binary" else b)


def binary(op: str, a: Text, b: Text) -> Text:
    """Return `a op b`, bracketed so that it is evaluated in exactly this shape.

    `a * (b * c)` keeps its brackets, because floating-point products do not
    re-associate. A comparison within a comparison is bracketed: Python would chain
    them. So is a product to the left of `@`: few readers know that they tie.

    >>> a, b, c = atom("a"), atom("b"), atom("c")
    >>> binary("-", a, binary("-", b, c)).flat, binary("-", binary("-", a, b), c).flat
    ('a - (b - c)', 'a - b - c')
    >>> binary("**", a, literal(2)).flat, binary("**", call("f", [a]), b).flat
    ('a**2', 'f(a) ** b')
    """
    rank = RANK[op]
    if a.binds < rank or (a.binds == rank and not _chains(op, a)):
        a = _bracketed(a)
    if b.binds < (UNARY if rank == POWER else rank + 1):
        b = _bracketed(b)
    between = op if rank == POWER and _hugs(a, b) else _SPACED[op]
    depth = a.depth if a.depth > b.depth else b.depth
    width = a.width + len(between) + b.width
    left, right = a._flat, b._flat
    short = width <= SHORT and left is not None and right is not None
    flat = f"{left}{between}{right}" if short else None
    return Text("binary", (a, between, b), rank, width, depth, flat)


def unary(op: str, a: Text) -> Text:
    """Return `-a` or `~a`: `-(a + b)`, `-(a**b)`.

    Linters take a double minus for C's decrement, brackets or not, so it becomes
    `np.negative(-a)`, which copies an array as the two minuses would; of a number
    nothing remains.
    """
    if op == "-" and a.kind == "unary" and a.parts[0] == "-":
        inner = operand(a, 1)
        return inner if inner.kind == "number" else call("np.negative", [a])
    if a.binds < POSTFIX:
        a = _bracketed(a)
    return _compose("unary", (op, a), UNARY, 0)


def conditional(test: Text, a: Text, b: Text) -> Text:
    """Return `a if test else b`; a conditional within it is bracketed."""
    a, test, b = (_at_least(CONDITIONAL + 1, part) for part in (a, test, b))
    return _compose("conditional", (a, " if ", test, " else ", b), CONDITIONAL, 0)


def _listed(
    kind: str, head: tuple[str | Text, ...], items: Sequence[Text], last: str
) -> Text:
    parts = [*head]
    for i, item in enumerate(items):
        parts += (", ", item) if i else (item,)
    return _compose(kind, (*parts, last), POSTFIX, 1)


def call(
    function: str | Text,
    args: Sequence[Text] = (),
    kwargs: Mapping[str, Text] | None = None,
) -> Text:
    """Return `function(*args, **kwargs)`.

    >>> call("np.sum", [atom("x")], {"axis": literal(-1)}).flat
    'np.sum(x, axis=-1)'
    """
    head = _name(function) if isinstance(function, str) else _receiver(function)
    if kwargs:
        named = [
            _compose("keyword", (key + "=", value), CONDITIONAL, 0)
            for key, value in kwargs.items()
        ]
        args = [*args, *named]
    return _listed("call", (head, "("), args, ")")


def _receiver(text: Text) -> Text:
    return _bracketed(text) if text.binds < POSTFIX or text.kind == "number" else text


def attribute(value: Text, name: str) -> Text:
    """Return `value.name`."""
    return _compose("attribute", (_receiver(value), "." + name), POSTFIX, 0)


def method(
    value: Text,
    name: str,
    args: Sequence[Text] = (),
    kwargs: Mapping[str, Text] | None = None,
) -> Text:
    """Return `value.name(*args, **kwargs)`."""
    return call(attribute(value, name), args, kwargs)


def subscript(value: Text, items: Sequence[Text]) -> Text:
    """Return `value[items]`; an item may be a `slice_`. No items: `value[()]`."""
    return _listed("subscript", (_receiver(value), "["), items or [tuple_([])], "]")


def slice_(
    start: Text | None = None, stop: Text | None = None, step: Text | None = None
) -> Text:
    """Return `start:stop:step`, spaced out unless every bound is a name or a number.

    >>> slice_(atom("a"), None, literal(-1)).flat
    'a::-1'
    >>> slice_(binary("+", atom("a"), literal(1)), atom("b")).flat
    'a + 1 : b'
    """
    space = "" if all(map(_is_plain_bound, (start, stop, step))) else " "
    parts: list[str | Text] = [start, space + ":"] if start else [":"]
    if stop:
        parts += [space, stop]
    if step:
        parts += [(space if stop else "") + ":" + space, step]
    return _compose("slice", tuple(parts), CONDITIONAL, 0)


def _is_plain_bound(bound: Text | None) -> bool:
    while bound is not None and bound.kind in ("unary", "bracket"):
        bound = operand(bound, 1)
    return bound is None or bound.kind in ("atom", "number", "string")


def tuple_(items: Sequence[Text]) -> Text:
    """Return `(a, b)`, `(a,)` or `()`."""
    return _listed("tuple", ("(",), items, ",)" if len(items) == 1 else ")")


def list_(items: Sequence[Text]) -> Text:
    """Return `[a, b]`."""
    return _listed("list", ("[",), items, "]")


def dict_(items: Iterable[tuple[str, Text]]) -> Text:
    """Return `{"key": value}` for any strings as keys, hostile ones too."""
    pairs = [
        _compose("pair", (string(key), ": ", value), CONDITIONAL, 0)
        for key, value in items
    ]
    return _listed("dict", ("{",), pairs, "}")
