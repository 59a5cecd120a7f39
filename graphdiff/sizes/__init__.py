"""Sizes of axes: integers and polynomials in named dimensions."""
