"""The scripts of ``examples/``: as modules, and run as a reader runs them."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples"


def load(name):
    """The script as a module; it finds its neighbours as it does when run."""
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))


def run(name, *options):
    """What the script prints; any warning is an error."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    finished = subprocess.run(
        [sys.executable, "-W", "error", str(FOLDER / f"{name}.py"), *options],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert not finished.stderr
    return finished.stdout
