"""`gd.recompute` for graphs, and for the forms of a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

from graphdiff.budget.recompute import check_budget, within_budget
from graphdiff.errors import GraphTypeError
from graphdiff.functions.form import Form
from graphdiff.graph.graph import Graph


class Recomputing(Form):
    """A derivative that keeps within a budget of memory."""

    _prefix = "recompute"

    def __init__(
        self, form: Form, budget: int, sizes: Mapping[str, int] | None
    ) -> None:
        """Take the derivative, and what it may hold."""
        options = {
            "backend": form.backend,
            "kinks": form.kinks,
            "stabilise": form.stabilise,
        }
        super().__init__(form, options)
        self.form = form
        self.budget = check_budget(budget)
        self.sizes = sizes
        self.__name__ = form.__name__

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The graph of the derivative, with what it takes to keep within the budget."""
        made = self.form.graph(*args, **kwargs)
        return within_budget(made, self.budget, self.sizes)

    def inline(self, args: Any, kwargs: Any) -> Any:
        """The derivative as it is: the budget is that of what is run in the end."""
        return self.form.inline(args, kwargs)


@overload
def recompute(
    derivative: Graph, budget: int, *, sizes: Mapping[str, int] | None = None
) -> Graph: ...


@overload
def recompute(
    derivative: Form, budget: int, *, sizes: Mapping[str, int] | None = None
) -> Recomputing: ...


def recompute(
    derivative: Graph | Form, budget: int, *, sizes: Mapping[str, int] | None = None
) -> Graph | Recomputing:
    """A derivative of equal value that holds at most `budget` bytes at once.

    `derivative` is a graph (of `gd.differentiate`, or a form's ``.graph``), or a form
    itself, such as ``gd.value_and_grad(f)``; `sizes` gives a number to each of its
    named sizes. Arguments are not counted, results are. Values of the forward part that
    the sweep needs are kept, or computed again when it comes by: which ones a minimum
    cut over the graph decides, for ever more ops that may be done twice and for
    different numbers of segments of the forward part, until the budget is met; of the
    plans looked at, the one that repeats the fewest operations is taken. That is a
    heuristic: to find the best plan of all is NP-hard (Naumann, "DAG reversal is
    NP-complete", 2009).

    The bytes are those that `gd.evaluate` holds at once. Emitted source lets go of
    arrays by ``del``, and says in its header what it holds, and what it would take to
    keep everything. A graph is right for all sizes, its bytes are those for `sizes`.

    Raises `GraphValueError` if no plan meets the budget, saying the least that one of
    them takes, and if a named size has no number.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def loss(x):
    ...     for _ in range(100):
    ...         x = np.sin(x)
    ...     return np.sum(x)
    >>> graph = gd.value_and_grad(loss).graph(gd.spec("n"))
    >>> less = gd.recompute(graph, 200_000, sizes={"n": 1000})
    >>> graph.cost().memory, less.cost().memory
    ((800 * n,), (176 * n,))
    >>> slope = gd.recompute(gd.grad(loss), 200_000)
    >>> bool(np.all(slope(np.zeros(1000)) == 1.0))
    True
    """
    if isinstance(derivative, Form):
        return Recomputing(derivative, budget, sizes)
    if not isinstance(derivative, Graph):
        raise GraphTypeError(
            f"recompute: expected a graph, or a form such as gd.grad(f), got "
            f"{type(derivative).__name__}"
        )
    return within_budget(derivative, check_budget(budget), sizes)
