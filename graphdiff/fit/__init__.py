"""Fitting with SciPy: what you wrote in NumPy, in the form that its solvers take.

`objective` is for ``scipy.optimize.minimize``, `residuals` for ``least_squares``,
`system` for ``root``, `model` for ``curve_fit``, `constraint` for
``NonlinearConstraint``. Each packs nested parameters into one vector, has the exact
derivatives, is a mapping of the solver's own arguments, and emits them as source.
"""

from graphdiff.fit.constraint import constraint as constraint
from graphdiff.fit.model import model as model
from graphdiff.fit.objective import objective as objective
from graphdiff.fit.residuals import residuals as residuals
from graphdiff.fit.residuals import system as system
