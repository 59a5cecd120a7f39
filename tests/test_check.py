import warnings

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.check import WrongGradientError
from graphdiff.check.differences import corner, measure
from graphdiff.ops.core import elementwise

X = np.array([[0.3, -1.2, 0.7], [1.5, 0.2, -0.4]])
W = np.array([[0.5, -0.3], [0.1, 0.8], [-0.9, 0.4]])


def loss(params, x):
    h = np.tanh(x @ params["W"] + params["b"])
    return np.mean(h**2)


PARAMS = {"W": W, "b": np.array([0.1, -0.2])}


def verdicts(report):
    return {check.name: check.verdict for check in report.checks}


def wrong_rule(monkeypatch, op, rule):
    """Give a ufunc's op a derivative that it does not have."""
    rules = (rule, *op.rules[1:])
    monkeypatch.setitem(op.__dict__, "rules", rules)


# --- right gradients ------------------------------------------------------------------


def test_a_right_gradient_passes():
    report = gd.check_gradients(loss, PARAMS, X)
    assert report.ok
    assert report.problems == []
    assert verdicts(report) == {"params.W": "ok", "params.b": "ok", "x": "ok"}
    assert [check.entries for check in report.checks] == [6, 2, 6]
    report.raise_if_wrong()


@pytest.mark.parametrize("wrt", [0, "params", ["params"], ["params.W", "params.b"]])
def test_wrt_by_position_name_and_path(wrt):
    report = gd.check_gradients(loss, PARAMS, X, wrt=wrt)
    assert sorted(verdicts(report)) == ["params.W", "params.b"]


def test_order_three():
    report = gd.check_gradients(lambda x: np.sum(np.exp(x) * np.sin(x)), X, order=3)
    assert report.ok
    assert [check.order for check in report.checks] == [1, 2, 3]


@pytest.mark.parametrize("order", [1, 2])
def test_float32_is_compared_with_float64(order):
    narrow = {name: p.astype(np.float32) for name, p in PARAMS.items()}
    report = gd.check_gradients(loss, narrow, X.astype(np.float32), order=order)
    assert report.ok
    assert all(check.type.startswith("float32") for check in report.checks)
    assert all(check.max_rel < 1e-3 for check in report.checks)


def test_large_arguments_along_directions_and_at_some_entries():
    x = np.random.default_rng(0).standard_normal((50, 40))
    (check,) = gd.check_gradients(lambda x: np.sum(np.sin(x) ** 2), x).checks
    assert check.directions == 4
    assert 12 <= check.entries <= 14
    assert check.verdict == "ok"


def test_several_outputs_are_weighed():
    def pair(x):
        return {"a": np.cumsum(x, axis=1), "b": np.sum(x**2), "n": x > 0}

    assert gd.check_gradients(pair, X).ok


def test_integer_arguments_are_not_checked():
    report = gd.check_gradients(gd.nn.cross_entropy, X, np.array([0, 2]))
    assert verdicts(report) == {"logits": "ok"}


def test_python_numbers_and_domains():
    def energy(x, scale):
        return scale * np.sum(np.log(x) * x)

    assert gd.check_gradients(energy, np.array([1e-4, 0.5, 3e4]), 2.5).ok


def test_inputs_are_not_modified():
    def careless(x):
        x = x + 1
        x *= 2
        return np.sum(x**2)

    before = X.copy()
    assert gd.check_gradients(careless, X).ok
    np.testing.assert_array_equal(X, before)


# --- wrong gradients ------------------------------------------------------------------


def test_a_wrong_rule_is_found(monkeypatch):
    wrong_rule(monkeypatch, elementwise.tanh, lambda g, y, x: g * (1 - y))
    report = gd.check_gradients(loss, PARAMS, X)
    assert not report.ok
    assert set(verdicts(report).values()) == {"WRONG"}
    with pytest.raises(WrongGradientError, match=r"params\.W: WRONG"):
        report.raise_if_wrong()
    with pytest.raises(AssertionError):
        report.raise_if_wrong()


@pytest.mark.parametrize("factor", [0.0, -1.0, 1.0001])
def test_wrong_by_a_factor(monkeypatch, factor):
    wrong_rule(monkeypatch, elementwise.sin, lambda g, y, x: factor * g * np.cos(x))
    assert not gd.check_gradients(lambda x: np.sum(np.sin(x)), X).ok


def test_wrong_in_float32(monkeypatch):
    wrong_rule(monkeypatch, elementwise.sin, lambda g, y, x: 1.01 * g * np.cos(x))
    report = gd.check_gradients(lambda x: np.sum(np.sin(x)), X.astype(np.float32))
    assert verdicts(report) == {"x": "WRONG"}


def test_wrong_at_one_entry_of_many(monkeypatch):
    wrong_rule(
        monkeypatch,
        elementwise.sin,
        lambda g, y, x: g * np.where(x > 2.9, 0.0, np.cos(x)),
    )
    x = np.linspace(-1, 3, 300)
    assert not gd.check_gradients(lambda x: np.sum(np.sin(x)), x).ok


def test_wrong_second_derivative(monkeypatch):
    wrong_rule(monkeypatch, elementwise.cos, lambda g, y, x: g * np.sin(x))

    def f(x):
        return np.sum(np.sin(x))

    assert gd.check_gradients(f, X).ok
    report = gd.check_gradients(f, X, order=2)
    assert [check.verdict for check in report.checks] == ["ok", "WRONG"]


def test_the_worst_entry_is_named(monkeypatch):
    wrong_rule(
        monkeypatch,
        elementwise.sin,
        lambda g, y, x: g * np.where(x > 1, 7.0, np.cos(x)),
    )
    (check,) = gd.check_gradients(lambda x: np.sum(np.sin(x)), X).checks
    assert check.worst.where == "[1, 0]"
    assert check.worst.gradient == 7.0
    assert check.worst.slope == pytest.approx(np.cos(1.5))


# --- nothing passes vacuously ---------------------------------------------------------


def test_a_gradient_of_zeros_shows_nothing():
    report = gd.check_gradients(lambda x: np.sum(np.floor(x)), np.array([0.5, 1.5]))
    assert verdicts(report) == {"x": "zero"}
    assert not report.ok
    assert "nothing was shown" in str(report)


def test_an_unused_argument_is_reported_beside_a_checked_one():
    report = gd.check_gradients(lambda x, y: np.sum(x**2), X, W)
    assert verdicts(report) == {"x": "ok", "y": "zero"}
    assert report.ok
    assert "0 everywhere" in str(report)


def test_empty_arguments_show_nothing():
    report = gd.check_gradients(lambda x: np.sum(x**2), np.zeros((0, 3)))
    assert verdicts(report) == {"x": "empty"}
    assert not report.ok


def test_nan_is_a_problem():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = gd.check_gradients(lambda x: np.sum(np.log(x)), np.array([-1.0, 1.0]))
    assert not report.ok
    assert "value is nan" in str(report)


def test_an_infinite_slope_is_a_problem():
    report = gd.check_gradients(lambda x: np.sum(np.sqrt(x)), np.array([0.0, 1.0]))
    assert verdicts(report) == {"x": "not finite"}
    assert not report.ok


def test_a_function_with_a_mind_of_its_own():
    state = np.random.default_rng(0)

    def noisy(x):
        return np.sum(x**2) * (1 + 0.1 * state.random())

    report = gd.check_gradients(noisy, X)
    assert not report.ok
    assert "two calls gave" in str(report)


# --- kinks ----------------------------------------------------------------------------


@pytest.mark.parametrize("kinks", ["mean", "left", "right", "zero"])
@pytest.mark.parametrize("f", [gd.nn.relu, np.abs, lambda x: np.maximum(x, 0.0)])
def test_a_convention_is_told_apart_from_a_wrong_gradient(f, kinks):
    x = np.array([0.0, 1.0, -2.0])
    report = gd.check_gradients(lambda x: np.sum(f(x) * 3 + x), x, kinks=kinks)
    assert report.ok
    assert "1 of 3 entries within 1e-06 of the kink" in str(report)


def test_the_two_sides_are_reported():
    report = gd.check_gradients(lambda x: np.sum(gd.nn.relu(x)), np.array([0.0, 1.0]))
    assert verdicts(report) == {"x": "kink"}
    assert "slope 0 from the left, 1 from the right" in str(report)


def test_only_kinks_show_nothing():
    report = gd.check_gradients(lambda x: np.sum(gd.nn.relu(x)), np.zeros(3))
    assert not report.ok


def test_outside_of_the_two_sides_is_wrong(monkeypatch):
    rule = lambda kinks, g, y, x: g * np.where(x == 0, 2.0, np.sign(x))  # noqa: E731
    wrong_rule(monkeypatch, elementwise.absolute, rule)
    report = gd.check_gradients(lambda x: np.sum(np.abs(x)), np.array([0.0, 1.0]))
    assert verdicts(report) == {"x": "WRONG"}


def test_close_to_a_kink_is_no_excuse():
    x = np.array([1e-5, -1e-5, 1.0])
    report = gd.check_gradients(lambda x: np.sum(gd.nn.relu(x) ** 2 + np.abs(x)), x)
    assert verdicts(report) == {"x": "ok"}


# --- methods --------------------------------------------------------------------------


def test_the_complex_step_is_used_where_all_is_analytic():
    (check,) = gd.check_gradients(lambda x: np.sum(np.exp(x) / x), X).checks
    assert check.method == "complex step"


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(np.abs(x)),
        lambda x: np.sum(gd.nn.sigmoid(x)),
        lambda x: np.linalg.norm(x),
    ],
)
def test_elsewhere_differences_are(f):
    (check,) = gd.check_gradients(f, X).checks
    assert check.method == "differences"
    assert check.verdict == "ok"


# --- misuse ---------------------------------------------------------------------------


def test_specs_are_refused():
    with pytest.raises(TypeError, match="pass arrays, not specs"):
        gd.check_gradients(loss, PARAMS, gd.spec("n,3"))


def test_unknown_wrt():
    with pytest.raises(ValueError, match="'nope'"):
        gd.check_gradients(loss, PARAMS, X, wrt="nope")


def test_bad_order():
    with pytest.raises(ValueError, match="order"):
        gd.check_gradients(loss, PARAMS, X, order=0)


def test_no_real_argument():
    with pytest.raises(TypeError, match="real"):
        gd.check_gradients(lambda n: np.sum(n), np.arange(3))


# --- the report -----------------------------------------------------------------------


def test_the_report_is_a_table():
    text = str(gd.check_gradients(loss, PARAMS, X, wrt="params"))
    lines = text.splitlines()
    assert lines[0].startswith("gradient check of loss: value 0.")
    assert lines[2].split()[:3] == ["argument", "type", "compared"]
    assert lines[3].split()[0] == "params.W"
    assert lines[3].endswith("ok")
    assert lines[-1] == "the gradient is right"


def test_the_report_is_the_same_each_time():
    assert str(gd.check_gradients(loss, PARAMS, X)) == str(
        gd.check_gradients(loss, PARAMS, X)
    )


# --- slopes of curves -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "slope"),
    [
        (np.exp, 1.0),
        (lambda t: np.sin(1e3 * t), 1e3),
        (lambda t: 1e8 + t, 1.0),
        (lambda t: np.log(1e-4 + t), 1e4),
        (lambda t: abs(t - 1e-4), -1.0),
        (lambda t: 5.0, 0.0),
    ],
)
def test_measure(curve, slope):
    with np.errstate(all="ignore"):
        found = measure(lambda t: float(curve(t)))
    assert abs(found.value - slope) <= 4 * found.error + 1e-12
    assert found.error <= 1e-6 * abs(slope) + 1e-9


def test_measure_gives_up_on_what_is_nowhere_finite():
    assert not measure(lambda t: float("nan")).is_known


@pytest.mark.parametrize("curve", [np.sin, lambda t: t**2, lambda t: 1e6 + t, np.exp])
def test_smooth_curves_have_no_corner(curve):
    assert corner(lambda t: float(curve(t))) is None
