"""Tracing: a plain NumPy function in, a graph with the user's names out."""
