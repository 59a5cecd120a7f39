"""What must be true of every layout: no overlaps, arrows between the boxes."""

from itertools import pairwise


def overlap(a, b):
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def assert_well_placed(layout):
    boxes = layout.boxes
    in_order = sorted(range(len(boxes)), key=lambda i: boxes[i].y)
    for place, i in enumerate(in_order):
        box = boxes[i]
        assert box.x >= 0
        assert box.right <= layout.width
        assert box.y >= 0
        assert box.bottom <= layout.height
        for j in in_order[place + 1 :]:
            if boxes[j].y >= box.bottom:
                break
            assert not overlap(box, boxes[j])
    assert {r.edge for r in layout.routes} == set(layout.drawing.edges)
    for route in layout.routes:
        assert at_rim(boxes[route.edge.source], route.points[0])
        assert at_rim(boxes[route.edge.target], route.points[-1])
        for point in along(route):
            assert not any(well_inside(box, point) for box in boxes), route.edge


def at_rim(box, point):
    x, y = point
    across = box.x - 0.01 <= x <= box.right + 0.01
    down = box.y - 0.01 <= y <= box.bottom + 0.01
    upright = min(abs(y - box.y), abs(y - box.bottom)) < 0.01
    level = min(abs(x - box.x), abs(x - box.right)) < 0.01
    return across and down and (upright or level)


def well_inside(box, point):
    x, y = point
    return box.x + 0.6 < x < box.right - 0.6 and box.y + 0.6 < y < box.bottom - 0.6


def along(route, count=8):
    """Points of the way that is drawn."""
    for (ax, ay), (bx, by) in pairwise(route.points):
        mid = (ay + by) / 2
        for i in range(count + 1):
            t = i / count
            u = 1 - t
            if route.wire or abs(ax - bx) < 0.05:
                yield ax + (bx - ax) * t, ay + (by - ay) * t
            else:
                x = u**3 * ax + 3 * u * u * t * ax + 3 * u * t * t * bx + t**3 * bx
                y = u**3 * ay + 3 * u * u * t * mid + 3 * u * t * t * mid + t**3 * by
                yield x, y
