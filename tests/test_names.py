"""The names of the package: all are there, and those that few need come late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import graphdiff as gd

TREE = ast.parse(Path(gd.__file__).read_text())


def test_type_checkers_are_told_of_the_same_places() -> None:
    (typing,) = [node for node in TREE.body if isinstance(node, ast.If)]
    told = {
        alias.name: node.module
        for node in typing.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == gd._LATE


@pytest.mark.parametrize("name", gd.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(gd, name).__name__
    assert name in dir(gd)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'gradient'"):
        gd.gradient  # noqa: B018


def test_what_few_need_is_not_loaded() -> None:
    code = "import graphdiff, sys; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    late = ("fit", "scipy", "implicit", "sparsity", "save", "check")
    assert not {f"graphdiff.{name}" for name in late} & set(found)
    assert not {"scipy", "sympy", "networkx"} & set(found)
