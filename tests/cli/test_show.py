import re
import sys
from pathlib import Path

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.cli import main
from graphdiff.cli.views import VIEWS
from tests.cli.commands import LAYERS, LOGS, LOSS, run


def test_show_lists_the_function(capsys):
    code, out, err = run(capsys, "show", *LOSS)
    assert (code, err) == (0, "")
    assert "h = np.tanh(X @ W1 + b1)" in out
    assert "model.py:8" in out
    assert "gradient:" not in out


def test_show_lists_the_gradient(capsys):
    code, out, _ = run(capsys, "show", *LOSS, "--wrt", "params.W1", "--wrt", "X")
    assert code == 0
    assert "loss(params, X, Y) -> loss, d_W1, d_X\n" in out
    assert "d_W2" not in out


def test_show_draws(capsys):
    code, out, _ = run(capsys, "show", *LAYERS, "--format", "dot", "-o", "a.dot")
    assert (code, out) == (0, "")
    assert Path("a.dot").read_text().startswith("digraph graphdiff {")


def test_nested_arguments_by_path(capsys):
    code, out, _ = run(capsys, "show", *LAYERS)
    assert code == 0
    assert "b2 = params.layers.1.1" in out


# --- formats --------------------------------------------------------------------------


def test_the_suffix_of_the_file_tells_the_format(capsys):
    for name, start in [("a.gv", "digraph"), ("a.TXT", "logs(x)"), ("a", "logs(x)")]:
        assert run(capsys, "show", *LOGS, "-o", name) == (0, "", "")
        assert Path(name).read_text().startswith(start)


def test_the_format_that_is_said_wins(capsys):
    assert run(capsys, "show", *LOGS, "-o", "a.dot", "--format", "text")[0] == 0
    assert Path("a.dot").read_text().startswith("logs(x)")


@pytest.mark.parametrize("format", VIEWS)
def test_every_format_is_the_same_each_time(capfdbinary, format):
    shown = []
    for _ in range(2):
        assert main(["show", *LOSS, "--wrt", "params", "--format", format]) == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        shown.append(out)
    assert shown[0] == shown[1] != b""
    if format != "png":
        text = shown[0].decode("utf-8")
        assert text.endswith("\n")
        assert "\r" not in text


@pytest.mark.parametrize("format", VIEWS)
def test_a_file_has_what_stdout_has(capfdbinary, format):
    command = ["show", *LOSS, "--wrt", "params", "--format", format]
    assert main(command) == main([*command, "-o", "out"]) == 0
    assert Path("out").read_bytes() == capfdbinary.readouterr().out


# --- saved graphs ---------------------------------------------------------------------


def test_a_saved_graph_is_shown_as_its_function(capsys):
    gradient = [*LOSS, "--wrt", "params"]
    assert run(capsys, "show", *gradient, "-o", "loss.json") == (0, "", "")
    again = run(capsys, "show", "loss.json")
    assert again == run(capsys, "show", *gradient)


def test_a_saved_graph_is_differentiated(capsys):
    assert run(capsys, "show", *LOSS, "-o", "loss.json")[0] == 0
    again = run(capsys, "show", "loss.json", "--wrt", "params.W1")
    assert again == run(capsys, "show", *LOSS, "--wrt", "params.W1")


def test_one_of_several_outputs_is_differentiated(capsys):
    x = gd.var("x", "n")
    graph = gd.Graph({"x": x}, {"a": np.sum(x), "b": np.sum(x * x)})
    graph.save("two.json")
    code, _, err = run(capsys, "show", "two.json", "--wrt", "x")
    assert (code, "say --of: the outputs are a, b" in err) == (2, True)
    code, out, _ = run(capsys, "show", "two.json", "--wrt", "x", "--of", "b")
    assert (code, "d_x = 2 * x" in out) == (0, True)


def test_arrays_of_a_saved_graph_stand_beside_it(capsys):
    table = np.arange(20.0)
    graph = gd.trace(lambda x: np.sum(x * table), gd.spec("20"))
    graph.save("table.json")
    assert run(capsys, "show", "table.json", "-o", "copy.json") == (0, "", "")
    assert str(gd.load("copy.json")) == str(graph)
    code, out, err = run(capsys, "show", "table.json", "--format", "json")
    assert (code, out, "say -o GRAPH.json" in err) == (2, "", True)


# --- values ---------------------------------------------------------------------------


def test_a_page_shows_values(capsys):
    page = ["show", *LOGS, "--wrt", "x", "--format", "html"]
    plain, drawn, again, other, given = (
        run(capsys, *page, *more)
        for more in (
            [],
            ["--size", "n=4"],
            ["--size", "n=4", "--seed", "0"],
            ["--size", "n=4", "--seed", "1"],
            ["--input", "x=[1.5, 2.5]"],
        )
    )
    assert {made[0] for made in (plain, drawn, other, given)} == {0}
    assert drawn == again
    assert len({plain[1], drawn[1], other[1], given[1]}) == 4
    assert "2.5" in given[1]


def test_a_value_in_place_of_a_spec(capsys):
    specs = ["--spec", "label=3:int64"]
    command = ["show", "model.py:hinge", *specs, "--input", "x=[0.5, 1.5, -2.5]"]
    code, out, err = run(capsys, *command, "--wrt", "x", "-o", "-", "--format", "html")
    assert (code, err) == (0, "")
    assert "-2.5" in out


def test_a_terminal_is_given_no_bytes(capfdbinary, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    code, out, err = run(capfdbinary, "show", *LOGS, "--format", "png")
    assert (code, out) == (2, b"")
    assert b"say -o FILE" in err


@pytest.mark.parametrize("format", VIEWS)
@pytest.mark.parametrize("name", ["\ud800\u202e\x00", "</script>\n$]]>", "--help"])
def test_names_of_any_letters_are_shown(capfdbinary, format, name):
    x = gd.var(name, "n")
    graph = gd.Graph({name: x}, {f"{name}!": np.sum(gd.named(np.sin(x), f"{name}?"))})
    gd.differentiate(graph).save("names.json")
    code, out, err = run(capfdbinary, "show", "names.json", "--format", format)
    assert (code, err) == (0, b"")
    assert format == "png" or out.decode("utf-8").count("\0") == 0


def test_a_terminal_is_given_colours(capsys, monkeypatch):
    plain = run(capsys, "show", *LOGS)[1]
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    coloured = run(capsys, "show", *LOGS)[1]
    assert "\x1b[" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain
    assert run(capsys, "show", *LOGS, "-o", "logs.txt")[0] == 0
    assert Path("logs.txt").read_text(encoding="utf-8") == plain
