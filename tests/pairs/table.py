"""Every transformation as an operator on functions of two numbers, and its mathematics.

An operator takes a scalar function of an array (2,) to another, so any two compose. Its
mathematics is stated apart, on sympy's expressions in X: derivatives by sympy, the rest
by substitution. A value taken for a constant is written in the frozen variables Z.
"""

import numpy as np
import sympy

import graphdiff as gd

X = sympy.symbols("x0 x1")
Z = sympy.symbols("z0 z1")
C = np.array([0.6, -0.8])
D = np.array([0.5, 1.5])
M = np.array([[0.5, -1.0], [2.0, 0.25]])
SCALES = np.array([1.0, 0.5, -0.25])
A = np.array([[2.0, 1.0], [0.0, 4.0]])


def base(x):
    return np.sin(x[0]) * x[1] ** 2 + np.exp(x[0] * x[1]) / 4


BASE = sympy.sin(X[0]) * X[1] ** 2 + sympy.exp(X[0] * X[1]) / 4


# --- the mathematics ------------------------------------------------------------------


def rational(value):
    return sympy.Rational(float(value))


def along(e, v):
    return sum(rational(c) * sympy.diff(e, x) for c, x in zip(v, X, strict=True))


def field(e):
    return [x * e for x in X]


def contracted(rows):
    return sum(rational(M[i, j]) * rows[i][j] for i in range(2) for j in range(2))


def slopes(values):
    return [[sympy.diff(v, x) for x in X] for v in values]


def curvatures(e):
    return [[sympy.diff(e, x, y) for y in X] for x in X]


def scaled(e, a):
    places = {s: rational(a) * s for s in (*X, *Z)}
    return e.subs(places, simultaneous=True)


def frozen(e):
    return e.subs(dict(zip(X, Z, strict=True)))


def traced(e):
    return contracted(slopes(field(e)))


def squares(e):
    rows = slopes([e, X[0] * e])
    gram = [[sum(r[i] * r[j] for r in rows) for j in range(2)] for i in range(2)]
    return contracted(gram)


def solved(e):
    return (sympy.Matrix(A).inv() @ sympy.Matrix([e, X[0] * e])).dot([0.6, -0.8])


# --- the transformations --------------------------------------------------------------


def vector_field(f):
    return lambda x: x * f(x)


def value_and_gradient(f):
    def made(x):
        value, slope = gd.value_and_grad(f)(x)
        return value + C @ slope

    return made


def pulled_back(f):
    return lambda x: gd.vjp(vector_field(f))((x,), C)[1][0] @ D


def linearized(f):
    def made(x):
        value, push = gd.linearize(f, x)
        return value + push(C)

    return made


def sparse(f):
    def made(x):
        jacobian = gd.sparse_jacobian(vector_field(f), format="triplets")
        values, rows, columns = jacobian(x)
        return np.sum(values * M[rows, columns])

    return made


def gauss_newton(f):
    def residuals(x):
        value = f(x)
        return np.stack([value, x[0] * value])

    return lambda x: np.sum(M * gd.gauss_newton(residuals)(x))


def scanned(f):
    return lambda x: gd.scan(lambda s, a: (s / 2 + f(a * x), a), 0 * x[0], SCALES)[0]


def counted(f):
    return lambda x: gd.fori_loop(0, 2, lambda i, s: s * x[0] + f(x), 0 * x[0])


def until(f):
    def made(x):
        def step(state):
            return state[0] + 1, state[1] * x[0] + f(x)

        zero = 0 * x[0]
        return gd.while_loop(lambda state: state[0] < 2, step, (zero, zero))[1]

    return made


def branched(f):
    return lambda x: gd.cond(
        x[0] * x[1] < 0, lambda x: x[1] * f(x), lambda x: f(x) ** 2, x
    )


def own_vjp(f):
    return gd.custom_vjp(lambda x: f(x), lambda g, y, x: g * gd.grad(f)(x))


def own_jvp(f):
    return gd.custom_jvp(lambda x: f(x), lambda t, y, x: t[0] @ gd.grad(f)(x))


def stopped(f):
    return lambda x: x[0] * gd.stop_gradient(f(x)) + f(x)


def remade(f):
    return lambda x: x[0] * gd.checkpoint(f)(x)


def second_along(f):
    return lambda x: gd.derivative(lambda t: f(x + t * C), 2)(0.0)


def halved_by_root(f):
    return lambda x: gd.root(lambda y, v: 2 * y - v, 0.0, f(x))


def doubled_by_iteration(f):
    return lambda x: gd.fixed_point(lambda y, v: y / 2 + v, 0.0, f(x))


def least(f):
    return lambda x: gd.minimize(lambda y, v: (y - v) ** 2, 0.0, f(x))


def linear(f):
    def made(x):
        value = f(x)
        return C @ gd.linear_solve(A, np.stack([value, x[0] * value]))

    return made


def over(points):
    """A sum over scaled arguments, by a function that maps over their rows."""
    return lambda f: (
        lambda x: points(f, SCALES[:, None] * x) @ np.array([1.0, -2.0, 3.0])
    )


def spread(e):
    return sum(w * scaled(e, a) for w, a in zip((1, -2, 3), SCALES, strict=True))


def jacobian_by(mode):
    return lambda f: lambda x: np.sum(M * gd.jacobian(vector_field(f), mode=mode)(x))


OPERATORS = {
    "grad": (lambda f: lambda x: C @ gd.grad(f)(x), lambda e: along(e, C)),
    "value_and_grad": (value_and_gradient, lambda e: e + along(e, C)),
    "jvp": (
        lambda f: lambda x: gd.jvp(f)((x,), (x * C,))[1],
        lambda e: sum(
            rational(c) * x * sympy.diff(e, x) for c, x in zip(C, X, strict=True)
        ),
    ),
    "vjp": (
        pulled_back,
        lambda e: along(
            sum(rational(c) * v for c, v in zip(C, field(e), strict=True)), D
        ),
    ),
    "jacobian_forward": (
        jacobian_by("forward"),
        lambda e: contracted(slopes(field(e))),
    ),
    "jacobian_reverse": (
        jacobian_by("reverse"),
        lambda e: contracted(slopes(field(e))),
    ),
    "hessian": (
        lambda f: lambda x: np.sum(M * gd.hessian(f)(x)),
        lambda e: contracted(curvatures(e)),
    ),
    "hvp": (lambda f: lambda x: D @ gd.hvp(f)(x, C), lambda e: along(along(e, C), D)),
    "sparse_jacobian": (sparse, traced),
    "gauss_newton": (gauss_newton, squares),
    "laplacian": (
        gd.laplacian,
        lambda e: sum(sympy.diff(e, x, 2) for x in X),
    ),
    "divergence": (
        lambda f: gd.divergence(vector_field(f)),
        lambda e: sum(sympy.diff(x * e, x) for x in X),
    ),
    "linearize": (linearized, lambda e: e + along(e, C)),
    "derivative": (second_along, lambda e: along(along(e, C), C)),
    "vmap": (over(lambda f, rows: gd.vmap(f)(rows)), spread),
    "map": (over(lambda f, rows: gd.map(f, rows)), spread),
    "scan": (
        scanned,
        lambda e: sum(
            rational(0.5 ** (2 - k)) * scaled(e, a) for k, a in enumerate(SCALES)
        ),
    ),
    "fori_loop": (counted, lambda e: e * (1 + X[0])),
    "while_loop": (until, lambda e: e * (1 + X[0])),
    "cond": (branched, lambda e: e * X[1]),
    "checkpoint": (remade, lambda e: e * X[0]),
    "custom_vjp": (own_vjp, lambda e: e),
    "custom_jvp": (own_jvp, lambda e: e),
    "stop_gradient": (stopped, lambda e: X[0] * frozen(e) + e),
    "root": (halved_by_root, lambda e: e / 2),
    "fixed_point": (doubled_by_iteration, lambda e: 2 * e),
    "minimize": (least, lambda e: e),
    "linear_solve": (linear, solved),
}
"""By name: what it makes of a function, and of that function's formula."""


def composed(names):
    """The function and the formula of operators, of which the last is innermost."""
    function, formula = base, BASE
    for name in reversed(names):
        numeric, symbolic = OPERATORS[name]
        function, formula = numeric(function), symbolic(formula)
    return function, formula


def value_of(formula, x):
    """The number of a formula at a point, which is where it was frozen too."""
    return float(formula.evalf(17, subs=dict(zip((*X, *Z), (*x, *x), strict=True))))
