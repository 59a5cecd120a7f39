"""More of scipy.special: distributions by older names, angles, elliptic integrals."""

import numpy as np
from scipy import special

from graphdiff.scipy import special as ours
from tests.cases.table import FIXED, FLAT, OURS, above, case, ints, real, unit, words

SHARE = 0.1 + 0.35 * above(3)
OWN = {"ulps": 200, "near": 1e-4, "order": 2, **OURS}

for _name in words("chdtr chdtrc"):
    case(f"special.{_name}", getattr(special, _name), above(3), above(3), **OWN)
for _name in words("gdtr gdtrc fdtr fdtrc"):
    case(f"special.{_name}", getattr(special, _name), *[above(3)] * 3, **OWN)
for _name in words("gdtrix fdtri"):
    _of = (1 + above(3), 1 + above(3), SHARE)
    case(f"special.{_name}", getattr(special, _name), *_of, **OWN)
case("special.chdtr of a number", lambda x: special.chdtr(3.0, x), above(4), **OWN)
case("special.chdtri", special.chdtri, 1 + above(3), SHARE, **OWN)
for _name in words("pdtr pdtrc"):
    case(f"special.{_name}", getattr(special, _name), [0, 1, 4], above(3), **OWN)
case("special.pdtri", special.pdtri, [0, 1, 4], SHARE, **OWN)
for _name in words("bdtr bdtrc bdtri nbdtr nbdtrc"):
    _f = getattr(special, _name)
    case(f"special.{_name}", lambda k, p, f=_f: f(k, 6, p), [0, 1, 4], SHARE, **OWN)
case("special.stdtr", special.stdtr, above(3) + 0.5, real(3), **OWN)
case("special.stdtrit", special.stdtrit, above(3) + 0.8, SHARE, **OWN)

for _name in words("exp2 exp10 expm1 cbrt cosm1 sindg cosdg tandg"):
    case(f"special.{_name}", getattr(special, _name), real(3, 4), **OURS)
for _name in words("log1p spence"):
    case(f"special.{_name}", getattr(special, _name), above(3, 4), **OURS)
case("special.cotdg", special.cotdg, 30 + real(4), **OURS)
case("special.spence at 1", special.spence, [1.0, 0.2, 1.8], **OURS)
for _name in words("ellipk ellipe"):
    case(f"special.{_name}", getattr(special, _name), unit(4), **OURS)
    case(f"special.{_name} at 0", getattr(special, _name), [0.0, -0.5], **OURS)

case("special.softplus", ours.softplus, real(4), **OURS)
case("special.polygamma", lambda x: ours.polygamma(1, x), above(4) + 0.3, **OURS)
case(
    "special.polygamma of orders",
    lambda x: ours.polygamma([0, 1, 3], x),
    above(4, 1) + 0.5,
    ulps=50,
    **OURS,
)
case("special.multigammaln", lambda a: ours.multigammaln(a, 3), 1 + above(4), **OURS)
case("special.factorial", ours.factorial, above(4), **OURS)
case("special.factorial of ints", ours.factorial, ints(4) - 1, **OURS, **FLAT)
case("special.comb", ours.comb, 3 + above(4), above(4), ulps=50, **OURS)
case(
    "special.comb repetition=",
    lambda n: ours.comb(n, np.array([0, 1, 3]), repetition=True),
    2 + above(3),
    ulps=50,
    **FIXED,
    **OURS,
)
