"""Values that are defined by an equation: roots, fixed points, minima, systems.

Importing this package tells functions that graphs define how they run, and that a
solver takes the examples of a batch one by one.
"""

from graphdiff.batching.regions import one_by_one
from graphdiff.batching.rules import batches
from graphdiff.compile import compile
from graphdiff.graph.inner import Inner
from graphdiff.implicit.equation import Implicit

batches(Implicit)(one_by_one)
Inner.compiled = staticmethod(compile)
