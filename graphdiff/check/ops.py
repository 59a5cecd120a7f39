"""Checking an op of the user's own: every promise that an op makes, on an example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any

import numpy as np

from graphdiff.check.gradients import check_gradients
from graphdiff.compile import compile
from graphdiff.emit import emit
from graphdiff.errors import DTypeError, GraphdiffError, GraphTypeError
from graphdiff.evaluate import evaluate
from graphdiff.graph.node import Op
from graphdiff.graph.types import ArrayType, each_type
from graphdiff.trace.trace import trace


class WrongOpError(GraphdiffError, AssertionError):
    """An op that does not keep what it promises."""


@dataclass
class OpReport:
    """The result of `gd.check_op`: print it, ask `ok`, or raise.

    `found` maps each thing that was tried to "ok", to why it was not, or to what is
    wrong.
    """

    op: str
    found: dict[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words; empty if all is well."""
        fine = ("ok", "not tried")
        pairs = self.found.items()
        return [f"{name}: {said}" for name, said in pairs if not said.startswith(fine)]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def raise_if_wrong(self) -> None:
        """Raise `WrongOpError`, with this report, unless `ok`."""
        if not self.ok:
            raise WrongOpError(f"the check of an op failed\n{self}")

    def __str__(self) -> str:
        """The report as a table."""
        width = max(map(len, self.found), default=0)
        lines = [f"check of {self.op}:"]
        lines += [f"  {name:<{width}}  {said}" for name, said in self.found.items()]
        return "\n".join(lines)


def check_op(op: Op, *args: Any, seed: int = 0) -> OpReport:
    """Try an op on example arguments, in every way in which graphs will use it.

    The type rule against the value, in the dtype given and in float32 (of float64
    arguments), with a leading axis of size 0 (where the type rule allows it) and with
    stacked arguments (where the op says ``stacks = True``); the graph evaluated,
    compiled, and emitted in both styles against the op itself; the pullback against
    differences, in first and second order. Give arguments of several entries, away
    from kinks. What is wrong is in the report; only what is no op at all raises.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> print(gd.check_op(gd.ops.core.axes.Sum((-1,)), np.arange(6.0).reshape(2, 3)))
    check of Sum(axes=(-1,)):
      parameters    ok
      type          ok
      float32       ok
      size 0        ok
      stacks        ok
      graph         ok
      pullback      ok
      second order  ok
    """
    if not isinstance(op, Op):
        raise GraphTypeError(f"check_op: expected a gd.Op, got {type(op).__name__}")
    given = [np.asarray(a) for a in args]
    report = OpReport(repr(op))
    tests: dict[str, Callable[[Op, Sequence[Any]], str]] = {
        "parameters": _parameters,
        "type": _type,
        "float32": _single,
        "size 0": _empty,
        "stacks": _stacked,
        "graph": _graph,
        "pullback": lambda op, x: _slopes(op, x, 1, seed),
        "second order": lambda op, x: _slopes(op, x, 2, seed),
    }
    for name, test in tests.items():
        try:
            report.found[name] = test(op, given)
        except Exception as error:
            report.found[name] = f"{type(error).__name__}: {error}"
    return report


def _types(args: Sequence[np.ndarray]) -> list[ArrayType]:
    return [ArrayType(a.shape, a.dtype) for a in args]


def _results(value: Any) -> list[np.ndarray]:
    return [np.asarray(v) for v in (value if isinstance(value, tuple) else (value,))]


def _parameters(op: Op, args: Sequence[np.ndarray]) -> str:
    """Equal parameters make equal ops: graphs share nodes by that."""
    options = getattr(type(op), "__dataclass_params__", None)
    if not is_dataclass(op) or options is None or not options.frozen:
        return "the class must be a dataclass(frozen=True)"
    hash(op)
    return "ok"


def _type(op: Op, args: Sequence[np.ndarray]) -> str:
    """The type rule says what the value is."""
    found = _results(op(*args))
    wanted = each_type(op.infer(*_types(args)))
    if len(found) != len(wanted):
        return f"infer tells of {len(wanted)} results, call gives {len(found)}"
    for value, type_ in zip(found, wanted, strict=True):
        if (value.shape, value.dtype) != (type_.shape, type_.dtype):
            actual = ArrayType(value.shape, value.dtype)
            return f"infer says {type_}, call gives {actual}"
    return "ok"


def _single(op: Op, args: Sequence[np.ndarray]) -> str:
    """Single precision stays single, and near to double."""
    if not any(a.dtype == np.float64 for a in args):
        return "not tried: no argument is float64"
    single = [a.astype(np.float32) if a.dtype == np.float64 else a for a in args]
    try:
        op.infer(*_types(single))
    except DTypeError as error:
        return f"not tried: {error}"
    said = _type(op, single)
    if said != "ok":
        return said
    for value, wide in zip(_results(op(*single)), _results(op(*args)), strict=True):
        if wide.dtype == value.dtype == np.float64:
            return "the result is float64"
        if not np.allclose(value, wide, rtol=1e-3, atol=1e-3, equal_nan=True):
            return "the value is another one"
    return "ok"


def _empty(op: Op, args: Sequence[np.ndarray]) -> str:
    """Arrays without entries are arrays too."""
    if not any(a.ndim for a in args):
        return "not tried: no argument has axes"
    empty = [a[:0] if a.ndim else a for a in args]
    try:
        op.infer(*_types(empty))
    except GraphdiffError as error:
        return f"not tried: {error}"
    return _type(op, empty)


def _stacked(op: Op, args: Sequence[np.ndarray]) -> str:
    """With one more axis in front, each example is computed on its own."""
    if not op.stacks:
        return "not tried: the op does not say stacks = True"
    pairs = [[a, a[::-1] if a.ndim else a] for a in args]
    alone = [_results(op(*[pair[k] for pair in pairs])) for k in (0, 1)]
    stacks = [np.stack(pair) for pair in pairs]
    said = _type(op, stacks)
    if said != "ok":
        return said
    for i, value in enumerate(_results(op(*stacks))):
        for k in (0, 1):
            if not np.allclose(value[k], alone[k][i], equal_nan=True):
                return "a stack of arguments gives other values than each alone"
    return "ok"


def _graph(op: Op, args: Sequence[np.ndarray]) -> str:
    """However the graph runs, it computes what the op does."""

    def applied(*x: Any) -> Any:
        return op(*x)

    graph = trace(applied, *args)
    wanted = _results(op(*args))
    ways: dict[str, Callable[[], Any]] = {
        "evaluated": lambda: tuple(
            evaluate(graph, dict(zip(graph.inputs, args, strict=True))).values()
        ),
        "compiled": lambda: compile(graph)(*args),
        "emitted": lambda: emit(graph).load()(*args),
        "emitted fast": lambda: emit(graph, style="fast").load()(*args),
    }
    for way, run in ways.items():
        found = _results(run())
        for value, other in zip(found, wanted, strict=True):
            if value.shape != other.shape or value.dtype != other.dtype:
                return f"{way}: shape {value.shape}, dtype {value.dtype}"
            if not np.allclose(value, other, equal_nan=True):
                return f"{way}: another value"
    return "ok"


def _slopes(op: Op, args: Sequence[np.ndarray], order: int, seed: int) -> str:
    """Derivatives agree with differences of the op's own values."""
    real = [i for i, a in enumerate(args) if a.dtype.kind in "fc"]
    moving = [i for i in real if not op.is_flat(i)]
    inexact = any(t.is_inexact for t in each_type(op.infer(*_types(args))))
    if not moving or not inexact:
        return "not tried: no derivative flows"

    def applied(*x: Any) -> Any:
        return op(*x)

    report = check_gradients(applied, *args, order=order, seed=seed)
    wrong = [
        f"argument {check.name.rpartition('.')[2]}: {check.verdict}"
        for check in report.checks
        if check.order == order and check.verdict in ("WRONG", "not finite", "unsure")
    ]
    return "; ".join(wrong) or "ok"
