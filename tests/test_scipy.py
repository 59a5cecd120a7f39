"""SciPy in graphs: found late, called by its own names, named where it is missing."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import linalg, special, stats

import graphdiff as gd
from graphdiff.runtime import late
from graphdiff.runtime.table import FUNCTIONS
from graphdiff.scipy import special as ours

POINTS = np.linspace(-1.5, 1.5, 7)


def loss(x: Any) -> Any:
    return np.sum(special.erf(x) * x)


def slopes(x: np.ndarray) -> np.ndarray:
    return special.erf(x) + x * 2 / np.sqrt(np.pi) * np.exp(-(x**2))


def test_scipy_is_not_imported_until_it_is_needed() -> None:
    code = "import sys, graphdiff; print([m for m in sys.modules if 'scipy.' in m])"
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert "'scipy.special'" not in done.stdout


def test_every_late_name_is_a_function_of_scipy() -> None:
    for name in late.LATE:
        assert callable(FUNCTIONS[name])


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_emitted_modules_import_what_they_call(style: str) -> None:
    graph = gd.differentiate(gd.trace(loss, gd.spec("n")))
    emitted = gd.emit(graph, style=style)
    assert "import numpy as np\nfrom scipy import special\n" in emitted.source
    assert "needs NumPy and SciPy only" in emitted.source
    assert "special.erf(" in emitted.source
    value, slope = emitted.load()(POINTS)
    np.testing.assert_allclose(value, loss(POINTS))
    np.testing.assert_allclose(slope, slopes(POINTS))


def test_the_user_may_call_a_variable_special() -> None:
    def f(special: Any) -> Any:
        return np.sum(globals()["special"].erf(special))

    emitted = gd.emit(gd.trace(f, gd.spec("n")))
    np.testing.assert_allclose(emitted.load()(POINTS), special.erf(POINTS).sum())


def test_compiled_and_evaluated() -> None:
    graph = gd.differentiate(gd.trace(loss, gd.spec("n")))
    for n in (7, 100_000):
        x = np.linspace(-2, 2, n)
        value, slope = gd.compile(graph)(x)
        np.testing.assert_allclose(value, loss(x))
        np.testing.assert_allclose(slope, slopes(x), atol=1e-15)
    np.testing.assert_allclose(gd.grad(loss)(POINTS), slopes(POINTS))


def test_drawings_leave_out_the_module() -> None:
    assert "erf(x)" in gd.trace(loss, gd.spec("n")).to_dot()


def test_missing_scipy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    monkeypatch.delitem(vars(late.special), "erf", raising=False)
    FUNCTIONS.pop("scipy.special.erf", None)
    with pytest.raises(gd.MissingError, match="pip install scipy"):
        FUNCTIONS["scipy.special.erf"]


CALLS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "unknown ufunc": (special.obl_cv, r"scipy\.special\.obl_cv is not supported"),
    "has ours": (special.logsumexp, r"scipy\.special\.logsumexp .*graphdiff\.scipy"),
    "other module": (linalg.cho_factor, r"scipy\.linalg\.cho_factor"),
    "distribution": (
        stats.norm.logpdf,
        r"scipy\.stats\.norm\.logpdf .*graphdiff\.scipy",
    ),
    "frozen": (stats.norm(1).cdf, r"scipy\.stats\.norm\.cdf .*graphdiff\.scipy"),
    "of vectors": (stats.dirichlet.pdf, r"scipy\.stats\.dirichlet\.pdf"),
    "parameter": (lambda s: stats.poisson(s).pmf(1), r"scipy\.stats\.poisson"),
    "unknown distribution": (stats.anglit.pdf, r"scipy\.stats\.anglit\.pdf .*support"),
    "other function": (stats.zscore, r"scipy\.stats\.zscore .*not supported"),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_that_cannot_be_served_are_named(name: str) -> None:
    call, message = CALLS[name]
    count = 2 if name == "of vectors" else getattr(call, "nin", 1)
    with pytest.raises(gd.GraphdiffError, match=message):
        call(*[gd.var("x", 3)] * count)


def test_the_drop_in_has_all_of_scipy() -> None:
    assert ours.erf is special.erf
    with pytest.raises(AttributeError):
        ours.nothing_of_this_name  # noqa: B018
    assert float(ours.logsumexp(POINTS)) == float(special.logsumexp(POINTS))


WEIGHTS = np.array([1.0, 0.0, 2.0])
ROWS = np.array([[0.3, -2.0, 1.0], [1e3, 2.0, -np.inf]])


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("b", [None, WEIGHTS])
def test_logsumexp_is_scipys(axis: Any, keepdims: bool, b: Any) -> None:
    options = {"axis": axis, "b": b, "keepdims": keepdims}
    graph = gd.trace(lambda x: ours.logsumexp(x, **options), gd.spec("2,3"))
    np.testing.assert_allclose(
        gd.compile(graph)(ROWS), special.logsumexp(ROWS, **options), rtol=1e-14
    )


def test_logsumexp_with_signs() -> None:
    x, b = np.array([1.0, 2.0, 0.5]), np.array([1.0, -2.0, 0.5])
    graph = gd.trace(
        lambda x, b: ours.logsumexp(x, b=b, return_sign=True), gd.spec(3), gd.spec(3)
    )
    found = gd.compile(graph)(x, b)
    wanted = special.logsumexp(x, b=b, return_sign=True)
    np.testing.assert_allclose(found, wanted)


@pytest.mark.parametrize("axis", [None, 0, -1])
def test_softmax_is_scipys(axis: Any) -> None:
    x = ROWS[:1]
    for name in ("softmax", "log_softmax"):
        f = getattr(ours, name)
        graph = gd.trace(lambda x, f=f: f(x, axis=axis), gd.spec("1,3"))
        wanted = getattr(special, name)(x, axis=axis)
        np.testing.assert_allclose(gd.compile(graph)(x), wanted)
        np.testing.assert_array_equal(f(x, axis=axis), wanted)
