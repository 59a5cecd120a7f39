from pathlib import Path

import numpy as np
import pytest

import graphdiff as gd
from tests.cli.commands import LOGS, LOSS, run


def test_a_gradient_is_explained(capsys):
    code, out, err = run(capsys, "explain", *LOSS, "--wrt", "params.W1", "d_W1")
    assert (code, err) == (0, "")
    assert out.startswith("d_W1 is the derivative of loss with respect to ")
    assert "model.py:8" in out
    again = run(capsys, "explain", *LOSS, "--wrt", "params.W1", "d_W1", "-o", "-")
    assert again == (code, out, err)


def test_without_wrt_every_gradient_is_there(capsys):
    for name in ("d_W1", "d_b1", "d_X", "h"):
        assert run(capsys, "explain", *LOSS, name)[0] == 0


@pytest.mark.parametrize(
    ("file", "starts"),
    [("d.tex", "\\paragraph{"), ("d.html", "<!DOCTYPE html>"), ("d", "d_x is")],
)
def test_the_suffix_tells_the_format(capsys, file, starts):
    assert run(capsys, "explain", *LOGS, "d_x", "-o", file) == (0, "", "")
    assert Path(file).read_text(encoding="utf-8").startswith(starts)


def test_a_saved_graph_is_explained_as_its_function(capsys):
    assert run(capsys, "show", *LOGS, "-o", "logs.json")[0] == 0
    told = run(capsys, "explain", "logs.json", "--wrt", "x", "d_x")
    assert told == run(capsys, "explain", *LOGS, "d_x")
    assert run(capsys, "show", *LOGS, "--wrt", "x", "-o", "d.json")[0] == 0
    code, out, _ = run(capsys, "explain", "d.json", "d_x")
    assert (code, out.startswith("d_x is the derivative of logs")) == (0, True)


def test_every_step_is_told(capsys):
    x = y = gd.var("x")
    for _ in range(30):
        y = np.sin(y)
    gd.Graph({"x": x}, {"y": y}).save("chain.json")
    chain = ["explain", "chain.json", "--wrt", "x", "d_x"]
    some, every = run(capsys, *chain), run(capsys, *chain, "--all")
    assert (some[0], every[0]) == (0, 0)
    assert len(some[1]) < len(every[1])


def test_a_name_that_is_not_there(capsys):
    code, out, err = run(capsys, "explain", *LOGS, "d_y")
    assert (code, out) == (2, "")
    assert "the graph has no value called 'd_y'" in err
    assert err.count("\n") == 1
