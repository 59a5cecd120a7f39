"""Ops that hold graphs: loops and branches."""
