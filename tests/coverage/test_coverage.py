"""The coverage page is current, and nothing of NumPy is passed over in silence."""

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.cli.main import main
from graphdiff.coverage import page
from graphdiff.expression.doors import DOORS, dispatch, name_of_function
from graphdiff.expression.refused import REFUSED
from tests.coverage.record import REFUSES, Row, record
from tests.coverage.write_page import page as written


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return record()


def test_the_page_is_current(rows: list[Row]) -> None:
    assert page() == written(rows), "run python -m tests.coverage.write_page"


def test_every_function_is_met_by_a_case(rows: list[Row]) -> None:
    assert not [row.name for row in rows if not row.calls]


def test_every_accepted_argument_is_given_by_a_case(rows: list[Row]) -> None:
    assert not {row.name: row.unused for row in rows if row.unused}


def test_what_is_listed_as_refused_is_refused(rows: list[Row]) -> None:
    """At a value that no function takes; NumPy's and SciPy's would compute on."""
    x = gd.var("x", "3,3")
    functions = {row.name: row for row in rows}
    for name, parameters in REFUSES.items():
        assert set(parameters) <= set(functions[name].parameters)
        *path, last = name.replace("np.", "numpy.", 1).split(".")
        holder: Any = importlib.import_module(".".join(path[:3]))
        for part in [*path[3:], last]:
            holder = getattr(holder, part)
        count = sum(
            p.default is p.empty for p in inspect.signature(holder).parameters.values()
        )
        for parameter in parameters:
            with pytest.raises(gd.UnsupportedError, match=parameter):
                holder(*[x] * count, **{parameter: 7})


def dispatching() -> Iterator[tuple[str, Any]]:
    """NumPy's functions that hand themselves over to the arrays they are given."""
    for module in (np, np.linalg, np.fft):
        for name in sorted(module.__all__):
            function = getattr(module, name)
            if inspect.isclass(function) or not callable(function):
                continue
            if name == "printoptions":  # A context manager, wrapped like a function.
                continue
            if isinstance(function, np.ufunc) or hasattr(function, "__wrapped__"):
                yield name_of_function(function), function


@pytest.mark.parametrize(("name", "function"), list(dispatching()))
def test_every_function_of_numpy_is_served_or_refused(name: str, function: Any) -> None:
    assert (function in DOORS) != (name in REFUSED)


def test_a_refusal_gives_the_reason_and_the_line() -> None:
    x = gd.var("x", "n")
    with pytest.raises(gd.UnsupportedError, match=r"np\.unique .*depends on values"):
        np.unique(x)
    with pytest.raises(gd.UnsupportedError, match=r"np\.packbits .*bits"):
        dispatch(np.packbits, (x > 0,), {})


def test_refusals_name_functions_that_numpy_has() -> None:
    known = {name for name, _ in dispatching()} | {f"np.{n}" for n in np.__all__}
    assert not set(REFUSED) - known


def test_the_command_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage"]) == 0
    assert capsys.readouterr().out == page()
