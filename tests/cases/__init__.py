"""One table of cases for all ops: every door of NumPy, with every argument it takes.

The table is filled by the files beside this one, a family a file.
"""

import importlib
import pkgutil

from tests.cases.table import CASES as CASES
from tests.cases.table import Case as Case

# All draw from one stream of random numbers: a new family comes last.
_FIRST = [
    "entries",
    "axes",
    "indexing",
    "joining",
    "reductions",
    "products",
    "networks",
]
for _name in dict.fromkeys(
    [*_FIRST, *(m.name for m in pkgutil.iter_modules(__path__))]
):
    importlib.import_module(f"tests.cases.{_name}")
