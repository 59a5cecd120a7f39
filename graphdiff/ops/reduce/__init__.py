"""NumPy's reductions and running reductions, with every argument that they take."""
