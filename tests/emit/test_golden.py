"""Emitted modules as they were read: the same bytes, whatever happened before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphdiff.emit import emit
from tests.emit.programs import PROGRAMS
from tests.emit.write_golden import GOLDEN, REGIONS, regions

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_module_is_what_was_read(name):
    stored = (GOLDEN / f"{name}.py").read_text(encoding="utf-8")
    assert emit(PROGRAMS[name].graph()).source == stored, (
        "the emitted text has changed: if that is meant, run "
        "python -m tests.emit.write_golden and read the diff"
    )


def test_loops_and_branches_are_what_was_read():
    made = regions()
    assert {path.stem for path in REGIONS.glob("*.py")} == set(made)
    for name, module in made.items():
        stored = (REGIONS / f"{name}.py").read_text(encoding="utf-8")
        assert module.source == stored, f"{name}: the emitted text has changed"


def test_the_text_depends_on_the_graph_alone():
    forwards = {n: emit(p.graph()).source for n, p in PROGRAMS.items()}
    backwards = {n: emit(p.graph()).source for n, p in reversed(PROGRAMS.items())}
    assert forwards == backwards


@pytest.mark.slow
def test_the_text_is_the_same_under_any_hash_seed():
    program = (
        "from graphdiff.emit import emit\n"
        "from tests.emit.programs import PROGRAMS\n"
        "from tests.emit.write_golden import regions\n"
        "for p in PROGRAMS.values(): print(emit(p.graph(simplify=False)).source)\n"
        "for made in regions().values(): print(made.source)\n"
    )
    texts = set()
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        texts.add(done.stdout)
    assert len(texts) == 1


@pytest.mark.parametrize("rules", [[], ["--select", "E4,E7,E9,F"]], ids=["now", "old"])
def test_linter_and_formatter_have_nothing_to_say(rules, tmp_path):
    for name, program in PROGRAMS.items():
        for simplify in (True, False):
            made = emit(program.graph(simplify))
            made.write(tmp_path / f"{name}_{simplify:d}.py", test=simplify)
    ruff = [sys.executable, "-m", "ruff"]
    for command in (
        ["check", "--isolated", *rules],
        ["format", "--isolated", "--diff"],
    ):
        done = subprocess.run(
            [*ruff, *command, tmp_path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_modules_and_their_tests_run_where_graphdiff_is_not(tmp_path):
    for name, program in PROGRAMS.items():
        emit(program.graph()).write(tmp_path / f"{name}.py", test=True)
    (tmp_path / "conftest.py").write_text(
        "import sys\n\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'graphdiff':\n"
        "            raise ImportError(name)\n\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert f"{3 * len(PROGRAMS)} passed" in done.stdout
