from pathlib import Path

import numpy as np
import pytest

import graphdiff as gd
from tests.cli.commands import LOSS, run


def emitted(name="loss_and_grad"):
    namespace = {}
    exec(compile(Path("out.py").read_text(), "out.py", "exec"), namespace)
    return namespace[name]


def test_emit_writes_a_module_that_computes_the_gradient(capsys, model):
    code, out, err = run(capsys, "emit", *LOSS, "--wrt", "params", "-o", "out.py")
    assert (code, out, err) == (0, "", "")
    source = Path("out.py").read_text()
    assert "graphdiff" not in source.split('"""')[2]
    assert str(model) not in source
    rng = np.random.default_rng(0)
    params = {"W1": (3, 4), "b1": (4,), "W2": (4, 2)}
    params = {name: rng.standard_normal(shape) for name, shape in params.items()}
    X, Y = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    value, gradient = emitted()(params, X, Y)
    import model as user

    wanted, slopes = gd.value_and_grad(user.loss)(params, X, Y)
    assert value == pytest.approx(wanted)
    for name, slope in slopes.items():
        np.testing.assert_allclose(gradient[name], slope)


def test_emit_to_stdout_is_the_same_each_time(capsys):
    first = run(capsys, "emit", *LOSS)
    second = run(capsys, "emit", *LOSS)
    assert first == second
    assert first[1].count("def loss_and_grad(params, X, Y):") == 1


def test_emit_without_value_under_a_name(capsys):
    options = ["--no-value", "--name", "slope", "--wrt", "x", "-o", "out.py"]
    code, _, _ = run(capsys, "emit", "model.py:logs", "--spec", "x=n", *options)
    assert code == 0
    np.testing.assert_allclose(emitted("slope")(np.array([1.0, 4.0])), [2.0, 0.5])


def test_emit_writes_the_test_of_the_module(capsys):
    options = ["--wrt", "params", "-o", "out.py", "--test"]
    assert run(capsys, "emit", *LOSS, *options)[0] == 0
    text = Path("test_out.py").read_text()
    assert "import graphdiff" not in text
    assert '"out.py"' in text
    compile(text, "test_out.py", "exec")


def test_keyword_arguments_and_dtypes(capsys):
    specs = ["--spec", "x=n:float32", "--spec", "y=n:float32"]
    code, out, _ = run(capsys, "show", "model.py:named", *specs)
    assert code == 0
    assert "# float32[n]" in out
