"""Names in emitted code: the user's where they can stand, and never two the same.

Names are data: whatever a name holds, what is written is a plain identifier that
means nothing else in the module. What the caller sees (the function, its parameters)
chooses first, then the values that the user named, then sizes, then the rest.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

_RESERVED = frozenset({"np", *keyword.kwlist, *keyword.softkwlist})
_BUILTINS = frozenset(n for n in dir(builtins) if not n.startswith("__"))
_LONGEST = 60


def identifier(wanted: str, otherwise: str = "value") -> str:
    """`wanted` as an identifier, in the form NFKC in which Python reads it.

    >>> identifier("z1"), identifier("lambda"), identifier("2 x"), identifier("")
    ('z1', 'lambda_', '_2_x', 'value')
    """
    plain = unicodedata.normalize("NFKC", wanted)
    if not plain.isidentifier():
        plain = re.sub(r"\W+", "_", plain).strip("_") or otherwise
        plain = unicodedata.normalize("NFKC", plain)
        if not plain.isidentifier():
            plain = f"_{plain}"
        if not plain.isidentifier():
            plain = otherwise
    if len(plain) > _LONGEST:
        plain = plain[:_LONGEST]
    return f"{plain}_" if plain in _RESERVED else plain


class Names:
    """The names in use in one scope of a module; each request gives a new one."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """Begin with names that others have."""
        self._taken = {*_RESERVED, *taken}
        self._next: dict[str, int] = {}

    def exactly(self, wanted: str) -> str:
        """A name that the caller writes: a builtin is fine, if it is a parameter."""
        return self._unique(identifier(wanted))

    def fresh(self, wanted: str, otherwise: str = "value") -> str:
        """A new name as near to `wanted` as may be.

        >>> names = Names()
        >>> names.fresh("z"), names.fresh("z"), names.fresh("sum"), names.fresh("np")
        ('z', 'z_2', 'sum_', 'np_')
        """
        name = identifier(wanted, otherwise)
        return self._unique(f"{name}_" if name in _BUILTINS else name)

    def _unique(self, name: str) -> str:
        if name not in self._taken:
            self._taken.add(name)
            return name
        stem = name.rstrip("_") or name
        number = self._next.get(stem, 1)
        while True:
            number += 1
            fresh = f"{stem}_{number}"
            if fresh not in self._taken:
                break
        self._next[stem] = number
        self._taken.add(fresh)
        return fresh

    def is_free(self, name: str) -> bool:
        """Whether nothing has this name yet."""
        return name not in self._taken
