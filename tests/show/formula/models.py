"""Functions whose gradients textbooks print, as graphs with named sizes."""

import numpy as np

import graphdiff as gd


def graph_of(function, *shapes, wrt=0):
    specs = [gd.spec(s) if isinstance(s, str) else s for s in shapes]
    return gd.value_and_grad(function, wrt=wrt).graph(*specs)


def goodfellow():
    """Section 6.5.7 of the book."""

    def network(X, y, W1, W2, lam):
        U1 = X @ W1
        H = gd.nn.relu(U1)
        U2 = H @ W2
        J_mle = gd.nn.cross_entropy(U2, y)
        J = J_mle + lam * (np.sum(W1**2) + np.sum(W2**2))
        return J

    labels = gd.spec("n", dtype=int)
    return graph_of(network, "n,d", labels, "d,h", "h,k", "", wrt=("W1", "W2"))


def softmax_regression():
    def model(X, Y, W):
        Z = X @ W
        P = gd.nn.softmax(Z)
        J = -np.sum(Y * np.log(P))
        return J

    return graph_of(model, "n,d", "n,k", "d,k", wrt="W")


def batch_norm():
    def model(X, gamma, beta):
        mu = np.mean(X, axis=0)
        v = np.mean((X - mu) ** 2, axis=0)
        X_hat = (X - mu) / np.sqrt(v + 1e-5)
        Y = gamma * X_hat + beta
        J = np.sum(Y**3)
        return J

    return graph_of(model, "n,d", "d", "d", wrt=("gamma", "beta"))


def gaussian_process():
    def model(X, y, ell, sigma):
        D = np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=-1)
        K = np.exp(-D / (2 * ell**2)) + sigma**2 * np.eye(X.shape[0], like=X)
        alpha = np.linalg.solve(K, y)
        J = 0.5 * y @ alpha
        return J

    return graph_of(model, "n,d", "n", "", "", wrt=("ell", "sigma"))


def attention():
    def model(X, W_Q, W_K, W_V):
        Q = X @ W_Q
        K = X @ W_K
        V = X @ W_V
        A = gd.nn.softmax(Q @ K.T / np.sqrt(Q.shape[-1]))
        O = A @ V  # noqa: E741
        J = np.sum(O**2)
        return J

    return graph_of(model, "n,d", "d,k", "d,k", "d,v", wrt=("W_Q", "W_V"))


def lstm():
    def step(x, h, c, W_f, W_i, W_o, W_c):
        z = np.concatenate([h, x])
        f = gd.nn.sigmoid(W_f @ z)
        i = gd.nn.sigmoid(W_i @ z)
        o = gd.nn.sigmoid(W_o @ z)
        c_tilde = np.tanh(W_c @ z)
        c_next = f * c + i * c_tilde
        h_next = o * np.tanh(c_next)
        J = np.sum(h_next**2)
        return J

    weights = ["h,h+m"] * 4
    return graph_of(step, "m", "h", "h", *weights, wrt=("W_f", "W_c"))


def reprojection():
    """The residual of bundle adjustment: a point seen by a camera."""

    def model(R, t, X, f, u):
        p = R @ X + t
        q = f * p[:2] / p[2]
        r = q - u
        J = 0.5 * np.sum(r**2)
        return J

    return graph_of(model, "3,3", "3", "3", "", "2", wrt=("R", "t", "X"))


def rosenbrock(x):
    a = x[1:] - x[:-1] ** 2
    b = 1 - x[:-1]
    f = np.sum(100 * a**2 + b**2)
    return f


def kalman():
    def model(A, P, Q, C, R):
        P1 = A @ P @ A.T + Q
        S = C @ P1 @ C.T + R
        K = P1 @ C.T @ np.linalg.inv(S)
        J = np.trace(P1 - K @ C @ P1)
        return J

    return graph_of(model, "n,n", "n,n", "n,n", "m,n", "m,m", wrt="Q")


def recurrent():
    def model(xs, W, U, b, h0):
        def step(h, x):
            a = W @ h + U @ x + b
            h = np.tanh(a)
            return h, np.sum(h**2)

        _, losses = gd.scan(step, h0, xs)
        J = np.sum(losses)
        return J

    return graph_of(model, "T,d", "h,h", "h,d", "h", "h", wrt=("W", "b"))


def newton():
    def root(a):
        return gd.while_loop(
            lambda x: np.abs(x * x - a) > 1e-9, lambda x: 0.5 * (x + a / x), a
        )

    return gd.trace(root, gd.spec(""))


MODELS = {
    "goodfellow": goodfellow,
    "softmax_regression": softmax_regression,
    "batch_norm": batch_norm,
    "gaussian_process": gaussian_process,
    "attention": attention,
    "lstm": lstm,
    "reprojection": reprojection,
    "rosenbrock": lambda: graph_of(rosenbrock, "n"),
    "rosenbrock_hessian": lambda: gd.hessian(rosenbrock).graph(gd.spec("n")),
    "jacobian": lambda: gd.jacobian(lambda x, A: np.tanh(A @ x)).graph(
        gd.spec("n"), gd.spec("m,n")
    ),
    "kalman": kalman,
    "recurrent": recurrent,
    "newton": newton,
}
