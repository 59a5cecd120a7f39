"""The README is run: what it says a sample writes or prints is what comes out."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.cli import main

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.M))


def block(start):
    """The one block of the page that starts in this way."""
    (found,) = [text for _, text in BLOCKS if text.startswith(start)]
    return found


@pytest.fixture
def model(tmp_path, monkeypatch):
    """The page's own model.py, run as a user would run it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "model.py"
    path.write_text(block("import numpy as np\nimport graphdiff"))
    spec = importlib.util.spec_from_file_location("readme_model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("model", None)


def test_the_module_that_is_shown_is_the_one_that_is_written(model):
    shown = block("def loss_and_grad(")
    assert shown in Path("loss_gradient.py").read_text()


def test_the_listing_that_is_shown_is_the_one_that_is_printed(model):
    (call,) = re.findall(r"`print\((.*?)\)`:", PAGE)
    graph = eval(call, vars(model))
    assert block("loss(w, b, X, y) -> ").strip() == str(graph)


def test_the_loss_overflows_as_written_and_not_as_emitted(model):
    X, y = np.array([[800.0], [-800.0]]), np.array([0.0, 1.0])
    with np.errstate(all="ignore"):
        assert not np.isfinite(model.loss(np.ones(1), 0.0, X, y))
    value, (d_w, d_b) = model.module.load()(np.ones(1), 0.0, X, y)
    assert value == 800.0
    np.testing.assert_allclose([*d_w, d_b], [800.0, 0.0])


def test_the_ways_in_run_and_print_what_is_said(model, capsys):
    names = {**vars(model), "np": np, "gd": gd}
    functions = block("X, y = ")
    exec(functions, names)
    (said,) = re.findall(r"^print\(.*# (.*)", functions, re.MULTILINE)
    assert capsys.readouterr().out == f"{said}\n"
    exec(block("graph = gd.trace("), names)
    assert capsys.readouterr().out.count("out=") > 1
    for found in (names["gradient"], names["table"]):
        np.testing.assert_allclose(found["w"], names["d_w"])
        np.testing.assert_allclose(found["b"], names["d_b"])
    assert f"{names['value']}" in said
    (check,) = re.findall(r"`(gd.check_gradients\(.*?\))`", PAGE)
    assert eval(check, names).ok


def test_assignments_are_written_as_is_shown(model, tmp_path):
    path = tmp_path / "rod" / "model.py"
    path.parent.mkdir()
    path.write_text("import numpy as np\n\n\n" + block("def heat("))
    spec = importlib.util.spec_from_file_location("readme_rod", path)
    rod = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rod)
    both = gd.value_and_grad(rod.heat, wrt=("u", "wall"))
    emitted = both.emit(gd.spec("n + 2"), gd.spec())
    assert block("    u1 = u.copy()") in emitted.source
    u = np.linspace(0.0, 1.0, 6)
    assert gd.check_gradients(rod.heat, u, 0.5).ok
    value, (d_u, d_wall) = emitted.load()(u, 0.5)
    assert (value, d_u[0]) == (rod.heat(u, 0.5), 0)
    assert d_wall == gd.grad(rod.heat, wrt="wall")(u, 0.5)


def test_the_picture_and_the_formulas_are_those_of_the_network(model):
    names = vars(model).copy()
    exec(block("def network("), names)
    (picture,) = re.findall(r"!\[.*?\]\((.*?)\)", PAGE)
    drawn = Path("network.svg").read_text(encoding="utf-8")
    assert texts(drawn) == texts((ROOT / picture).read_text(encoding="utf-8"))
    assert block("\\begin{align*}").strip() == names["graph"].to_latex()


def texts(svg):
    """The names in a picture."""
    return sorted(re.findall(r'<text class="name"[^>]*>([^<]+)</text>', svg))


def test_the_complex_gradient_is_what_is_said(model):
    ((call, said),) = re.findall(r"`(gd.grad\(lambda z.*?)` is `(.*?)`", PAGE)
    assert eval(call, vars(model)) == complex(said.replace(" ", ""))


def test_the_module_imports_what_is_said(model):
    found = re.findall(r"^(?:import|from) (\w+)", model.module.source, re.MULTILINE)
    assert sorted(found) == ["contextvars", "numpy"]


def test_the_command_line_runs(model, capsys):
    lines = [
        shlex.split(line)[1:]
        for _, text in BLOCKS
        for line in text.splitlines()
        if line.startswith("graphdiff ")
    ]
    assert [line[0] for line in lines] == ["emit", "show", "explain", "nan", "check"]
    full = lines[0]
    specs = [full[i + 1] for i, word in enumerate(full) if word == "--spec"]
    for line in lines:
        given = list(line)
        if "..." in given:
            at = given.index("...")
            given[at - 1 : at + 1] = [f"--spec={spec}" for spec in specs]
        assert main(given) == 0, capsys.readouterr().err
    assert block("def loss_and_grad(") in Path("loss_gradient.py").read_text()
    assert Path("loss.svg").read_text(encoding="utf-8").startswith("<svg")


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_blocks_that_are_run_elsewhere_stand_where_they_are_looked_for():
    for section in ("Try it", "Run the tests"):
        assert "```sh\n" in SECTIONS[section]


@pytest.fixture
def derivatives(tmp_path):
    """The samples of derivatives of every kind, run as one file."""
    starts = "def energy(", "def distance("
    parts = ["import numpy as np\nimport graphdiff as gd\n", *map(block, starts)]
    path = tmp_path / "model.py"
    path.write_text("\n\n".join(parts))
    spec = importlib.util.spec_from_file_location("readme_derivatives", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_loop_that_is_shown_is_the_one_that_is_written(derivatives):
    assert block("    x = x0\n") in derivatives.loop.source


def test_the_samples_of_derivatives_say_what_is_true(derivatives):
    x, energy = derivatives.x, derivatives.energy
    dense = gd.hessian(energy)(x)
    sparse = gd.sparse_hessian(energy, format="csr")
    np.testing.assert_allclose(sparse(x).toarray(), dense)
    assert "2 sweeps" in sparse.emit(x).source
    np.testing.assert_allclose(gd.hvp(energy)(x, x), dense @ x)
