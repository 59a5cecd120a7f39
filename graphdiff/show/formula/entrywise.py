r"""Notations of the functions that work entry by entry.

Most are a template and its binding strength, in one table. What depends on the rank is
a function: a product of entries is ``a b`` for numbers and ``A \odot B`` for arrays,
and the square of a matrix's entries is ``A^{\odot 2}``, for ``A^2`` is a product.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphdiff.graph.node import Full, Node, Size
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.entries import Cast, Elementwise
from graphdiff.show.formula.boxes import Box, Frac, Letter, Row, Script, Slot
from graphdiff.show.formula.notation import NEGATED, Binds, Notation, Term
from graphdiff.show.formula.numbers import exponent, number
from graphdiff.show.formula.view import View

Rule = Callable[[View, Node], Term]

SUM = Notation("#1 + #2", Binds.SUM, (Binds.SIGNED, Binds.SUM))
DIFFERENCE = Notation("#1 - #2", Binds.SUM, (Binds.SIGNED, Binds.MATRIX))
ENTRIES = Notation(r"#1 \odot #2", Binds.ENTRIES, (Binds.ENTRIES, Binds.ENTRIES))
PRODUCT = Notation("#1 #2", Binds.PRODUCT, (Binds.PRODUCT, Binds.PRODUCT))
DOTTED = Notation(r"#1 \cdot #2", Binds.PRODUCT, (Binds.PRODUCT, Binds.PRODUCT))
SCALED = Notation("#1 #2", Binds.MATRIX, (Binds.PRODUCT, Binds.MATRIX))
SCALED_DOT = SCALED._replace(template=r"#1 \cdot #2")
QUOTIENT = Notation(r"\frac{#1}{#2}", Binds.PRODUCT)
POWER = Notation("#1^{#2}", Binds.POWER, (Binds.ATOM,))
MATRIX_POWER = Notation(r"#1^{\odot #2}", Binds.POWER, (Binds.ATOM, Binds.ATOM))
TRUTH = Notation(r"[#1]")


def negated(term: Term) -> Term:
    """Minus `term`; of a negative the positive."""
    return term.args[0] if term.is_negated else NEGATED(term)


def added(a: Term, b: Term) -> Term:
    """A sum; what is negative is subtracted."""
    return DIFFERENCE(a, b.args[0]) if b.is_negated else SUM(a, b)


def subtracted(a: Term, b: Term) -> Term:
    """A difference; what is negative is added."""
    return SUM(a, b.args[0]) if b.is_negated else DIFFERENCE(a, b)


def multiplied(a: Term, b: Term, entries: bool = False) -> Term:
    """A product; signs come first. `entries`: of two arrays, entry by entry."""
    if a.is_negated or b.is_negated:
        inner = [t.args[0] if t.is_negated else t for t in (a, b)]
        made = multiplied(inner[0], inner[1], entries)
        return made if a.is_negated and b.is_negated else NEGATED(made)
    if entries:
        return ENTRIES(a, b)
    if a == ONE:
        return b
    if b.notation.binds is Binds.MATRIX:
        return (SCALED_DOT if _begins_with_digit(b) else SCALED)(a, b)
    dotted = b.notation.binds >= Binds.PRODUCT and _begins_with_digit(b)
    return (DOTTED if dotted else PRODUCT)(a, b)


ONE = number(1)


def _begins_with_digit(term: Term) -> bool:
    """Whether a number comes first, which a product must keep from the one before."""
    box: Box = term.box
    while True:
        match box:
            case Letter(_, style):
                return style == "number"
            case Slot(place):
                return _begins_with_digit(term.args[place])
            case Row(items):
                box = items[0]
            case Script(first, _, _) | Frac(first, _):
                box = first
            case _:
                return False


def divided(a: Term, b: Term, entries: bool = False) -> Term:
    """A fraction; what is long above a single number is written behind it."""
    if a.is_negated:
        return NEGATED(divided(a.args[0], b, entries))
    if a.weight > 5 and b.weight <= 3 and not (entries or b.is_negated):
        return PRODUCT(QUOTIENT(ONE, b), a)
    return QUOTIENT(a, b)


def raised(base: Term, power: Term, rank: int) -> Term:
    """A power, entry by entry."""
    return (MATRIX_POWER if rank >= 2 else POWER)(base, power)


def is_scalar(node: Node) -> bool:
    """Whether all entries are one number, by construction."""
    while isinstance(node.op, (Spread, Cast)):
        node = node.args[0]
    return not node.type.shape or isinstance(node.op, (Full, Size))


# --- rules ----------------------------------------------------------------------------
def _add(view: View, node: Node) -> Term:
    return added(*map(view.number, node.args))


def _subtract(view: View, node: Node) -> Term:
    return subtracted(*map(view.number, node.args))


def _multiply(view: View, node: Node) -> Term:
    a, b = node.args
    if a is b:
        return raised(view.of(a), number(2), view.rank(a))
    scalar = [is_scalar(n) for n in (a, b)]
    if isinstance(b.op, (Full, Size)) or (scalar[1] and not scalar[0]):
        a, b = b, a
    entries = view.rank(node) > 0 and not any(scalar)
    return multiplied(view.number(a), view.number(b), entries)


def _divide(view: View, node: Node) -> Term:
    entries = view.rank(node) > 0 and not is_scalar(node.args[1])
    return divided(view.number(node.args[0]), view.number(node.args[1]), entries)


def _power(view: View, node: Node) -> Term:
    base, power = node.args
    if isinstance(power.op, Full) and power.type.dtype.kind in "iuf":
        value = power.op.value
        if value == 0.5:
            return ROOT(view.of(base))
        return raised(view.number(base), exponent(value), view.rank(base))
    return raised(view.number(base), view.number(power), view.rank(node))


def _square(view: View, node: Node) -> Term:
    (x,) = node.args
    return raised(view.of(x), number(2), view.rank(x))


def _exp(view: View, node: Node) -> Term:
    (x,) = node.args
    inside = view.number(x)
    if view.rank(x) or inside.weight > 6:
        return Notation(r"\exp(#1)")(inside)
    return Notation(r"\mathrm{e}^{#1}", Binds.POWER)(inside)


def _where(view: View, node: Node) -> Term:
    test, yes, no = node.args
    condition = view.truth(test)
    if isinstance(yes.op, Full) and yes.op.value == 0:
        yes, no, condition = no, yes, not_(condition)
    if isinstance(no.op, Full) and no.op.value == 0:
        if isinstance(yes.op, Full) and yes.op.value == 1:
            return TRUTH(condition)
        entries = view.rank(node) > 0 and not is_scalar(yes)
        return multiplied(view.number(yes), TRUTH(condition), entries)
    words = ("otherwise", "if") if view.rank(node) == 0 else ("elsewhere", "where")
    made = Notation(
        rf"\begin{{cases}} #2 & \text{{{words[1]}}} \, #1 \\ #3 & \text{{{words[0]}}} "
        rf"\end{{cases}}",
        Binds.QUOTIENT,
    )
    return made(condition, view.number(yes), view.number(no))


def _invert(view: View, node: Node) -> Term:
    if node.type.dtype.kind == "b":
        return TRUTH(not_(view.truth(node.args[0])))
    return Notation(r"\operatorname{invert}(#1)")(view.of(node.args[0]))


def not_(truth: Term) -> Term:
    """The opposite of a statement; of a comparison the opposite comparison."""
    turned = _OPPOSITE.get(truth.notation.template)
    if turned is not None:
        return truth.notation._replace(template=turned)(*truth.args)
    return Notation(r"\neg #1", Binds.ATOM, (Binds.ATOM,))(truth)


def _hypot(view: View, node: Node) -> Term:
    squares = [raised(view.number(x), number(2), view.rank(x)) for x in node.args]
    return ROOT(added(*squares))


def _sigmoid(view: View, node: Node) -> Term:
    name = r"\operatorname{σ}" if view.is_free(r"\sigma") else r"\operatorname{sigmoid}"
    return Notation(rf"{name}(#1)")(view.number(node.args[0]))


def _abs_squared(view: View, node: Node) -> Term:
    size = Notation(r"\lvert #1 \rvert")(view.of(node.args[0]))
    return raised(size, number(2), view.rank(node))


ROOT = Notation(r"\sqrt{#1}")
_RULES: dict[str, Rule] = {
    "np.add": _add,
    "np.subtract": _subtract,
    "np.multiply": _multiply,
    "gated": _multiply,
    "np.divide": _divide,
    "ratio": _divide,
    "np.power": _power,
    "np.square": _square,
    "abs_squared": _abs_squared,
    "np.exp": _exp,
    "np.where": _where,
    "np.invert": _invert,
    "np.negative": lambda view, node: negated(view.number(node.args[0])),
    "np.positive": lambda view, node: view.number(node.args[0]),
    "np.reciprocal": lambda view, node: divided(ONE, view.number(node.args[0])),
    "np.hypot": _hypot,
    "sigmoid": _sigmoid,
    "scipy.special.expit": _sigmoid,
}


def _function(name: str, count: int = 1) -> Notation:
    arguments = ", ".join(f"#{i + 1}" for i in range(count))
    return Notation(f"{name}({arguments})")


_BARE = {
    f"np.{name}": Notation(command, Binds.PRODUCT, (), True, True)
    for name, command in (
        ("log", r"\log"),
        ("log2", r"\log_2"),
        ("log10", r"\log_{10}"),
        ("sin", r"\sin"),
        ("cos", r"\cos"),
        ("tan", r"\tan"),
    )
}
_NAMED = {
    "np.tanh": r"\tanh",
    "np.sinh": r"\sinh",
    "np.cosh": r"\cosh",
    "np.arcsin": r"\arcsin",
    "np.arccos": r"\arccos",
    "np.arctan": r"\arctan",
    "np.arcsinh": r"\operatorname{arsinh}",
    "np.arccosh": r"\operatorname{arcosh}",
    "np.arctanh": r"\operatorname{artanh}",
    "np.sign": r"\operatorname{sgn}",
    "np.rint": r"\operatorname{round}",
    "relu": r"\operatorname{ReLU}",
    "np.real": r"\operatorname{Re}",
    "np.imag": r"\operatorname{Im}",
    "scipy.special.erf": r"\operatorname{erf}",
    "scipy.special.gamma": r"\operatorname{Γ}",
    "scipy.special.digamma": r"\operatorname{ψ}",
    "scipy.special.ndtr": r"\operatorname{Φ}",
    "scipy.special.j0": r"\operatorname{J}_0",
    "scipy.special.j1": r"\operatorname{J}_1",
    "scipy.special.y0": r"\operatorname{Y}_0",
    "scipy.special.y1": r"\operatorname{Y}_1",
    "scipy.special.i0": r"\operatorname{I}_0",
    "scipy.special.i1": r"\operatorname{I}_1",
    "scipy.special.k0": r"\operatorname{K}_0",
    "scipy.special.k1": r"\operatorname{K}_1",
    "np.i0": r"\operatorname{I}_0",
}
_TWO = {
    "np.maximum": r"\max(#1, #2)",
    "np.minimum": r"\min(#1, #2)",
    "np.arctan2": r"\operatorname{atan2}(#1, #2)",
    "scipy.special.jv": r"\operatorname{J}_{#1}(#2)",
    "scipy.special.yv": r"\operatorname{Y}_{#1}(#2)",
    "scipy.special.iv": r"\operatorname{I}_{#1}(#2)",
    "scipy.special.kv": r"\operatorname{K}_{#1}(#2)",
    "scipy.special.beta": r"\mathrm{B}(#1, #2)",
}
_TERMS = {
    "np.absolute": Notation(r"\lvert #1 \rvert"),
    "np.abs": Notation(r"\lvert #1 \rvert"),
    "np.fabs": Notation(r"\lvert #1 \rvert"),
    "np.floor": Notation(r"\lfloor #1 \rfloor"),
    "np.ceil": Notation(r"\lceil #1 \rceil"),
    "np.floor_divide": Notation(
        r"\lfloor #1 / #2 \rfloor", Binds.ATOM, (Binds.POWER, Binds.POWER)
    ),
    "np.mod": Notation(r"#1 \bmod #2", Binds.ENTRIES, (Binds.PRODUCT, Binds.ATOM)),
    "np.sqrt": ROOT,
    "np.conj": Notation(r"#1^\ast", Binds.POWER, (Binds.ATOM,)),
    "np.expm1": Notation(r"\exp(#1) - 1", Binds.SUM, (Binds.SIGNED,)),
    "np.log1p": Notation(r"\log(1 + #1)", Binds.ATOM, (Binds.SUM,)),
    "np.exp2": Notation(r"2^{#1}", Binds.POWER),
    "np.deg2rad": Notation(r"\frac{\pi}{180} #1", Binds.PRODUCT, (Binds.PRODUCT,)),
    "np.rad2deg": Notation(r"\frac{180}{\pi} #1", Binds.PRODUCT, (Binds.PRODUCT,)),
    "np.logaddexp": Notation(r"\log(\exp(#1) + \exp(#2))"),
    "np.logaddexp2": Notation(r"\log_2(2^{#1} + 2^{#2})"),
    "np.heaviside": Notation(r"\operatorname{heaviside}(#1, #2)"),
    "log1mexp": Notation(r"\log(1 - \exp(#1))"),
    "versine": Notation(r"1 - \cos(#1)", Binds.SUM),
    "softplus": Notation(r"\operatorname{softplus}(#1)"),
    "scipy.special.xlog1py": Notation(
        r"#1 \log(1 + #2)", Binds.PRODUCT, (Binds.PRODUCT, Binds.SUM)
    ),
    "scipy.special.gammaln": Notation(
        r"\log\operatorname{Γ}(#1)", Binds.PRODUCT, open=True
    ),
    "np.cbrt": Notation(r"\sqrt[3]{#1}"),
    **_BARE,
    **{name: _function(command) for name, command in _NAMED.items()},
    **{name: Notation(template) for name, template in _TWO.items()},
}
_TERMS["np.radians"] = _TERMS["np.deg2rad"]
_TERMS["np.degrees"] = _TERMS["np.rad2deg"]

_RELATIONS = {
    "np.equal": "=",
    "np.not_equal": r"\ne",
    "np.less": "<",
    "np.less_equal": r"\le",
    "np.greater": ">",
    "np.greater_equal": r"\ge",
}
_OPPOSITE = {
    f"#1 {a} #2": f"#1 {b} #2"
    for pair in (("=", r"\ne"), ("<", r"\ge"), (">", r"\le"))
    for a, b in (pair, pair[::-1])
}
_LOGIC = {
    "np.logical_and": r"\wedge",
    "np.logical_or": r"\vee",
    "np.bitwise_and": r"\wedge",
    "np.bitwise_or": r"\vee",
    "np.logical_xor": r"\oplus",
    "np.bitwise_xor": r"\oplus",
}


def entrywise(view: View, node: Node) -> Term | None:
    """The term of an elementwise op, or None where it has no notation of its own."""
    op = node.op
    assert isinstance(op, Elementwise)
    if op.more or op.named:
        return None
    rule = _RULES.get(op.name)
    if rule is not None:
        return rule(view, node)
    relation = as_truth(view, node)
    if relation is not None:
        return TRUTH(relation)
    if op.name in ("xlogx", "xlogy", "scipy.special.xlogy"):
        a, x = node.args[0], node.args[-1]
        log = _BARE["np.log"](view.number(x))
        entries = view.rank(node) > 0 and not is_scalar(a)
        return multiplied(view.number(a), log, entries)
    notation = _TERMS.get(op.name)
    return notation(*map(view.number, node.args)) if notation is not None else None


def as_truth(view: View, node: Node) -> Term | None:
    """A comparison, or several joined, without the brackets that make it 0 or 1."""
    name = getattr(node.op, "name", "")
    if name in _RELATIONS:
        needs = (Binds.SIGNED, Binds.SIGNED)
        relation = Notation(f"#1 {_RELATIONS[name]} #2", Binds.RELATION, needs)
        return relation(*map(view.number, node.args))
    if name in _LOGIC and all(a.type.dtype.kind == "b" for a in node.args):
        needs = (Binds.ATOM, Binds.ATOM)
        return Notation(f"#1 {_LOGIC[name]} #2", Binds.RELATION, needs)(
            *map(view.truth, node.args)
        )
    truths = all(n.type.dtype.kind == "b" for n in (node, *node.args))
    if truths and name in ("np.logical_not", "np.invert"):
        return not_(view.truth(node.args[0]))
    return None


def is_known(name: str) -> bool:
    """Whether an elementwise function has a notation of its own."""
    tables: tuple[Any, ...] = (_RULES, _TERMS, _RELATIONS, _LOGIC)
    return any(name in table for table in tables)
