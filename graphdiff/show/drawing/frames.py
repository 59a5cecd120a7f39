"""Frames: a layer or a call, with what belongs to it alone, in each of the halves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.show.blocks import Instance, blocks
from graphdiff.show.drawing.model import Box, Edge, Frame, column_of

_DEEPEST = 2


def framed(
    graph: Graph, boxes: Sequence[Box], edges: Sequence[Edge], shown: Mapping[Node, int]
) -> tuple[tuple[Box, ...], tuple[Frame, ...]]:
    """The frames of a picture, and its boxes, which know their innermost frame.

    Every instance of a block has a frame in each column that shows two boxes of it.
    What only an instance reads, a layer's weights, is drawn with it.
    """
    parts = _parts(graph)
    owner = _owners(parts, boxes, shown)
    _adopt(owner, boxes, edges)
    members: dict[tuple[int, int], list[int]] = {}
    for number, part in owner.items():
        column = column_of(boxes[number].order)
        held: int | None = part
        while held is not None:
            members.setdefault((held, column), []).append(number)
            held = parts[held][1]
    found: list[Frame] = []
    places: dict[tuple[int, int], int] = {}
    for i, (instance, parent) in enumerate(parts):
        for column in range(3):
            inside = tuple(members.get((i, column), ()))
            above = places.get((parent, column)) if parent is not None else None
            if len(inside) > 1:
                places[i, column] = len(found)
                where = str(instance.block.where)
                frame = Frame(len(found), _title(instance), inside, above, where)
                found.append(frame)
    known = tuple(
        replace(box, frame=places.get((owner[box.number], column_of(box.order))))
        if box.number in owner
        else box
        for box in boxes
    )
    return known, tuple(found)


def _parts(graph: Graph) -> list[tuple[Instance, int | None]]:
    """The instances, each with the place of the one that holds it, not too deep."""
    found: list[tuple[Instance, int | None]] = []
    place: dict[Instance, int] = {}
    depth: dict[Instance, int] = {}
    for block in blocks(graph):
        for instance in block.instances:
            outer = instance.within
            depth[instance] = depth.get(outer, 0) + 1 if outer is not None else 1
            if depth[instance] <= _DEEPEST:
                place[instance] = len(found)
                found.append((instance, None if outer is None else place.get(outer)))
    return found


def _title(instance: Instance) -> str:
    """``layer 2``; what has no name is the second round of its loop."""
    block = instance.block
    word = "round" if block.kind == "loop" else block.title
    return f"{word} {instance.number}"


def _owners(
    parts: Sequence[tuple[Instance, int | None]],
    boxes: Sequence[Box],
    shown: Mapping[Node, int],
) -> dict[int, int]:
    """The innermost part that each box stands in."""
    found: dict[int, int] = {}
    for i, (instance, _) in enumerate(parts):
        for node in _nodes(instance):
            number = shown.get(node)
            if number is not None and boxes[number].node is node:
                found[number] = i
    return found


def _nodes(instance: Instance) -> Iterable[Node]:
    yield from instance.forward
    yield from instance.gradient


def _adopt(owner: dict[int, int], boxes: Sequence[Box], edges: Sequence[Edge]) -> None:
    """Give inputs and constants that one part alone reads to that part."""
    readers: dict[int, set[int | None]] = {}
    for edge in edges:
        if boxes[edge.source].order == boxes[edge.target].order:
            readers.setdefault(edge.source, set()).add(owner.get(edge.target))
    for box in boxes:
        parts = readers.get(box.number, set())
        if box.kind in ("input", "constant") and len(parts) == 1:
            (part,) = parts
            if part is not None:
                owner[box.number] = part
