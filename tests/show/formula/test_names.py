"""Names in formulas: pretty where they can be, inert and distinct whatever they are."""

import re
import xml.dom.minidom

import pytest

import graphdiff as gd
from graphdiff.show.formula import Formulas
from graphdiff.show.formula.latex import latex
from graphdiff.show.formula.names import symbol
from tests.show.formula.latex_check import check_latex

HOSTILE = [
    *"\\{}$%^&#~_|<>\"'`=-+",
    "",
    "</script>",
    "]]>",
    "a\nb",
    "\0",
    "\ud800",
    "\u202eabc",
    "\u200b",
    "x" * 10_000,
    "x" * 9_999 + "y",
    "\\input{/etc/passwd}",
    "\\end{align*}",
    "$x$",
    "^^M",
    "W1",
    "W_1",
    "W__1",
    "lam",
    "lambda",
    "θ",
    "theta",
    "שלום",
    "中文",
    "1",
    "2 x",
    "ﬁ",
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "x"),
        ("W1", "W_1"),
        ("W_12", "W_{12}"),
        ("sigma2", r"\sigma_2"),
        ("lam", r"\lambda"),
        ("x_hat", r"\hat{x}"),
        ("W_out", r"W_{\mathrm{out}}"),
        ("x_1_2", "x_{1, 2}"),
        ("loss", r"\mathrm{loss}"),
        ("learning_rate", r"\text{learning\_rate}"),
        ("params.layers.0.W", "W^{(0)}"),
        ("xs.2", r"\mathrm{xs}_2"),
        ("θ", r"\theta"),
    ],
)
def test_a_name_reads_as_an_author_would_write_it(name, expected):
    assert latex(symbol(name)) == expected


@pytest.fixture(scope="module")
def formulas():
    inputs = {name: gd.var(f"v{i}", "") for i, name in enumerate(HOSTILE)}
    total = sum(inputs.values())
    return Formulas(gd.Graph(inputs=inputs, outputs={"out}\\$": total}))


def symbols(formulas):
    return [formulas.symbol(node) for node in formulas.graph.inputs.values()]


def test_hostile_names_stay_distinct(formulas):
    for form in ("latex", "unicode", "mathml"):
        texts = [getattr(s, form)() for s in symbols(formulas)]
        assert len(set(texts)) == len(texts)
        assert max(map(len, texts)) < 600


def test_hostile_names_are_inert_in_latex(formulas):
    for found in symbols(formulas):
        check_latex(found.latex())
    check_latex(formulas.graph.to_latex())
    assert "\n\n" not in formulas.graph.to_latex()


def test_hostile_names_are_inert_in_mathml(formulas):
    made = formulas.graph.to_mathml()
    tags = {node.nodeName for node in elements(xml.dom.minidom.parseString(made))}
    assert tags <= {
        "math",
        "mtable",
        "mtr",
        "mtd",
        "mrow",
        "mi",
        "mo",
        "mn",
        "msub",
    } | {
        "msup",
        "msubsup",
        "mover",
        "mfrac",
        "mspace",
        "mtext",
    }


def elements(node):
    for child in node.childNodes:
        if child.nodeType == child.ELEMENT_NODE:
            yield child
            yield from elements(child)


def test_hostile_names_keep_lines_of_unicode_apart(formulas):
    text = formulas.graph.to_unicode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\ud800-\udfff\u200b]", text)
    text.encode("utf-8")


def test_sizes_and_values_have_letters_of_their_own():
    n = gd.var("n", "n")
    text = gd.Graph(inputs={"n": n}, outputs={"y": n.mean()}).to_unicode()
    assert text == "y = (1/“n”) ∑ᵢ nᵢ" or text == "y = (1/n′) ∑ᵢ nᵢ"
