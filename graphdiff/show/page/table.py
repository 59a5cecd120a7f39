"""The gradient table of a page: its rows, and the steps in which it fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from graphdiff.evaluate import bind_inputs, bind_sizes
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Scope, building
from graphdiff.graph.types import ArrayType
from graphdiff.rewrite import simplify
from graphdiff.show.drawing import Box, Drawing
from graphdiff.show.page.elements import element
from graphdiff.show.page.inert import visible
from graphdiff.show.page.inline import inlined_formulas, inlined_texts
from graphdiff.show.page.sweep import Goal, Row, Table, Term
from graphdiff.show.page.values import brief
from graphdiff.show.statements import Statements

_ABOUT = (
    "Algorithm 6.2 of Deep Learning: the values are known; now the table of gradients "
    "fills from the loss back to the inputs. Each step completes one sum and sends its "
    "shares to what the statement reads."
)
_LISTED = (
    "The nodes of the derivative in the order in which they are computed, each with "
    "the forward node whose rule made it."
)


def gradient_table(
    drawn: Drawing, goal: Goal | None, values: Mapping[Node, Any]
) -> dict[str, Any] | None:
    """The table and its steps; None for a graph in which nothing can be stepped.

    Of a loss, each step is a statement on the way back. Of any other derivative, each
    step is a node of it.
    """
    if goal is not None:
        return _Filled(drawn, goal, values).record()
    backward = [box for box in drawn.boxes if box.order]
    return _listed(drawn, backward, values) if backward else None


class _Filled:
    def __init__(self, drawn: Drawing, goal: Goal, values: Mapping[Node, Any]) -> None:
        self.drawn = drawn
        self.graph = drawn.graph
        body = Statements(self.graph).body
        roles = self.graph.ledger.roles
        names = {n: v for n, v in body.variables.items() if n not in roles and v}
        names |= {x: name for name, x in self.graph.inputs.items() if x not in names}
        given = (
            {name: values[x] for name, x in self.graph.inputs.items()} if values else {}
        )
        sizes = bind_sizes(self.graph, bind_inputs(self.graph, given)) if values else {}
        with building(Scope()), np.errstate(all="ignore"):
            self.table = Table(goal, names, values, sizes)
            self.table.fill()
            self.texts, self.formulas = self._written()
        self.when = {row.node: i for i, row in enumerate(self.table.rows, 1)}
        self.adjoints = {
            box.partner: box.number
            for box in drawn.boxes
            if box.partner is not None and box.order == 1
        }
        self.served: dict[Node | None, list[str]] = {}
        for row in self.table.rows:
            for term in row.terms:
                self.served.setdefault(term.owner, []).append(row.name)
        self.made: dict[Node, list[int]] = {}
        for box in drawn.boxes:
            role = self.graph.role_of(box.node)
            if role is not None:
                self.made.setdefault(role.of, []).append(box.number)

    def _written(self) -> tuple[dict[Node, str], dict[Node, str]]:
        """The expression of each term, simplified: its text, and its formula."""
        terms = {t.text: None for row in self.table.rows for t in row.terms if t.text}
        outputs = {str(i): text for i, text in enumerate(terms)}
        graph = simplify(Graph(self.table.variables, outputs))
        made = {text: graph.outputs[name] for name, text in outputs.items()}
        texts = inlined_texts(graph)
        short = [node for node in dict.fromkeys(made.values()) if node in texts]
        known = set(graph.inputs.values())
        bars = [bar for bar in self.table.bars if bar in known]
        drawn = inlined_formulas(graph, [*short, *bars], self.table.bars)
        return (
            {text: texts[node] for text, node in made.items() if node in texts},
            {text: drawn[node] for text, node in made.items() if node in drawn}
            | {bar: drawn[bar] for bar in bars if bar in drawn},
        )

    def record(self) -> dict[str, Any]:
        """The table as plain values."""
        rows = self.table.rows
        return {
            "about": _ABOUT,
            "heads": ["node", "shares", "gradient"],
            "rows": [self._row(row) for row in rows],
            "order": [self._step(i, row) for i, row in enumerate(rows)],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        terms = [self._term(row, term) for term in row.terms]
        number = self.drawn.shown.get(row.node)
        own = number is not None and self.drawn.boxes[number].node is row.node
        adjoint = self.adjoints.get(number) if own and number is not None else None
        total: dict[str, Any] = {"text": visible(row.adjoint)}
        for bar in self.table.adjoints[row.node]:
            if bar in self.formulas:
                total["math"] = self.formulas[bar]
        values = [term.value for term in row.terms]
        if self.table.numeric is not None and isinstance(row.node.type, ArrayType):
            total["value"] = brief(sum(values[1:], start=values[0]))
        return {
            "name": visible(row.name),
            "box": None if number is None else element(number),
            "adjoint": None if adjoint is None else element(adjoint),
            "first": min(term["when"] for term in terms),
            "when": self.when[row.node],
            "terms": terms,
            "sum": total,
        }

    def _term(self, row: Row, term: Term) -> dict[str, Any]:
        if term.owner is None:
            return {"from": None, "text": "1", "when": 0}
        source = self.table.rows[self.when[term.owner] - 1]
        text = self.texts.get(term.text) if term.text is not None else None
        if text is None:
            text = f"{source.adjoint} · ∂{source.name}/∂{row.name}"
        found = {"from": visible(source.name), "text": visible(text)}
        if term.text in self.formulas:
            found["math"] = self.formulas[term.text]
        if term.value is not None and not isinstance(term.value, list):
            found["value"] = brief(term.value)
        return {**found, "when": self.when[term.owner]}

    def _step(self, index: int, row: Row) -> dict[str, Any]:
        lit = [
            n for node in self.table.owned[row.node] for n in self.made.get(node, ())
        ]
        names = [element(number) for number in dict.fromkeys(lit)]
        return {"row": index, "lit": names, "says": visible(self._says(row))}

    def _says(self, row: Row) -> str:
        to = self.served.get(row.node, [])
        if not to:
            return f"{row.adjoint} is complete: it is the gradient of an input."
        some = ", ".join(to[:6]) + (" and others" if len(to) > 6 else "")
        return f"{row.adjoint} is complete; {row.name} sends shares to {some}."


def _listed(
    drawn: Drawing, backward: list[Box], values: Mapping[Node, Any]
) -> dict[str, Any]:
    rows = list(_listed_rows(drawn, backward, values))
    order = [
        {"row": i, "lit": [row["adjoint"]], "says": f"{row['name']} is computed."}
        for i, row in enumerate(rows)
    ]
    heads = ["node", "computed as", "value"]
    return {"about": _LISTED, "heads": heads, "rows": rows, "order": order}


def _listed_rows(
    drawn: Drawing, backward: list[Box], values: Mapping[Node, Any]
) -> Iterator[dict[str, Any]]:
    for when, box in enumerate(backward, 1):
        source = None if box.source is None else drawn.boxes[box.source]
        found = values.get(box.node)
        yield {
            "name": visible(box.name or box.operation or box.rule),
            "box": None if source is None else element(source.number),
            "adjoint": element(box.number),
            "first": when,
            "when": when,
            "terms": [
                {
                    "from": visible(source.name or source.operation)
                    if source
                    else None,
                    "text": visible(box.operation),
                    "when": when,
                }
            ],
            "sum": {} if found is None else {"value": brief(found)},
        }
