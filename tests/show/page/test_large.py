"""A graph of hundreds of nodes: begun where it can be read, with a map of the whole."""

import numpy as np
import pytest

import graphdiff as gd
from tests.show.page.opening import opened


def deep(layers):
    def program(weights, X):
        for W, b in weights:
            Z = X @ W + b
            X = np.tanh(Z) * gd.nn.sigmoid(Z)
        return np.mean(X**2)

    pairs = [(gd.spec("d,d"), gd.spec("d"))] * layers
    return gd.value_and_grad(program).graph(pairs, gd.spec("batch,d"))


@pytest.fixture(scope="module")
def page():
    return deep(14).to_html()


def middle_of_view(shown):
    script = """() => {
        const sheet = document.getElementById('sheet').getBoundingClientRect();
        return (350 - sheet.y) / sheet.height;
    }"""
    return shown.page.evaluate(script)


def test_it_begins_at_the_loss_large_enough_to_read(tab, tmp_path, page):
    with opened(tab, tmp_path / "page.html", page) as shown:
        name = shown.page.locator(f"{shown.box('program')} .name").bounding_box()
        assert name["height"] > 5
        assert 0 < name["y"] < 400
        assert not shown.page.locator("#stage.far").count()
        shown.press("f")
        assert shown.page.locator("#stage.far").count()


def test_the_map_leads_to_any_place(tab, tmp_path, page):
    with opened(tab, tmp_path / "page.html", page) as shown:
        chart = shown.page.locator("#map canvas").bounding_box()
        assert middle_of_view(shown) < 0.2
        x, y = chart["x"] + chart["width"] / 2, chart["y"] + chart["height"] / 2
        shown.page.mouse.click(x, y)
        assert middle_of_view(shown) == pytest.approx(0.5, abs=0.1)
        assert shown.count(".box.selected") == 0
        shown.press("f")
        assert not shown.page.locator("#map").is_visible()


def test_all_steps_come_to_an_end_and_the_controls_stay_in_view(tab, tmp_path, page):
    with opened(tab, tmp_path / "page.html", page) as shown:
        shown.click("#tab-steps")
        shown.click("[aria-label='To the end']")
        rows = shown.count("#panel-steps tbody tr:not([hidden])")
        assert rows > 50
        assert shown.count("#panel-steps .sum.settled") == rows
        shown.click("[aria-label='To the start']")
        assert shown.count("#panel-steps tbody tr:not([hidden])") == 1
