"""The listings that a reviewer has read: see ``write_golden``."""

import subprocess
import sys

import pytest

from tests.show.text.programs import PROGRAMS
from tests.show.text.write_golden import GOLDEN


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_listing_is_the_one_that_was_read(name):
    stored = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert PROGRAMS[name].text() == stored


def test_no_listing_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(PROGRAMS)


def test_the_hash_seed_changes_nothing():
    code = (
        "from tests.show.text.programs import *; print(PROGRAMS['transformer'].text())"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
