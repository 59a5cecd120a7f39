"""`scipy.stats`: its distributions, for expressions as well as for plain arrays.

Write ``from graphdiff.scipy import stats`` for ``from scipy import stats``. Names of
parameters, their order and defaults, dtypes (float64) and the support are SciPy's, and
so is everything on plain arrays. Derivatives are there in all arguments; outside of the
support they are 0. Parameters are taken to be valid. What is not here is SciPy's own.
"""

from __future__ import annotations

from typing import Any

from graphdiff.runtime import late
from graphdiff.scipy.stats.counts import bernoulli as bernoulli
from graphdiff.scipy.stats.counts import binom as binom
from graphdiff.scipy.stats.counts import geom as geom
from graphdiff.scipy.stats.counts import nbinom as nbinom
from graphdiff.scipy.stats.counts import poisson as poisson
from graphdiff.scipy.stats.halves import chi2 as chi2
from graphdiff.scipy.stats.halves import expon as expon
from graphdiff.scipy.stats.halves import gamma as gamma
from graphdiff.scipy.stats.halves import halfcauchy as halfcauchy
from graphdiff.scipy.stats.halves import halfnorm as halfnorm
from graphdiff.scipy.stats.halves import invgamma as invgamma
from graphdiff.scipy.stats.halves import lognorm as lognorm
from graphdiff.scipy.stats.halves import pareto as pareto
from graphdiff.scipy.stats.halves import weibull_min as weibull_min
from graphdiff.scipy.stats.intervals import beta as beta
from graphdiff.scipy.stats.intervals import truncnorm as truncnorm
from graphdiff.scipy.stats.intervals import uniform as uniform
from graphdiff.scipy.stats.lines import cauchy as cauchy
from graphdiff.scipy.stats.lines import gumbel_r as gumbel_r
from graphdiff.scipy.stats.lines import laplace as laplace
from graphdiff.scipy.stats.lines import logistic as logistic
from graphdiff.scipy.stats.lines import norm as norm
from graphdiff.scipy.stats.lines import t as t
from graphdiff.scipy.stats.vectors import dirichlet as dirichlet
from graphdiff.scipy.stats.vectors import multinomial as multinomial
from graphdiff.scipy.stats.vectors import multivariate_normal as multivariate_normal


def __getattr__(name: str) -> Any:
    """Anything else is SciPy's own."""
    return getattr(late.stats, name)
