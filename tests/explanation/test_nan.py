"""The first node that went bad is found, whatever the reason, and told in words."""

import numpy as np
import pytest

import graphdiff as gd
from tests.cases import CASES


def traced(f, *args, wrt=None):
    graph = gd.trace(f, *map(gd.spec_like, map(np.asarray, args)))
    if wrt is not None:
        graph = gd.simplify(gd.differentiate(graph, wrt=wrt))
    return graph


def report(f, *args, wrt=None):
    graph = traced(f, *args, wrt=wrt)
    return gd.explain_nan(graph, dict(zip(graph.inputs, args, strict=True)))


def named(function):
    """A function whose bad value is called y, with something done to it after."""

    def f(*args):
        y = function(*args)
        return np.sum(y) * 2.0

    return f


BIG = [1.0, 1e200]
# function, arguments, kind, words, the first index, how many
ZOO = {
    "log of 0": (np.log, [[1.0, 0.0]], "pole", "log of 0", 1),
    "log of -1": (
        np.log,
        [[1.0, -1.0]],
        "outside of the domain",
        "log of a negative number",
        1,
    ),
    "log1p": (np.log1p, [[0.0, -1.0]], "pole", "log1p of -1", 1),
    "log2": (np.log2, [[0.0, 1.0]], "pole", "log2 of 0", 0),
    "sqrt": (
        np.sqrt,
        [[0.0, -4.0]],
        "outside of the domain",
        "sqrt of a negative number",
        1,
    ),
    "arccos": (
        np.arccos,
        [[0.5, 1.5]],
        "outside of the domain",
        "arccos of a number outside of [-1, 1]",
        1,
    ),
    "arctanh": (np.arctanh, [[0.5, 1.0]], "pole", "arctanh of 1 or -1", 1),
    "arccosh": (
        np.arccosh,
        [[1.5, 0.5]],
        "outside of the domain",
        "arccosh of a number below 1",
        1,
    ),
    "0/0": (
        lambda a, b: a / b,
        [[1.0, 0.0], [1.0, 0.0]],
        "0/0",
        "0 divided by 0",
        1,
    ),
    "1/0": (
        lambda a, b: a / b,
        [[1.0, 2.0], [1.0, 0.0]],
        "division by zero",
        "division by 0",
        1,
    ),
    "reciprocal": (
        np.reciprocal,
        [[1.0, 0.0]],
        "division by zero",
        "reciprocal of 0",
        1,
    ),
    "exp": (np.exp, [[1.0, 1000.0]], "overflow", "largest float64", 1),
    "square": (np.square, [BIG], "overflow", "largest float64", 1),
    "product": (lambda a: a * a * 2, [BIG], "overflow", "largest float64", 1),
    "power of 0": (
        lambda a, b: a**b,
        [[1.0, 0.0], [1.0, -1.0]],
        "division by zero",
        "0 to a negative power",
        1,
    ),
    "power of -1": (
        lambda a, b: a**b,
        [[1.0, -1.0], [1.0, 0.5]],
        "outside of the domain",
        "no whole number",
        1,
    ),
    "remainder": (
        lambda a, b: a % b,
        [[1.0, 1.0], [1.0, 0.0]],
        "division by zero",
        "remainder by 0",
        1,
    ),
}


@pytest.mark.parametrize("name", ZOO)
def test_what_went_wrong_is_told(name):
    function, args, kind, words, index = ZOO[name]
    found = report(named(function), *args)
    assert not found.ok
    assert found.first.kind == kind
    assert words in found.first.words
    assert found.first.index == (index,)
    assert found.first.count == 1
    assert found.first.position.file == "test_nan.py"
    assert words in str(found)
    assert "y" in found.path or name == "product"


def test_operands_are_shown_at_the_entry_that_went_bad():
    def f(x, scale):
        y = np.log(x / scale)
        return np.sum(y)

    found = report(f, np.array([[1.0, 2.0], [0.0, 3.0]]), 2.0)
    assert found.first.name == "y"
    assert found.first.index == (1, 0)
    assert dict(found.first.operands) == {
        "(x / scale)[1, 0]": 0.0,
        "x[1, 0]": 0.0,
        "scale": 2.0,
    }
    assert "write np.where(x / scale > 0, np.log(x / scale), 0)" in found.mask


def test_all_finite_says_so():
    found = report(named(np.log), [1.0, 2.0])
    assert found.ok
    assert not found
    assert str(found).startswith("all values are finite")


def test_what_is_discarded_does_no_harm_and_is_told():
    def f(x):
        return np.sum(np.where(x > 0, np.log(x), 0.0)) + np.sum(1 / (1 + np.exp(x)))

    found = report(f, [1.0, 0.0, 1000.0])
    assert found.ok
    text = str(found)
    assert "every output is finite" in text
    assert "np.log(x)" in text
    assert "np.exp(x)" in text


def test_a_mask_that_is_wrong_is_named_and_shown_at_the_entry():
    def f(x):
        return np.sum(np.where(x >= 0, np.log(x), 0.0))

    found = report(f, [1.0, 0.0, -1.0])
    assert found.first.words == "log of 0"
    assert "x >= 0" in found.mask
    assert "True at [1]" in found.mask
    assert "x[1] = 0" in found.mask


def test_the_culprit_is_not_what_a_mask_discards():
    def f(x):
        masked = np.where(x > 0, np.log(x), 0.0)
        y = masked / (x + 1)
        return np.sum(y)

    found = report(f, [1.0, -1.0])
    assert found.first.name == "y"
    assert found.first.kind == "0/0"


def test_nan_that_arises_from_infinities_is_told_apart():
    def f(x):
        e = np.exp(x)
        p = e / np.sum(e)
        return np.sum(p)

    found = report(f, [1000.0, 0.0])
    assert found.first.name == "e"
    assert found.first.kind == "overflow"
    assert found.later[0].name == "p"
    assert found.later[0].kind == "inf/inf"
    assert "logsumexp" in found.mask

    def g(x):
        y = x * x
        return np.sum(y - y[::-1]) + 0 * np.sum(y)

    found = report(g, [1e200, 1e200])
    assert {f.kind for f in found.later} == {"inf - inf", "0 * inf"}


def test_a_naive_norm_at_the_origin():
    def unit(x):
        n = np.sqrt(np.sum(x * x))
        y = x / n
        return np.sum(y)

    found = report(unit, np.zeros(3))
    assert (found.first.kind, found.first.count) == ("0/0", 3)
    assert "n != 0" in found.mask


def test_the_slope_of_a_root_names_its_forward_value_and_rule():
    def f(x):
        r = np.sqrt(x)
        return np.sum(r)

    found = report(f, [1.0, 0.0], wrt="x")
    assert found.outputs == ("d_x",)
    assert "the rule of sqrt for r = np.sqrt(x)" in found.first.gradient
    assert "r[1] = 0" in found.first.gradient
    assert "np.where(x > 0, np.sqrt(x), 0) in the forward part" in found.mask


def test_the_slope_of_the_entropy_is_infinite_at_0():
    def entropy(p):
        return -np.sum(p * np.log(p))

    found = report(entropy, [0.5, 0.0], wrt="p")
    assert "write np.where(p > 0, p * np.log(p), 0)" in found.mask


def test_a_forward_fault_is_found_from_the_gradient():
    found = report(named(np.log), [1.0, 0.0], wrt="args.0")
    assert found.first.name == "y"
    assert found.first.gradient == ""


def test_inputs_come_first():
    found = report(named(np.sqrt), [1.0, np.nan, np.inf])
    assert found.inputs == ("args.0[1] is nan, and 1 more entries",)
    assert str(found).startswith("input: ")
    assert found.first.kind == "given"


def test_an_infinite_input_that_does_no_harm():
    def f(x):
        return np.sum(np.exp(-x))

    found = report(f, [1.0, np.inf])
    assert found.ok
    assert "x[1] is inf" in str(found)


def step(c, x):
    y = np.sqrt(c - x)
    return y, None


def test_in_a_loop_the_step_is_told():
    def f(x):
        return gd.scan(step, 1.0, x)[0]

    for wrt in (None, "x"):
        found = report(f, [0.5, 0.1, 5.0, 1.0], wrt=wrt)
        assert found.first.expression == "np.sqrt(c - x)"
        assert "step 2 of 4" in found.first.inside[0]
        assert dict(found.first.operands)["x"] == 5.0
        assert found.first.position.file == "test_nan.py"


def test_in_loops_within_loops():
    def inner(c, x):
        y = np.log(c) * x
        return y, None

    def outer(c, x):
        return gd.scan(inner, c + 1.0, x)[0], None

    def f(x):
        return gd.scan(outer, 1.0, x)[0]

    found = report(f, np.array([[1.0, 1.0], [0.0, 1.0]]))
    assert found.first.words.startswith("log of")
    assert ["step" in words for words in found.first.inside] == [True, True]


def test_in_a_while_loop_a_branch_and_a_function_under_a_rule():
    def halve(x):
        return gd.while_loop(lambda c: c > 1.0, lambda c: np.log(c - 2.0), x)

    found = report(halve, 2.0)
    assert found.first.words == "log of 0"
    assert "step 0" in found.first.inside[0]

    def either(x):
        return gd.cond(x > 0, lambda x: 1 / (x - 1), lambda x: x, x)

    found = report(either, 1.0)
    assert found.first.kind == "division by zero"
    assert "branch" in found.first.inside[0]

    def inverse(x):
        return 1 / x

    ruled = gd.custom_vjp(inverse, lambda g, y, x: -g * y * y)
    found = report(lambda x: np.sum(ruled(x)), [1.0, 0.0])
    assert found.first.kind == "division by zero"
    assert "inverse" in found.first.inside[0]


def test_a_matrix_without_an_inverse():
    found = report(lambda A: np.sum(np.linalg.inv(A)), np.zeros((2, 2)))
    assert not found.ok
    assert found.first.kind == "no decomposition"
    assert "Singular" in str(found)


def test_operations_on_whole_arrays():
    def slog(A):
        return np.linalg.slogdet(A)[1]

    assert "slogdet" in report(slog, np.zeros((2, 2))).first.words
    found = report(lambda A: np.sum(np.linalg.cholesky(A)), -np.eye(2))
    assert "not positive definite" in found.first.words
    assert "identity" in found.mask
    big = np.full((2, 2), 1e200)
    found = report(lambda A, B: np.sum(A @ B), big, big)
    assert (found.first.kind, found.first.count) == ("overflow", 4)
    assert "logarithms" in found.mask
    small = np.array([1e30], np.float32)
    assert "float32" in report(lambda x: np.sum(x * x), small).first.words


def test_slopes_at_the_ends_of_domains():
    for f, x, mask in (
        (np.arccos, 1.0, "np.abs(x) < 1"),
        (lambda x: x**0.5, 0.0, "x > 0"),
        (np.cbrt, 0.0, "x != 0"),
    ):

        def total(x, f=f):
            y = f(x)
            return np.sum(y)

        graph = gd.trace(lambda x, total=total: total(x), gd.spec("n"))
        found = gd.explain_nan(gd.differentiate(graph), {"x": [0.5, x]})
        assert found.outputs == ("d_x",)
        assert mask in found.mask
        assert "in the forward part" in found.mask


def test_infinities_and_nan_that_are_meant():
    def masked(s, m):
        return np.sum(gd.nn.softmax(np.where(m, s, -np.inf), axis=-1) ** 2)

    flags = np.array([[True, False], [False, True]])
    assert report(masked, np.ones((2, 2)), flags).ok
    found = report(lambda x: np.nanmean(x), np.array([1.0, np.nan]))
    assert found.ok
    assert "is nan" in str(found)


def test_integers_and_truths_are_never_bad():
    found = report(lambda k: np.sum(k * k), np.array([2**40, 2**40]))
    assert found.ok


def test_errors_are_those_of_evaluate():
    graph = traced(named(np.log), [1.0])
    with pytest.raises(gd.GraphValueError, match="missing"):
        gd.explain_nan(graph, {})
    with pytest.raises(gd.GraphTypeError, match="expected a Graph"):
        gd.explain_nan(np.log, {})


def test_hostile_names_come_out_inert():
    name = "x\x1b[31m\n\u202e</script>"
    x = gd.var(name, "n")
    graph = gd.Graph({name: x}, {name + "\r": np.sum(np.log(x))})
    text = str(gd.explain_nan(graph, {name: [np.nan, 0.0]}))
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_long_chain_is_no_problem():
    def f(x):
        for _ in range(1500):
            x = x + 1.0
        y = np.log(x - 1501.0)
        for _ in range(1500):
            y = y * 1.5 + 1.0
        return y

    found = report(f, 1.0)
    assert found.first.words == "log of 0"
    assert len(str(found)) < 3000


@pytest.mark.parametrize("name", sorted(CASES)[::48])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_op_can_be_looked_into(name):
    case = CASES[name]
    names = [f"x{i}" for i in range(len(case.args))]
    xs = [
        gd.var(n, a.shape, dtype=a.dtype) for n, a in zip(names, case.args, strict=True)
    ]
    parts = case.function(*xs)
    parts = parts if isinstance(parts, (tuple, list)) else [parts]
    graph = gd.Graph(
        dict(zip(names, xs, strict=True)), {f"y{i}": p for i, p in enumerate(parts)}
    )
    spoilt = {
        n: np.full_like(a, np.nan) if a.dtype.kind in "fc" else a
        for n, a in zip(names, case.args, strict=True)
    }
    with np.errstate(all="ignore"):
        try:
            values = gd.evaluate(graph, spoilt)
        except (np.linalg.LinAlgError, ValueError):
            return
    found = gd.explain_nan(graph, spoilt)
    assert found.ok == all(
        np.isfinite(v).all() for v in values.values() if v.dtype.kind in "fc"
    )
    assert str(found)


def test_what_is_bad_only_where_its_operands_are_is_no_finding_of_its_own():
    def program(x):
        return np.sum(np.sqrt(x - 1) / x)

    graph = gd.trace(program, gd.spec("n"))
    report = gd.explain_nan(graph, {"x": [0.5, 0.0]})
    assert (report.first.words, report.others) == ("sqrt of a negative number", ())
    report = gd.explain_nan(graph, {"x": [0.5, 3.0]})
    assert report.others == ()


def test_the_entry_that_is_told_is_one_with_finite_operands():
    def program(x, y):
        return np.sum(np.sqrt(x) / y)

    graph = gd.trace(program, gd.spec("n"), gd.spec("n"))
    report = gd.explain_nan(graph, {"x": [-1.0, 4.0], "y": [1.0, 0.0]})
    assert report.first.index == (0,)
    (other,) = report.others
    assert (other.index, other.count) == ((1,), 1)
