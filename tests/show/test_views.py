"""Every view of every kind of graph: none stumbles, and names are only names."""

import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

VIEWS: dict[str, Callable[[gd.Graph], Any]] = {
    "str": str,
    "to_text": lambda g: g.to_text(depth=2, fold=True, colour=True),
    "exact": lambda g: gd.parse(g.to_text(exact=True)).to_text(exact=True),
    "to_dot": gd.Graph.to_dot,
    "to_mermaid": gd.Graph.to_mermaid,
    "to_svg": gd.Graph.to_svg,
    "to_latex": gd.Graph.to_latex,
    "to_unicode": gd.Graph.to_unicode,
    "to_mathml": gd.Graph.to_mathml,
    "to_networkx": lambda g: str(gd.from_networkx(g.to_networkx())),
    "to_html": gd.Graph.to_html,
    "_repr_html_": gd.Graph._repr_html_,
    "explain": lambda g: "".join(str(gd.explain(g, name)) for name in g.outputs),
    "explain as HTML": lambda g: "".join(
        gd.explain(g, name).to_html() for name in g.outputs
    ),
}
MARKED_UP = {"to_svg", "to_html", "to_mathml", "_repr_html_", "explain as HTML"}

HOSTILE = [
    *("<script>alert(1)</script>", "]]>", "</title><img src=x onerror=alert(1)>"),
    *("q\"uo'te", "back\\slash", "$x$ \\input{/etc/passwd}", "%", "a\nb", "\0", "\r"),
    *("\ud800", "\u202eabc", "\u2028", "\x1b[31m", "x" * 10_000, "#{}^_~&", "`b`"),
    *("-->", "{{}}", ";", "|", "end", "&lt;", "\x85"),
]
INERT = ("\0", "\r", "\ud800", "\u202e", "\u2028", "\x1b[3", "\x85")


def graphs() -> dict[str, Callable[[], gd.Graph]]:
    def layered(x: Any) -> Any:
        for _ in range(3):
            x = np.tanh(x * x + 1)
        return np.sum(x)

    def looped(x: Any) -> Any:
        def inner(i: Any, c: Any) -> Any:
            return gd.cond(np.sum(c) > 0, lambda c: np.sin(c) * x, lambda c: c - x, c)

        c = gd.fori_loop(0, 4, lambda i, c: gd.fori_loop(0, 3, inner, c), x)
        return np.sum(gd.while_loop(lambda c: np.sum(c) < 10, lambda c: c + 1, c))

    def assigned(x: Any) -> Any:
        a = x * 2
        a[1] = x[0] * 3
        a[2:] += 1
        return np.sum(a**2)

    def by_hand(dims: str, build: Any, dtype: Any = float) -> gd.Graph:
        x = gd.var("x", dims, dtype)
        return gd.Graph({"x": x}, build(x))

    def hostile() -> gd.Graph:
        xs = {name: gd.var(name, "n") for name in HOSTILE}
        ys = {f"o{k}": gd.named(np.sin(x) * 2, k) for k, x in xs.items()}
        graph = gd.Graph(xs, {**ys, "loss": sum(np.sum(y) for y in ys.values())})
        return gd.differentiate(graph, of="loss", wrt=HOSTILE[:4])

    scalar = gd.grad(gd.grad(lambda x: layered(x * np.ones(3))))
    numbers = np.array([np.nan, np.inf, -np.inf, -0.0, 1e300])
    return {
        "no entries": lambda: by_hand("0", lambda x: {"y": np.sum(x * 2), "z": x + 1}),
        "a number": lambda: by_hand("", lambda x: {"y": np.sin(x)}),
        "five axes": lambda: by_hand("2,3,4,5,6", lambda x: {"y": x.transpose()}),
        "complex": lambda: by_hand("n", lambda z: {"y": np.abs(z * z + 1j)}, complex),
        "integers": lambda: by_hand("n", lambda i: {"y": i * 2, "b": i > 3}, int),
        "an input that is an output": lambda: by_hand("n", lambda x: {"x": x, "y": x}),
        "one value twice": lambda: by_hand("n", lambda x: dict.fromkeys("ab", x)),
        "no output": lambda: by_hand("n", lambda x: {}),
        "nothing": lambda: gd.Graph({}, {}),
        "a gradient": lambda: gd.grad(layered).graph(gd.spec("n")),
        "of order 2": lambda: scalar.graph(gd.spec()),
        "of order 3": lambda: gd.grad(scalar).graph(gd.spec()),
        "loops": lambda: gd.trace(looped, gd.spec("n")),
        "gradients of loops": lambda: gd.grad(looped).graph(gd.spec("n")),
        "assignment": lambda: gd.grad(assigned).graph(gd.spec("5")),
        "odd numbers": lambda: gd.trace(lambda x: x * numbers + np.nan, gd.spec("5")),
        "several results": lambda: gd.grad(
            lambda a: np.sum(np.linalg.eigh(a + a.T)[0] ** 3)
        ).graph(gd.spec("n,n")),
        "hostile names": hostile,
    }


@pytest.mark.parametrize("name", graphs())
def test_every_view_of_every_kind_of_graph(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = graphs()[name]()
    for view, show in VIEWS.items():
        text = show(graph)
        if text is None:
            continue
        text.encode()
        if view in ("to_svg", "to_mathml"):
            ET.fromstring(f"<views>{text.partition('?>')[2] or text}</views>")
        if name != "hostile names":
            continue
        plain = text.replace("\x1b[", "") if view == "to_text" else text
        assert not [sign for sign in INERT if sign in plain], view
        if view in MARKED_UP:
            assert "<script>alert" not in text
            assert "<img src=x" not in text
        if view == "to_latex":
            assert "\\input{" not in text


@pytest.mark.parametrize("view", sorted(VIEWS.keys() - {"to_html"}))
def test_long_chains(view: str) -> None:
    """Longer than Python recurses: no view follows a graph by calling itself."""
    x = gd.var("x", "n")
    y = x
    for i in range(600):
        y = np.sin(y) * y if i % 2 else y * y + 1.5
    VIEWS[view](gd.Graph({"x": x}, {"y": np.sum(y)}))
