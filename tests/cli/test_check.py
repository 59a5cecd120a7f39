import numpy as np

from tests.cli.commands import LAYERS, LOSS, run


def test_check_says_that_a_gradient_is_right(capsys):
    code, out, err = run(capsys, "check", *LOSS, "--wrt", "params", "--size", "batch=5")
    assert (code, err) == (0, "")
    assert out.endswith("the gradient is right\n")
    assert "params.W1" in out


def test_check_exits_with_1_where_it_is_wrong(capsys, monkeypatch):
    from graphdiff.ops.core import elementwise

    wrong = (lambda g, y, x: g * y,)
    monkeypatch.setitem(elementwise.tanh.__dict__, "rules", wrong)
    code, out, _ = run(capsys, "check", *LOSS)
    assert code == 1
    assert "WRONG" in out


def test_check_finds_inputs_in_the_domain(capsys):
    code, out, _ = run(capsys, "check", "model.py:logs", "--spec", "x=n")
    assert code == 0
    assert "nan" not in out


def test_check_takes_values(capsys):
    np.save("x.npy", np.array([1.0, 2.5, 4.0]))
    for value in ("x.npy", "[1, 2.5, 4]"):
        code, out, _ = run(
            capsys,
            *("check", "model.py:logs", "--spec", "x=n", "--input", f"x={value}"),
            *("--input", "scale=3.0", "--order", "2"),
        )
        assert code == 0, out
        assert "float64[3]" in out
        assert "value 6.9" in out


def test_check_is_the_same_each_time(capsys):
    options = ["check", *LAYERS, "--seed", "3"]
    assert run(capsys, *options) == run(capsys, *options)


def test_integers_are_labels(capsys):
    specs = ["--spec", "x=n", "--spec", "label=n:int64", "--size", "n=9"]
    code, out, _ = run(capsys, "check", "model.py:hinge", *specs)
    assert code == 0, out
