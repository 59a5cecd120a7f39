"""Gradients of every case, compared with JAX's: code that shares nothing with ours.

Of complex arguments JAX gives the conjugate of ours, which is the steepest ascent.

Install the extra ``oracle`` to run these; without JAX they are skipped.
"""

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import graphdiff as gd
from graphdiff.scipy import stats
from tests.cases import CASES
from tests.cases.table import some_of, weighed, weights_like

jax = pytest.importorskip("jax")
jnp = jax.numpy
pytestmark = pytest.mark.slow

CHOSEN = {n: c for n, c in CASES.items() if c.oracle and c.order}


@pytest.fixture(autouse=True)
def _double() -> Any:
    """Let JAX compute in float64, here only."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def translated(value: Any) -> Any:
    """NumPy, or a function of it, as JAX has it."""
    if value is np:
        return jnp
    if value is special:
        return jax.scipy.special
    if value is stats:
        return jax.scipy.stats
    if value is np.linalg.norm:
        return jnp.linalg.norm
    name = getattr(value, "__name__", None)
    for ours, theirs in ((np.linalg, jnp.linalg), (np.fft, jnp.fft)):
        if name and value is getattr(ours, name, None):
            return getattr(theirs, name)
    if name and value is getattr(np, name, None):
        return getattr(jnp, name)
    if isinstance(value, np.ufunc) and value is getattr(special, str(name), None):
        return getattr(jax.scipy.special, {"psi": "digamma"}.get(str(name), str(name)))
    return value


def in_jax(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same source, reading ``np`` as JAX's NumPy."""
    if not isinstance(function, types.FunctionType) or "numpy" in function.__module__:
        return translated(function)  # type: ignore[no-any-return]
    made = types.FunctionType(
        function.__code__,
        {name: translated(value) for name, value in function.__globals__.items()},
        function.__name__,
        tuple(map(translated, function.__defaults__ or ())),
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def compiled_or_not(function: Callable[..., Any], args: list[Any]) -> Any:
    """Compiled whole, in half the time, unless JAX needs values for that."""
    errors = jax.errors
    try:
        return jax.jit(function)(*args)
    except (errors.ConcretizationTypeError, errors.NonConcreteBooleanIndexError):
        return function(*args)


@some_of(CHOSEN, every=2)
def test_gradient_is_jaxs(name: str) -> None:
    case = CHOSEN[name]
    rng = np.random.default_rng(3)
    weights = weights_like(case.function(*case.args), rng)
    xs = [gd.var(f"x{i}", a.shape, a.dtype) for i, a in enumerate(case.args)]
    loss = weighed(case.function(*xs), weights)
    found = gd.gradients(loss, [xs[i] for i in case.real])
    outputs = {f"g{i}": g for i, g in zip(case.real, found, strict=True)}
    graph = gd.Graph(inputs={f"x{i}": x for i, x in enumerate(xs)}, outputs=outputs)
    ours = gd.evaluate(graph, {f"x{i}": a for i, a in enumerate(case.args)})

    function = in_jax(case.function)
    args = list(map(jnp.asarray, case.args))

    def value(*real: Any) -> Any:
        given = dict(zip(case.real, real, strict=True))
        full = [given.get(i, a) for i, a in enumerate(args)]
        return jnp.real(jnp.sum(function(*full) * weights))

    gradient = jax.grad(value, argnums=tuple(range(len(case.real))))
    theirs = compiled_or_not(gradient, [args[i] for i in case.real])
    for i, expected in zip(case.real, theirs, strict=True):
        value = ours[f"g{i}"]
        assert value.dtype == expected.dtype
        np.testing.assert_allclose(value, np.conj(expected), rtol=1e-10, atol=1e-11)
