"""The notebook is run as a reader runs it, and what its cells show is looked at."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from tests.examples.scripts import FOLDER, ROOT

PATH = FOLDER / "seeing_derivatives.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook, run from its first cell to its last in an empty folder."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(PATH, as_version=4)
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    client = NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        client.execute()
    return notebook, folder


def outputs(notebook, begins):
    """What the cell shows whose source begins in this way: texts by type."""
    (cell,) = [c for c in notebook.cells if c.source.lstrip().startswith(begins)]
    shown = {}
    for output in cell.outputs:
        assert output.output_type != "error"
        shown.update(output.get("data", {"text/plain": output.get("text")}))
    return shown


def test_the_kept_notebook_is_valid_and_bare():
    notebook = nbformat.read(PATH, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs for cell in code)
    assert all(cell.execution_count is None for cell in code)


def test_no_cell_warns(executed):
    notebook, _ = executed
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.get("name") != "stderr", output.text


def test_a_graph_is_a_picture(executed):
    shown = outputs(executed[0], "dgraph = ")
    assert "data:image/svg+xml" in shown["text/html"]
    assert shown["image/svg+xml"].startswith("<svg")
    assert r"\frac{\partial J}{\partial W_1}" in shown["text/latex"]


def test_lines_are_those_of_cells(executed):
    assert "In[2]:2" in outputs(executed[0], "print(dgraph)")["text/plain"]


def test_an_expression_is_a_formula(executed):
    shown = outputs(executed[0], "x = gd.var")
    assert r"\log" in shown["text/latex"]
    assert "<math" in shown["text/html"]


def test_a_gradient_is_explained(executed):
    shown = outputs(executed[0], 'gd.explain(dgraph, "d_W1")')
    assert "d_W1 is the derivative of J" in shown["text/plain"]
    assert "tanh" in shown["text/html"]
    assert "over 3 paths" in outputs(executed[0], "def diamond")["text/plain"]


def test_rules_are_named(executed):
    assert "times_one" in outputs(executed[0], "gd.diff(")["text/plain"]


def test_numbers_agree(executed):
    assert outputs(executed[0], "results = ")["text/plain"].startswith("(True,")


def test_the_nan_is_found(executed):
    assert "log of 0" in outputs(executed[0], "def entropy")["text/plain"]


def test_the_page_is_written(executed):
    notebook, folder = executed
    assert "seeing_derivatives.html" in outputs(notebook, "from pathlib")["text/html"]
    page = (folder / "seeing_derivatives.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
