from tests.cli.commands import LOGS, run

SPOILT = [*LOGS, "--input", "x=[1.0, 0.0, 2.0]"]


def test_nan_finds_where_an_infinity_comes_from(capsys):
    code, out, err = run(capsys, "nan", *SPOILT)
    assert (code, err) == (1, "")
    assert "log of 0" in out
    assert "(model.py:" in out


def test_nan_looks_into_the_gradient(capsys):
    code, out, _ = run(capsys, "nan", *SPOILT, "--wrt", "x")
    assert (code, "d_x" in out) == (1, True)


def test_nan_says_that_all_is_well(capsys):
    code, out, err = run(capsys, "nan", *LOGS, "--input", "x=[1.0, 2.0]")
    assert (code, err) == (0, "")
    assert "finite" in out


def test_a_value_tells_the_shape(capsys):
    code, out, _ = run(capsys, "nan", "model.py:logs", "--input", "x=[1.0, 0.0]")
    assert (code, "log of 0" in out) == (1, True)


def test_a_saved_graph_is_run(capsys):
    assert run(capsys, "show", *LOGS, "-o", "logs.json")[0] == 0
    assert run(capsys, "nan", "logs.json", "--input", "x=[0.0]")[0] == 1
    code, _, err = run(capsys, "nan", "logs.json", "--input", "y=[0.0]")
    assert (code, "the inputs are x" in err) == (2, True)
