"""The chain rule for arrays: grad_x z = (dy/dx)^T grad_y z.

On the graph of figure 6.8 of the book, y = relu(X W + b), followed by a scalar z. The
Jacobian dy/dx is built column by column, pushing one basis vector forward for each
(jvp), and row by row, pulling one back for each (vjp). Reverse mode never builds it: it
multiplies by its transpose, and that is the gradient.
"""

import numpy as np

import graphdiff as gd


def layer(X, W, b):
    U1 = X @ W
    U2 = U1 + b
    H = gd.nn.relu(U2)
    return H


def score(y):
    """A scalar of the layer's output."""
    return np.sum(y**2)


def loss(X, W, b):
    return score(layer(X, W, b))


def basis(shape):
    """The arrays of this shape with a single one, in the order of their entries."""
    return np.eye(int(np.prod(shape))).reshape(-1, *shape)


def by_columns(args, i):
    """dy/dx for argument i: column j is the layer's jvp of the j-th basis vector."""
    zeros = [np.zeros_like(a) for a in args]
    push = gd.jvp(layer)
    columns = [
        push(args, (*zeros[:i], direction, *zeros[i + 1 :]))[1].ravel()
        for direction in basis(args[i].shape)
    ]
    return np.stack(columns, axis=1)


def by_rows(args, i):
    """dy/dx for argument i: row j is the layer's vjp of the j-th basis vector."""
    pull = gd.vjp(layer)
    y = layer(*args)
    return np.stack([pull(args, e)[1][i].ravel() for e in basis(y.shape)])


def start():
    """Two examples, three inputs, two neurons: small enough to print."""
    X = np.array([[1.0, 2.0, -1.0], [0.5, -1.0, 1.0]])
    W = np.array([[2.0, -1.0], [1.0, 1.0], [0.5, 3.0]])
    b = np.array([0.5, 1.0])
    return X, W, b


def main():
    args = start()
    shapes = [gd.spec(shape) for shape in ("m,n", "n,h", "h")]
    print("The graph of the layer, figure 6.8:\n")
    print(gd.trace(layer, *shapes))
    y = layer(*args)
    print(f"\ny = relu(X W + b) =\n{y}")
    grad_y = gd.grad(score)(y)
    print(f"\ngrad_y z, for z = sum of squares of y:\n{grad_y}")
    for i, name in enumerate(["X", "W", "b"]):
        jacobian = by_columns(args, i)
        assert np.array_equal(jacobian, by_rows(args, i))
        product = (jacobian.T @ grad_y.ravel()).reshape(args[i].shape)
        gradient = gd.grad(loss, wrt=name)(*args)
        print(f"\ndy/d{name}, {jacobian.shape[0]} x {jacobian.shape[1]}:\n{jacobian}")
        print(f"(dy/d{name})^T grad_y z =\n{product}")
        print(f"grad_{name} z by graphdiff is equal: {np.allclose(product, gradient)}")


if __name__ == "__main__":
    main()
