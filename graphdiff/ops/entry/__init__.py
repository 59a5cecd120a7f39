"""NumPy's functions of entries: ufuncs, choices, comparisons, the bits of floats."""
