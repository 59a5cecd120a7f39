"""Functions that move, repeat, insert and lay out entries, and make arrays of sizes."""

from graphdiff.ops.shape import along as along
from graphdiff.ops.shape import diagonal as diagonal
from graphdiff.ops.shape import edit as edit
from graphdiff.ops.shape import grids as grids
from graphdiff.ops.shape import moves as moves
from graphdiff.ops.shape import pad as pad
from graphdiff.ops.shape import spacing as spacing
from graphdiff.ops.shape import split as split
