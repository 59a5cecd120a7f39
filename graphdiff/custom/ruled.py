"""A function whose derivative is not that of its code: one op, with a body and a rule.

While derivatives are taken, a call of such a function is one node, which stands in
listings under the function's name. Its rule is code that builds graphs, so derivatives
of the rule, and of these, follow as of any code. The body is for those who run the
graph: `graphdiff.rewrite.unfold` puts it in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphdiff.custom.calling import Calling
from graphdiff.derivative.numeric import in_numbers
from graphdiff.errors import GraphValueError
from graphdiff.evaluate import evaluate
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Arg, At, Call, Node, Op
from graphdiff.graph.types import ArrayType
from graphdiff.rewrite.unfold import inlined, unfolded
from graphdiff.runtime.own import Own


@dataclass(frozen=True, eq=False)
class Ruled(Op):
    """A function of the user's under a rule of the user's.

    The inputs of `body` are the leaves of the arguments, `own` of them, and then what
    the function captured. Two ops are never equal: no callable can be compared.
    """

    name: str
    rule: Callable[..., Any]
    body: Graph
    own: int

    shorthand = True
    over_complex = True
    singular = True

    @property
    def label(self) -> str:
        """The name of the function."""
        return self.name

    @property
    def calling(self) -> Calling:
        """How the function is called."""
        return Calling(self.name, self.body, self.own)

    @property
    def results(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names of the outputs, where there are several."""
        return tuple(self.body.outputs) if len(self.body.outputs) != 1 else ()

    def infer(self, *args: ArrayType) -> ArrayType | tuple[ArrayType, ...]:
        """The types of the outputs of the body."""
        types = tuple([node.type for node in self.body.outputs.values()])
        return types[0] if len(types) == 1 else types

    def call(self, *args: ArrayType) -> Call:
        """The function under its own name; a graph that runs has its body instead."""
        places = tuple([Arg(i) for i in range(len(args))])
        return Call(Own(self.name, self._run), places)

    def _run(self, *values: Any) -> Any:
        found = evaluate(self.body, dict(zip(self.body.inputs, values, strict=True)))
        results = tuple(found.values())
        return results[0] if len(results) == 1 else results

    def bodies(self) -> tuple[Graph, ...]:
        """The function's own graph."""
        return (self.body,)

    def with_bodies(self, bodies: tuple[Graph, ...]) -> Op:
        """The same rule for a function written otherwise."""
        if bodies[0] is self.body:
            return self
        return type(self)(self.name, self.rule, bodies[0], self.own)

    def unfold(self, args: tuple[Node, ...]) -> list[Node]:
        """The nodes of the function."""
        return inlined(unfolded(self.body), args)

    def pullback(self, i: int, at: At, g: Any, y: Any, *args: Any) -> Any:
        """What the rule says of one argument."""
        return self.pullbacks([i], at, g, y, *args)[0]

    def pullbacks(
        self, wanted: Sequence[int], at: At, g: Any, y: Any, *args: Any
    ) -> list[Any]:
        """What the rule says, asked once for all arguments."""
        self.check_own(wanted)
        cotangents = g if isinstance(g, list) else [g]
        if all(isinstance(a, Expression) for a in args):
            found = self.shares(at, cotangents, y, args)
        else:
            results = y if isinstance(y, tuple) else (y,)
            found = in_numbers(partial(self.shares, at), cotangents, results, args)
        return [found[i] for i in wanted]

    def check_own(self, wanted: Sequence[int]) -> None:
        """Raise if one of these arguments is none of the function's own."""
        for i in wanted:
            if i >= self.own:
                name = list(self.body.inputs)[i]
                raise GraphValueError(
                    f"{self.name}: the function reads {name!r} from outside, of which "
                    f"its rule says nothing; make it an argument"
                )

    def shares(
        self, at: At, g: Sequence[Any], y: Any, args: Sequence[Any]
    ) -> list[Any]:
        """The cotangents of all arguments, given those of the results; None is zero.

        `y` is the result, or a tuple of several; captured arguments come last.
        """
        raise NotImplementedError
