"""``graphdiff show``: a graph as text, formulas, a picture, a page, or a file."""

from __future__ import annotations

import argparse

from graphdiff.cli.arguments import parse_inputs
from graphdiff.cli.command import Command
from graphdiff.cli.load import UserError
from graphdiff.cli.output import is_stdout, write
from graphdiff.cli.source import add_source, graph_of
from graphdiff.cli.values import add_values, asked_for, inputs_of
from graphdiff.cli.views import VIEWS, add_output, shown, view_of

MORE = """
Values (--input, --size, --seed) are for pages, which then show what every
node computed; those that are not given are drawn at random. An argument whose
value is given needs no --spec.
"""
EXAMPLES = """
  graphdiff show model.py:loss --spec X=batch,3 --spec w=3
  graphdiff show model.py:loss --spec X=batch,3 --spec w=3 --wrt w -o loss.svg
  graphdiff show model.py:loss --input X=X.npy --spec w=3 --wrt w -o loss.html
  graphdiff show model.py:loss --spec X=batch,3 --spec w=3 -o loss.json
  graphdiff show loss.json --wrt w --format dot | dot -Tpdf > loss.pdf
"""


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser, "without it, the function alone is shown")
    add_output(parser, VIEWS)
    add_values(parser)


def _run(options: argparse.Namespace) -> int:
    view = view_of(VIEWS, options.format, options.output)
    if asked_for(options) and not view.valued:
        pages = ", ".join(v.name for v in VIEWS.values() if v.valued)
        raise UserError(f"values are for --format {pages}; {view.name} shows none")
    given = parse_inputs(options.input)
    graph = graph_of(options, given)
    values = inputs_of(options, graph, given) if asked_for(options) else None
    if view.name == "json" and options.output and not is_stdout(options.output):
        graph.save(options.output)
    elif view.name == "text" and is_stdout(options.output):
        write(None, f"{graph.to_text(colour=None)}\n")
    else:
        write(options.output, shown(view, graph, values))
    return 0


SHOW = Command(
    "show",
    "list, draw or write the graph of a function or of its gradient",
    _add,
    _run,
    MORE,
    EXAMPLES,
)
