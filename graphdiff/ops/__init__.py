"""What can be computed: one definition an op, and the doors through which NumPy comes.

Importing this package fills the table of doors.
"""

from graphdiff.expression import weak as weak
from graphdiff.ops import assignment as assignment
from graphdiff.ops import axes as axes
from graphdiff.ops import banded as banded
from graphdiff.ops import cases as cases
from graphdiff.ops import choice as choice
from graphdiff.ops import comparison as comparison
from graphdiff.ops import complexes as complexes
from graphdiff.ops import convolution as convolution
from graphdiff.ops import counting as counting
from graphdiff.ops import cumulative as cumulative
from graphdiff.ops import difference as difference
from graphdiff.ops import einsum as einsum
from graphdiff.ops import elementwise as elementwise
from graphdiff.ops import entries as entries
from graphdiff.ops import equations as equations
from graphdiff.ops import fill as fill
from graphdiff.ops import floats as floats
from graphdiff.ops import fourier as fourier
from graphdiff.ops import index as index
from graphdiff.ops import interpolation as interpolation
from graphdiff.ops import join as join
from graphdiff.ops import linalg as linalg
from graphdiff.ops import matrices as matrices
from graphdiff.ops import methods as methods
from graphdiff.ops import moments as moments
from graphdiff.ops import nan as nan
from graphdiff.ops import norm as norm
from graphdiff.ops import pattern as pattern
from graphdiff.ops import polynomial as polynomial
from graphdiff.ops import pooling as pooling
from graphdiff.ops import position as position
from graphdiff.ops import products as products
from graphdiff.ops import quantile as quantile
from graphdiff.ops import recurrence as recurrence
from graphdiff.ops import reduce as reduce
from graphdiff.ops import reductions as reductions
from graphdiff.ops import riccati as riccati
from graphdiff.ops import running as running
from graphdiff.ops import sampling as sampling
from graphdiff.ops import shape as shape
from graphdiff.ops import sinc as sinc
from graphdiff.ops import sorting as sorting
from graphdiff.ops import special as special
from graphdiff.ops import statistics as statistics
from graphdiff.ops import triangular as triangular
from graphdiff.ops import windows as windows
