"""What the rewriting passes did to a graph, statement by statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from graphdiff.graph.graph import Graph
from graphdiff.rewrite import Pass
from graphdiff.show.page.inert import visible

_AROUND = 2
_MOST_LINES = 1200
_WIDE = 10_000
_MOST_SHOWN = 240


def pass_records(passes: Sequence[Pass]) -> list[dict[str, Any]]:
    """For each pass that changed something: its rules, and the statements changed."""
    found = []
    listed: dict[int, list[str]] = {}
    for made in passes:
        if made.before is made.after:
            continue
        before, after = _listing(made.before, listed), _listing(made.after, listed)
        change = list(islice(changes(before, after), _MOST_SHOWN))
        if not made.steps and not any(sign in "+-" for sign, _ in change):
            continue
        found.append(
            {
                "name": f"{made.name}: {made.phase}",
                "about": made.about,
                "before": len(made.before),
                "after": len(made.after),
                "rules": _rules(made),
                "change": change,
            }
        )
    return found


def _rules(made: Pass) -> list[dict[str, Any]]:
    """The rules that fired, the most frequent first, each with its equation."""
    counts: dict[tuple[str, str], int] = {}
    for step in made.steps:
        key = step.rule, step.equation
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"name": name.replace("_", " "), "about": _paragraphs(about), "count": count}
        for (name, about), count in ordered
    ]


def _paragraphs(about: str) -> list[str]:
    """The equation, and the paragraphs that argue for it."""
    first, *rest = about.split("\n\n")
    return [first, *(" ".join(part.split()) for part in rest)]


def _listing(graph: Graph, listed: dict[int, list[str]]) -> list[str]:
    """The statements of `graph` without columns, so that only what changed differs."""
    if id(graph) not in listed:
        text = ""
        if len(graph) <= _MOST_LINES:
            text = graph.to_text(fold=False, width=_WIDE)
        lines = text.splitlines()
        plain = (re.sub(r"\s{2,}#", "  #", line) for line in lines)
        listed[id(graph)] = [
            visible(re.sub(r"(#.*?)\s{2,}", r"\1  ", line), 400)
            for line in plain
            if line
        ]
    return listed[id(graph)]


def changes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The lines of both, each with a sign: ``-`` gone, ``+`` new, `` `` the same.

    What stays the same is told where it is near a change; ``…`` stands for the rest.
    """
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    blocks = matcher.get_opcodes()
    for i, (tag, a, b, c, d) in enumerate(blocks):
        if tag != "equal":
            yield from (("-", line) for line in before[a:b])
            yield from (("+", line) for line in after[c:d])
            continue
        head = _AROUND if i else 0
        tail = _AROUND if i + 1 < len(blocks) else 0
        if b - a <= head + tail + 1:
            yield from ((" ", line) for line in before[a:b])
            continue
        yield from ((" ", line) for line in before[a : a + head])
        yield "…", f"{b - a - head - tail} lines the same"
        yield from ((" ", line) for line in before[b - tail : b])
