"""SciPy's functions that a running graph may call, each found when first needed.

SciPy is not required: a graph that calls none of these runs without it. So nothing
here imports it before a function is asked for, and `special`, `linalg` and their kin
are stand-ins for SciPy's modules of these names, under which helpers know them too.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from graphdiff.errors import MissingError
from graphdiff.runtime.own import Own


class Late:
    """A module of SciPy, imported when one of its attributes is asked for.

    >>> special = Late("scipy.special")
    >>> float(special.erf(0.0))
    0.0
    """

    def __init__(self, name: str) -> None:
        """Remember the name."""
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        """The module's attribute; raises `MissingError` without SciPy."""
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            module = importlib.import_module(self.__name__)
        except ImportError:
            raise MissingError(
                f"{self.__name__}.{name} needs SciPy, which is not installed: "
                f"pip install scipy"
            ) from None
        found = getattr(module, name)
        setattr(self, name, found)
        return found

    @property
    def is_loaded(self) -> bool:
        """Whether somebody has imported the module already."""
        return self.__name__ in sys.modules


special = Late("scipy.special")
linalg = Late("scipy.linalg")
stats = Late("scipy.stats")
sparse = Late("scipy.sparse")

MODULES = {module.__name__: module for module in (special, linalg)}
"""The stand-ins, by the full names of their modules."""

_NAMES = {
    special: """
    beta betainc betaincc betainccinv betaincinv betaln binom boxcox boxcox1p cosdg
    cosm1 cotdg dawsn digamma ellipe ellipk entr erf erfc erfcinv erfcx erfi erfinv
    exp1 expi expit expn exprel gamma gammainc gammaincc gammainccinv gammaincinv
    gammaln gammasgn huber hyp0f1 hyp1f1 hyp2f1 i0 i0e i1 i1e inv_boxcox
    inv_boxcox1p iv ive j0 j1 jv jve k0 k0e k1 k1e kl_div kn kv kve log_expit
    log_ndtr loggamma logit ndtr ndtri ndtri_exp owens_t poch polygamma pseudo_huber
    rel_entr rgamma sindg spence stdtr stdtrit tandg xlog1py xlogy y0 y1 yn yv yve
    zeta
    """,
    linalg: """
    cho_solve expm lu lu_factor lu_solve solve_banded solve_continuous_are
    solve_continuous_lyapunov solve_discrete_are solve_discrete_lyapunov
    solve_sylvester solve_triangular solveh_banded
    """,
}

LATE = frozenset(
    f"{m.__name__}.{n}" for m, names in _NAMES.items() for n in names.split()
)
"""The full names of all functions of SciPy that the table knows."""


def find_late(name: str) -> Callable[..., Any]:
    """The function of SciPy of this full name; its module is imported."""
    module = ".".join(name.split(".")[:2])
    found: Callable[..., Any] = attrgetter(name[len(module) + 1 :])(MODULES[module])
    return found


class Table(dict[str, Callable[..., Any]]):
    """Functions by name, to which those of `LATE` are added when asked for.

    >>> Table()["scipy.special.erf"].__name__
    'erf'
    """

    def __missing__(self, name: str) -> Callable[..., Any]:
        """Find a function of SciPy, or one that is its own entry."""
        if isinstance(name, Own):
            return name.function
        if name not in LATE:
            raise KeyError(name)
        self[name] = found = find_late(name)
        return found

    def __contains__(self, name: object) -> bool:
        """Whether the table has a function of this name, found or not yet."""
        return super().__contains__(name) or name in LATE or isinstance(name, Own)


def spelled(name: str) -> str:
    """The name of a library's function as modules write it, who import its module.

    >>> spelled("np.exp"), spelled("scipy.special.erf")
    ('np.exp', 'special.erf')
    """
    return name.removeprefix("scipy.")


def is_library(text: str) -> bool:
    """Whether the text of a call begins with a function of a library.

    >>> is_library("special.erf(x)"), is_library("_softmax(x)")
    (True, False)
    """
    return text.partition(".")[0] in _SPELLED


def unqualified(text: str) -> str:
    """The text without the modules of its functions, for drawings.

    >>> unqualified("np.exp(special.erf(x))")
    'exp(erf(x))'
    """
    return _PREFIX.sub("", text)


_SPELLED = {"np", *(spelled(name) for name in MODULES)}
_PREFIX = re.compile(rf"\b(?:{'|'.join(sorted(_SPELLED))})\.(?=[a-z])")
