"""Each function of a restricted domain, behind each kind of choice, to order three.

A row of the table says where a function is defined and where not. The corpus is the
table times the masks: values and slopes are those of the function of safe arguments,
without a warning, in the evaluator and in emitted code.
"""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import special

import graphdiff as gd

LIVE = np.array([True, False, True, False])


class Row(NamedTuple):
    """A function of one array, two places inside of its domain, two outside."""

    function: Callable[..., Any]
    inside: tuple[float, float] = (0.4, 0.7)
    outside: tuple[float, float] = (-1.3, 0.0)

    def point(self) -> np.ndarray:
        return np.ravel(np.column_stack([self.inside, self.outside]))

    def safe(self) -> np.ndarray:
        return np.where(LIVE, self.point(), self.inside[0])


ONE = (-1.5, 1.5)
ROWS = {
    "sqrt": Row(np.sqrt),
    "cbrt": Row(np.cbrt, outside=(0.0, 0.0)),
    "log": Row(np.log),
    "log1p": Row(np.log1p, outside=(-1.0, -2.0)),
    "reciprocal": Row(np.reciprocal, outside=(0.0, 0.0)),
    "power": Row(lambda x: x**1.5),
    "power of itself": Row(lambda x: np.power(x, x)),
    "arcsin": Row(np.arcsin, outside=ONE),
    "arccos": Row(np.arccos, outside=ONE),
    "arctanh": Row(np.arctanh, outside=(1.0, 2.0)),
    "arccosh": Row(np.arccosh, (1.5, 2.0), (1.0, 0.3)),
    "exp": Row(np.exp, outside=(1e4, 1e5)),
    "mod": Row(lambda x: np.mod(1.0, x), outside=(0.0, 0.0)),
    "xlogy": Row(lambda x: special.xlogy(x, x)),
    "xlog1py": Row(lambda x: special.xlog1py(2.0, x), outside=(-1.0, -2.0)),
    "entr": Row(special.entr),
    "rel_entr": Row(lambda x: special.rel_entr(x, 2 * x)),
    "kl_div": Row(lambda x: special.kl_div(2 * x, x)),
    "gamma": Row(special.gamma, outside=(-1.0, 0.0)),
    "gammaln": Row(special.gammaln, outside=(-1.0, 0.0)),
    "digamma": Row(special.digamma, outside=(-1.0, 0.0)),
    "beta": Row(lambda x: special.beta(x, 2 * x), outside=(-1.0, 0.0)),
    "betaln": Row(lambda x: special.betaln(x, 2 * x), outside=(-1.0, 0.0)),
    "binom": Row(lambda x: special.binom(x, 0.3), outside=(-1.0, -2.0)),
    "poch": Row(lambda x: special.poch(x, 0.5), outside=(-1.0, -2.0)),
    "zeta": Row(lambda x: special.zeta(2.5, x), outside=(-1.5, 0.0)),
    "gammainc": Row(lambda x: special.gammainc(x, x)),
    "gammaincc": Row(lambda x: special.gammaincc(x, 1.0)),
    "gammaincinv": Row(lambda x: special.gammaincinv(1.3, x), outside=ONE),
    "betainc": Row(lambda x: special.betainc(x, 2.0, 0.3)),
    "betainc of x": Row(lambda x: special.betainc(1.2, 2.0, x), outside=ONE),
    "betaincinv": Row(lambda x: special.betaincinv(1.2, 2.0, x), outside=ONE),
    "stdtrit": Row(lambda x: special.stdtrit(2.5, x), outside=ONE),
    "erfcx": Row(special.erfcx, outside=(-40.0, -50.0)),
    "erfi": Row(special.erfi, outside=(40.0, 50.0)),
    "erfinv": Row(special.erfinv, outside=(1.0, 2.0)),
    "erfcinv": Row(special.erfcinv, outside=(0.0, 3.0)),
    "ndtri": Row(special.ndtri, outside=(0.0, 1.5)),
    "ndtri_exp": Row(special.ndtri_exp, (-0.4, -0.7), (0.0, 1.0)),
    "logit": Row(special.logit, outside=(0.0, 1.5)),
    "y0": Row(special.y0),
    "k1": Row(special.k1),
    "kv": Row(lambda x: special.kv(1.5, x)),
    "expi": Row(special.expi, outside=(0.0, 0.0)),
    "exp1": Row(special.exp1),
    "hyp2f1": Row(lambda x: special.hyp2f1(0.5, 1.0, 1.5, x), outside=(1.0, 2.0)),
    "boxcox": Row(lambda x: special.boxcox(x, 0.5)),
    "ellipk": Row(special.ellipk, outside=(1.0, 2.0)),
    "spence": Row(special.spence),
}

MASKS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "where": lambda f, x, live: np.where(live, f(x), 0.5),
    "where of a product": lambda f, x, live: np.where(live, x * f(x), x),
    "where upstream": lambda f, x, live: f(np.where(live, x, x[0])) * live,
    "select": lambda f, x, live: np.select([~live, live], [x * 0.0, f(x)]),
    "index": lambda f, x, live: f(x)[np.array([0, 2, 0])],
    "matmul and index": lambda f, x, live: (f(x)[:, None] @ x[None, :1])[::2],
    "concatenate and where": lambda f, x, live: np.where(
        np.concatenate([live, live]), np.concatenate([f(x), f(x) * x]), 0
    ),
    "sum of where": lambda f, x, live: np.sum(np.where(live, f(x), 0)) * x[:1],
    "out and where": lambda f, x, live: np.multiply(
        f(x), x, out=np.zeros_like(x), where=live
    ),
}

CORPUS = [
    pytest.param(
        row,
        mask,
        order,
        id=f"{row}-{mask}-{order}",
        marks=() if mask == "where" and order == 2 else pytest.mark.slow,
    )
    for row in ROWS
    for mask in MASKS
    for order in (1, 2, 3)
]


def derived(f: Callable[..., Any], order: int) -> Callable[..., Any]:
    """Order times: the sum of the entries of the gradient, weighted."""

    def weighted(y: Any) -> Any:
        flat = y.reshape(-1)
        return np.sum(flat * (1 + np.arange(flat.shape[0]) / 7))

    def value(x: Any) -> Any:
        return weighted(f(x))

    for _ in range(order - 1):
        value = _slope_of(value, weighted)
    return value


def _slope_of(value: Callable[..., Any], weighted: Callable[..., Any]) -> Any:
    return lambda x: weighted(gd.grad(value)(x))


@pytest.mark.parametrize(("row", "mask", "order"), CORPUS)
def test_what_a_choice_discards_stays_outside(row: str, mask: str, order: int) -> None:
    entry, chosen = ROWS[row], MASKS[mask]
    value = derived(lambda x: chosen(entry.function, x, LIVE), order)
    x, safe = entry.point(), entry.safe()
    graph = gd.simplify(gd.differentiate(gd.trace(value, gd.spec(4)), wrt=["x"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gd.evaluate(graph, {"x": x})["d_x"]
        _, emitted = gd.emit(graph).load()(x)
    np.testing.assert_allclose(emitted, found, rtol=1e-12)
    expected = gd.evaluate(graph, {"x": safe})["d_x"]
    assert np.all(np.isfinite(found))
    np.testing.assert_allclose(found[LIVE], expected[LIVE], rtol=1e-9)
