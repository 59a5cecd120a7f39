"""Derivatives: one sweep over a graph, appending nodes or filling in numbers."""
