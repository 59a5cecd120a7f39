"""The repeated parts of a graph: layers, time steps, calls of the same function."""

from __future__ import annotations

from graphdiff.show.blocks.block import Block, Instance
from graphdiff.show.blocks.find import blocks

__all__ = ["Block", "Instance", "blocks"]
