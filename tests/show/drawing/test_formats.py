"""SVG, PNG, DOT and Mermaid: well-formed whatever the names, and always the same."""

import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from html import unescape

import numpy as np
import pytest

import graphdiff as gd
from tests.show import graphs

SVG = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text"}
NASTY = (
    "</text><script>alert(1)</script>",
    "]]>",
    '" onload="alert(1)',
    "&lt;&#0;",
    "\x00\ud800\u202eabc",
    "x" * 10_000,
    "%%{init: {}}%%",
    'end"]; click n0 call x()',
)


def nasty():
    variables = {name: gd.var(name, "n") for name in NASTY}
    z = gd.named(np.tanh(sum(variables.values())), "]]><b>")
    graph = gd.Graph(variables, {"</svg>": np.sum(z)})
    return gd.differentiate(graph)


def test_svg_is_well_formed_whatever_the_names():
    for graph in (nasty(), graphs.hostile()):
        root = ET.fromstring(graph.to_svg())
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title") is not None
        assert root.find(f"{SVG}desc").text
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= set(
            [
                "svg",
                "title",
                "desc",
                "style",
                "defs",
                "marker",
                "path",
                "rect",
                "g",
                "text",
            ]
        )
        assert not any(k.startswith("on") for e in root.iter() for k in e.attrib)


def test_svg_loads_nothing():
    text = nasty().to_svg()
    assert re.findall(r"url\((?!#)", text) == []
    assert "href" not in re.sub(r">[^<]*<", "><", text)


def test_long_names_are_cut_and_said_in_full_when_pointed_at():
    text = nasty().to_svg()
    shown = [unescape(t) for t in re.findall(r"<text[^>]*>([^<]*)</text>", text)]
    assert max(map(len, shown)) < 60
    assert any(t.startswith("xxx") and t.endswith("…") for t in shown)


def test_every_box_and_arrow_can_be_addressed():
    graph = graphs.figure_6_11()
    root = ET.fromstring(graph.to_svg())
    boxes = {e.get("id") for e in root.iter(f"{SVG}g") if "box" in e.get("class", "")}
    ends = [
        (e.get("data-from"), e.get("data-to"))
        for e in root.iter(f"{SVG}path")
        if e.get("data-from")
    ]
    assert len(ends) == len(set(ends)) > 20
    assert {f"gd-n{i}" for pair in ends for i in pair} <= boxes


def test_png_has_the_size_of_the_picture():
    graph = graphs.figure_6_10()
    root = ET.fromstring(graph.to_svg())
    made = graph.to_png(scale=1.5)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", made[16:24])
    assert wide == pytest.approx(1.5 * float(root.get("width")), abs=1.5)
    assert high == pytest.approx(1.5 * float(root.get("height")), abs=1.5)


def test_png_without_its_packages_says_what_to_install(monkeypatch):
    for package in ("resvg_py", "fontpkg_arimo", "ziafont"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, package, None)
            with pytest.raises(gd.MissingError, match=f"{package}: pip install font"):
                graphs.figure_6_10().to_png()


@pytest.mark.parametrize("scale", [0, -1, 100, "2", float("nan")])
def test_png_refuses_a_scale_that_is_none(scale):
    with pytest.raises(gd.GraphValueError, match="scale"):
        graphs.figure_6_10().to_png(scale=scale)


def test_pictures_are_written_where_wanted(tmp_path):
    graph = graphs.figure_6_10()
    assert graph.to_svg(tmp_path / "a.svg") == (tmp_path / "a.svg").read_text()
    assert graph.to_png(tmp_path / "a.png") == (tmp_path / "a.png").read_bytes()
    assert graph.to_dot(tmp_path / "a.dot") == (tmp_path / "a.dot").read_text()
    assert graph.to_mermaid(tmp_path / "a.mmd") == (tmp_path / "a.mmd").read_text()


LINE = re.compile(
    r"flowchart BT|\s+subgraph \w+ \[\"[ \w]+\"\]|\s+end"
    r"|\s+n\d+\[\"(?:[ \w.,=+*/:()[\]'!?|~^…·-]|#\d+;|</?[bi]>|<br/>)*\"\]:::\w+"
    r"|\s+style \w+ fill:none,stroke:#\w+|\s+class n\d+ output"
    r"|\s+n\d+ (?:-->|-\.->) n\d+"
    r"|\s+linkStyle [\d,]+ stroke:#\w+|\s+classDef \w+ [\w:#,-]+"
)


def test_mermaid_holds_nothing_that_a_name_could_have_said():
    for graph in (nasty(), graphs.hostile(), graphs.figure_6_11()):
        for line in graph.to_mermaid().splitlines():
            assert LINE.fullmatch(line), line


def test_the_same_bytes_under_any_hash_seed():
    code = (
        "import hashlib; from tests.show import graphs; g = graphs.figure_6_11()\n"
        "texts = g.to_svg() + g.to_dot() + g.to_mermaid()\n"
        "print(hashlib.sha256(texts.encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_expressions_are_drawn_as_graphs_are(tmp_path):
    x, other = gd.var("x", "n"), gd.var("x", "n")
    y = np.sum(np.sin(x) * other)
    ET.fromstring(y.to_svg())
    assert y.to_png(tmp_path / "y.png") == (tmp_path / "y.png").read_bytes()
    assert "sin(x)" in y.to_dot()
    assert "x_2" in y.to_mermaid()


def test_graphviz_places_the_boxes_where_it_is_asked_to():
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    text = graphs.figure_6_11().to_svg(engine="dot")
    assert text.startswith("<svg")
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert "d_W1" in "".join(root.itertext())


def test_without_graphviz_its_engine_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(gd.MissingError, match="Graphviz"):
        graphs.figure_6_10().to_svg(engine="dot")


def test_an_unknown_engine_lists_the_known():
    with pytest.raises(gd.GraphValueError, match="'graphdiff', 'dot', got 'neato'"):
        graphs.figure_6_10().to_svg(engine="neato")
