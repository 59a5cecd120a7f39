"""Batching: one more axis in front of all that depends on it, and nothing twice.

Importing this package fills the table of rules.
"""

from graphdiff.batching import counting as counting
from graphdiff.batching import curves as curves
from graphdiff.batching import indexing as indexing
from graphdiff.batching import products as products
from graphdiff.batching import regions as regions
from graphdiff.batching import systems as systems
from graphdiff.batching.graph import batch as batch
