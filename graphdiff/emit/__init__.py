"""Graphs as source code that stands on its own."""

from __future__ import annotations

from graphdiff.emit.emitted import Emitted as Emitted
from graphdiff.emit.emitted import emit as emit
