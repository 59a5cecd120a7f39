"""What can be computed: one definition an op, and the doors through which NumPy comes.

Importing this package fills the table of doors.
"""

from graphdiff.expression import weak as weak
from graphdiff.ops import shape as shape
from graphdiff.ops import special as special
from graphdiff.ops.complex import complexes as complexes
from graphdiff.ops.complex import fourier as fourier
from graphdiff.ops.core import axes as axes
from graphdiff.ops.core import elementwise as elementwise
from graphdiff.ops.core import entries as entries
from graphdiff.ops.core import fill as fill
from graphdiff.ops.core import index as index
from graphdiff.ops.core import join as join
from graphdiff.ops.core import linalg as linalg
from graphdiff.ops.core import pattern as pattern
from graphdiff.ops.core import recurrence as recurrence
from graphdiff.ops.core import reduce as reduce
from graphdiff.ops.curve import difference as difference
from graphdiff.ops.curve import interpolation as interpolation
from graphdiff.ops.curve import polynomial as polynomial
from graphdiff.ops.entry import cases as cases
from graphdiff.ops.entry import choice as choice
from graphdiff.ops.entry import comparison as comparison
from graphdiff.ops.entry import dtypes as dtypes
from graphdiff.ops.entry import floats as floats
from graphdiff.ops.entry import sinc as sinc
from graphdiff.ops.matrix import banded as banded
from graphdiff.ops.matrix import einsum as einsum
from graphdiff.ops.matrix import equations as equations
from graphdiff.ops.matrix import matrices as matrices
from graphdiff.ops.matrix import products as products
from graphdiff.ops.matrix import riccati as riccati
from graphdiff.ops.matrix import triangular as triangular
from graphdiff.ops.order import quantile as quantile
from graphdiff.ops.order import sampling as sampling
from graphdiff.ops.order import sorting as sorting
from graphdiff.ops.reduce import counting as counting
from graphdiff.ops.reduce import cumulative as cumulative
from graphdiff.ops.reduce import methods as methods
from graphdiff.ops.reduce import moments as moments
from graphdiff.ops.reduce import nan as nan
from graphdiff.ops.reduce import norm as norm
from graphdiff.ops.reduce import position as position
from graphdiff.ops.reduce import reductions as reductions
from graphdiff.ops.reduce import running as running
from graphdiff.ops.reduce import statistics as statistics
from graphdiff.ops.window import convolution as convolution
from graphdiff.ops.window import pooling as pooling
from graphdiff.ops.window import windows as windows
from graphdiff.ops.write import assignment as assignment
