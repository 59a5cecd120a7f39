"""Graphs as text: statements with their types and source lines."""

from __future__ import annotations

from graphdiff.show.text.text import to_text

__all__ = ["to_text"]
