"""A gradient derived in words: from the target backwards, statement by statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from graphdiff.explanation.blocked import why_zero
from graphdiff.explanation.bodies import tell_bodies
from graphdiff.explanation.derivation import Derivation, Step, derive, kinks_of
from graphdiff.explanation.document import Explanation, Section
from graphdiff.explanation.factors import Product, products
from graphdiff.explanation.local import Local
from graphdiff.explanation.paths import Paths, count_paths, counted, large, list_paths
from graphdiff.explanation.reading import statements_of
from graphdiff.explanation.rules import conventions, told
from graphdiff.explanation.symbols import ONE, Equation, Symbols, adjoint, legend
from graphdiff.explanation.wording import Wording, first_line, inert, several, shortened
from graphdiff.graph.node import Input, Node, Pick
from graphdiff.graph.types import show_type
from graphdiff.ops.region.region import Region

MOST_PATHS = 6
"""How many paths are listed; of more, the number is told."""

MOST_REGIONS = 2
"""Of how many loops and branches the steps are told."""

LONGEST = 8
"""How many names of one path are shown."""


TRIVIAL = frozenset(
    {
        "times_one",
        "op_of_spreads",
        "spread_twice",
        "view_of_uniform",
        "op_of_numbers",
        "literal_joins_scalar",
        "doubled",
    }
)
"""Rules of simplification of which nothing is said where no others apply."""


class Teller:
    """Tells how the derivative of `target` with respect to `start` comes about.

    `name` is what it is called, `result` its node in the graph, if it is there.
    """

    def __init__(
        self,
        wording: Wording,
        name: str,
        target: Node,
        start: Node,
        result: Node | None = None,
        kinks: str | None = None,
    ) -> None:
        """Take the derivative once more, step by step."""
        self.wording = wording
        self.name = name
        self.target = target
        self.start = start
        self.result = result
        self.kinks = kinks or kinks_of(wording.graph)
        self._said: set[str] = set()
        self._regions: list[Node] = []

    @cached_property
    def derivation(self) -> Derivation:
        """The steps."""
        stops = self.wording.named
        graph = self.wording.graph
        return derive(graph, {self.target: ""}, [self.start], stops, self.kinks)

    @cached_property
    def known(self) -> dict[Node, str]:
        """The names of forward values and of adjoints."""
        found = dict(self.names)
        for node in self.derivation.adjoints.values():
            if isinstance(node.op, Input):
                found[node] = node.op.name
        return found

    @cached_property
    def names(self) -> dict[Node, str]:
        """The names of the values between which the steps lead."""
        stops = dict.fromkeys((*self.derivation.stops, self.target, self.start))
        return self.wording.telling(stops)

    def adjoint_name(self, node: Node) -> str:
        """What the adjoint of a value is called."""
        made = self.derivation.adjoints.get(node)
        if made is not None and isinstance(made.op, Input):
            return made.op.name
        return self.name if node is self.start else f"d_{self.names[node]}"

    @cached_property
    def symbols(self) -> Symbols:
        """The formulas of the graph and of the steps."""
        made = Symbols(self.wording.graph)
        made.roots = {step.root for step in self.derivation.steps}
        for node in (*self.derivation.stops, self.start):
            made.adjoints[self.adjoint_name(node)] = self.names[node]
            made.values[self.names[node]] = node
        for node, name in self.wording.named.items():
            made.values.setdefault(name, node)
        return made

    def local(self, step: Step, arg: Node) -> Local:
        """What a step passes back to `arg`, written down."""
        return Local({self.adjoint_name(arg): step.shares[arg]}, self.known)

    def paths(self) -> Paths:
        """The paths through the operations of the graph."""
        found = self.derivation
        return count_paths(found.nodes, found.active, self.target, self.start)

    @cached_property
    def named_paths(self) -> list[list[Node]]:
        """The paths through values that have names, if they are few."""
        found = self.derivation
        ends = self.target, self.start
        number = count_paths(found.nodes, found.links, *ends).number
        if number > MOST_PATHS:
            return []
        return list_paths(found.links, *ends, number)

    def tell(self, depth: int | None) -> Explanation:
        """The explanation, of at most `depth` steps."""
        wording = self.wording
        end, start = wording.name(self.target), wording.name(self.start)
        title = (
            f"{inert(self.name)} is the derivative of {end} with respect to {start}: "
            f"{show_type(self.start.type)}"
        )
        made = Explanation(self.name, title)
        if self.start is self.target:
            made.section("by definition").say(f"{end} changes with itself at rate 1")
            return made
        if not self.derivation.arrivals(self.start):
            section = made.section("why it is zero")
            section.say(why_zero(wording, self.target, self.start))
            return made
        made.legend = legend(end)
        self._tell_paths(made.section("the chain rule"))
        self._tell_product(made)
        self._tell_steps(made, depth)
        for node in self._regions[:MOST_REGIONS]:
            tell_bodies(made, wording, node, self._live(node), self.kinks)
        self._tell_result(made, depth)
        return made

    def _tell_paths(self, section: Section) -> None:
        wording, found = self.wording, self.paths()
        end, start = wording.name(self.target), wording.name(self.start)
        operations = counted(found.nodes, "operation")
        if found.number == 1:
            section.say(
                f"{start} reaches {end} over one path of {operations}: the derivative "
                f"is the product of the local derivatives along it"
            )
        else:
            section.say(
                f"{start} reaches {end} over {large(found.number)} paths through "
                f"{operations}: the derivative is the sum over the paths of the "
                f"product of the local derivatives along each"
            )
            section.say(
                f"back-propagation goes along each of the {large(found.edges)} edges "
                f"once: {counted(found.products_by_edge, 'product')} and "
                f"{counted(found.sums_by_edge, 'sum')}, where path by path it would be "
                f"{counted(found.products_by_path, 'product')}"
            )
        listed = self.named_paths
        if found.number > 1 and listed:
            section.say("by the values that have names:")
        for path in listed:
            section.write(" -> ".join(self._way(path)), 1)

    def _way(self, path: Sequence[Node]) -> list[str]:
        single = (n for n in path if not isinstance(n.type, tuple))
        names = [self.names[n] for n in single]
        if len(names) <= LONGEST:
            return names
        more = len(names) - LONGEST
        half = LONGEST // 2
        return [*names[:half], f"... {more} more ...", *names[-half:]]

    def _tell_product(self, made: Explanation) -> None:
        found = products(self.derivation, self.named_paths, self.known)
        if found is None:
            return
        section = made.section("as a product")
        _write_products(section, found, self.names, self.wording, self.symbols)

    def _tell_steps(self, made: Explanation, depth: int | None) -> None:
        steps = self.derivation.steps
        end = self.wording.name(self.target)
        section = made.section(f"backwards from {end}")
        section.write(f"d_{end} = 1", math=lambda: [Equation((adjoint(end), ONE))])
        first, last = _shown(len(steps), depth)
        for step in steps[:first]:
            self._tell_step(section, step)
        if first + last < len(steps):
            skipped = steps[first : len(steps) - last]
            a, b = (self.wording.name(s.root) for s in (skipped[0], skipped[-1]))
            section.say(
                f"... {len(skipped)} more steps, from {a} to {b} "
                f"(depth=None shows them) ..."
            )
        for step in steps[len(steps) - last :]:
            self._tell_step(section, step)

    def _tell_step(self, section: Section, step: Step) -> None:
        wording, root = self.wording, step.root
        position = wording.position(root)
        where = inert(str(position)) if position is not None else ""
        name = self.names.get(root, wording.name(root))
        math = self.symbols.statement(root, name)
        text = wording.statement(root)
        if root in self.names and root not in wording.named:
            text = f"{name} = {wording.text(root)}"
        section.write(text, 0, where, math)
        role = wording.graph.role_of(root)
        if role is not None:
            of = wording.name(role.of)
            section.say(
                f"itself part of a derivative: the rule of {role.rule} at {of}", 1
            )
        parts = [n for n in wording.parts(root) if n in self.derivation.active]
        words = [*told(root, parts), *conventions(parts, self.kinks, wording)]
        for sentence in words:
            if sentence not in self._said:
                self._said.add(sentence)
                section.say(sentence, 1)
        region = root if isinstance(root.op, Region) else None
        if region is None:
            self._write_shares(section, step)
            return
        self._regions.append(region)
        names = several(self.adjoint_name(a) for a in step.shares)
        section.say(f"what comes out: {names}", 1)

    def _live(self, region: Node) -> set[int]:
        """The results of a loop or a branch to which an adjoint arrives."""
        picks = (n for n in self.derivation.nodes if isinstance(n.op, Pick))
        return {n.op.index for n in picks if n.args[0] is region}  # type: ignore[attr-defined]

    def _write_shares(self, section: Section, step: Step) -> None:
        for arg in step.shares:
            name, local = self.adjoint_name(arg), self.local(step, arg)
            joins = len(self.derivation.arrivals(arg)) > 1
            lines = [shortened(line) for line in local.lines(name, joins)]
            math = self.symbols.share(local, name, joins)
            section.write("\n".join(lines), 1, math=math)
            self._tell_simplification(section, local, name)

    def _tell_simplification(self, section: Section, local: Local, name: str) -> None:
        """What the rule itself said, if that was more than a factor 1 too much."""
        rules = {f.rule: f.equation for f in local.firings if f.rule not in TRIVIAL}
        if not rules or local.texts[name] == local.raw_texts[name]:
            return
        section.say("before simplification:", 2)
        section.write(shortened("; ".join(local.raw_texts[name])), 3)
        for rule, equation in list(rules.items())[:3]:
            if rule not in self._said:
                self._said.add(rule)
                section.say(f"{rule}: {first_line(equation)}", 3)

    def _tell_result(self, made: Explanation, depth: int | None) -> None:
        arrivals = self.derivation.arrivals(self.start)
        if len(arrivals) > 1:
            section = made.section("the sum")
            names = several((self.wording.name(s.root) for s in arrivals), 6)
            section.say(
                f"{inert(self.name)} is the sum of {len(arrivals)} shares, from {names}"
            )
        if self.result is not None:
            section = made.section("in this graph")
            statements_of(section, self.wording, self.result, depth)


def _write_products(
    section: Section,
    found: Sequence[Product],
    names: Mapping[Node, str],
    wording: Wording,
    symbols: Symbols,
) -> None:
    """The product of local derivatives, or the sum of products, factor by factor."""
    start, end = names[found[0].path[0]], names[found[0].path[-1]]
    for factor in {f.edge: f for product in found for f in product.factors}.values():
        top, bottom = factor.edge
        position = wording.position(top) or ""
        section.write(
            f"{_partial(names, factor.edge)} = {factor.text}",
            0,
            inert(f"{wording.statement(top)}  {position}".rstrip()),
            symbols.slope(factor.local, names[top], names[bottom]),
        )
    whole = f"d{end}/d{start}"
    chains = [[_partial(names, f.edge) for f in p.factors] for p in found]
    values = [[f.bracketed for f in p.factors] for p in found]
    edges = [
        [(names[f.edge[0]], names[f.edge[1]], f.local) for f in p.factors]
        for p in found
    ]
    section.write(
        f"{whole} = {' + '.join(map(' * '.join, chains))}\n"
        f"{' ' * len(whole)} = {shortened(' + '.join(map(' * '.join, values)), 160)}",
        math=symbols.product(end, start, edges),
    )


def _partial(names: Mapping[Node, str], edge: tuple[Node, Node]) -> str:
    """What the local derivative along an edge is called."""
    sign = "\N{PARTIAL DIFFERENTIAL}"
    return f"{sign}{names[edge[0]]}/{sign}{names[edge[1]]}"


def _shown(count: int, depth: int | None) -> tuple[int, int]:
    """How many steps are shown at the beginning and at the end."""
    if depth is None or count <= depth:
        return count, 0
    first = max(1, depth // 4)
    return first, max(depth - first, 1)
