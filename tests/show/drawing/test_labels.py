"""Labels: the local derivatives of the chain rule, where there is room."""

import numpy as np

import graphdiff as gd
from graphdiff.show.drawing import drawing, place
from tests.show import graphs


def labels(graph):
    boxes = (found := drawing(graph)).boxes
    return {
        (boxes[e.source].name, boxes[e.target].name): e.label
        for e in found.edges
        if e.label
    }


def test_an_arrow_of_the_chain_rule_says_what_it_multiplies_by():
    found = labels(graphs.figure_6_10())
    assert found["d_y", "d_x"] == "∂y/∂x = 1 − y²"  # noqa: RUF001
    assert found["d_x", "d_w"] == "∂x/∂w = 1 − x²"  # noqa: RUF001


def test_what_is_no_product_of_entries_says_whose_derivative_it_is():
    found = labels(graphs.figure_6_11())
    assert found["d_U2", "d_H"] == "∂U₂/∂H"
    assert found["d_H", "d_U1"] == "∂H/∂U₁"


def test_paths_that_are_summed_have_no_label_of_their_own():
    def f(x):
        y = np.sin(x)
        z = y * np.exp(y)
        return z

    found = labels(gd.value_and_grad(f).graph(gd.spec("")))
    assert ("d_y", "d_x") in found
    assert all(a is not None for a, _ in found)


def test_labels_touch_nothing():
    for make in (graphs.figure_6_10, graphs.figure_6_11, graphs.two_layers):
        layout = place(drawing(make()))
        assert layout.labels
        for label in layout.labels:
            for box in layout.boxes:
                aside = not box.x < label.x < box.right
                assert aside or not box.y < label.y - 3 < box.bottom
        places = [(label.x, label.y) for label in layout.labels]
        assert len(places) == len(set(places))
