"""How a function is called, read from text: what a file would hold for it."""

from __future__ import annotations

from typing import Any

from graphdiff.save.nests import PLAIN_KIND
from graphdiff.save.reader import UnfitError
from graphdiff.save.text.parameters import Parameters


def signature_entry(values: Parameters) -> dict[str, Any]:
    """The two statements ``def f(x = x)`` and ``returns f``, the first word read."""
    cursor = values.cursor
    function = cursor.of("word", "the name of a function").text
    cursor.expect("(")
    parameters: dict[str, Any] = {}
    while not cursor.takes(")"):
        token = cursor.of("word", "the name of a parameter")
        if token.text in parameters:
            raise UnfitError(f"{token} is given twice", token.at)
        kind = PLAIN_KIND
        if cursor.next.kind == "word":
            kind = cursor.take().text
        cursor.expect("=")
        parameters[token.text] = {"kind": kind, "nest": nest(values)}
        if cursor.next.text != ")":
            cursor.expect(",")
    cursor.end_of_line()
    cursor.expect("returns")
    result = nest(values)
    return {"function": function, "parameters": parameters, "result": result}


def nest(values: Parameters) -> dict[str, Any]:
    """A nest of names: in brackets as Python's, ``fixed(2)`` for what is no array."""
    values.enter()
    cursor = values.cursor
    found: dict[str, Any]
    if cursor.takes("{"):
        found = {"dict": _pairs(values)}
    elif cursor.takes("["):
        found = {"list": _nests(values, "]")}
    elif cursor.takes("("):
        found = {"tuple": _nests(values, ")")}
    else:
        quoted = cursor.next.kind == "string"
        name = cursor.name("a nest of names")
        if name == "fixed" and not quoted and cursor.takes("("):
            found = {"fixed": values.value()}
            cursor.expect(")")
        else:
            found = {"leaf": name}
    values.leave()
    return found


def _nests(values: Parameters, closing: str) -> list[Any]:
    found = []
    while not values.cursor.takes(closing):
        found.append(nest(values))
        if values.cursor.next.text != closing:
            values.cursor.expect(",")
    return found


def _pairs(values: Parameters) -> list[Any]:
    found = []
    while not values.cursor.takes("}"):
        key = values.value()
        values.cursor.expect(":")
        found.append([key, nest(values)])
        if values.cursor.next.text != "}":
            values.cursor.expect(",")
    return found
