"""Every ufunc of SciPy told in which dtype to compute."""

from typing import Any

import numpy as np
from scipy import special

import tests.cases.special as first
from tests.cases.table import CASES, FLAT, OURS, above, case, words

assert first  # Its cases are those which are repeated here.


def case_in_double(name: str, function: np.ufunc, *args: Any, **facts: Any) -> None:
    single = (np.asarray(a, np.float32) for a in args)
    wide = lambda *xs: function(*xs, dtype=np.float64)  # noqa: E731
    case(f"{name} dtype=", wide, *single, **facts, **FLAT, **OURS)


for _name, _case in list(CASES.items()):
    _ufunc = getattr(special, _name.removeprefix("special."), None)
    if _case.function is _ufunc and isinstance(_ufunc, np.ufunc):
        case_in_double(_name, _ufunc, *_case.args, symbolic=_case.symbolic)
for _name in words("expn iv ive jv jve kn kv kve yn yv yve hyp0f1"):
    case_in_double(f"special.{_name}", getattr(special, _name), 2, above(3))
case_in_double("special.hyp1f1", special.hyp1f1, 0.5, 1.5, above(3) / 3)
case_in_double("special.hyp2f1", special.hyp2f1, 0.5, 0.7, 1.5, above(3) / 3)
