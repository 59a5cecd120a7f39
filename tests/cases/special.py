"""The ufuncs of scipy.special, each argument differentiated where that can be."""

import numpy as np
from scipy import special

from tests.cases.table import FIXED, FLAT, OURS, above, case, ints, real, unit, words

_IN_JAX = set(
    words(
        "beta betaln boxcox boxcox1p dawsn digamma entr erf erfc erfinv exp1 expi "
        "expit gamma gammaln i0 i0e i1 i1e kl_div log_ndtr logit ndtr ndtri "
        "rel_entr xlog1py xlogy"
    )
)
BETWEEN = 0.1 + 0.35 * above(3, 4)


def special_case(name: str, *args: np.ndarray, **facts: object) -> None:
    if name not in _IN_JAX:
        facts = {**OURS, **facts}
    case(f"special.{name}", getattr(special, name), *args, **facts)


# --- of one argument ------------------------------------------------------------------
for _name in words(
    "erf erfc erfcx erfi dawsn ndtr log_ndtr expit log_expit exprel "
    "j0 j1 i0 i1 i0e i1e rgamma"
):
    special_case(_name, real(3, 4))
for _name in words("y0 y1 k0 k1 k0e k1e entr exp1 gamma gammaln loggamma digamma psi"):
    special_case(_name, above(3, 4) + 0.5)
special_case("expi", real(3, 4))
special_case("erfinv", unit(3, 4))
for _name in words("erfcinv ndtri logit"):
    special_case(_name, BETWEEN)
special_case("ndtri_exp", -above(3, 4) - 0.1)
case(
    "special.expn of integer orders",
    lambda n, x: special.expn(n, x),
    [0, 1, 4],
    above(3) + 0.4,
    **OURS,
)
special_case("gammasgn", real(3, 4), **FLAT)
case("special.gamma below 0", special.gamma, [-1.4, -2.6, -0.3])
case("special.gammaln below 0", special.gammaln, [-1.4, -2.6, -0.3])
case("special.digamma below 0", special.digamma, [-1.4, -2.6, -0.3])
case("special.rgamma at poles", special.rgamma, [-3.0, -2, -1, 0, 1, 2], **OURS)
case("special.exprel at 0", special.exprel, [-1.0, 0, 1e-9, 30], **OURS)
case("special.j1, i1 at 0", lambda x: special.j1(x) + special.i1(x), [0.0, 1.0], **OURS)
case("special.erf of ints", special.erf, ints(4), **FLAT)
case("special.erf of a number", special.erf, real())
case("special.erf of nothing", special.erf, real(0, 3))
case("special.zeta of one", lambda s: special.zeta(s), 1.3 + above(3), **OURS)

# --- of several -----------------------------------------------------------------------
for _name in words("xlogy rel_entr kl_div beta betaln poch"):
    special_case(_name, above(3, 4), above(4))
special_case("xlog1py", real(3, 4), above(4))
special_case("owens_t", real(3, 4), above(4))
special_case("binom", 3 + above(3), above(4, 1))
special_case("huber", np.array(0.9), real(3, 4))
special_case("pseudo_huber", above(4), real(3, 4))
for _name in words("boxcox boxcox1p"):
    special_case(_name, above(3, 4), real(4))
for _name in words("inv_boxcox inv_boxcox1p"):
    special_case(_name, unit(3, 4), 0.5 * unit(4))
case("special.boxcox at 0", lambda x, p: special.boxcox(x, p), above(3), [0.0], **OURS)
case(
    "special.inv_boxcox at 0",
    lambda x, p: special.inv_boxcox(x, p),
    unit(3),
    np.zeros(3),
    **OURS,
)
for _name in words("gammainc gammaincc"):
    special_case(_name, above(3, 1), above(4), near=1e-5)
for _name in words("gammaincinv gammainccinv"):
    special_case(_name, 0.8 + above(3, 1), BETWEEN, near=1e-4)
for _name in words("betainc betaincc"):
    special_case(_name, above(3, 1), 0.5 + above(4), BETWEEN, near=1e-5)
for _name in words("betaincinv betainccinv"):
    special_case(_name, 0.8 + above(3, 1), 0.8 + above(4), BETWEEN, near=1e-4)

# --- of an order, which is a constant -------------------------------------------------
for _name in words("jv jve iv ive yv yve kv kve"):
    _f = getattr(special, _name)
    case(f"special.{_name}", lambda x, f=_f: f(1.5, x), above(3, 4) + 0.3, **OURS)
    case(
        f"special.{_name} of many orders",
        lambda x, f=_f: f(np.array([0, 1, 2.0]), x),
        above(4, 1) + 0.3,
        **OURS,
        **FIXED,
    )
for _name in words("jn yn kn expn"):
    _f = getattr(special, _name)
    case(f"special.{_name}", lambda x, f=_f: f(2, x), above(3, 4) + 0.4, **OURS)
case(
    "special.yn of integer orders",
    lambda n, x: special.yn(n, x),
    ints(3),
    above(3) + 0.4,
    **OURS,
)
case("special.zeta", special.zeta, 1.5 + above(3, 1), above(4), **OURS)
case("special.hyp2f1", lambda z: special.hyp2f1(1, 0.5, 1.5, z), unit(3, 4), **OURS)
case("special.hyp1f1", lambda z: special.hyp1f1(0.5, 1.5, z), real(3, 4), **OURS)
case("special.hyp0f1", lambda z: special.hyp0f1(1.5, z), real(3, 4), **OURS)
