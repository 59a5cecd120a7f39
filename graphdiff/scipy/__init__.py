"""SciPy's functions that expressions cannot reach through SciPy itself.

NumPy hands its functions to expressions, and so do the ufuncs of `scipy.special`. All
else in SciPy makes plain arrays of its arguments first. The modules here have those
functions by the same names, with the same arguments, for expressions and for plain
arrays; what a module does not have itself, it takes from SciPy. Write
``from graphdiff.scipy import special`` for ``from scipy import special``.
"""

from graphdiff.scipy import linalg as linalg
from graphdiff.scipy import special as special
from graphdiff.scipy import stats as stats
