"""The page in a browser: with the mouse, with the keyboard, light and dark."""

import re

import numpy as np
import pytest

import graphdiff as gd
from tests.show import graphs
from tests.show.page.opening import opened


def book_inputs():
    rng = np.random.default_rng(0)
    return {
        "X": rng.normal(size=(5, 784)),
        "W1": rng.normal(size=(784, 256)),
        "W2": rng.normal(size=(256, 10)),
        "y": np.arange(5),
        "lam": 0.5,
    }


@pytest.fixture(scope="module")
def book():
    """The page of section 6.5.7, with values."""
    return graphs.figure_6_11().to_html(book_inputs())


@pytest.fixture
def shown(tab, tmp_path, book):
    with opened(tab, tmp_path / "page.html", book) as page:
        yield page


def test_a_box_that_is_clicked_tells_all_about_itself(shown):
    shown.click(shown.box("U1"))
    panel = shown.text("#panel-node")
    for words in ("U1", "X @ W1", "(n, 256)", "float64", "graphs.py:", "d_U1", "norm"):
        assert words in panel
    assert shown.selected() == "U1"
    assert "U1 = X @ W1" in shown.text("#panel-node .facts button.link code")
    assert "selected" in shown.page.get_attribute(shown.box("U1"), "class")
    assert "U1" in shown.page.text_content("#live")


def test_an_adjoint_tells_its_rule_its_convention_and_the_node_it_faces(shown):
    shown.click(shown.box("d_U1"))
    facts = shown.text("#panel-node .facts")
    assert "derivative of relu" in facts
    assert "jumps at 0: zero" in facts
    assert "adjoint of" in facts
    shown.click("#panel-node .facts .chip.forward >> nth=-1")
    assert shown.selected() == "U1"


def test_the_emitted_line_is_shown_and_marked_in_the_module(shown):
    shown.click(shown.box("U1"))
    shown.click("#panel-node .facts button.link")
    assert shown.text("#panel-module .marked").startswith("    U1 = X @ W1")
    assert shown.page.locator("#panel-module .marked").is_visible()


def test_resting_on_a_node_lights_its_adjoint_and_all_paths_to_the_loss(shown):
    shown.page.hover(shown.box("U1"))
    lit = set(shown.texts(".box.on .name"))
    assert {"U1", "H", "U2", "J", "d_U1", "d_H", "d_U2"} <= lit
    assert not {"X", "W1", "W2", "d_W1"} & lit
    assert shown.count(".edge.on") >= 5
    shown.page.hover("#legend", force=True)
    shown.page.wait_for_selector("#sheet:not(.lit)")
    assert shown.count(".box.on") == 0


def test_search_finds_names_operations_and_lines_and_jumps_there(shown):
    shown.press("/")
    shown.page.keyboard.type("d_u")
    assert shown.texts("#results b")[:3] == ["d_U2", "d_U1", "X.T @ d_U1"]
    shown.press("ArrowDown", "Enter")
    assert shown.selected().startswith("d_U")
    shown.press("/")
    shown.page.fill("#search", "relu(u1)")
    assert shown.texts("#results b") == ["H"]
    shown.page.fill("#search", "graphs.py:26")
    assert shown.count("#results [role=option]") >= 1
    shown.page.fill("#search", "no such thing")
    assert shown.text("#results") == "nothing found"
    shown.press("Escape")
    assert not shown.page.locator("#results").is_visible()


def test_steps_fill_the_table_of_gradients_as_in_algorithm_6_2(shown):
    shown.click("#tab-steps")
    rows = "#panel-steps tbody tr:visible"
    assert shown.count(rows) == 1
    counts = []
    for _ in range(6):
        shown.press(".")
        counts.append(shown.count(f"{rows} li:visible"))
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    assert shown.count(".box.current") == 2
    shown.press(",", ",")
    assert shown.count(f"{rows} li:visible") == counts[-3]
    shown.click("[aria-label='To the end']")
    shares = "#panel-steps tr:has(th bdi:text-is('W2')) li [title]"
    found = shown.page.locator(shares)
    titles = [found.nth(i).get_attribute("title") for i in range(found.count())]
    assert titles == ["2 * d_u * W2", "H.T @ d_U2"]
    assert shown.count(f"{shares} math .bar-over") == 2


def test_stepping_plays_and_pauses(shown):
    shown.click("#tab-steps")
    shown.page.fill("[aria-label=Speed]", "9")
    shown.press("p")
    shown.page.wait_for_selector("#panel-steps tbody tr:nth-child(4)")
    shown.press("p")
    assert shown.count("[aria-label=Play]") == 1


def test_the_numbers_of_the_table_are_those_of_back_propagation(tab, tmp_path):
    graph = gd.trace(lambda w: np.sum((3 * w) ** 2), gd.spec("n"))
    page = graph.to_html({"w": [1.0, 2.0]})
    with opened(tab, tmp_path / "page.html", page) as shown:
        shown.click("#tab-steps")
        shown.click("[aria-label='To the end']")
        assert "[18, 36]" in shown.texts("#panel-steps tbody tr")[-1]


def test_arrows_walk_along_edges_and_keys_lead_to_the_adjoint_and_back(shown):
    shown.click(shown.box("J"))
    shown.press("ArrowDown")
    assert shown.selected() != "J"
    shown.click(shown.box("U2"))
    shown.press("g")
    assert shown.selected() == "d_U2"
    focused = shown.page.evaluate("document.activeElement.id")
    assert f"#{focused}" == shown.box("d_U2")
    shown.press("b")
    assert shown.selected() == "U2"
    shown.press("Enter")
    assert shown.page.evaluate("document.activeElement.textContent") == "U2"
    shown.press("Escape")
    assert shown.count(".box.selected") == 0


def test_help_lists_the_keys_and_closes(shown):
    shown.press("?")
    assert "walk along the edges" in shown.text("#help")
    shown.press("Escape")
    assert not shown.page.locator("#help").is_visible()


def scale(shown):
    style = shown.page.evaluate("document.getElementById('sheet').style.transform")
    return float(re.search(r"scale\(([\d.]+)\)", style)[1])


def test_wheel_buttons_and_keys_scale_and_dragging_moves(shown):
    first = scale(shown)
    shown.click("#zoom-in")
    shown.press("+")
    assert scale(shown) > first
    shown.page.mouse.move(400, 400)
    shown.page.mouse.wheel(0, 400)
    shown.page.wait_for_timeout(50)
    assert scale(shown) < first * 1.3**2
    before = shown.page.locator(shown.box("J")).bounding_box()
    shown.page.mouse.move(30, 700)
    shown.page.mouse.down()
    shown.page.mouse.move(60, 680, steps=3)
    shown.page.mouse.up()
    after = shown.page.locator(shown.box("J")).bounding_box()
    assert after["x"] - before["x"] == pytest.approx(30, abs=1)
    assert after["y"] - before["y"] == pytest.approx(-20, abs=1)
    shown.press("f")
    assert scale(shown) == pytest.approx(first)


def test_dark_follows_the_system_and_the_button(tab, tmp_path, book):
    path = tmp_path / "page.html"
    with opened(tab, path, book, color_scheme="dark") as shown:
        dark = shown.colour("body")
        assert dark == "rgb(20, 23, 28)"
        fill = shown.colour(".box.gradient rect", "fill")
        assert fill == "rgb(61, 39, 22)"
        shown.click("#theme")
        assert shown.colour("body") == "rgb(255, 255, 255)"
        assert shown.colour(".box.gradient rect", "fill") == "rgb(253, 235, 220)"


def test_passes_show_rules_equations_and_what_changed(shown):
    shown.click("#tab-passes")
    text = shown.text("#panel-passes")
    assert "simplify: rules" in text
    assert "->" in text
    assert shown.count("#panel-passes .line.gone") > 0
    assert shown.count("#panel-passes .line.new") > 0


def test_nan_and_infinity_are_red_in_panel_and_picture(tab, tmp_path):
    def program(x, w):
        z = x / w
        p = np.log(z)
        return np.sum(p * x)

    graph = gd.value_and_grad(program).graph(gd.spec("n"), gd.spec("n"))
    given = {"x": np.array([1.0, 0.0, -2.0]), "w": np.array([1.0, 2.0, 0.0])}
    page = graph.to_html(given)
    with opened(tab, tmp_path / "page.html", page) as shown:
        assert shown.colour(f"{shown.box('p')} rect", "stroke") == "rgb(192, 31, 46)"
        shown.click(shown.box("p"))
        assert shown.text("#panel-node .badge.bad") == "NaN"
        assert shown.count("#panel-node td.bad") == 2
        colour = shown.colour("#panel-node td.bad", "color")
        assert colour == "rgb(192, 31, 46)"


def test_a_phone_shows_all_of_it_without_scrolling_sideways(tab, tmp_path, book):
    path = tmp_path / "page.html"
    with opened(tab, path, book, 390, 844) as shown:
        wide = shown.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        shown.page.tap(shown.box("J"))
        assert shown.selected() == "J"
        box = shown.page.locator("#panel").bounding_box()
        assert box["width"] == 390
        assert box["y"] > 200


def test_a_tall_picture_begins_at_its_top_and_fills_the_width(tab, tmp_path):
    def deep(x, W):
        for _ in range(20):
            x = np.tanh(W @ x)
        return np.sum(x)

    graph = gd.value_and_grad(deep, wrt="W").graph(gd.spec("n"), gd.spec("n,n"))
    with opened(tab, tmp_path / "tall.html", graph.to_html()) as shown:
        stage = shown.page.locator("#stage").bounding_box()
        sheet = shown.page.locator("#sheet svg").bounding_box()
        loss = shown.page.locator(shown.box("deep")).bounding_box()
    assert sheet["height"] > stage["height"]
    assert 0 <= sheet["y"] - stage["y"] <= 24
    assert loss["y"] >= stage["y"]
    left = sheet["x"] - stage["x"]
    assert left <= 24 or sheet["width"] + 2 * left <= stage["width"] + 1


def test_local_derivatives_and_the_convention_of_a_kink_are_told(shown):
    shown.click(shown.box("H"))
    assert "jumps at 0: zero" in shown.text("#panel-node .facts")
    assert shown.texts("#panel-node .slopes .chip") == ["U1"]
    assert shown.count("#panel-node .slopes math mfrac") == 1
    shown.click(shown.box("U2"))
    assert shown.texts("#panel-node .slopes .chip") == ["H", "W2"]


def test_a_screen_reader_finds_its_way(shown):
    page = shown.page
    boxes = page.get_by_role("listbox", name="Boxes of the graph")
    assert boxes.get_by_role("option").count() == shown.count(".box")
    name = "H = relu(U1), float64[n, 256], op, its adjoint is d_H"
    assert boxes.get_by_role("option", name=name).count() == 1
    assert page.get_by_role("tab").count() == 5
    assert page.get_by_role("tab", name="Node", selected=True).count() == 1
    page.get_by_role("link", name="Skip the picture").focus()
    shown.press("Enter")
    assert page.get_by_role("tabpanel", name="Listing").is_visible()
    assert "U1 = X @ W1" in page.evaluate("document.activeElement.textContent")


def test_tab_goes_through_the_page_in_its_order(shown):
    found = []
    for _ in range(10):
        shown.press("Tab")
        found.append(shown.page.evaluate("document.activeElement.id"))
    loss = shown.box("J")[1:]
    tools = ["zoom-in", "zoom-out", "fit", "border", "tab-node"]
    assert found == ["skip", "search", "theme", "help-open", loss, *tools]
    shown.press("ArrowRight")
    assert shown.page.evaluate("document.activeElement.id") == "tab-steps"
    assert shown.page.locator("#panel-steps").is_visible()


def test_two_fingers_scale_the_picture(shown):
    first = scale(shown)
    session = shown.page.context.new_cdp_session(shown.page)

    def touch(kind, *points):
        found = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        event = {"type": kind, "touchPoints": found}
        session.send("Input.dispatchTouchEvent", event)

    touch("touchStart", (300, 400), (400, 400))
    touch("touchMove", (280, 400), (420, 400))
    touch("touchMove", (250, 400), (450, 400))
    touch("touchEnd")
    assert scale(shown) == pytest.approx(2 * first, rel=0.05)
