"""Whatever a name holds, it is text on the page, and a page asks for nothing."""

import json
import re

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show.page.inert import visible
from graphdiff.show.page.page import SCRIPTS, STYLES, asset, inert_json
from tests.show import graphs
from tests.show.page.opening import opened

NAMES = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'\"]]>--><!--",
    "a\nb</b>&amp;\x00",
    "\u202eevil\u2066",
    "\ud800lone",
    "\u2028line\u2029",
    "x" * 10_000,
    "<svg onload=alert(1)>",
    "${title} $style {data}",
    "\u05d0\u05d1\u05d2",
    "__proto__",
    "constructor",
    "gd-n0",
)


@pytest.fixture(scope="module")
def hostile():
    """A page in which every name is an attack."""
    variables = {name: gd.var(name, "n") for name in NAMES}
    z = gd.named(np.tanh(sum(variables.values())), "z</style><b onclick=alert(1)>")
    graph = gd.differentiate(gd.Graph(variables, {"out\n-->": np.sum(z)}))
    given = {name: np.ones(2) for name in NAMES}
    return graph.to_html(given, title="</title><script>alert(1)</script>")


def test_hostile_names_are_text_and_nothing_else(tab, tmp_path, hostile):
    with opened(tab, tmp_path / "page.html", hostile) as shown:
        shown.press("f")
        for name in ("steps", "listing", "module", "passes", "node"):
            shown.click(f"#tab-{name}")
        shown.click("#tab-steps")
        shown.click("[aria-label='To the end']")
        for i in range(shown.count(".box")):
            shown.page.locator(".box").nth(i).dispatch_event("click")
        shown.press("/")
        shown.page.keyboard.type("<")
        assert shown.count("script") == 2
        assert shown.count("style") == 1
        assert shown.count("img, iframe, object, embed, link, base, form") == 1
        script = "[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes])"
        names = shown.page.evaluate(f"{script}.map((a) => a.name)")
        assert not [name for name in names if name.startswith("on")]
        text = shown.text("body")
        assert not set(text) & set("\u202e\u2066\x00\u2028")
        assert "<img src=x onerror" in shown.page.text_content("#panel-listing")


def test_no_script_runs_but_our_own(hostile):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', hostile)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert hostile.count("<script") == 2
    assert hostile.count("</script>") == 2
    assert hostile.count("<style>") == 1


def test_the_assets_never_end_their_own_element():
    for part in (asset(*STYLES), asset(*SCRIPTS)):
        assert "</" not in part
        assert "<!--" not in part


def test_json_holds_no_markup_and_reads_back():
    data = {"a": "</script><!-- & \u2028 \ud800", "b": [1, None]}
    text = inert_json(data)
    assert text.isascii()
    assert not set("<>&") & set(text)
    assert json.loads(text) == data


def test_what_cannot_be_seen_gets_a_sign():
    assert visible("a\u202eb\x00\n") == "a�b��"
    assert len(visible("x" * 10_000)) < 300


def test_the_page_is_the_same_for_the_same_graph():
    first, second = graphs.figure_6_11(), graphs.figure_6_11()
    assert first.to_html() == second.to_html()
