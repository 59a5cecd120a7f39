"""Functions that are not in the table: a user's, and those that a graph defines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class Helper(Own):
    """A user's function whose source modules carry along; made by `gd.helper`.

    `source` is the text of its definition; `helpers` are those that it calls, by the
    names that it has for them, and `libraries` SciPy's modules that it reads.
    """

    source: str
    helpers: Mapping[str, Helper]
    libraries: tuple[str, ...]

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        source: str,
        helpers: Mapping[str, Helper],
        libraries: tuple[str, ...],
    ) -> Helper:
        """A helper under the function's own name."""
        made = cls(function.__name__, function)
        made.__module__ = function.__module__
        made.__doc__ = function.__doc__
        made.source, made.helpers, made.libraries = source, helpers, libraries
        return made

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.function(*args, **kwargs)

    def __reduce__(self) -> Any:
        """Pickle by the name of the global variable that holds the helper."""
        return self.function.__qualname__
