from tests.cli.commands import LOGS, run


def test_what_differentiating_has_added(capsys):
    assert run(capsys, "show", *LOGS, "-o", "a.json")[0] == 0
    assert run(capsys, "show", *LOGS, "--wrt", "x", "-o", "b.json")[0] == 0
    code, out, err = run(capsys, "diff", "a.json", "b.json")
    assert (code, err) == (1, "")
    assert "+ d_x = " in out


def test_a_graph_differs_in_nothing_from_itself(capsys):
    assert run(capsys, "show", *LOGS, "-o", "a.json")[0] == 0
    assert run(capsys, "diff", "a.json", "a.json") == (0, "no difference\n", "")


def test_a_graph_that_is_not_there(capsys):
    code, out, err = run(capsys, "diff", "a.json", "b.json")
    assert (code, out) == (2, "")
    assert "a.json: No such file" in err
