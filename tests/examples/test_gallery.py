"""The gallery: its pictures and pages, and those pictures that the README shows."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.examples.scripts import load, run

script = load("gallery")
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MOST_BYTES = 100_000


def names(svg):
    """The values that a picture shows, however it shows them."""
    return sorted(re.findall(r'<text class="name"[^>]*>([^<]+)</text>', svg))


@pytest.mark.parametrize("name", script.GRAPHS)
def test_kept_pictures_are_current(name):
    kept = (script.KEPT / f"{name}.svg").read_text(encoding="utf-8")
    made = script.GRAPHS[name][1]().to_svg()
    assert names(kept) == names(made), "python examples/gallery.py --update"
    assert len(kept.encode()) < MOST_BYTES


def test_nothing_else_is_kept():
    assert {path.stem for path in script.KEPT.iterdir()} == set(script.GRAPHS)


def test_the_readme_shows_pictures_that_are_kept():
    shown = re.findall(r'(?:\]\(|src=")examples/gallery/([^)"]*)', README)
    assert shown
    assert set(shown) <= {f"{name}.svg" for name in script.GRAPHS}


def test_each_adjoint_is_in_the_picture():
    graph = script.GRAPHS["network"][1]()
    for name in ("d_E", "d_H", "d_W1", "d_W2", "H.T @ d_E"):
        assert f">{name}</text>" in graph.to_svg()


def test_script(tmp_path):
    printed = run("gallery", "--only", "hessian", "--out", str(tmp_path))
    assert "The Hessian of a logistic regression: 14 nodes" in printed
    assert (tmp_path / "hessian.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "hessian.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "hessian.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    ElementTree.fromstring(index.replace("<!doctype html>", ""))
    assert index.count("<figure>") == len(script.GRAPHS)
