"""Sparse derivatives: patterns read off the graph, colourings, compressed sweeps."""
