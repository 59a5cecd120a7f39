"""SciPy's special functions of entries, with the derivatives that SciPy lacks.

One line is one op, as in `elementwise`. The functions and their derivatives are those
of NIST's Digital Library of Mathematical Functions (dlmf.nist.gov), whose chapters the
files name. SciPy itself is imported when one of them is computed.
"""

from graphdiff.ops.special import bessel as bessel
from graphdiff.ops.special import circle as circle
from graphdiff.ops.special import entropy as entropy
from graphdiff.ops.special import gamma as gamma
from graphdiff.ops.special import hyper as hyper
from graphdiff.ops.special import incomplete as incomplete
from graphdiff.ops.special import normal as normal
from graphdiff.ops.special import shares as shares
from graphdiff.ops.special import student as student
