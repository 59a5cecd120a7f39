"""The quick way in: statements that let arguments of the expected kinds pass.

Whatever they do not know goes the slow way, which checks and converts with care, and
says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import optree

from graphdiff.compile.program import Program
from graphdiff.graph.graph import Tree
from graphdiff.graph.nest import NAMESPACE

_MOST = 50
"""The most tests in one condition."""


def parameter_names(program: Program) -> list[str]:
    """What generated functions call the parameters."""
    return [f"a{i}" for i in range(len(program.parameters))]


def check_lines(
    program: Program, variables: Sequence[str], namespace: dict[str, Any]
) -> list[str]:
    """Statements that put the leaves of the arguments into `variables`.

    They return ``slow(...)`` where a leaf is not of the declared type. Shapes with
    named sizes are left to the caller.
    """
    names = parameter_names(program)
    slow = f"return slow({', '.join(names)})"
    places = dict(zip(program.inputs, variables, strict=True))
    namespace.update(ndarray=np.ndarray, float64=np.float64)
    lines: list[str] = []
    for name, tree in zip(names, program.parameters.values(), strict=True):
        lines += _unpack(name, tree, places, namespace, slow)
    tests: list[str] = []
    for i, (name, declared) in enumerate(program.inputs.items()):
        variable, (shape, dtype) = (
            places[name],
            (declared.type.shape, declared.type.dtype),
        )
        if shape == () and dtype == np.float64:
            lines += _number(variable, slow)
        elif shape == ():
            namespace[f"s{i}"] = dtype.type
            tests.append(f"type({variable}) is not s{i}")
        else:
            namespace[f"d{i}"] = dtype
            tests.append(f"type({variable}) is not ndarray")
            tests.append(f"{variable}.dtype is not d{i}")
            if all(isinstance(n, int) for n in shape):
                tests.append(f"{variable}.shape != {shape}")
    for at in range(0, len(tests), _MOST):
        lines += [f"if {' or '.join(tests[at : at + _MOST])}:", f"    {slow}"]
    return lines


def shape_key(program: Program, variables: Sequence[str]) -> str:
    """The text of what tells sizes apart: the shapes of all inputs."""
    shapes = [
        f"{v}.shape" if declared.type.shape else "()"
        for v, declared in zip(variables, program.inputs.values(), strict=True)
    ]
    return f"({', '.join(shapes)},)"


def _number(variable: str, slow: str) -> list[str]:
    """A float64 without axes becomes Python's own float."""
    return [
        f"if type({variable}) is not float:",
        f"    if type({variable}) is not float64:",
        f"        {slow}",
        f"    {variable} = float({variable})",
    ]


def _unpack(
    name: str,
    tree: Tree,
    places: Mapping[str, str],
    namespace: dict[str, Any],
    slow: str,
) -> list[str]:
    """Statements that take the leaves of one parameter out of its nest."""
    if tree.spec is None and tree.leaves[0] is not None:
        return [f"{places[tree.leaves[0]]} = {name}"]
    namespace[f"leaves_{name}"] = _leaves(tree)
    lines = [f"found = leaves_{name}({name})", "if found is None:", f"    {slow}"]
    if tree.names:
        lines.append(f"{', '.join(places[n] for n in tree.names)}, = found")
    return lines


def _leaves(tree: Tree) -> Callable[[Any], Any]:
    """A function from a nest to its array leaves; None if it is another nest."""
    spec = tree.spec
    arrays = [i for i, name in enumerate(tree.leaves) if name is not None]
    others = [i for i, name in enumerate(tree.leaves) if name is None]
    fixed = list(zip(others, tree.fixed, strict=True))

    def leaves(value: Any) -> Any:
        if spec is None:
            found = [value]
        else:
            found, found_spec = optree.tree_flatten(value, namespace=NAMESPACE)
            if found_spec != spec:
                return None
        for i, expected in fixed:
            if found[i] is not expected and found[i] != expected:
                return None
        return [found[i] for i in arrays] if fixed else found

    return leaves
