"""Gradients of loops, compared with JAX's."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from tests.control.programs import OURS, PROGRAMS

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.slow

lax = jax.lax
THEIRS = SimpleNamespace(
    np=jax.numpy,
    scan=lax.scan,
    fori_loop=lax.fori_loop,
    while_loop=lax.while_loop,
    cond=lax.cond,
    map=lax.map,
)


@pytest.fixture(autouse=True)
def _double() -> Any:
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_jacobian_is_jaxs(name: str) -> None:
    function, args = PROGRAMS[name]
    places = list(range(len(args)))
    ours = functools.partial(function, OURS)
    found = gd.grad(lambda *xs: ours(*xs), places)(*args)
    wanted = jax.jacfwd(functools.partial(function, THEIRS), places)(*args)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
