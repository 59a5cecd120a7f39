"""Linear algebra: products, systems, factors, functions of matrices."""
