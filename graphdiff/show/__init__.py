"""Graphs for people: listings and pictures."""

from __future__ import annotations


class OwnNames(dict[str, str]):
    """A mapping in which every name that has no other stands for itself."""

    def __missing__(self, name: str) -> str:
        """Give the name itself."""
        return name
