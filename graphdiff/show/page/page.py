"""A graph as one HTML file: the picture, what there is to know of it, and the script.

The file stands alone. Its content security policy allows the two things that it brings
along, its own style and its own script, by their hashes, and nothing else: no network,
no other script, no form. What comes from the graph (names, lines, numbers) is data: it
is written as escaped text, or as JSON that the script turns into text, never markup.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from graphdiff.graph.collector import collector_held
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.show.drawing import drawing, place, svg
from graphdiff.show.page.data import page_data
from graphdiff.show.page.elements import PREFIX
from graphdiff.show.page.inert import visible

STYLES = ("page.css", "picture.css", "panel.css")
SCRIPTS = (
    "elements.js",
    "model.js",
    "camera.js",
    "picture.js",
    "map.js",
    "values.js",
    "panel.js",
    "steps.js",
    "search.js",
    "module.js",
    "passes.js",
    "shell.js",
    "main.js",
)
"""The parts of the script, each after those that it uses."""


def to_html(
    graph: Graph,
    inputs: Mapping[str, Any] | None = None,
    *,
    of: str | None = None,
    title: str | None = None,
) -> str:
    """`graph` as a page: the text of one HTML file that works without a network.

    The page shows the picture of the graph, forward part beside derivative, to move, to
    scale and to search. A box that is chosen tells its formula, shape, dtype, the rule
    and the convention that it follows, the user's line, the line of the emitted module
    that computes it, and, if `inputs` are given (arrays, as for `gd.evaluate`), its
    value with statistics; NaN and infinities are red. Resting on a box lights up all
    paths to the loss. Back-propagation runs step by step, its table of gradients
    filling as in algorithm 6.2 of Goodfellow, Bengio and Courville, *Deep Learning*,
    from the output `of` (by default the first that is one real number). Each rewriting
    pass is shown with its rules and with what it changed.

    The page is usable by keyboard and by screen reader, and follows the system's choice
    of light or dark. The text is the same for the same graph and inputs. Raises
    `GraphValueError` for an unknown `of`, and what `gd.evaluate` raises for `inputs`
    that do not fit.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(x**2), gd.spec("n"))
    >>> page = to_html(gd.differentiate(graph), {"x": [1.0, 2.0]})
    >>> page.splitlines()[0]
    '<!DOCTYPE html>'
    """
    check_graph("to_html", graph)
    with collector_held():
        drawn = drawing(graph)
        styled = svg(place(drawn), prefix=PREFIX)
        data = page_data(drawn, inputs, of)
        if title is not None:
            data["title"] = visible(title)
        listing = "\n".join(visible(line, 2000) for line in str(graph).splitlines())
    picture, own = without_style(styled)
    style, script = own + asset(*STYLES), asset(*SCRIPTS)
    return Template(asset("page.html")).substitute(
        policy=policy(style, script),
        title=escape(data["title"]),
        style=style,
        picture=picture,
        listing=escape(listing),
        data=inert_json(data),
        script=script,
    )


def without_style(picture: str) -> tuple[str, str]:
    """The picture without its style sheet, and that: a page has one for all."""
    before, _, rest = picture.partition("<style>")
    style, _, after = rest.partition("</style>")
    return before + after, style


@cache
def asset(*names: str) -> str:
    """The files of the page of these names, one after the other."""
    folder = files("graphdiff.show.page") / "assets"
    texts = [(folder / name).read_text(encoding="utf-8") for name in names]
    return "\n".join(texts)


def policy(style: str, script: str) -> str:
    """The content security policy that allows this style and this script alone."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def inert_json(data: Any) -> str:
    """`data` as JSON that no HTML parser finds anything in.

    ``<``, ``>`` and ``&`` are escaped, and so is all that is not ASCII: lone surrogates
    and line separators among it.
    """
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
