"""Values that are defined by an equation: roots, fixed points, minima, systems.

Importing this package tells functions that graphs define how they run.
"""

from graphdiff.compile import compile
from graphdiff.graph.inner import Inner

Inner.compiled = staticmethod(compile)
