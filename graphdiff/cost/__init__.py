"""What a graph costs, as formulas in the named sizes: operations, and peak memory.

Rules for each op (`rules`, `terms`), their sum over a graph and the bodies of its ops
(`operations`), arrays that live together (`memory`), and all of it (`cost`).
"""

from graphdiff.cost.cost import Cost as Cost
from graphdiff.cost.cost import Ratio as Ratio
from graphdiff.cost.cost import cost as cost
from graphdiff.cost.cost import show_largest as show_largest
from graphdiff.cost.cost import show_size as show_size
from graphdiff.cost.memory import Peaks as Peaks
from graphdiff.cost.memory import holds_memory as holds_memory
from graphdiff.cost.memory import peak_memory as peak_memory
from graphdiff.cost.operations import larger as larger
from graphdiff.cost.operations import operations as operations
from graphdiff.cost.terms import product as product
