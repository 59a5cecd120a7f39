"""Entries in order: sorting, searching, medians and quantiles."""
