"""Graphs of scalars as expressions of sympy, and back.

The two speak of the same function of real numbers: ``from_sympy(e).to_sympy()`` is `e`
again wherever NumPy and SciPy have the functions in it, and a graph that has gone to
sympy and back gives the same values up to rounding.
"""

from graphdiff.symbolic.reader import from_sympy as from_sympy
from graphdiff.symbolic.writer import expression_to_sympy as expression_to_sympy
from graphdiff.symbolic.writer import to_sympy as to_sympy
