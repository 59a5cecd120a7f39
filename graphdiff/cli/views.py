"""The formats in which something is shown, by name and by the suffix of a file."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphdiff.cli.load import UserError
from graphdiff.cli.output import is_stdout
from graphdiff.graph.graph import Graph
from graphdiff.save.writer import beside

Inputs = Mapping[str, Any] | None


@dataclass(frozen=True)
class View:
    """One format: what makes it of a graph, and the suffixes of its files.

    `make` takes what is shown, and the values of its inputs if there are any; only a
    page of a graph shows them (`valued`).
    """

    name: str
    make: Callable[[Any, Inputs], str | bytes]
    suffixes: tuple[str, ...]
    valued: bool = False


Views = Mapping[str, View]


def by_name(*views: View) -> dict[str, View]:
    """The views by their names, the default first."""
    return {view.name: view for view in views}


def _json(graph: Graph, _: Inputs) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "graph.json")
        graph.save(path)
        if beside(path).exists():
            raise UserError("its arrays go to a file beside it: say -o GRAPH.json")
        return path.read_text(encoding="utf-8")


VIEWS = by_name(
    View("text", lambda graph, _: graph.to_text(), ("", ".txt", ".text")),
    View("latex", lambda graph, _: graph.to_latex(), (".tex",)),
    View("unicode", lambda graph, _: graph.to_unicode(), ()),
    View("svg", lambda graph, _: graph.to_svg(), (".svg",)),
    View("png", lambda graph, _: graph.to_png(), (".png",)),
    View("dot", lambda graph, _: graph.to_dot(), (".dot", ".gv")),
    View("mermaid", lambda graph, _: graph.to_mermaid(), (".mmd", ".mermaid")),
    View(
        "html",
        lambda graph, inputs: graph.to_html(inputs),
        (".html", ".htm"),
        valued=True,
    ),
    View("json", _json, (".json",)),
)


def view_of(views: Views, format: str | None, path: str | None) -> View:
    """The view that ``--format`` names, or else the suffix of the file to write."""
    if format is not None:
        found = views.get(format)
        if found is None:
            known = ", ".join(views)
            raise UserError(f"--format {format}: known formats are {known}")
        return found
    if path is None or is_stdout(path):
        return next(iter(views.values()))
    suffix = Path(path).suffix.lower()
    for view in views.values():
        if suffix in view.suffixes:
            return view
    known = ", ".join(s for view in views.values() for s in view.suffixes if s)
    raise UserError(f"-o {path}: say --format, or use one of the suffixes {known}")


def add_output(parser: argparse.ArgumentParser, views: Views) -> None:
    """The options that say in which format, and where to."""
    add = parser.add_argument
    add("-o", "--output", metavar="OUT", help="where to (default: -, stdout)")
    add(
        "--format",
        metavar="FORMAT",
        help=f"{', '.join(views)} (default: by the suffix of OUT, else text)",
    )


def shown(view: View, thing: Any, inputs: Inputs = None) -> str | bytes:
    """A graph, or what is told of it, in this format; text ends with a line end."""
    made = view.make(thing, inputs)
    if isinstance(made, str) and not made.endswith("\n"):
        return f"{made}\n"
    return made
