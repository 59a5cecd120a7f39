"""Numbers in equal or growing steps."""

import numpy as np

from tests.cases.table import FLAT, OURS, above, case, ints, real

case("linspace", lambda a, b: np.linspace(a, b, 5) ** 2, real(), real())
case("linspace from 0", lambda b: np.linspace(0, b, num=4) ** 2, real())
case("linspace of many", lambda b: np.linspace(b, 1.0) ** 2, real(), order=2)
case("linspace open", lambda a: np.linspace(a, 3, 4, endpoint=False) ** 2, real())
case("linspace of one", lambda a, b: np.linspace(a, b, 1) + b, real(), real())
case("linspace of none", lambda a, b: np.linspace(a, b, 0) + b * a, real(), real())
case("linspace of arrays", lambda a, b: np.linspace(a, b, 3) ** 2, real(2), real(2, 1))
case(
    "linspace axis=",
    lambda a, b: np.linspace(a, b, 3, axis=-1) ** 2,
    real(2, 3),
    real(3),
)
case("linspace axis=1", lambda a: np.linspace(a, 1, 3, axis=1) ** 2, real(2, 3))
case(
    "linspace retstep=",
    lambda a, b: np.multiply(*np.linspace(a, b, 4, retstep=True)),
    real(),
    real(),
)
case(
    "linspace retstep= open",
    lambda a, b: np.multiply(*np.linspace(a, b, 4, False, True)),
    real(2),
    real(2),
)
case("linspace dtype=", lambda a: np.linspace(a, 9, 4, dtype=int), real(), **FLAT)
case("linspace of ints", lambda n: np.linspace(n, 3, 4), ints(), **FLAT)
case(
    "linspace to the end",
    lambda x: np.linspace(x[0], x[-1], x.shape[0]) * x,
    real(4),
    **OURS,
)
case("logspace", lambda a, b: np.logspace(a, b, 4), real(), real())
case("logspace base=", lambda a, b: np.logspace(a, 1, 4, base=b), real(), above())
case("logspace open", lambda a: np.logspace(a, 1, 3, endpoint=False), real(2))
case(
    "logspace bases",
    lambda a, b: np.logspace(a, 1, 3, base=b, axis=-1),
    real(2),
    above(2),
    **OURS,
)
case("logspace dtype=", lambda a: np.logspace(a, 2, 4, dtype=int), real(), **FLAT)
case("geomspace", lambda a, b: np.geomspace(a, b, 4), above(), above())
case("geomspace below 0", lambda a: np.geomspace(-a, -2, 4), above())
case("geomspace of arrays", lambda a: np.geomspace(a, 2.0, 3, axis=-1), above(2, 2))
case("geomspace open", lambda a: np.geomspace(a, 2.0, 3, endpoint=False), above())
case("geomspace dtype=", lambda a: np.geomspace(a, 99, 3, dtype=int), above(), **FLAT)
