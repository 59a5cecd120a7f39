import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphdiff.cli import main
from graphdiff.cli.main import COMMANDS
from tests.cli.commands import LOGS

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "graphdiff"]


def environment(**more):
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def program(*argv, **more):
    return subprocess.run(
        [*COMMAND, *argv], capture_output=True, text=True, env=environment(**more)
    )


def test_python_m_graphdiff():
    done = program("show", *LOGS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("logs(x) -> logs\n")
    done = program("show", "model.py:shapes", "--spec", "a=3,4", "--spec", "b=5")
    assert done.returncode == 2
    assert done.stderr.endswith("(model.py:18)\n")


def test_a_reader_that_goes_is_no_error():
    command = [*COMMAND, "coverage"]
    pipe = subprocess.PIPE
    running = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment())
    running.stdout.close()
    assert running.wait() == 141
    assert running.stderr.read() == b""
    running.stderr.close()


def test_a_stdout_that_lacks_a_letter_is_told_of():
    Path("greek.py").write_text("def f(β):\n    return β * 2\n", encoding="utf-8")
    source = ["greek.py:f", "--spec", "β="]
    done = program("show", *source, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, "")
    assert "stdout is ascii, which has no '\\u03b2': say -o FILE" in done.stderr
    assert main(["show", *source, "-o", "greek.txt"]) == 0
    assert "β * 2" in Path("greek.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [[], *([c.name] for c in COMMANDS)])
def test_help_fits_the_screen(capsys, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    _, _, examples = text.partition("examples:\n")
    for line in examples.splitlines():
        program, name, *_ = line.split()
        assert (program, [name]) == ("graphdiff", command)
