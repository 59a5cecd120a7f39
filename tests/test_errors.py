"""The user's position: found, cheap, and the same after a copy."""

import copy
import functools
import pickle
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graphdiff import errors
from graphdiff.errors import (
    DTypeError,
    GraphdiffError,
    GraphIndexError,
    GraphOverflowError,
    GraphTypeError,
    GraphValueError,
    Position,
    ShapeError,
    UnsupportedError,
    user_frame,
    user_position,
)


def _here() -> int:
    return sys._getframe(1).f_lineno


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (GraphTypeError, TypeError),
        (DTypeError, TypeError),
        (UnsupportedError, TypeError),
        (GraphValueError, ValueError),
        (ShapeError, ValueError),
        (GraphOverflowError, OverflowError),
        (GraphIndexError, IndexError),
    ],
)
def test_every_error_is_also_the_builtin_one(kind, builtin):
    assert issubclass(kind, builtin)
    assert issubclass(kind, GraphdiffError)


def test_an_error_names_the_line_of_the_user():
    error, line = ShapeError("shapes (2,) and (3,)"), _here()
    assert error.position is not None
    assert error.position[:2] == ("test_errors.py", line)
    assert str(error) == f"shapes (2,) and (3,) (test_errors.py:{line})"


def test_another_position_can_be_given():
    error = DTypeError("no", at=Position("model.py", 12))
    assert str(error) == "no (model.py:12)"
    assert error.position == Position("model.py", 12)


@pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_a_copy_keeps_the_first_position(again):
    error = GraphIndexError("index 3", at=Position("model.py", 12))
    assert str(again(error)) == "index 3 (model.py:12)"
    assert type(again(error)) is GraphIndexError


def test_without_a_user_frame_there_is_no_position(monkeypatch):
    monkeypatch.setattr(errors, "_codes", {})
    monkeypatch.setattr(errors, "_is_library", lambda filename: True)
    assert user_frame() is None
    assert str(GraphValueError("alone")) == "alone"


def test_frames_of_numpy_and_of_python_are_passed_over():
    found = []

    @functools.singledispatch
    def hook(value):
        found.append(user_frame())

    def named_hook(value):
        hook(value)

    np.apply_along_axis(named_hook, 0, np.zeros(2))
    frame = found[0]
    assert frame.f_code.co_name == "hook"
    names = []
    while frame is not None:
        if errors.is_user_code(frame.f_code):
            names.append(frame.f_code.co_name)
        frame = frame.f_back
    start = "test_frames_of_numpy_and_of_python_are_passed_over"
    assert names[:3] == ["hook", "named_hook", start]
    assert "wrapper" not in names[:3]


@pytest.mark.parametrize("name", ["<string>", "<stdin>", "<ipython-input-1-ab>"])
def test_code_without_a_file_is_the_users(name):
    space = {"user_position": user_position}
    exec(compile("\nhere = user_position()", name, "exec"), space)
    assert space["here"] == Position(name, 2)


def test_code_of_compiled_functions_is_passed_over():
    space = {"user_position": user_position}
    exec(compile("\nhere = user_position()", "<graphdiff plan>", "exec"), space)
    assert space["here"].file == "test_errors.py"


def test_only_the_base_name_is_kept():
    space = {"user_position": user_position}
    exec(compile("here = user_position()", "/secret/place/model.py", "exec"), space)
    assert space["here"] == Position("model.py", 1)


def test_a_cell_of_a_notebook_is_called_as_the_notebook_calls_it(monkeypatch):
    def spoken(file):
        return ("Cell", "In[7]") if file == "/tmp/kernel_3/91.py" else None

    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=spoken))
    module = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", module)
    for file, name in [("/tmp/kernel_3/91.py", "In[7]"), ("/tmp/model.py", "model.py")]:
        space = {"user_position": user_position}
        exec(compile("\nhere = user_position()", file, "exec"), space)
        assert space["here"] == Position(name, 2)


def test_the_line_table_of_a_long_function_is_decoded_once():
    source = "def f(p):\n    out = []\n" + "    out.append(p())\n" * 4_000
    space: dict = {}
    exec(compile(source + "    return out\n", "long.py", "exec"), space)
    assert [at.line for at in space["f"](user_position)] == list(range(3, 4_003))

    code = space["f"].__code__
    decoded = []
    table: Any = SimpleNamespace(
        co_linetable=code.co_linetable,
        co_filename=code.co_filename,
        co_firstlineno=code.co_firstlineno,
        co_lines=lambda: decoded.append(code) or code.co_lines(),
    )
    lines = errors._Lines(table)
    for start, _, line in code.co_lines():
        without_line: Any = SimpleNamespace(f_lasti=start)
        assert lines.find(without_line).line == line
    assert decoded == [code]


def test_the_caches_stay_bounded(monkeypatch):
    monkeypatch.setattr(errors, "_CACHE_LIMIT", 50)
    for number in range(120):
        exec(f"def f{number}(): return user_position()\nf{number}()", globals())
    assert len(errors._codes) <= 50
