"""`Graph.to_text`: a listing with its options."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.errors import GraphTypeError, GraphValueError, check_flag, shown
from graphdiff.graph.graph import Graph
from graphdiff.show.text.fold import folded
from graphdiff.show.text.listing import Listing, shortest
from graphdiff.show.text.near import Near
from graphdiff.show.text.paint import is_coloured, painted
from graphdiff.show.text.rows import Row, laid_out

WIDTH = 100
_LEAST_WIDTH = 40
_SCREEN = 60
"""So many rows are read without being folded."""


def to_text(
    graph: Graph,
    *,
    of: str | Sequence[str] | None = None,
    depth: int | None = None,
    fold: bool | None = None,
    bodies: bool = True,
    colour: bool | None = False,
    width: int = WIDTH,
) -> str:
    """`graph` as statements: name, expression, type, source line.

    The first line names inputs and outputs; then come inputs, constants, the forward
    part and the gradient, each group of which begins with the forward statement that
    it belongs to and the convention used at its kink, if it has one. ``print(graph)``
    prints this text with the options as they are by default.

    - `of` names values (outputs, variables of the listing, inputs), one or several:
      only what they are computed from is listed. With `depth` only as many steps back:
      ``of="d_W1", depth=2`` gives the statement of ``d_W1``, those that it reads, and
      those that they read. Without `of` the steps count from the outputs.
    - `fold` writes repeated parts once: of a loop's iterations, or the calls of one
      function, the first is written out, and the others say in a line by which names
      they differ. By default that is done for what does not fit on a screen. False
      lists every statement.
    - `bodies=False` gives loops and branches (`gd.scan`, `gd.cond`, `gd.while_loop`)
      one line each.
    - `colour` is for terminals; None asks whether standard output is one, and heeds
      ``NO_COLOR``. The text is the same for the same graph unless it is None.
    - `width` is where lines are broken, as far as expressions have places for it.

    Raises `GraphValueError` if `of` names nothing in the graph or a number is out of
    range, and `GraphTypeError` for an option of the wrong kind. Linear in the graph.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def energy(x):
    ...     y = np.tanh(x)
    ...     return np.sum(y * y)
    >>> graph = gd.value_and_grad(energy).graph(gd.spec("n"))
    >>> print(graph.to_text(of="d_x", depth=0))  # doctest: +ELLIPSIS
    energy(x) -> energy, d_x
    <BLANKLINE>
    gradient:
      adjoint of y = np.tanh(x)  (...)
        d_x = d_y * (1 - y_times_y)  # float64[n]
    <BLANKLINE>
    ... 3 statements further back, up to y_times_y, d_y (depth=0)
    """
    if fold is not None:
        check_flag("to_text: fold", fold)
    check_flag("to_text: bodies", bodies)
    coloured = is_coloured(colour)
    width = _number("width", width, _LEAST_WIDTH)
    if depth is not None:
        depth = _number("depth", depth, 0)
    listing = Listing(graph, bodies)
    near = Near(listing, of, depth)
    sections = listing.sections(near.chosen, near.read)
    parts = [list(section.rows()) for section in sections if section.entries]
    most = _SCREEN if fold is None else 0
    short = fold is not False and sum(map(len, parts)) > most
    if short:
        parts = [part for part in folded(graph, sections) if part]
    rows = [listing.title(short or near.left > 0)]
    for part in parts:
        rows += [Row(""), *part]
    if near.left:
        more = "statement" if near.left == 1 else "statements"
        behind = ", ".join(shortest(near.behind))
        text = f"... {near.left:,} {more} further back, up to {behind} (depth={depth})"
        rows += [Row(""), Row(text, look="fold")]
    return "\n".join(painted(laid_out(rows, width), coloured))


def _number(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise GraphTypeError(f"to_text: {name}: expected an int, got {shown(value)}")
    if value < least:
        raise GraphValueError(
            f"to_text: {name}: expected at least {least}, got {value}"
        )
    return value
