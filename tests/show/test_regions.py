"""Loops and branches: listed, drawn and costed with what they hold."""

import shutil
import subprocess

import pytest

import graphdiff as gd
from graphdiff.emit import emit
from tests.emit.regions import PROGRAMS, s


def test_a_loop_is_listed_with_its_body_further_in():
    text = str(PROGRAMS["recurrent"].graph())
    lines = [line.partition("#")[0].rstrip() for line in text.splitlines()]
    head = lines.index("  for t in range(steps):")
    assert "    h = np.tanh(W @ h + U @ xs[t])" in lines[head:]
    assert "    for t in reversed(range(steps)):" in lines
    assert "      d_U += np.outer(d_total, xs[t])" in lines


def test_a_branch_is_listed_with_both_sides():
    text = str(PROGRAMS["choice"].graph())
    lines = [line.partition("#")[0].rstrip() for line in text.splitlines()]
    assert lines.index("  if mask:") < lines.index("  else:")
    assert "    r = np.sin(x) * y" in lines


def test_every_program_is_listed_twice_alike():
    for program in PROGRAMS.values():
        for simplify in (True, False):
            graph = program.graph(simplify=simplify)
            assert str(graph) == str(graph)


@pytest.mark.parametrize("name", PROGRAMS)
def test_drawings_say_what_a_loop_does(name, tmp_path):
    text = PROGRAMS[name].graph().to_dot()
    assert "range(" in text or "if " in text or "while " in text
    if shutil.which("dot"):
        dot = ["dot", "-Tsvg", "-o", str(tmp_path / "drawn.svg")]
        done = subprocess.run(dot, input=text.encode(), capture_output=True)
        assert done.returncode == 0
        assert not done.stderr


def test_operations_are_counted_for_each_step():
    def f(x, u):
        return gd.scan(lambda x, v: (x * v + 1, None), x, u)[0]

    cost = gd.trace(f, s("n"), s("steps")).cost()
    assert str(cost.total) == "2 * n * steps"


def test_of_branches_the_dearest_counts():
    def f(x):
        above = lambda x: x @ (x @ x) @ x  # noqa: E731
        return gd.cond(x[0, 0] > 0, lambda x: x, above, x)

    cost = gd.trace(f, s("n,n")).cost()
    assert str(cost.total) == "6 * n**3 + 1"


def test_the_header_counts_tapes():
    source = emit(PROGRAMS["backwards"].graph()).source
    assert "* n bytes beside" in " ".join(source.split())


@pytest.mark.parametrize("name", ["recurrent", "newton", "choice", "backwards"])
def test_the_proof_that_travels_passes(name, tmp_path):
    made = emit(PROGRAMS[name].graph())
    namespace = {"__file__": str(tmp_path / "test_made.py")}
    made.write(tmp_path / f"{name}.py")
    made.write_test(tmp_path / "test_made.py", name)
    code = (tmp_path / "test_made.py").read_text()
    exec(compile(code, "test_made.py", "exec"), namespace)
    tests = [value for key, value in namespace.items() if key.startswith("test_")]
    assert len(tests) >= 2
    for test in tests:
        test()
