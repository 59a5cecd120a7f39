"""What the user holds: a function to which a rule can be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from types import MethodType
from typing import Any, ClassVar

from graphdiff.custom.ruled import Ruled
from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.expression.expression import Expression, results_of, watched
from graphdiff.graph.nest import leaves_of
from graphdiff.graph.node import make
from graphdiff.trace.closed import close
from graphdiff.trace.trace import name_of


class CustomFunction:
    """A function that plain arrays go through as ever, and derivatives by a rule."""

    op: ClassVar[type[Ruled]]
    form: ClassVar[str]
    __name__: str

    def __init__(self, fn: Callable[..., Any], rule: Any = None) -> None:
        """Take the function, and its rule unless that comes by the decorator."""
        for what, value in (("fn", fn), ("rule", rule)):
            if not callable(value) and not (what == "rule" and value is None):
                raise GraphTypeError(
                    f"{self.form}: {what}: expected a function, got "
                    f"{type(value).__name__}"
                )
        update_wrapper(self, fn, updated=())
        self.fn = fn
        self._rule: Callable[..., Any] | None = rule

    def __repr__(self) -> str:
        """Name the form and the function."""
        return f"<{self.form} of {name_of(self)}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Be a method where a class has been given such a function."""
        return self if instance is None else MethodType(self, instance)

    def rule(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate the function that is the rule from now on."""
        if not callable(rule):
            raise GraphTypeError(
                f"{self.form}: rule: expected a function, got {type(rule).__name__}"
            )
        self._rule = rule
        return rule

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute; of symbolic arguments make one node under the rule."""
        leaves, _ = leaves_of((args, kwargs))
        if not any(isinstance(leaf, Expression) for leaf in leaves):
            return self.fn(*args, **kwargs)
        return watched(self._build, args, kwargs)

    def _build(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        name = name_of(self)
        if self._rule is None:
            raise GraphValueError(
                f"{name}: there is no rule yet; write one below @{name}.rule"
            )
        closed = close(self.fn, args, kwargs)
        op = self.op(name, self._rule, closed.graph, closed.own)
        if not closed.graph.outputs:
            return op.calling.result(())
        return op.calling.result(results_of(make(op, *closed.arguments)))
