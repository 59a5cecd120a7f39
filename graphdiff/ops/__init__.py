"""What can be computed: one definition an op, and the doors through which NumPy comes.

Importing this package fills the table of doors.
"""

from graphdiff.ops import axes as axes
from graphdiff.ops import elementwise as elementwise
from graphdiff.ops import index as index
from graphdiff.ops import linalg as linalg
from graphdiff.ops import reduce as reduce
