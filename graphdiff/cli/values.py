"""Values for the arguments: as given by ``--input``, the others drawn at random."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphdiff.cli.arguments import draw, parse_sizes
from graphdiff.cli.load import UserError
from graphdiff.cli.source import is_saved
from graphdiff.expression.spec import Spec
from graphdiff.graph.graph import Graph


def add_values(parser: argparse.ArgumentParser) -> None:
    """The options that say which values the arguments have."""
    add = parser.add_argument
    add(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of an argument: NAME=file.npy, NAME=1.5 or NAME=[1,2]; else random",
    )
    add("--size", action="append", default=[], metavar="DIM=N", help="size of an axis")
    add("--seed", type=int, default=None, help="of the random numbers (default: 0)")


def drawn(
    options: argparse.Namespace,
    specs: Mapping[str, Spec],
    given: Mapping[str, Any],
    positive: bool = False,
) -> dict[str, Any]:
    """A value for every path, the same ones for the same options."""
    seed = 0 if options.seed is None else options.seed
    if seed < 0:
        raise UserError(f"--seed {seed}: expected a number from 0 on")
    rng = np.random.default_rng(seed)
    return draw(specs, given, parse_sizes(options.size), rng, positive)


def asked_for(options: argparse.Namespace) -> bool:
    """Whether any option asks for values."""
    return bool(options.input or options.size or options.seed is not None)


def inputs_of(
    options: argparse.Namespace, graph: Graph, given: Mapping[str, Any]
) -> dict[str, Any]:
    """A value for each input of `graph`, the same ones for the same options.

    What is given for a function may be more than the graph reads: an argument that is
    no array is fixed when the function is traced.
    """
    known = {name: value for name, value in given.items() if name in graph.inputs}
    unknown = [name for name in given if name not in known]
    if unknown and is_saved(options):
        raise UserError(
            f"--input {unknown[0]}: the inputs are {', '.join(graph.inputs)}"
        )
    specs = {name: Spec(node.type) for name, node in graph.inputs.items()}
    return drawn(options, specs, known)
