"""``graphdiff explain``: how a gradient comes about, step by step."""

from __future__ import annotations

import argparse
from html import escape

from graphdiff.cli.command import Command
from graphdiff.cli.output import write
from graphdiff.cli.source import add_source, graph_of
from graphdiff.cli.views import View, add_output, by_name, shown, view_of
from graphdiff.explanation.document import Explanation
from graphdiff.explanation.front import DEPTH, explain
from graphdiff.explanation.wording import inert

MORE = """
Derives a gradient in words and formulas, rule by rule, down to the inputs; says
of any other value what it is computed from. NODE is the name of an output, of
an input, or of a value, as graphdiff show calls it.
"""
EXAMPLES = """
  graphdiff explain model.py:loss --spec X=batch,3 --spec w=3 --wrt w d_w
  graphdiff explain model.py:loss --spec X=batch,3 --spec w=3 d_w -o d_w.html
  graphdiff explain loss.json d_w
"""


def _page(explanation: Explanation) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(inert(explanation.name))}</title>\n{explanation.to_html()}\n</html>\n"
    )


FORMS = by_name(
    View("text", lambda told, _: told.to_text(), ("", ".txt", ".text")),
    View("latex", lambda told, _: told.to_latex(), (".tex",)),
    View("html", lambda told, _: _page(told), (".html", ".htm")),
)


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser, "by all if none is given")
    parser.add_argument("node", metavar="NODE", help="which value to explain")
    parser.add_argument(
        "--all", action="store_true", help=f"every step, not only {DEPTH} of them"
    )
    add_output(parser, FORMS)


def _run(options: argparse.Namespace) -> int:
    form = view_of(FORMS, options.format, options.output)
    graph = graph_of(options, {}, always=True)
    depth = None if options.all else DEPTH
    told = explain(graph, options.node, of=options.of, depth=depth)
    write(options.output, shown(form, told))
    return 0


EXPLAIN = Command(
    "explain",
    "derive a gradient step by step, in words and formulas",
    _add,
    _run,
    MORE,
    EXAMPLES,
)
