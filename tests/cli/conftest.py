import sys

import pytest

from tests.cli.commands import MODEL


@pytest.fixture(autouse=True)
def model(tmp_path, monkeypatch):
    """A folder with the user's file in it, to work in."""
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "helper.py").write_text(
        "import numpy as np\ndef total(x):\n    return np.sum(x)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name in ("model", "helper", "out"):
        sys.modules.pop(name, None)
