"""A nest of parameters as one vector, and back: SciPy knows vectors only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import (
    DTypeError,
    GraphTypeError,
    GraphValueError,
    ShapeError,
    shown,
)
from graphdiff.expression.expression import Expression
from graphdiff.expression.spec import Spec, named
from graphdiff.graph.nest import flatten, leaves_of, path_name, structure, unflatten
from graphdiff.words import clean_name


@dataclass(frozen=True)
class Slot:
    """Where one array of parameters stands in the vector, and what it was before."""

    path: str
    start: int
    shape: tuple[int, ...]
    dtype: np.dtype
    kind: type
    word: str | None

    @property
    def size(self) -> int:
        """How many entries of the vector it takes."""
        return math.prod(self.shape)

    @property
    def place(self) -> slice:
        """The entries of the vector."""
        return slice(self.start, self.start + self.size)

    def labels(self) -> Iterator[str]:
        """A name for each entry: ``b1``, ``layers.0.W[2, 1]``."""
        for index in np.ndindex(self.shape):
            inside = ", ".join(map(str, index))
            yield f"{self.path}[{inside}]" if index else self.path

    def read(self, vector: Any) -> Any:
        """This part of a vector of numbers, of the kind and dtype it had before."""
        part = np.array(vector[self.place], dtype=self.dtype).reshape(self.shape)
        if self.kind is float:
            return float(part)
        return part if self.kind is np.ndarray else part[()]

    def open(self, vector: Expression) -> Expression:
        """This part of a symbolic vector, under the name that people know it by."""
        if not self.shape:
            part = vector[self.start]
        else:
            part = vector[self.place]
            if len(self.shape) > 1:
                part = np.reshape(part, self.shape)
        return part if self.word is None else named(part, self.word)


class Packing:
    """A nest of parameters, laid out as one float64 vector in the order of its leaves.

    Floats and arrays of floats are the parameters; strings, flags and None among them
    are fixed. A number written as an int is refused: it would stay where it is, and
    the fit would be wrong without a word. float32 and float16 are promoted, for SciPy
    computes in float64 and its tolerances are made for that; `unpack` gives back the
    dtypes that were there.
    """

    def __init__(
        self, params: Any, name: str, words: Sequence[str] | None = None
    ) -> None:
        """Lay out `params`, which messages and graphs call `name`.

        With `words` they are a tuple of several arguments, called so.
        """
        self.name = name
        leaves, paths, self.spec = flatten(params)
        if words is not None:
            paths = [(words[first], *rest) for first, *rest in paths]
        self.slots: list[Slot] = []
        self._fixed: list[Any] = []
        parts: list[np.ndarray] = []
        start = 0
        for leaf, path in zip(leaves, paths, strict=True):
            array = _parameter(path_name(name, path), leaf)
            if array is None:
                self._fixed.append(leaf)
                continue
            kind = type(leaf) if isinstance(leaf, (float, np.generic)) else np.ndarray
            word = path[-1] if path and isinstance(path[-1], str) else None
            short = ".".join(map(str, path)) or name
            slot = Slot(short, start, array.shape, array.dtype, kind, clean_name(word))
            self._fixed.append(slot)
            self.slots.append(slot)
            parts.append(array.ravel().astype(np.float64))
            start += slot.size
        self.size = start
        if not start:
            raise GraphValueError(f"{name}: there is no float or array to be fitted")
        self.x0 = np.concatenate(parts)

    @property
    def is_vector(self) -> bool:
        """Whether the parameters are one vector already."""
        return self.spec is None and self.slots[0].shape == (self.size,)

    @property
    def labels(self) -> list[str]:
        """A name for each entry of the vector."""
        return [label for slot in self.slots for label in slot.labels()]

    def unpack(self, x: Any) -> Any:
        """The nest of a vector's entries, in the kinds and dtypes of the parameters."""
        vector = np.asarray(x)
        if vector.shape != (self.size,):
            raise ShapeError(
                f"unpack: expected a vector of {self.size} entries, got shape "
                f"{vector.shape}"
            )
        return self.nest([slot.read(vector) for slot in self.slots])

    def opened(self, vector: Expression) -> list[Expression]:
        """The parts of a symbolic vector: the leaves of the parameters."""
        return [vector] if self.is_vector else [s.open(vector) for s in self.slots]

    def nest(self, leaves: Sequence[Any]) -> Any:
        """The nest of these leaves, one for each slot, and of what is fixed."""
        given = iter(leaves)
        places = [next(given) if isinstance(s, Slot) else s for s in self._fixed]
        return unflatten(self.spec, places)

    def pack(self, params: Any, what: str = "params") -> np.ndarray:
        """The vector of a nest; a leaf may be anything that broadcasts to its place.

        Raises `GraphTypeError` where it nests otherwise than the parameters.
        """
        if np.ndim(params) == 0 and not isinstance(params, (str, bytes)):
            single, spec = leaves_of(params)
            if spec is None:
                return np.full(self.size, single[0], np.float64)
        own = self._matched(what, params)
        vector = np.empty(self.size)
        for slot, leaf in zip(self._fixed, own, strict=True):
            if isinstance(slot, Slot):
                vector[slot.place] = _filling(f"{what}: {slot.path!r}", slot, leaf)
        return vector

    def _matched(self, what: str, params: Any) -> Sequence[Any]:
        if self.spec is None:
            return [params]
        try:
            return self.spec.flatten_up_to(params)  # type: ignore[no-any-return]
        except (TypeError, ValueError):
            raise GraphTypeError(
                f"{what}: expected the structure {structure(self.spec)}, got "
                f"{shown(params)}"
            ) from None


def _parameter(name: str, leaf: Any) -> np.ndarray | None:
    """The numbers of a leaf; None for one that is fixed."""
    if leaf is None or isinstance(leaf, (bool, str, bytes)):
        return None
    if isinstance(leaf, (Expression, Spec)):
        raise GraphTypeError(
            f"{name}: expected numbers to start from, got {type(leaf).__name__}"
        )
    array = np.asarray(leaf)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iu":
        hint = f"write {leaf}.0" if isinstance(leaf, int) else "convert it to float64"
        raise DTypeError(f"{name}: an integer is not fitted; {hint} to fit it")
    if array.dtype.kind == "c":
        raise DTypeError(
            f"{name}: SciPy fits real numbers; pass the real and imaginary parts"
        )
    raise DTypeError(f"{name}: expected floats, got {shown(leaf)}")


def _filling(what: str, slot: Slot, leaf: Any) -> np.ndarray:
    try:
        array = np.asarray(leaf, dtype=np.float64)
        return np.broadcast_to(array, slot.shape).ravel()
    except (TypeError, ValueError):
        raise ShapeError(
            f"{what}: expected numbers of shape {slot.shape}, got {shown(leaf)}"
        ) from None
