"""Derivatives of loops and branches: again loops and branches."""
