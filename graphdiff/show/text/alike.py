"""When two stretches of a listing say the same with other names."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import NamedTuple

from graphdiff.show.text.rows import Row

_TOKEN = re.compile(r"\.[^\W\d]\w*|[^\W\d]\w*(?:\[[\d:, -]*\])?|\d[\w.]*|\W")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")


class Wording(NamedTuple):
    """What some rows say: `form` without the names, and the names in order.

    Rows with the same form say the same of other names. An entry of an array by its
    number, ``xs[3]``, is a name as well. The names that are assigned come first.
    """

    form: str
    made: tuple[str, ...]
    read: tuple[str, ...]


def words(row: Row) -> set[str]:
    """All words of a row, names among them."""
    return set(_WORD.findall(row.text))


def wording(rows: Iterable[Row], names: Container[str]) -> Wording:
    """The wording of `rows`, in which `names` stand for values.

    >>> one, two = Row("z1 = x @ W1", "float64[n]"), Row("z2 = z1 @ W2", "float64[n]")
    >>> names = {"x", "z1", "z2", "W1", "W2"}
    >>> wording([one], names).form == wording([two], names).form
    True
    >>> wording([two], names).made, wording([two], names).read
    (('z2',), ('z1', 'W2'))
    """
    places: dict[str, int] = {}
    made: dict[str, None] = {}
    form: list[str] = []
    for row in rows:
        target = row.text.partition(" = ")[0] if " = " in row.text else ""
        for name in _WORD.findall(target):
            if name in names and "[" not in target:
                made[name] = None
        for token in _TOKEN.findall(row.text):
            if base(token) in names:
                form.append(f"\0{places.setdefault(token, len(places))}")
            else:
                form.append(token)
        form.append(f"\n{row.level}")
    read = [name for name in places if base(name) not in made]
    return Wording("".join(form), tuple(made), tuple(read))


def base(name: str) -> str:
    """The array of which ``xs[3]`` is an entry; a name itself."""
    return name.partition("[")[0]
