"""The names of the elements of a page that show the boxes of its picture."""

from __future__ import annotations

PREFIX = "gd"
"""What all ids of the picture begin with."""


def element(number: int) -> str:
    """The id of the element that draws the box of this number."""
    return f"{PREFIX}-n{number}"
