"""Texts that are nearly graphs: each is a graph, or one error of graphdiff's own."""

import re
from functools import cache
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from tests.cases import CASES
from tests.save.test_parse import HOSTILE, of_case

PIECE = re.compile(r'"[^"\n]*"|%?\w+|[^\S\n]+|.|\n')
STRANGE = [
    *("", "\n", "{", "}", "(", ")", "[", "]", '"', "\\", ";", ":", "=", ",", "/", "#"),
    *("-1", "0", "1e999", "nan", "-inf", "9" * 30, "1.5", "True", "None", "%0", "x"),
    *("float64", "float64[n]", "size(n)", "size(m - 9)", "int8", "complex128[]"),
    *("output", "need", "def", "returns", "same as", "run", "region", "adjoint of"),
    *("Sum", "sin", "MatMul", "Take", "Loop", "Gone", "Made", "Constant", "Full"),
    *("((" * 40, "[1.0, 2.0]", 'bytes "AAAA"', "axes=(-1,)", "with=(1,)"),
]


@cache
def texts() -> list[list[str]]:
    """Texts of some kinds of graphs, in pieces."""

    def looped(x: Any) -> Any:
        y = gd.fori_loop(0, 3, lambda i, c: np.sin(c) * x, x)
        return np.sum(gd.cond(np.sum(y) > 0, lambda y: y * 2, lambda y: y, y))

    graphs = [gd.grad(looped).graph(gd.spec("n"))]
    graphs += [of_case(case) for case in list(CASES.values())[::90]]
    x = gd.var("x", "n")
    graphs.append(gd.Graph({"x": x}, {name: gd.named(x, name) for name in HOSTILE}))
    return [PIECE.findall(graph.to_text(exact=True)) for graph in graphs]


def graph_or_error(text: str) -> None:
    try:
        graph = gd.parse(text)
    except gd.GraphValueError:
        pass
    else:
        again = graph.to_text(exact=True)
        assert gd.parse(again).to_text(exact=True) == again


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_pieces_exchanged(data: st.DataObject) -> None:
    pieces = list(data.draw(st.sampled_from(texts())))
    others = data.draw(st.sampled_from(texts()))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(pieces) - 1))
        kind = data.draw(st.sampled_from(["strange", "other", "own", "gone", "twice"]))
        if kind == "strange":
            pieces[at] = data.draw(st.sampled_from(STRANGE))
        elif kind == "other":
            pieces[at] = others[data.draw(st.integers(0, len(others) - 1))]
        elif kind == "own":
            pieces[at] = pieces[data.draw(st.integers(0, len(pieces) - 1))]
        elif kind == "gone":
            del pieces[at : at + data.draw(st.integers(1, 8))]
        else:
            pieces[at:at] = pieces[at : at + data.draw(st.integers(1, 8))]
        pieces = pieces or [""]
    graph_or_error("".join(pieces))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    graph_or_error(text)
    graph_or_error(f"graphdiff 1\n{text}")
