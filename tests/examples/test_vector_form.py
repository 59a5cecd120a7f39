"""grad_x z = (dy/dx)^T grad_y z on relu(X W + b)."""

import numpy as np
import pytest

from tests.examples.scripts import load, run

script = load("vector_form")


def by_differences(args, i, step=1e-6):
    columns = []
    for direction in script.basis(args[i].shape):
        ahead, behind = list(args), list(args)
        ahead[i] = args[i] + step * direction
        behind[i] = args[i] - step * direction
        difference = script.layer(*ahead) - script.layer(*behind)
        columns.append(difference.ravel() / (2 * step))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("i", [0, 1, 2])
def test_transposed_jacobian_times_gradient(i, rng):
    args = rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    jacobian = script.by_columns(args, i)
    np.testing.assert_array_equal(jacobian, script.by_rows(args, i))
    np.testing.assert_allclose(jacobian, by_differences(args, i), atol=1e-8)
    y = script.layer(*args)
    np.testing.assert_allclose(script.gd.grad(script.score)(y), 2 * y, rtol=1e-15)
    product = jacobian.T @ (2 * y).ravel()
    gradient = script.gd.grad(script.loss, wrt=i)(*args)
    np.testing.assert_allclose(product.reshape(args[i].shape), gradient, atol=1e-13)


def test_gradient_never_builds_the_jacobian():
    specs = [script.gd.spec(shape) for shape in ("m,n", "n,h", "h")]
    graph = script.gd.grad(script.loss, wrt=("X", "W", "b")).graph(*specs)
    assert max(len(node.shape) for node in graph) == 2


def test_script():
    printed = run("vector_form")
    assert "H = relu(" in printed
    assert "dy/dW, 4 x 6:" in printed
    assert printed.count("by graphdiff is equal: True") == 3
