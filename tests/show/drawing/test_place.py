"""Where things stand: no overlaps, arrows between the boxes, adjoints facing."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.show.drawing import drawing, place
from tests.show import graphs

GRAPHS = {
    "6.8": graphs.figure_6_8,
    "6.10": graphs.figure_6_10,
    "6.11": graphs.figure_6_11,
    "network": graphs.two_layers,
    "hostile": graphs.hostile,
}


def overlap(a, b):
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


@pytest.mark.parametrize("name", GRAPHS)
def test_no_two_boxes_overlap(name):
    boxes = place(drawing(GRAPHS[name]())).boxes
    for i, a in enumerate(boxes):
        assert not any(overlap(a, b) for b in boxes[:i])


@pytest.mark.parametrize("name", GRAPHS)
def test_arrows_begin_and_end_at_their_boxes(name):
    layout = place(drawing(GRAPHS[name]()))
    assert len(layout.routes) == len(layout.drawing.edges)
    for route in layout.routes:
        assert at_rim(layout.boxes[route.edge.source], route.points[0])
        assert at_rim(layout.boxes[route.edge.target], route.points[-1])


def at_rim(box, point):
    x, y = point
    across = box.x - 0.01 <= x <= box.right + 0.01
    down = box.y - 0.01 <= y <= box.bottom + 0.01
    upright = min(abs(y - box.y), abs(y - box.bottom)) < 0.01
    level = min(abs(x - box.x), abs(x - box.right)) < 0.01
    return across and down and (upright or level)


@pytest.mark.parametrize("name", ["6.10", "6.11", "network"])
def test_adjoints_face_their_values(name):
    layout = place(drawing(GRAPHS[name]()))
    pairs = [
        (b.number, b.partner) for b in layout.drawing.boxes if b.partner is not None
    ]
    assert len(pairs) > 2
    for adjoint, value in pairs:
        a, v = layout.boxes[adjoint], layout.boxes[value]
        assert a.middle[1] == pytest.approx(v.middle[1])
        assert a.x > v.right


def deep(rounds=4):
    def net(params, X):
        for W, b in params:
            z = X @ W + b
            X = np.tanh(z) + X
        return np.mean(X**2)

    params = [(gd.spec("h,h"), gd.spec("h"))] * rounds
    return gd.value_and_grad(net).graph(params, gd.spec("n,h"))


def inside(corners, point):
    """Whether a point lies in a polygon: a ray to the right crosses it oddly often."""
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (ay > y) != (by > y) and x < ax + (bx - ax) * (y - ay) / (by - ay):
            odd = not odd
    return odd


def test_frames_hold_their_members_and_nobody_else():
    layout = place(drawing(deep()))
    assert len(layout.frames) >= 7
    for number, outline in layout.frames.items():
        members = set(layout.drawing.frames[number].members)
        for i, box in enumerate(layout.boxes):
            corners = [(x, y) for x in (box.x, box.right) for y in (box.y, box.bottom)]
            within = [inside(outline.corners, corner) for corner in corners]
            assert all(within) if i in members else not any(within)


def test_a_weight_belongs_to_its_layer():
    layout = place(drawing(deep()))
    boxes = layout.drawing.boxes
    (frame,) = [
        f
        for f in layout.drawing.frames
        if f.title == "round 2" and not boxes[f.members[0]].order
    ]
    assert {"W2", "b2", "z2", "X2"} <= {boxes[i].name for i in frame.members}
    assert all(boxes[i].frame == frame.number for i in frame.members)
