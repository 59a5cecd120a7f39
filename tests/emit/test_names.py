"""Names are data: whatever they hold, the module is sound and says what was meant."""

import ast

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.emit import emit
from graphdiff.emit.text.naming import Names, identifier

HOSTILE = [
    "x; import os #",
    '"""\nraise SystemExit',
    "class",
    "match",
    "np",
    "print",
    "_array",
    "found",
    "batch",
    "a.b.c",
    "µ",
    "μ",
    "",
    "2 x",
    "\\",
    "\u202e",
    "d_x",
    "x" * 500,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_gives_an_identifier(name):
    assert identifier(name).isidentifier()


def test_a_name_is_given_once():
    names = Names()
    given = [names.fresh(name) for name in HOSTILE * 3]
    assert len(set(given)) == len(given)
    assert names.fresh("sum") == "sum_"


def test_hostile_inputs_and_outputs():
    xs = {name: gd.var(name or "x", "batch") for name in HOSTILE}
    total = sum(xs.values())
    outputs = {name: total * float(i) for i, name in enumerate(HOSTILE)}
    made = emit(gd.Graph(inputs=xs, outputs=outputs), name='f"""\nimport os')
    tree = ast.parse(made.source)
    assert [type(n).__name__ for n in tree.body[:2]] == ["Expr", "Import"]
    assert sum(isinstance(n, (ast.Import, ast.ImportFrom)) for n in ast.walk(tree)) == 1
    found = made.load()(*[np.ones(2)] * len(HOSTILE))
    np.testing.assert_array_equal(found[3], np.full(2, 3.0 * len(HOSTILE)))


def test_locals_that_shadow_what_the_module_needs():
    def f(x, sum):
        np_ = np.tanh(x) * sum
        len = np_ + 1
        found = np.where(len > 0, np.sqrt(len), 0.0)
        gated = np.sum(found)
        d_x = gated * 2
        return d_x

    graph = gd.trace(f, gd.spec("n"), gd.spec(""))
    made = emit(gd.simplify(gd.differentiate(graph)))
    value, (d_x, d_sum) = made.load()(np.ones(3), 2.0)
    assert value == pytest.approx(f(np.ones(3), 2.0))
    step = 1e-6
    slope = (f(np.ones(3), 2 + step) - f(np.ones(3), 2 - step)) / (2 * step)
    assert d_sum == pytest.approx(slope)
    assert d_x.shape == (3,)


def test_a_hard_name_of_the_user_is_kept_and_excused():
    def f(l, O):  # noqa: E741
        I = l * O  # noqa: E741
        return np.sum(I**2)

    made = emit(gd.simplify(gd.differentiate(gd.trace(f, gd.spec("n"), gd.spec("n")))))
    assert "def f_and_grad(l, O):  # noqa: E741, RUF100" in made.source
    assert "    I = l * O  # noqa: E741, RUF100" in made.source


def test_a_size_gives_way_to_a_variable():
    def f(x, W):
        h = np.tanh(x @ W)
        return np.sum(h) / h.shape[1]

    made = emit(gd.trace(f, gd.spec("n,k"), gd.spec("k,h")))
    assert "h = np.tanh(x @ W)" in made.source
    assert "h_size = W.shape[1]" in made.source
    assert made.load()(np.ones((2, 3)), np.ones((3, 4))) == pytest.approx(
        f(np.ones((2, 3)), np.ones((3, 4)))
    )


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize("name", ["_calm", "contextvars", "sigmoid", "_sigmoid"])
def test_the_calm_context_keeps_clear_of_the_users_names(name, style):
    x = gd.var("contextvars", "n")
    graph = gd.Graph(inputs={"contextvars": x}, outputs={"_calm": gd.nn.sigmoid(x)})
    function = emit(graph, name=name, style=style).load()
    np.testing.assert_array_equal(function(np.zeros(2)), [0.5, 0.5])
