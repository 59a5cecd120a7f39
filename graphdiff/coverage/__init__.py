"""What is covered: the page of functions and arguments, made from the tests."""

from __future__ import annotations

from importlib.resources import files


def page() -> str:
    """The coverage page, as Markdown.

    One row for each function: the arguments that it can be differentiated by, those
    through which no derivative flows, its options, and what is refused; then the
    functions that are refused, with the reasons. The page is written by running every
    case of the tests, and a test checks that it is current.

    >>> print(page().splitlines()[0])
    # What graphdiff covers
    """
    return files("graphdiff.coverage").joinpath("functions.md").read_text("utf-8")
