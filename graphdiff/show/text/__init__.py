"""Graphs as text: statements with their types and source lines."""

from __future__ import annotations

from graphdiff.show.text.listing import region_lines
from graphdiff.show.text.text import to_text

__all__ = ["region_lines", "to_text"]
