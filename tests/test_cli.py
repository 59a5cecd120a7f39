import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.cli import main
from graphdiff.cli.arguments import draw, nest, parse_spec

ROOT = Path(__file__).parent.parent

MODEL = """\
import numpy as np

import helper


def loss(params, X, Y):
    h = np.tanh(X @ params["W1"] + params["b1"])
    return np.mean((h @ params["W2"] - Y) ** 2)


def layers(params, X):
    for W, b in params["layers"]:
        X = np.tanh(X @ W + b)
    return helper.total(X)


def shapes(a, b):
    return np.sum(a @ b)


def branch(x):
    if x > 0:
        return x
    return -x


def key(params):
    return params["nope"]


def logs(x, scale=2.0):
    return np.sum(np.log(x)) * scale


def named(*, x, y):
    return np.sum(x * y)


def hinge(x, label):
    return np.sum(np.maximum(x, 0.0) * label)


def leaves(x):
    raise SystemExit(7)


def talks(x):
    print("hello")
    return np.sum(x)


constant = 3
"""

LOSS = [
    "model.py:loss",
    *("--spec", "params.W1=3,h", "--spec", "params.b1=h", "--spec", "params.W2=h,2"),
    *("--spec", "X=batch,3", "--spec", "Y=batch,2"),
]
LAYERS = [
    "model.py:layers",
    *("--spec", "params.layers.0.0=3,h", "--spec", "params.layers.0.1=h"),
    *("--spec", "params.layers.1.0=h,2", "--spec", "params.layers.1.1=2"),
    *("--spec", "X=batch,3"),
]


@pytest.fixture(autouse=True)
def model(tmp_path, monkeypatch):
    """A folder with the user's file in it, to work in."""
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "helper.py").write_text(
        "import numpy as np\ndef total(x):\n    return np.sum(x)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name in ("model", "helper", "out"):
        sys.modules.pop(name, None)


def run(capsys, *argv):
    """The exit code, stdout and stderr of a command."""
    try:
        code = main([*argv])
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    return code, out, err


# --- show -----------------------------------------------------------------------------


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


# --- emit -----------------------------------------------------------------------------


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


# --- check ----------------------------------------------------------------------------


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


# --- mistakes -------------------------------------------------------------------------

LOGS = ["model.py:logs", "--spec", "x=n"]
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
    "format": (["show", *LOGS, "--format", "svg"], "known formats are text, dot"),
    "style": (["emit", *LOGS, "--style", "quick"], "quick"),
    "kinks": (["emit", *LOGS, "--kinks", "up"], "mean"),
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

    module = sys.modules["graphdiff.cli.main"]
    monkeypatch.setattr(module, "load_function", interrupted)
    assert run(capsys, "show", *LOGS) == (130, "", "graphdiff show: interrupted\n")


def test_specs_reach_no_eval(capsys):
    names = ["__import__('os').system('touch pwned')", "x;y", "a b"]
    for name in names:
        code, _, err = run(capsys, "show", "model.py:logs", "--spec", f"{name}=3")
        assert code == 2, err
    assert not Path("pwned").exists()


# --- as a program ---------------------------------------------------------------------


def test_python_m_graphdiff():
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "graphdiff"]
    show = [*command, "show", *LOGS]
    done = subprocess.run(show, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("logs(x) -> logs\n")
    wrong = [*command, "show", "model.py:shapes", "--spec", "a=3,4", "--spec", "b=5"]
    done = subprocess.run(wrong, capture_output=True, text=True, env=env)
    assert done.returncode == 2
    assert done.stderr.endswith("(model.py:18)\n")


# --- arguments ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "type"),
    [
        ("x=", "x", "float64[]"),
        ("x= n , 3", "x", "float64[n, 3]"),
        ("p.0.W=2*n+1:float32", "p.0.W", "float32[2 * n + 1]"),
        ("y=batch:int64", "y", "int64[batch]"),
        ("m=3,4:bool", "m", "bool[3, 4]"),
    ],
)
def test_parse_spec(text, path, type):
    found, made = parse_spec(text)
    assert (found, str(made.type)) == (path, type)


def test_digits_beside_names_are_keys():
    assert nest({"p.0": 1, "p.a": 2}) == {"p": {"0": 1, "a": 2}}
    ten = {f"p.{i}": i for i in range(11)}
    assert nest(dict(sorted(ten.items()))) == {"p": list(range(11))}


def test_sizes_follow_from_values():
    specs = dict(map(parse_spec, ["X=n,d", "y=n"]))
    found = draw(specs, {"X": np.ones((6, 2))}, {}, np.random.default_rng(0))
    assert found["y"].shape == (6,)
