"""Dim against int arithmetic, its text against the parser, and what it refuses."""

import ast
import copy
import keyword
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdiff.sizes.dims import (
    Dim,
    condition,
    evaluate_size,
    names_in,
    parse_dims,
    positive_part,
    solve_for,
)

NAMES = ("batch", "h", "n")
batch, h, n = map(Dim.named, NAMES)
SIZES = st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(0, 7)))

# An expression is built twice from one text: of Dims, and of ints by Python itself.
LEAVES = st.one_of(st.sampled_from(NAMES), st.integers(0, 6).map(str))


def joined(children):
    signs = st.sampled_from(["+", "-", "*", "//", "%"])
    binary = st.tuples(children, signs, children).map(lambda t: f"({' '.join(t)})")
    power = st.tuples(children, st.integers(0, 3)).map(lambda t: f"({t[0]})**{t[1]}")
    top = st.tuples(children, children).map(lambda t: f"max({t[0]}, {t[1]})")
    return binary | power | top | children.map(lambda text: f"(-{text})")


TEXTS = st.recursive(LEAVES, joined, max_leaves=7)


def number(text, sizes):
    return eval(compile(ast.parse(text, mode="eval"), "<int>", "eval"), {}, dict(sizes))


def symbolic(text):
    """The size that a text means, negative ones too; None where it divides by 0."""
    try:
        return parse_dims(f"{text} + 0 * ({text})")[0]
    except ValueError as error:
        return None if "zero" in str(error) or "at least 0" in str(error) else 1 / 0


@settings(max_examples=400, deadline=None)
@given(TEXTS, SIZES)
def test_a_size_is_worth_what_python_computes(text, sizes):
    size = symbolic(text)
    if size is None:
        return
    try:
        expected = number(text, sizes)
    except ZeroDivisionError:
        return
    assert evaluate_size(size, sizes) == expected
    if isinstance(size, Dim):
        assert size.substitute(sizes) == expected
        assert number(str(size), sizes) == expected


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_text_parses_back_to_the_same_size(text):
    size = symbolic(text)
    if isinstance(size, Dim):
        (again,) = parse_dims(str(size))
        assert again == size
        assert hash(again) == hash(size)
        assert str(again) == repr(size)
        assert pickle.loads(pickle.dumps(size)) == size
        assert copy.deepcopy(size) is size


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_sums_and_products_are_canonical(left, right):
    a, b = symbolic(left), symbolic(right)
    if a is None or b is None:
        return
    for one, other in [(a + b, b + a), (a * b, b * a), ((a + b) - b, a)]:
        assert type(one) is type(other)
        assert one is other or hash(one) == hash(other)
        if isinstance(one, Dim):
            assert one == other
    difference = a - a
    assert type(difference) is int


@settings(max_examples=100, deadline=None)
@given(TEXTS, SIZES)
def test_sympy_agrees(text, sizes):
    size = symbolic(text)
    if isinstance(size, Dim):
        try:
            expected = size.evaluate(sizes)
        except ZeroDivisionError:
            return
        values = {s: sizes[s.name] for s in size.to_sympy().free_symbols}
        assert int(size.to_sympy().subs(values)) == expected


@settings(max_examples=200, deadline=None)
@given(TEXTS, SIZES, st.integers(-3, 10))
def test_a_decided_comparison_holds_for_all_sizes(text, sizes, bound):
    size = symbolic(text)
    if not isinstance(size, Dim):
        return
    try:
        value = size.evaluate(sizes)
    except ZeroDivisionError:
        return
    for decide, truth in [
        (lambda: size < bound, value < bound),
        (lambda: size <= bound, value <= bound),
        (lambda: size > bound, value > bound),
        (lambda: size >= bound, value >= bound),
        (lambda: size == bound, value == bound),
        (lambda: size != bound, value != bound),
        (lambda: bound < size, bound < value),
    ]:
        try:
            decided = decide()
        except TypeError:
            continue
        assert decided == truth


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (batch, "batch"),
        (1 + 2 * batch, "2 * batch + 1"),
        (1 - batch, "1 - batch"),
        (-batch - 1, "-batch - 1"),
        ((batch + 1) // 2, "(batch + 1) // 2"),
        (-(n // 2), "-(n // 2)"),
        (h - n // 2, "h - n // 2"),
        (3 * (n // 2) * h, "3 * h * (n // 2)"),
        ((n // 2) ** 2, "(n // 2) ** 2"),
        (3 * batch**2 - h, "3 * batch**2 - h"),
        (2 * n // 3, "2 * n // 3"),
        (7 // n, "7 // n"),
        (h // (n * n), "h // (n**2)"),
        (n % 2, "n - 2 * (n // 2)"),
        ((6 * batch * h) // (2 * batch), "3 * h"),
        ((4 * batch) // 2, "2 * batch"),
        ((2 * batch + 1) // 2, "batch"),
        ((n * n - 1) // (n + 1), "n - 1"),
        (((n + 1) // 2 + 1) // 2, "(n + 3) // 4"),
        ((2 * n + 3) // 4, "(n + 1) // 2"),
        ((n - 3) // 2 + 1, "(n + 1) // 2 - 1"),
        (positive_part(n - 1), "max(n - 1, 0)"),
        (positive_part(positive_part(n - 1) - 2), "max(n - 3, 0)"),
        (2 * positive_part(3 * n - 6), "6 * max(n - 2, 0)"),
        (positive_part(n - h) ** 2, "max(n - h, 0) ** 2"),
        (-positive_part(n // 2 - 1), "-max(n // 2 - 1, 0)"),
        (positive_part(n + 1), "n + 1"),
        (positive_part(n - n // 2), "n - n // 2"),
        (positive_part(n - positive_part(n - 3)), "n - max(n - 3, 0)"),
    ],
)
def test_canonical_text(size, text):
    assert str(size) == text


def test_constants_are_ints():
    for constant in [
        batch - batch,
        batch * 0,
        batch**0,
        n // (n + 1),
        (n + 1) // n - 1,
    ]:
        assert type(constant) is int or constant.names
    assert type(n // (n + 1)) is int
    assert type((3 * n) // n) is int
    assert type(np.int64(3) + n - n) is int


def test_equality_and_hash():
    assert batch + 1 == 1 + Dim.named("batch")
    assert batch != h
    assert {batch + h: 1}[h + batch] == 1
    assert batch != "batch"
    assert Dim.named("\uff4e") == n  # NFKC: fullwidth n
    assert Dim.named("n") is n


def test_an_undecidable_comparison_with_an_int_raises_in_user_code():
    for ask in [
        lambda: batch == 1,
        lambda: batch != 1,
        lambda: 1 == batch,  # noqa: SIM300
        lambda: (batch, 3) == (1, 3),
        lambda: 1 in (batch,),
        lambda: batch == np.int64(1),
        lambda: batch < 3,
        lambda: 3 >= batch,  # noqa: SIM300
        lambda: batch > h,
    ]:
        with pytest.raises(TypeError, match="batch is symbolic"):
            ask()


def test_a_decidable_comparison_is_decided():
    assert (batch == -1) is False
    assert batch != -1
    assert (2 * batch + 1 == 4) is False
    assert batch >= 0
    assert batch + 1 > 0
    assert max(batch, 0) is batch
    assert batch < batch + 1
    assert not batch > batch + h


def test_inside_the_package_an_int_and_a_dim_are_simply_different():
    scope = {"__name__": "graphdiff.graph.types", "batch": batch}
    code = "equal = (batch, 1) == (1, 1); differs = batch != 1"
    exec(compile(code, "<string>", "exec"), scope)
    assert scope["equal"] is False
    assert scope["differs"] is True


@pytest.mark.parametrize(
    "use",
    [
        bool,
        int,
        float,
        range,
        np.asarray,
        lambda d: [1, 2][d:],
        lambda d: np.zeros((d, 2)),
    ],
)
def test_needing_the_number_says_what_to_write_instead(use):
    with pytest.raises(TypeError) as caught:
        use(batch + 1)
    message = str(caught.value)
    assert "the size batch + 1 is symbolic" in message
    assert "only when the function runs" in message
    assert "zeros_like" in message
    assert "int size in the spec" in message


def test_arithmetic_leaves_other_operands_to_themselves():
    class Other:
        def __radd__(self, size):
            return ("radd", size)

        def __rmul__(self, size):
            return ("rmul", size)

    assert batch + Other() == ("radd", batch)
    assert batch * Other() == ("rmul", batch)
    for value in ["2", None, [1]]:
        with pytest.raises(TypeError):
            batch * value
        with pytest.raises(TypeError):
            value * batch
    with pytest.raises(TypeError):
        Dim()


def test_division_by_zero():
    with pytest.raises(ZeroDivisionError, match="batch"):
        batch // 0
    with pytest.raises(ZeroDivisionError, match="7 // n"):
        (7 // n).evaluate({"n": 0})


def test_evaluate_names_what_is_missing():
    with pytest.raises(ValueError, match="batch \\+ h needs a value for batch, h"):
        (batch + h).evaluate({"n": 1})


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", ()),
        ("  ", ()),
        ("batch,784", (batch, 784)),
        (" batch , 784 , ", (batch, 784)),
        ("_,3", (None, 3)),
        ("2*batch,n+1,n//2", (2 * batch, n + 1, n // 2)),
        ("-n + 2*(h - -3)", (2 * h - n + 6,)),
        ("n**2*3 % 2", ((3 * n * n) % 2,)),
        ("-n**2 + 4", (4 - n * n,)),
        ("n // 2 // 3, 2 + 3 * 4", (n // 6, 14)),
    ],
)
def test_parse(text, shape):
    assert repr(parse_dims(text)) == repr(shape)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a b", 2),
        ("a,,b", 2),
        ("a,b c", 4),
        (",", 0),
        ("2**n", 3),
        ("n**2**2", 4),
        ("n**99", 1),
        ("(n", 2),
        ("n)", 1),
        ("3.5", 1),
        ("n // 0", 2),
        ("n, -1", 3),
        ("lambda", 0),
        ("n + _", 4),
        ("n; import os", 1),
        ("__import__('os')", 10),
        ("9" * 30, 0),
        ("(" * 5000, 50),
        ("n, \u00b2", 3),
    ],
)
def test_parse_errors_name_the_text_and_the_position(text, position):
    with pytest.raises(ValueError, match="cannot read the shape") as caught:
        parse_dims(text)
    assert repr(text) in str(caught.value)
    assert f"at position {position}" in str(caught.value)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text):
    try:
        shape = parse_dims(text)
    except ValueError:
        return
    assert all(
        not keyword.iskeyword(name)
        for name in names_in(size for size in shape if size is not None)
    )


@pytest.mark.parametrize("name", ["", "_", "1n", "a b", "class", "n()", "a.b"])
def test_names_are_plain_identifiers(name):
    with pytest.raises(ValueError, match="plain identifier"):
        Dim.named(name)


def test_names_are_sorted():
    assert names_in((n, 3, h * batch // 2)) == ("batch", "h", "n")
    assert (h // n).names == {"h", "n"}


@pytest.mark.parametrize(
    ("pattern", "actual", "bound"),
    [
        ((batch, 3), (5, 3), {"batch": 5}),
        ((n + 1,), (5,), {"n": 4}),
        ((2 * n,), (6,), {"n": 3}),
        ((n * h, n + 1, 2 * h), (6, 3, 6), {"n": 2, "h": 3}),
        ((n // 2, n), (2, 5), {"n": 5}),
        ((3 - n,), (1,), {"n": 2}),
        ((batch,), (0,), {"batch": 0}),
    ],
)
def test_binding(pattern, actual, bound):
    known = {}
    assert solve_for(pattern, actual, known) == ()
    assert known == bound


@pytest.mark.parametrize(
    ("pattern", "actual"),
    [
        ((batch, 3), (5, 4)),
        ((batch,), (5, 4)),
        ((n, n), (2, 3)),
        ((n + 3,), (1,)),
        ((2 * n,), (5,)),
        ((3 - n,), (7,)),
        ((n, n // 2), (4, 3)),
    ],
)
def test_a_mismatch_names_both_shapes_and_binds_nothing(pattern, actual):
    known = {"other": 1}
    with pytest.raises(ValueError, match="declared") as caught:
        solve_for(pattern, actual, known)
    assert str(actual) in str(caught.value)
    assert known == {"other": 1}


def test_open_axes_are_closed_by_another_array():
    known = {}
    assert solve_for((n * h, 3), (6, 3), known) == (0,)
    assert solve_for((n, h), (2, 3), known) == ()
    assert solve_for((n * h, 3), (6, 3), known) == ()
    with pytest.raises(ValueError, match="here 6"):
        solve_for((n * h, 3), (7, 3), known)


def test_text_is_the_same_under_any_hash_seed():
    code = (
        "from graphdiff.sizes.dims import parse_dims;"
        "print(parse_dims('a*b+c*(b+a)**2-d//3*a+(c+e)//f, (z+y+x)*(x+w//2)'))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("size", "text"),
    [(n - 3, "n >= 3"), (2 * n - h - 1, "2 * n >= h + 1"), (-n, "0 >= n")],
)
def test_that_a_size_is_at_least_0_is_written_as_a_condition(size, text):
    assert condition(size) == text


def test_a_positive_part_that_is_never_positive_is_0():
    assert positive_part(-n - 1) == 0
    assert type(positive_part(-n)) is int
    assert positive_part(-3) == 0


@pytest.mark.parametrize("text", ["*".join(["(a+b+c+d)"] * 90), "(a+b+c+d)**64"])
def test_a_text_of_too_many_terms_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most 1000 terms"):
        parse_dims(text)
