"""One table of cases for all ops: every door of NumPy, with every argument it takes.

The table is filled by the files beside this one, a family a file.
"""

import importlib
import pkgutil

from tests.cases.table import CASES as CASES
from tests.cases.table import Case as Case
from tests.cases.table import start

for _family in sorted(m.name for m in pkgutil.iter_modules(__path__)):
    if _family != "table":
        start(_family)
        importlib.import_module(f"tests.cases.{_family}")
