"""Derivatives within a budget of memory: which values are kept, which recomputed."""
