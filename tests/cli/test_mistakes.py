import sys
from pathlib import Path

import numpy as np
import pytest

import graphdiff as gd
from tests.cli.commands import LOGS, LOSS, run

MISTAKES = {
    "no file": (["show", "nofile.py:f"], "there is no file 'nofile.py'"),
    "no function": (["show", "model.py"], "expected FILE.py:FUNCTION"),
    "unknown function": (["show", "model.py:nope"], "it has loss, layers"),
    "not a function": (["show", "model.py:constant"], "is not a function"),
    "no spec": (["show", "model.py:logs"], "needs x: give --spec x="),
    "bad spec": (["show", "model.py:logs", "--spec", "x=n,,"], "--spec x=n,,"),
    "open spec": (["show", "model.py:logs", "--spec", "x=_"], "number or a name"),
    "no equals": (["show", "model.py:logs", "--spec", "x"], "expected NAME=VALUE"),
    "code as spec": (
        ["show", "model.py:logs", "--spec", "x=__import__('os').getpid()"],
        "cannot read the shape",
    ),
    "bad dtype": (["show", "model.py:logs", "--spec", "x=n:object"], "'object'"),
    "spec twice": (["show", *LOGS, "--spec", "x=3"], "has a spec already"),
    "unknown parameter": (["show", *LOGS, "--spec", "y=n"], "its parameters: x, scale"),
    "array and nest": (["show", *LOGS, "--spec", "x.a=n"], "x"),
    "gap in a list": (
        ["show", "model.py:shapes", "--spec", "a.0=3", "--spec", "a.2=3"],
        "0, 1, 2",
    ),
    "empty path": (["show", "model.py:logs", "--spec", "x..a=3"], "single dots"),
    "unknown wrt": (["show", *LOSS, "--wrt", "nope"], "'nope'"),
    "branch": (["show", "model.py:branch", "--spec", "x="], "(model.py:22)"),
    "shapes": (
        ["show", "model.py:shapes", "--spec", "a=3,4", "--spec", "b=5,6"],
        "(model.py:18)",
    ),
    "error within": (
        ["show", "model.py:key", "--spec", "params.W=3"],
        "KeyError: 'nope' (model.py:28)",
    ),
    "format": (["show", *LOGS, "--format", "bmp"], "known formats are text, "),
    "suffix": (["show", *LOGS, "-o", "a.xyz"], "say --format, or use one of"),
    "values of a text": (["show", *LOGS, "--input", "x=[1]"], "values are for"),
    "no saved graph": (["show", "nofile.json"], "nofile.json: No such file"),
    "not a saved graph": (["show", "list.json"], "holds no graph"),
    "spec of a saved graph": (["show", "sum.json", "--spec", "x=n"], "has its shapes"),
    "wrt of a saved graph": (["show", "sum.json", "--wrt", "y"], "'x'"),
    "of without wrt": (["show", "sum.json", "--of", "output"], "--wrt"),
    "of a function": (["show", *LOGS, "--of", "logs"], "for a saved graph"),
    "unknown of": (["show", "sum.json", "--wrt", "x", "--of", "y"], "'output'"),
    "style": (["emit", *LOGS, "--style", "quick"], "quick"),
    "kinks": (["emit", *LOGS, "--kinks", "up"], "mean"),
    "kinks of nothing": (["show", *LOGS, "--kinks", "up"], "mean"),
    "no folder": (["emit", *LOGS, "-o", "no/out.py"], "No such file"),
    "test of stdout": (["emit", *LOGS, "--test"], "-o OUT.py"),
    "nothing real": (["emit", "model.py:logs", "--spec", "x=n:int64"], "floating"),
    "size": (["check", *LOGS, "--size", "m=3"], "the specs name n"),
    "bad size": (["check", *LOGS, "--size", "n=-3"], "whole number"),
    "bad input": (["check", *LOGS, "--input", "x=one"], "a number or a list"),
    "no input": (["check", *LOGS, "--input", "x=none.npy"], "No such file"),
    "misfit": (["check", *LOGS, "--input", "x=1.5"], "x"),
    "negative seed": (["check", *LOGS, "--seed", "-1"], "--seed -1"),
    "huge size": (["check", *LOGS, "--size", "n=99999999999999999"], "memory"),
    "absurd size": (["check", *LOGS, "--size", f"n={10**30}"], "memory"),
    "size twice": (["check", *LOGS, "--size", "n=2", "--size", "n=3"], "already"),
    "size below 0": (["check", "model.py:logs", "--spec", "x=n-9"], "below 0"),
    "deep input": (["check", *LOGS, "--input", f"x={'[' * 5000}"], "or a list"),
    "empty wrt": (["emit", *LOGS, "--wrt", ""], "expected one of the arguments 'x'"),
    "inside builtins": (["emit", "model.py:__builtins__.eval"], "has no function"),
    "no output": (["emit", *LOGS, "-o", ""], "-o"),
    "stdout and a test": (["emit", *LOGS, "-o", "-", "--test"], "-o OUT.py"),
    "exit within": (["emit", "model.py:leaves", "--spec", "x="], "SystemExit: 7"),
    "unknown command": (["frob"], "frob"),
    "unknown option": (["show", *LOGS, "--frob"], "--frob"),
    "no command": ([], "COMMAND"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_exit_code_2(capsys, name):
    Path("list.json").write_text("[]")
    gd.trace(lambda x: np.sum(x), gd.spec("n")).save("sum.json")
    argv, message = MISTAKES[name]
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, ""), err
    assert message in err
    assert err.startswith("graphdiff")
    assert err.count("\n") == 1
    assert Path(__file__).name not in err


def test_a_file_that_does_not_run(capsys):
    Path("bad.py").write_text("x = 1\nx = 1 / 0\n")
    assert (
        "ZeroDivisionError: division by zero (bad.py:2)"
        in run(capsys, "show", "bad.py:f")[2]
    )
    Path("worse.py").write_text("def f(:\n")
    assert "worse.py:1: " in run(capsys, "show", "worse.py:f")[2]
    Path("leaves.py").write_text("import sys\nsys.exit(0)\n")
    code, _, err = run(capsys, "show", "leaves.py:f")
    assert (code, "SystemExit: 0 (leaves.py:2)" in err) == (2, True)
    Path("bytes.py").write_bytes(b"\x00\xff")
    assert "error: bytes.py: source code" in run(capsys, "show", "bytes.py:f")[2]
    Path("data.npy").write_bytes(b"junk")
    err = run(capsys, "check", *LOGS, "--input", "x=data.npy")[2]
    assert "not an array of numbers" in err


def test_what_the_users_code_prints_is_no_part_of_the_result(capsys):
    talks = ["model.py:talks", "--spec", "x=2"]
    code, out, err = run(capsys, "emit", *talks)
    assert (code, err) == (0, "hello\n")
    compile(out, "out.py", "exec")
    code, out, err = run(capsys, "check", *talks)
    assert (code, "hello" in out, "hello" in err) == (0, False, True)


def test_a_dash_is_stdout(capsys):
    for command in ("emit", "show"):
        code, out, _ = run(capsys, command, *LOGS, "-o", "-")
        assert (code, out) == (0, run(capsys, command, *LOGS)[1])
    assert not Path("-").exists()


def test_an_interrupt_is_no_traceback(capsys, monkeypatch):
    def interrupted(target):
        raise KeyboardInterrupt

    module = sys.modules["graphdiff.cli.source"]
    monkeypatch.setattr(module, "load_function", interrupted)
    assert run(capsys, "show", *LOGS) == (130, "", "graphdiff show: interrupted\n")


def test_specs_reach_no_eval(capsys):
    names = ["__import__('os').system('touch pwned')", "x;y", "a b"]
    for name in names:
        code, _, err = run(capsys, "show", "model.py:logs", "--spec", f"{name}=3")
        assert code == 2, err
    assert not Path("pwned").exists()
