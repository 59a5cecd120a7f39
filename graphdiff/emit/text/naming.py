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
        self._over: set[str] = set()
        self._outer: Names | None = None

    def block(self) -> BlockNames:
        """The names of a block of statements within this scope."""
        return BlockNames(self)

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


class BlockNames(Names):
    """The names of a block, as the body of a loop.

    None of them is one of the scope around it, which will not choose them later
    either. Blocks that come after this one may have the same, once it is closed.

    >>> names = Names()
    >>> first = names.block()
    >>> first.fresh("t"), first.close(), names.fresh("t"), names.block().fresh("t")
    ('t', None, 't_2', 't')
    """

    def __init__(self, outer: Names) -> None:
        """Begin a block within a scope, or within another block."""
        self._taken, self._next = outer._taken, outer._next
        self._over = set()
        self._outer = self._around = outer
        self._own: list[str] = []

    def close(self) -> None:
        """End the block: no statement of it is written any more."""
        self._around._over.update(self._own, self._over)

    def _unique(self, name: str) -> str:
        pool = self._pool(name)
        if pool is not None:
            pool.remove(name)
        else:
            name = super()._unique(name)
        self._own.append(name)
        return name

    def _pool(self, name: str) -> set[str] | None:
        """The names of blocks before this one or those around it that hold `name`.

        Not those of blocks within: the statements around one may change places.
        """
        scope = self._outer
        while scope is not None:
            if name in scope._over:
                return scope._over
            scope = scope._outer
        return None

    def is_free(self, name: str) -> bool:
        """Whether nothing that is read in the block has this name yet."""
        return self._pool(name) is not None or super().is_free(name)
