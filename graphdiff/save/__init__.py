"""Graphs in files: a documented format, read without running anything that it says."""

from graphdiff.save.network import from_networkx as from_networkx
from graphdiff.save.reader import load as load
from graphdiff.save.writer import save as save
