"""Functions that are not in the table: a user's, and those that a graph defines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Own(str):
    """The name of a function in a call record, with the function itself.

    Listings and modules write the name; two of one name are two functions.

    >>> double = Own("double", lambda x: 2 * x)
    >>> double, double.function(3)
    ('double', 6)
    >>> double == "double", double == double
    (False, True)
    """

    __slots__ = ("function",)

    function: Callable[..., Any]

    def __new__(cls, name: str, function: Callable[..., Any]) -> Own:
        """Name `function`."""
        made = super().__new__(cls, name)
        made.function = function
        return made

    def __eq__(self, other: object) -> bool:
        """Whether both are the same function under the same name."""
        return (
            isinstance(other, Own)
            and self.function is other.function
            and str.__eq__(self, other)
        )

    def __ne__(self, other: object) -> bool:
        """The opposite of equality."""
        return not self == other

    def __hash__(self) -> int:
        """The hash of the name."""
        return str.__hash__(self)

    def __reduce__(self) -> Any:
        """Pickle the name and the function."""
        return type(self), (str(self), self.function)
