"""Arguments from the command line: specs by path, sizes, given and random values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graphdiff.cli.load import UserError
from graphdiff.errors import GraphdiffError
from graphdiff.evaluate import convert
from graphdiff.expression.spec import Spec, spec
from graphdiff.graph.types import ArrayType
from graphdiff.sizes.dims import evaluate_size, names_in, parse_dims, solve_for

DTYPES = (
    *("float64", "float32", "float16", "bool"),
    *("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"),
)


def split_option(option: str, text: str) -> tuple[str, str]:
    """The name and the value of ``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UserError(f"{option} {text}: expected NAME=VALUE")
    return name.strip(), value.strip()


def parse_spec(text: str) -> tuple[str, Spec]:
    """The path and the spec of ``NAME=DIMS[:DTYPE]``.

    >>> parse_spec("params.W1=784,h:float32")
    ('params.W1', spec('float32[784, h]'))
    """
    path, value = split_option("--spec", text)
    dims, _, dtype = value.partition(":")
    dtype = dtype.strip() or "float64"
    if dtype not in DTYPES:
        known = ", ".join(DTYPES)
        raise UserError(f"--spec {text}: dtype {dtype!r} is none of {known}")
    try:
        if None in parse_dims(dims):
            raise UserError(f"--spec {text}: every size needs a number or a name")
        return path, spec(dims, dtype=dtype)
    except (GraphdiffError, ValueError) as error:
        raise UserError(f"--spec {text}: {error.args[0]}") from None


def parse_specs(texts: Sequence[str]) -> dict[str, Spec]:
    """The specs by path; each path once."""
    found: dict[str, Spec] = {}
    for text in texts:
        path, made = parse_spec(text)
        if path in found:
            raise UserError(f"--spec {text}: {path} has a spec already")
        found[path] = made
    return found


def parse_inputs(texts: Sequence[str]) -> dict[str, Any]:
    """The values by path: of a ``.npy`` file, a number, or a list of numbers."""
    found: dict[str, Any] = {}
    for text in texts:
        path, value = split_option("--input", text)
        if path in found:
            raise UserError(f"--input {text}: {path} has a value already")
        found[path] = _value(text, value)
    return found


def _value(text: str, value: str) -> Any:
    if value.endswith(".npy"):
        try:
            return np.load(Path(value), allow_pickle=False)
        except OSError as error:
            raise UserError(f"--input {text}: {error.strerror or error}") from None
        except (ValueError, EOFError):
            raise UserError(f"--input {text}: not an array of numbers") from None
    try:
        found = json.loads(value)
        made = np.array(found) if isinstance(found, list) else found
    except (ValueError, RecursionError):
        made = None
    if isinstance(made, (int, float)) or (
        isinstance(made, np.ndarray) and made.dtype.kind in "biuf"
    ):
        return made
    raise UserError(f"--input {text}: expected a .npy file, a number or a list of them")


def parse_sizes(texts: Sequence[str]) -> dict[str, int]:
    """The sizes of ``DIM=N``."""
    found = {}
    for text in texts:
        name, value = split_option("--size", text)
        if not value.isdecimal():
            raise UserError(f"--size {text}: expected a whole number")
        if name in found:
            raise UserError(f"--size {text}: {name} has a size already")
        found[name] = int(value)
    return found


def nest(leaves: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments from leaves by path: dicts, and lists where parts are 0, 1, 2, ...

    >>> nest({"x": 1, "p.layers.0.W": 2, "p.layers.1.W": 3})
    {'x': 1, 'p': {'layers': [{'W': 2}, {'W': 3}]}}
    """
    root: dict[str, Any] = {}
    for path, leaf in leaves.items():
        *inner, last = path.split(".")
        if not all((*inner, last)):
            raise UserError(f"{path!r}: a path is names with single dots between")
        place = root
        for part in inner:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise UserError(f"{path}: {part} is an array already")
        if last in place:
            raise UserError(f"{path}: is a nest of other arguments already")
        place[last] = leaf
    return {name: _lists(name, value) for name, value in root.items()}


def _lists(path: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {k: _lists(f"{path}.{k}", v) for k, v in value.items()}
    if not all(key.isdecimal() for key in inside):
        return inside
    places = {int(key): v for key, v in inside.items()}
    if sorted(places) != list(range(len(inside))):
        raise UserError(f"{path}: parts {', '.join(inside)} are not 0, 1, 2, ...")
    return [places[i] for i in range(len(places))]


def draw(
    specs: Mapping[str, Spec],
    given: Mapping[str, Any],
    sizes: Mapping[str, int],
    rng: np.random.Generator,
    positive: bool = False,
) -> dict[str, Any]:
    """A value for every path: as given, else random numbers of the spec's shape.

    Sizes that are not given follow from the values that are, or are 3, 4, 5, ...
    Floats are normal, or between 0.5 and 1.5 if `positive`; integers 0 or 1, which
    are labels and positions in anything.
    """
    known = dict(sizes)
    found: dict[str, Any] = {}
    for path, value in given.items():
        if path not in specs:
            found[path] = value
            continue
        type = specs[path].type
        try:
            found[path] = convert(path, value, type)
            solve_for(type.shape, found[path].shape, known)
        except (GraphdiffError, ValueError) as error:
            raise UserError(f"--input {path}: {error.args[0]}") from None
    names = dict.fromkeys(n for s in specs.values() for n in names_in(s.type.shape))
    if unknown := [name for name in sizes if name not in names]:
        raise UserError(
            f"--size {unknown[0]}: the specs name {', '.join(names) or 'no sizes'}"
        )
    for number, name in enumerate(names, 3):
        known.setdefault(name, number)
    for path, made in specs.items():
        if path not in found:
            found[path] = _array(path, made.type, known, rng, positive)
    order = [*(p for p in specs), *(p for p in given if p not in specs)]
    return {path: found[path] for path in order}


def _array(
    path: str,
    type: ArrayType,
    sizes: Mapping[str, int],
    rng: np.random.Generator,
    positive: bool,
) -> np.ndarray:
    shape = tuple(evaluate_size(n, sizes) for n in type.shape)
    if min(shape, default=0) < 0:
        where = ", ".join(f"{n} = {sizes[n]}" for n in names_in(type.shape))
        raise UserError(
            f"--spec {path}: a size is below 0 where {where}; give others by --size"
        )
    try:
        return _random(shape, type.dtype, rng, positive)
    except (MemoryError, OverflowError, ValueError):
        raise UserError(
            f"--spec {path}: an array of shape {shape} does not fit in memory"
        ) from None


def _random(
    shape: tuple[int, ...], dtype: np.dtype, rng: np.random.Generator, positive: bool
) -> np.ndarray:
    if dtype.kind != "f":
        return np.asarray(rng.integers(0, 2, shape)).astype(dtype)
    numbers = rng.uniform(0.5, 1.5, shape) if positive else rng.standard_normal(shape)
    return np.asarray(numbers).astype(dtype)
