"""The values that one array has had, one after the other, and the one name for them."""

from __future__ import annotations

from collections.abc import Hashable, MutableMapping, Sequence
from typing import Any


def leave_last(
    moves: Sequence[tuple[Hashable, Hashable]],
    names: MutableMapping[Hashable, tuple[int, str]],
) -> None:
    """Leave a name to the last of the values that an array of that name has had.

    A move is an old value and a new one. `names` maps a value to the rank of its name
    and the name. Two arrays may have had equal values on the way, so a value loses
    only a name that a later one has.
    """
    last: dict[Hashable, str] = {}
    for old, new in reversed(moves):
        found = names.get(new)
        name = last.get(new, "") if found is None else found[1]
        if name and names.get(old, (0, ""))[1] == name:
            del names[old]
        last[old] = name


def hand_over(
    copies: Sequence[tuple[Hashable, Hashable]], *tables: dict[Hashable, Any]
) -> None:
    """Give the names of nodes that were replaced to those that stand there now.

    A name of its own goes first. (A function that is differentiated inside of another
    runs on inputs made for that, which give way to the actual arguments.)
    """
    for old, new in copies:
        for table in tables:
            name = table.pop(old, None)
            if name is not None:
                table.setdefault(new, name)
