"""Adaptors for SciPy: packing, derivatives, what the solvers find, emitted source."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.optimize

import graphdiff as gd

POINTS = np.linspace(0.0, 1.0, 9)
VALUES = 2 * (1 - np.exp(-3 * POINTS)) + 0.01 * np.sin(99 * POINTS)


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def network(params, x, y):
    hidden = np.tanh(x @ params["W"] + params["b"])
    return np.mean((hidden @ params["v"] - y) ** 2)


def missed(p, x, y):
    return p["size"] * (1 - np.exp(-p["rate"] * x)) - y


def start_of_network(rng, dtype=np.float64):
    return {
        "W": rng.normal(size=(3, 2)).astype(dtype),
        "b": np.zeros(2, dtype),
        "v": rng.normal(size=2).astype(dtype),
        "kind": "tanh",
    }


def differences(function, x, step=1e-6):
    columns = [
        (function(x + e) - function(x - e)) / (2 * step) for e in step * np.eye(len(x))
    ]
    return np.stack(columns, axis=-1)


# --- parameters -----------------------------------------------------------------------

Pair = namedtuple("Pair", "a b")


@dataclass(frozen=True)
class Decay:
    size: float
    rates: np.ndarray
    label: str = "fast"


NESTS = [
    1.5,
    np.float32(0.5),
    np.array([1.0, 2.0]),
    np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32),
    {"b": 1.0, "a": [2.0, np.zeros((0,)), None]},
    Pair(1.0, np.array(2.0)),
    Decay(3.0, np.array([1.0, 2.0])),
    (np.float16(1.5), {"flag": True, "x": np.ones((2, 1, 2))}),
]


@pytest.mark.parametrize("nest", NESTS, ids=lambda n: type(n).__name__)
def test_a_nest_comes_back_from_its_vector_as_it_was(nest):
    problem = gd.fit.objective(lambda nest: 0.0, nest)
    assert problem.x0.dtype == np.float64
    assert len(problem.labels) == problem.x0.size
    back = problem.unpack(problem.x0)
    np.testing.assert_equal(repr(back), repr(nest))
    np.testing.assert_array_equal(problem.pack(nest), problem.x0)


def test_entries_are_labelled_by_their_place():
    nest = {"layers": [{"W": np.ones((1, 2))}], "rate": 0.5}
    problem = gd.fit.objective(lambda nest: nest["rate"], nest)
    assert problem.labels == ["layers.0.W[0, 0]", "layers.0.W[0, 1]", "rate"]


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ({"rate": 1}, r"'?p\.rate'?: an integer is not fitted; write 1.0"),
        (np.arange(3), "an integer is not fitted; convert it to float64"),
        (1j, "real and imaginary parts"),
        ({"name": "x"}, "no float or array"),
        (np.zeros(0), "no float or array"),
        (gd.spec("3"), "numbers to start from"),
        (["a", object()], "expected floats"),
    ],
)
def test_what_cannot_be_fitted_is_refused(start, words):
    with pytest.raises(gd.GraphdiffError, match=words):
        gd.fit.objective(lambda p: 0.0, start)


def test_what_is_no_function_is_refused():
    with pytest.raises(gd.GraphTypeError, match="fn: expected a function, got float"):
        gd.fit.residuals(1.0, 2.0)


# --- objectives -----------------------------------------------------------------------


def test_derivatives_of_a_loss_of_a_nest_are_those_of_differences(rng):
    x, y = rng.normal(size=(7, 3)), rng.normal(size=7)
    problem = gd.fit.objective(network, start_of_network(rng), x, y)
    at = problem.x0 + 0.1
    assert problem.fun(at) == pytest.approx(network(problem.unpack(at), x, y))
    np.testing.assert_allclose(problem.jac(at), differences(problem.fun, at), atol=1e-8)
    hessian = differences(problem.jac, at)
    np.testing.assert_allclose(problem.hess(at), hessian, atol=1e-7)
    p = rng.normal(size=at.size)
    np.testing.assert_allclose(problem.hessp(at, p), hessian @ p, atol=1e-7)


@pytest.mark.parametrize(
    "method",
    [
        "Powell",
        "CG",
        "BFGS",
        "Newton-CG",
        "L-BFGS-B",
        "TNC",
        "SLSQP",
        "trust-constr",
        "dogleg",
        "trust-ncg",
        "trust-krylov",
        "trust-exact",
    ],
)
@pytest.mark.filterwarnings("error")
def test_every_method_finds_the_minimum_with_what_it_can_use(method):
    def loss(p):
        return np.sum(np.exp(p["a"]) - p["a"]) + (p["b"] - p["a"][0] - 2.0) ** 2

    found = gd.fit.objective(loss, {"a": np.ones(2), "b": 0.5}).solve(method)
    np.testing.assert_allclose(found.params["a"], 0.0, atol=1e-3)
    assert found.params["b"] == pytest.approx(2.0, abs=1e-3)


def test_a_problem_is_a_mapping_of_the_arguments_of_scipy():
    problem = gd.fit.objective(rosenbrock, np.full(4, 1.3), bounds=(None, 0.5))
    assert list(problem) == ["fun", "x0", "jac", "bounds"]
    found = scipy.optimize.minimize(**problem, method="L-BFGS-B", hess=None)
    assert np.all(found.x <= 0.5)
    with pytest.raises(KeyError):
        problem["hess"]
    assert repr(problem) == "<minimize of rosenbrock: 4 parameters>"


def test_value_and_gradient_are_computed_once_at_a_point_and_traced_once():
    runs = []

    def loss(x):
        runs.append(1)
        return np.sum(x**4)

    problem = gd.fit.objective(loss, np.ones(3))
    computed = []
    compute = problem.compute
    problem.compute = lambda *args: computed.append(args[0]) or compute(*args)
    first = problem.jac(np.ones(3))
    first[:] = 0.0
    assert problem.fun(np.ones(3)) == 3.0
    np.testing.assert_array_equal(problem.jac(np.ones(3)), 4.0)
    problem.fun(np.zeros(3))
    assert computed == ["fun+jac", "fun+jac"]
    assert len(runs) == 1


def test_float32_is_promoted_for_scipy_and_comes_back():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 9)).astype(np.float32)
    start = {"a": np.float32(0.0), "b": np.zeros(1, np.float32)}
    problem = gd.fit.objective(
        lambda p, x, y: np.sum((p["a"] * x + p["b"] - y) ** 2), start, x, y
    )
    assert problem.jac(problem.x0).dtype == np.float64
    found = problem.solve(tol=1e-12)
    assert found.params["a"].dtype == found.params["b"].dtype == np.float32
    np.testing.assert_allclose(found.x, np.polyfit(*map(np.float64, (x, y)), 1))


def test_bounds_nest_as_the_parameters():
    bounds = ({"size": 0.0, "rate": -np.inf}, {"size": 1.0, "rate": 5})
    start = {"size": 0.5, "rate": 1.0}
    problem = gd.fit.residuals(missed, start, POINTS, VALUES, bounds=bounds)
    np.testing.assert_array_equal(problem.bounds.lb, problem.pack(bounds[0]))
    assert scipy.optimize.least_squares(**problem).x[problem.labels.index("size")] <= 1
    own = scipy.optimize.Bounds(0, 1)
    assert gd.fit.objective(rosenbrock, np.ones(2), bounds=own).bounds is own
    with pytest.raises(gd.GraphTypeError, match="lower bounds: expected the structure"):
        gd.fit.residuals(missed, start, POINTS, VALUES, bounds=({"size": 0.0}, None))
    for bounds in (3.0, [(0, 1), (0, 1)]):
        with pytest.raises(gd.GraphTypeError, match="bounds: expected a tuple"):
            gd.fit.residuals(missed, start, POINTS, VALUES, bounds=bounds)


def test_a_lower_bound_above_the_upper_one_is_refused_by_its_name():
    start = {"size": 0.5, "rate": 1.0}
    bounds = ({"size": 0.0, "rate": 7.0}, {"size": 5.0, "rate": 5.0})
    with pytest.raises(gd.GraphValueError, match=r"bound of rate, 7\.0, is above .* 5"):
        gd.fit.residuals(missed, start, POINTS, VALUES, bounds=bounds)


@pytest.mark.parametrize("count", [1, 4])
def test_a_model_gives_a_value_for_each_observation(count):
    problem = gd.fit.model(lambda t, a: a * t, np.arange(3.0), np.ones(count), 1.0)
    with pytest.raises(gd.ShapeError, match=f"ydata: expected 3 values.*got {count}"):
        problem.solve()
    np.testing.assert_array_equal(problem.f(np.ones(2), 4.0), [4.0, 4.0])


@pytest.mark.parametrize(
    ("loss", "error", "words"),
    [
        (lambda p: p**2, gd.ShapeError, "objective: the loss must be a scalar"),
        (lambda p: np.sum(p) * 1j, gd.DTypeError, "objective: the loss must be real"),
        (lambda p: (np.sum(p), p), gd.GraphTypeError, "one number"),
    ],
)
def test_a_loss_is_one_real_number(loss, error, words):
    problem = gd.fit.objective(loss, np.ones(3))
    with pytest.raises(error, match=words):
        problem.solve()


def test_what_does_not_fit_the_parameters_of_the_function_is_refused_at_once():
    with pytest.raises(gd.GraphTypeError, match=r"missed\(p, x, y\): missing .* 'y'"):
        gd.fit.residuals(missed, {"size": 1.0}, POINTS)
    with pytest.raises(gd.GraphTypeError, match="too many positional arguments"):
        gd.fit.model(lambda x, a: a * x, POINTS, VALUES, 1.0, 2.0)


def test_what_is_not_a_number_goes_to_scipy_as_it_is():
    problem = gd.fit.objective(lambda x: np.sum(np.log(x)), np.array([-1.0, 1.0]))
    with np.errstate(invalid="ignore"):
        assert np.isnan(problem.fun(problem.x0))


# --- vectors --------------------------------------------------------------------------


def test_jacobian_of_a_nest_of_residuals_is_that_of_differences(rng):
    def misses(p, x):
        wave = np.sin(p.rates * x[:, None])
        return {"wave": p.size * wave, "size": p.size**2, "sum": np.sum(wave, axis=0)}

    problem = gd.fit.residuals(misses, Decay(3.0, np.array([1.0, 2.0])), POINTS)
    x = problem.x0
    assert problem.fun(x).shape == (21,)
    np.testing.assert_allclose(problem.jac(x), differences(problem.fun, x), atol=1e-8)


def test_residuals_give_parameters_and_their_deviations():
    start = {"size": 1.0, "rate": 1.0}
    problem = gd.fit.residuals(missed, start, POINTS, VALUES)
    found = problem.solve(xtol=1e-14, ftol=1e-14, gtol=1e-14)
    by_hand, covariance = scipy.optimize.curve_fit(
        lambda x, rate, size: missed({"size": size, "rate": rate}, x, 0),
        POINTS,
        VALUES,
        p0=problem.x0,
    )
    np.testing.assert_allclose(problem.pack(found.params), by_hand, rtol=1e-6)
    wanted = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(
        problem.pack(problem.deviations(found.x)), wanted, rtol=1e-4
    )


def test_deviations_of_what_the_residuals_do_not_determine_are_infinite():
    problem = gd.fit.residuals(lambda p, x: (p[0] + p[1]) * x, (1.0, 2.0), POINTS)
    assert problem.deviations(problem.x0) == (np.inf, np.inf)
    idle = gd.fit.residuals(lambda p, x: p[0] * x, (1.0, 2.0), POINTS)
    assert idle.deviations(idle.x0)[1] == np.inf


def test_a_sparse_jacobian_serves_least_squares():
    def smoothed(p, y):
        return {"fit": p["level"] - y, "bend": p["weight"] * np.diff(p["level"], 2)}

    y = np.sin(np.arange(40.0))
    start = {"level": np.zeros(40), "weight": 1.0}
    problem = gd.fit.residuals(smoothed, start, y, sparse=True)
    dense = gd.fit.residuals(smoothed, start, y)
    x = problem.x0 + np.linspace(0, 1, 41) ** 2
    jacobian = problem.jac(x)
    assert jacobian.nnz < 300
    np.testing.assert_allclose(jacobian.toarray(), dense.jac(x), atol=1e-14)
    bounds = ({"level": -np.inf, "weight": 0.5}, None)
    problem = gd.fit.residuals(smoothed, start, y, sparse=True, bounds=bounds)
    found = problem.solve(tr_solver="lsmr")
    assert found.params["weight"] == pytest.approx(0.5, abs=1e-3)
    written = problem.emit("jac", name="slopes")
    np.testing.assert_allclose(written.load()(x, y).toarray(), dense.jac(x), atol=1e-14)
    assert "def slopes(p, y):" in written.source
    np.testing.assert_allclose(problem.emit("fun").load()(x, y), dense.fun(x))
    with pytest.raises(gd.GraphValueError, match="by itself"):
        problem.emit()


def test_a_complex_residual_is_refused():
    problem = gd.fit.residuals(lambda a, x: a * np.exp(1j * x), 1.0, POINTS)
    with pytest.raises(gd.DTypeError, match="real and imaginary parts"):
        problem.fun(problem.x0)


@pytest.mark.parametrize("method", ["hybr", "lm", "krylov"])
def test_a_system_is_solved(method):
    def equations(p):
        return p["x"] ** 2 + p["y"] ** 2 - 25, p["x"] + p["y"] - 7

    found = gd.fit.system(equations, {"x": 1.0, "y": 9.0}).solve(method)
    np.testing.assert_allclose(sorted(found.params.values()), [3.0, 4.0], rtol=1e-5)


@pytest.mark.parametrize("several", [True, False])
def test_a_model_is_fitted_by_curve_fit(several):
    def each(x, size, rate):
        return size * (1 - np.exp(-rate * x))

    def together(x, p):
        return each(x, p["size"], p["rate"])

    start = (1.0, 1.0) if several else ({"size": 1.0, "rate": 1.0},)
    fn = each if several else together
    problem = gd.fit.model(fn, POINTS, VALUES, *start)
    found, covariance = scipy.optimize.curve_fit(**problem)
    plain, _ = scipy.optimize.curve_fit(each, POINTS, VALUES, p0=(1.0, 1.0))
    own = problem.unpack(found)
    size, rate = own if several else (own["size"], own["rate"])
    np.testing.assert_allclose((size, rate), plain, rtol=1e-5)
    solved = problem.solve(sigma=np.full(9, 2.0))
    np.testing.assert_allclose(solved.covariance, covariance, rtol=1e-5)
    assert type(solved.deviations) is type(solved.params) is type(own)
    elsewhere = np.array([0.25, 7.0])
    np.testing.assert_allclose(
        problem.f(elsewhere, *found), each(elsewhere, size, rate), rtol=1e-12
    )
    assert problem.jac(elsewhere, *found).shape == (2, 2)
    assert sorted(problem.labels) == ["rate", "size"]


def test_the_parameters_of_a_model_may_come_by_a_star():
    problem = gd.fit.model(lambda x, *b: b[0] + b[1] * x, POINTS, 1 + POINTS, 0.5, 0.5)
    assert problem.labels == ["b_0", "b_1"]
    np.testing.assert_allclose(problem.solve().params, (1.0, 1.0))
    with pytest.raises(gd.GraphValueError, match="where to start"):
        gd.fit.model(lambda x: x, POINTS, VALUES)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
def test_a_constraint_holds_and_brings_its_derivatives(method):
    start = {"x": np.array([2.0, 0.5]), "z": 1.0}

    def surface(p, radius):
        return np.stack(
            [np.sum(p["x"] ** 2) + p["z"] ** 2 - radius, p["z"] * p["x"][0]]
        )

    problem = gd.fit.objective(lambda p: np.sum(p["x"]) + p["z"], start)
    limit = gd.fit.constraint(surface, start, 3.0, lower=[-1.0, 0.5], upper=[0.0, 9])
    found = problem.solve(method, constraints=[limit])
    on, product = surface(found.params, 3.0)
    assert on <= 1e-6
    assert product >= 0.5 - 1e-6
    assert problem.solve(method, constraints=limit).fun == pytest.approx(found.fun)
    v = np.array([0.3, -2.0])
    x = limit.x0 + 0.2
    wanted = differences(lambda x: v @ limit.jac(x), x)
    np.testing.assert_allclose(limit.hess(x, v), wanted, atol=1e-7)
    scipy.optimize.NonlinearConstraint(**limit, keep_feasible=True)


# --- source ---------------------------------------------------------------------------


def test_the_emitted_loss_serves_scipy_without_graphdiff(rng):
    x, y = rng.normal(size=(7, 3)), rng.normal(size=7)
    problem = gd.fit.objective(network, start_of_network(rng), x, y)
    module = problem.emit(data=(gd.spec("n,3"), gd.spec("n")))
    assert module.name == "network_and_jac"
    for line in (
        "h",
        "W = ",
        "hidden = np.tanh(x @ W + b)",
        "return network, d_params",
    ):
        assert line in module.source
    function = module.load()
    value, slope = function(problem.x0, x, y)
    assert value == pytest.approx(problem.fun(problem.x0))
    np.testing.assert_allclose(slope, problem.jac(problem.x0))
    found = scipy.optimize.minimize(function, problem.x0, args=(x[:3], y[:3]), jac=True)
    assert found.fun < 1e-6
    product = problem.emit("hessp").load()
    p = rng.normal(size=problem.x0.size)
    np.testing.assert_allclose(
        product(problem.x0, p, x, y), problem.hessp(problem.x0, p)
    )


def test_the_emitted_residuals_name_their_parameters():
    problem = gd.fit.residuals(missed, {"size": 1.0, "rate": 1.0}, POINTS, VALUES)
    module = problem.emit(data=(gd.spec("n"), gd.spec("n")), style="fast")
    value, slope = module.load()(problem.x0, POINTS, VALUES)
    np.testing.assert_allclose(value, problem.fun(problem.x0))
    np.testing.assert_allclose(slope, problem.jac(problem.x0))
    assert "rate = p[0]" in problem.emit().source
    chosen = [(), ("fun", "jac"), ("fun",), ("jac",), ("jac", "fun")]
    assert [problem.emit(*parts).name for parts in chosen] == [
        *("missed_and_jac", "missed_and_jac", "missed", "missed_jac"),
        "missed_jac_and_fun",
    ]
    alone = problem.emit("jac", name="slopes").load()
    np.testing.assert_allclose(alone(problem.x0, POINTS, VALUES), slope)
    with pytest.raises(gd.GraphValueError, match="one of 'fun', 'jac'"):
        problem.emit("hess")


def test_the_emitted_hessian_of_a_lagrange_function():
    start = {"x": np.array([2.0, 0.5]), "z": 1.0}
    limit = gd.fit.constraint(lambda p: p["x"] * p["z"] ** 2, start, upper=1.0)
    v = np.array([0.3, -2.0])
    written = limit.emit("hess").load()
    np.testing.assert_allclose(written(limit.x0, v), limit.hess(limit.x0, v))
    problem = gd.fit.objective(lambda p: np.sum(p["x"]) ** 3 * p["z"], start)
    written = problem.emit("hess").load()
    np.testing.assert_allclose(written(problem.x0), problem.hess(problem.x0))


def test_data_may_have_the_name_that_the_vector_has():
    problem = gd.fit.residuals(lambda p, *p_: p * p_[0], np.ones(2), np.ones(2))
    np.testing.assert_array_equal(problem.jac(problem.x0), np.eye(2))
