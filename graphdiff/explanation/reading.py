"""What a value is computed from, read off the graph: its statements, back to inputs."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.explanation.document import Explanation, Section
from graphdiff.explanation.local import statement_lines
from graphdiff.explanation.wording import Wording, inert, several, shortened
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Constant, Input, Node
from graphdiff.graph.types import show_type


def statements_of(
    section: Section, wording: Wording, node: Node, depth: int | None
) -> None:
    """Write the statements that compute `node` from the part that it does not share.

    Of a value of a derivative these are those of the derivative; `depth` is how many
    are shown, the last ones.
    """
    gradient = wording.graph.role_of(node) is not None
    needed = set(in_order([node]))
    found = [
        s
        for s in wording.listed.body.statements
        if s.node in needed and (wording.graph.role_of(s.node) is not None) == gradient
    ]
    left = 0 if depth is None else max(len(found) - depth, 0)
    if left:
        section.say(f"... {left} statements before these (depth=None shows them) ...")
    group: object = None
    for statement in found[left:]:
        of = wording.listed.origin(statement) if gradient else None
        if of is not None and of.group is not group:
            group = of.group
            section.say(f"from the rule of {shortened(inert(of.text), 70)}")
        position = wording.listed.body.position_of(statement)
        where = inert(str(position)) if position is not None and not gradient else ""
        first, *rest = statement_lines(statement)
        section.write(shortened(first), int(gradient), where)
        for line in rest:
            section.write(shortened(line), int(gradient))
    if not found:
        section.write(wording.expression(node))


def tell_value(
    wording: Wording, name: str, node: Node, depth: int | None
) -> Explanation:
    """How a value is computed: of a derivative, by which rules."""
    type = show_type(node.type)
    role = wording.graph.role_of(node)
    if isinstance(node.op, Input):
        return _tell_input(wording, name, node)
    nodes = in_order([node])
    read = several(wording.name(n) for n in nodes if isinstance(n.op, Input))
    again = " of a derivative" if role is not None and role.order > 1 else ""
    if role is None:
        title = f"{inert(name)} is computed from {read or 'constants'}: {type}"
    else:
        title = (
            f"{inert(name)} belongs to a derivative{again}: the rule of "
            f"{inert(role.rule)} at {wording.name(role.of)}"
            f"{wording.line(role.of)}: {type}"
        )
    made = Explanation(name, title)
    section = made.section("how")
    if isinstance(node.op, Constant):
        section.say("a constant of the program")
    else:
        statements_of(section, wording, node, depth)
    if role is not None:
        _tell_sweeps(made, wording, nodes)
    if role is not None and role.convention:
        made.section("convention").say(inert(role.convention))
    _tell_readers(made, wording, node)
    return made


def _tell_sweeps(made: Explanation, wording: Wording, nodes: Sequence[Node]) -> None:
    """Which part of a derivative of higher order each sweep has made."""
    orders: dict[int, int] = {}
    stored = {s.node for s in wording.listed.body.statements}
    for node in nodes:
        role = wording.graph.role_of(node)
        order = 0 if role is None else min(role.order, 2)
        orders[order] = orders.get(order, 0) + (node in stored)
    if not orders.get(2):
        return
    section = made.section("a derivative of a derivative")
    section.say(
        "the first sweep goes backwards over the forward statements and appends the "
        "gradient; the next sweep treats both as the program, and goes over the "
        "gradient's statements as it does over any others, by the same rules"
    )
    for order, count in sorted(orders.items()):
        what = ("forward", "gradient", "derivative of the gradient")[min(order, 2)]
        section.say(f"{what}: {count} statements", 1)


def _tell_input(wording: Wording, name: str, node: Node) -> Explanation:
    title = f"{inert(name)} is an input: {show_type(node.type)}"
    made = Explanation(name, title)
    _tell_readers(made, wording, node)
    return made


def _tell_readers(made: Explanation, wording: Wording, node: Node) -> None:
    """Which statements read a value: the first few, forward and gradient."""
    found: dict[str, str] = {}
    for reader in wording.graph.nodes:
        if node in reader.args:
            position = wording.position(wording.stored_as(reader))
            found.setdefault(wording.statement(reader), str(position or ""))
    section = made.section("read by")
    for text, where in list(found.items())[:6]:
        section.write(text, 0, inert(where))
    if len(found) > 6:
        section.say(f"and {len(found) - 6} more")
