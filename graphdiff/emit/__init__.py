"""Emitting standalone source from graphs."""
