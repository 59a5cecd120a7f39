"""The way in: parameters, nests taken apart into the user's names, and checks."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphdiff.emit.shell.guard import MOST, Kind, guard_lines
from graphdiff.emit.shell.helpers import Helpers
from graphdiff.emit.shell.nests import key_text, take_apart
from graphdiff.emit.store.calls import dtype_text
from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.store.statements import AMBIGUOUS, EXCUSE, expression, store_lines
from graphdiff.emit.text.layout import assign, function
from graphdiff.emit.text.naming import Names, identifier
from graphdiff.emit.text.text import (
    Text,
    atom,
    attribute,
    binary,
    call,
    dict_,
    list_,
    literal,
    string,
    subscript,
    tuple_,
)
from graphdiff.errors import GraphValueError
from graphdiff.graph.graph import Graph, Tree
from graphdiff.graph.node import Node
from graphdiff.sizes.dims import Dim, condition, sides

_CHUNK = 12


@dataclass
class Leaf:
    """An argument, or a part of one: where it comes from, and what it is called."""

    path: str
    access: Text
    node: Node
    name: str = ""


@dataclass
class Parameter:
    """A parameter of the function, and the leaves of what is passed for it.

    One with a `default` may be left out; that is the text of a name. What it is
    `about` is told of a function, which has no leaves.
    """

    name: str
    kind: Any
    leaves: list[Leaf] = field(default_factory=list)
    nests: list[tuple[str, Text, int]] = field(default_factory=list)
    fixed: list[tuple[str, Text, Any]] = field(default_factory=list)
    classes: list[tuple[type, Text]] = field(default_factory=list)
    default: str = ""
    about: str = ""


def trees_of(graph: Graph) -> dict[str, Tree]:
    """The nest that each parameter is; of a graph made by hand, each input alone."""
    if graph.signature is None:
        return {name: Tree(None, (name,)) for name in graph.inputs}
    return dict(graph.signature.parameters)


def parameters(graph: Graph, names: Names) -> list[Parameter]:
    """The parameters of the function that computes `graph`, and their leaves."""
    trees = trees_of(graph)
    kinds = {} if graph.signature is None else graph.signature.kinds
    made = []
    for name, tree in trees.items():
        kind = kinds.get(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameter = Parameter(names.exactly(name), kind)
        _take_apart(graph, tree, name, parameter)
        made.append(parameter)
    for parameter in made:
        for leaf in parameter.leaves:
            if leaf.access.kind == "atom":
                leaf.name = parameter.name
            else:
                wanted = graph.name_of(leaf.node) or leaf.path.rpartition(".")[2]
                if wanted.isdigit():
                    wanted = identifier(leaf.path)
                plain = wanted.isidentifier()
                otherwise = "value" if plain else identifier(leaf.path)
                leaf.name = names.fresh(wanted, otherwise)
    return made


def _take_apart(graph: Graph, tree: Tree, name: str, parameter: Parameter) -> None:
    apart = take_apart(tree.spec, name, atom(parameter.name), lambda spec: True)
    parameter.nests, parameter.classes = apart.containers, apart.classes
    fixed = iter(tree.fixed)
    for leaf, (path, access) in zip(tree.leaves, apart.leaves, strict=True):
        if leaf is None:
            parameter.fixed.append((path, access, next(fixed)))
        else:
            parameter.leaves.append(Leaf(path, access, graph.inputs[leaf]))


def signature_items(made: Sequence[Parameter]) -> list[str]:
    """The parameters as they stand in a ``def``."""
    items: list[str] = []
    previous: Any = inspect.Parameter.POSITIONAL_ONLY
    for i, parameter in enumerate(made):
        kind = parameter.kind
        if kind != inspect.Parameter.POSITIONAL_ONLY == previous and i:
            items.append("/")
        if kind == inspect.Parameter.KEYWORD_ONLY and previous not in (
            inspect.Parameter.KEYWORD_ONLY,
            inspect.Parameter.VAR_POSITIONAL,
        ):
            items.append("*")
        stars = {
            inspect.Parameter.VAR_POSITIONAL: "*",
            inspect.Parameter.VAR_KEYWORD: "**",
        }
        default = f"={parameter.default}" if parameter.default else ""
        items.append(stars.get(kind, "") + parameter.name + default)
        previous = kind
    if made and previous == inspect.Parameter.POSITIONAL_ONLY:
        items.append("/")
    return items


def head_lines(name: str, made: Sequence[Parameter]) -> list[str]:
    """The ``def``; hard names among the parameters are excused."""
    lines = function(name, signature_items(made))
    hard = [p.name for p in made if p.name in AMBIGUOUS]
    return [
        line + EXCUSE
        if any(re.search(rf"[(\s*]{word}[,)]", line + ",") for word in hard)
        else line
        for line in lines
    ]


def passed_by_name(parameter: Parameter) -> bool:
    """Whether a call must name the parameter."""
    return bool(parameter.kind == inspect.Parameter.KEYWORD_ONLY)


class Entry:
    """The statements that take arguments apart, convert them and check them."""

    def __init__(
        self,
        made: Sequence[Parameter],
        names: Names,
        sizes: Sizes,
        helpers: Helpers,
        numbers: bool = False,
        needs: Sequence[Dim] = (),
        guards: bool = False,
    ) -> None:
        """Take the parameters; the names are for what the checks need.

        `numbers` says that Python's floats may stay as they are. `needs` are sizes
        that must be at least 0. `guards` says that arrays are first looked at together.
        """
        self.guards = guards
        self.numbers = numbers
        self.needs = needs
        self.found, self.wanted = names.fresh("found"), names.fresh("wanted")
        self.made = made
        self.sizes = sizes
        self.helpers = helpers
        self.leaves = [leaf for parameter in made for leaf in parameter.leaves]
        found = list(measures(self.leaves, sizes))
        self._measured = {name: place for name, place, _ in found}
        self._texts = {name: text for name, _, text in found}

    def lines(self, needed: Sequence[str]) -> list[str]:
        """The source; `needed` sizes get their variables in any case."""
        lines: list[str] = []
        arrays = [leaf for leaf in self.leaves if leaf.node.type.shape]
        together = self.guards and 0 < len(arrays) <= MOST
        for parameter in self.made:
            lines += self._nests(parameter)
            for leaf in parameter.leaves:
                if not (together and leaf in arrays):
                    lines += self._conversion(leaf)
        if together:
            lines += self._together(arrays)
        checked = [leaf for leaf in self.leaves if self._says_more(leaf)]
        used = {n for leaf in checked for s in leaf.node.type.shape for n in _names(s)}
        used.update(*(size.names for size in self.needs))
        for name in self.sizes.variables:
            if name in used or name in needed:
                lines += store_lines(self.sizes.variables[name], self._texts[name], 4)
        for start in range(0, len(checked), _CHUNK):
            lines += self._shapes(checked[start : start + _CHUNK])
        for size in self.needs:
            lines += self._condition(size)
        return lines

    def _nests(self, parameter: Parameter) -> list[str]:
        lines = []
        for path, access, count in parameter.nests:
            arguments = [string(path), access, literal(count)]
            lines += expression(call(self.helpers.name("entries"), arguments), 4)
        for path, access, value in parameter.fixed:
            wanted = key_text(value)
            differs = "is not" if value is None or isinstance(value, bool) else "!="
            lines += [f"    if {access.flat} {differs} {wanted.flat}:"]
            message = string(f"{path}: this code holds for {value!r} only")
            lines += [f"        raise ValueError({message.flat})"]
        return lines

    def _together(self, arrays: Sequence[Leaf]) -> list[str]:
        """Conversions that are left out where one condition holds for all arrays."""
        taken = [leaf for leaf in arrays if leaf.access.flat != leaf.name]
        lines = [x for leaf in taken for x in store_lines(leaf.name, leaf.access, 4)]
        measured = [
            leaf
            for leaf in arrays
            if not self._says_more(leaf)
            or any(f"{leaf.name}.shape[" in t.flat for t in self._texts.values())
        ]
        lines += guard_lines([*map(_kind, arrays)], [*map(_kind, measured)])
        for leaf in arrays:
            converted = self._converted(leaf, atom(leaf.name))
            lines += store_lines(leaf.name, converted, 8)
        return lines

    def _conversion(self, leaf: Leaf) -> list[str]:
        access = leaf.access
        if not self.numbers:
            return store_lines(leaf.name, self._converted(leaf, access), 4)
        lines = []
        if access.kind != "atom" or access.flat != leaf.name:
            lines = store_lines(leaf.name, access, 4)
            access = atom(leaf.name)
        return [
            *lines,
            f"    if not isinstance({leaf.name}, float):",
            *store_lines(leaf.name, self._converted(leaf, access), 8),
        ]

    def _converted(self, leaf: Leaf, access: Text) -> Text:
        type = leaf.node.type
        dtype = dtype_text(type.dtype)
        if not type.shape:
            if type.dtype.kind == "b":
                dtype = atom("np.bool_")
            arguments = [string(leaf.path), access, dtype]
            return call(self.helpers.name("number"), arguments)
        shape = tuple_(
            [literal(n if isinstance(n, int) else str(n)) for n in type.shape]
        )
        arguments = [string(leaf.path), access, shape]
        if type.dtype != np.float64:
            arguments.append(dtype)
        return call(self.helpers.name("array"), arguments)

    def _says_more(self, leaf: Leaf) -> bool:
        """Whether the shape of `leaf` has to fit something."""
        return bool(leaf.node.type.shape) and any(
            isinstance(n, int) or self._measured.get(str(n)) != (leaf.name, axis)
            for axis, n in enumerate(leaf.node.type.shape)
        )

    def _shapes(self, leaves: Sequence[Leaf]) -> list[str]:
        found = [attribute(atom(leaf.name), "shape") for leaf in leaves]
        wanted = [self.sizes.shape(leaf.node.type.shape) for leaf in leaves]
        labels = list_([string(leaf.path) for leaf in leaves])
        used = sorted(
            {n for leaf in leaves for s in leaf.node.type.shape for n in _names(s)}
        )
        sizes = dict_([(n, atom(self.sizes.variables[n])) for n in used])
        places = [
            labels,
            atom(self.found),
            atom(self.wanted),
            *([sizes] if used else []),
        ]
        misfit = self.helpers.name("misfit")
        if len(leaves) == 1:
            places[1:3] = [list_(found), list_(wanted)]
            return [
                f"    if {found[0].flat} != {wanted[0].flat}:",
                *expression(call(misfit, places), 8, "raise "),
            ]
        return [
            *assign(self.found, list_(found), 4),
            *assign(self.wanted, list_(wanted), 4),
            f"    if {self.found} != {self.wanted}:",
            *expression(call(misfit, places), 8, "raise "),
        ]

    def _condition(self, size: Dim) -> list[str]:
        """Refuse sizes for which `size` would be negative."""
        more, less = sides(size)
        names = dict_([(n, atom(self.sizes.variables[n])) for n in sorted(size.names)])
        refusal = call(self.helpers.name("shortage"), [string(condition(size)), names])
        return [
            f"    if {self.sizes.text(more).flat} < {self.sizes.text(less).flat}:",
            *expression(refusal, 8, "raise "),
        ]


def measures(
    leaves: Sequence[Leaf], sizes: Sizes
) -> Iterator[tuple[str, tuple[str, int], Text]]:
    """Where each named size is read: of an axis that is just that, if there is."""
    plain: dict[str, tuple[str, int]] = {}
    solved: dict[str, tuple[tuple[str, int], Text]] = {}
    for leaf in leaves:
        for axis, size in enumerate(leaf.node.type.shape):
            if isinstance(size, int) or len(size.names) != 1:
                continue
            (name,) = size.names
            place = leaf.name, axis
            measured = subscript(attribute(atom(leaf.name), "shape"), [literal(axis)])
            if str(size) == name:
                if name not in plain:
                    plain[name] = place
                    solved[name] = place, measured
            elif name not in solved:
                text = _solved(size, name, measured)
                if text is not None:
                    solved[name] = place, text
    for name in sizes.variables:
        if name not in solved:
            raise GraphValueError(f"emit: no argument tells the size {name!r}")
        yield name, plain.get(name, ("", 0)), solved[name][1]


def _kind(leaf: Leaf) -> Kind:
    """What a guard looks at."""
    return leaf.name, leaf.node.type.dtype, len(leaf.node.type.shape)


def _names(size: int | Dim) -> frozenset[str]:
    return frozenset() if isinstance(size, int) else size.names


def _solved(size: Dim, name: str, measured: Text) -> Text | None:
    """The value of `name`, given that an axis of `size` measures so much."""
    (monomial, factor), *rest = size._terms
    if monomial != (name,) or (rest and rest[0][0]):
        return None
    text = measured
    if rest:
        constant = rest[0][1]
        text = binary("-" if constant > 0 else "+", text, literal(abs(constant)))
    if factor != 1:
        text = binary("//", text, literal(factor))
    return call("max", [text, literal(0)]) if rest else text
