"""Functions sampled at points: differences, interpolation, polynomials."""
