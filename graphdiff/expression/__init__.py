"""Expressions: the handles on nodes that users hold, and the doors to NumPy's names."""
