"""The emitted text is a fixed point of `ruff format`, and parses to what was meant."""

import ast
import math
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.emit.text.layout import (
    assign,
    docstring,
    fits,
    function,
    paragraph,
    returns,
)
from graphdiff.emit.text.text import (
    Text,
    atom,
    attribute,
    binary,
    call,
    conditional,
    dict_,
    list_,
    literal,
    method,
    slice_,
    string,
    subscript,
    tuple_,
    unary,
)

RUFF = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which(
    "ruff"
)
NUMBERS = (0, -1, 2, 0.5, -0.0, 1e-05, 1e16, 5e-324, math.nan, -math.inf, True, None)
STRINGS = ("a", "it's", 'q"q', "\n\\", "axis é", "軸", "'\"'")
OPERATORS = [*"++--***/%@@&|^<>", "//", "**", "**", "<<", ">>", "<=", ">=", "==", "!="]

Pair = tuple[Text, str]
"""A text, and the same expression with every bracket written."""


class Forest:
    """Random expressions, each beside its fully bracketed source."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        size = self.random.choice((1, 1, 1, 2, 3, 3, 6, 10, 18, 30, 60))
        letters = (self.random.choice("abcxyzW_") for _ in range(size - 1))
        return self.random.choice("xyzW") + "".join(letters).replace("__", "_d")

    def leaf(self) -> Pair:
        kind = self.random.randrange(6)
        if kind == 0:
            text = literal(self.random.choice(NUMBERS))
        elif kind == 1:
            text = string(self.random.choice(STRINGS))
        elif kind == 2:
            text = atom("np." + self.name())
        else:
            text = atom(self.name())
        return text, f"({text.flat})"

    def items(self, depth: int, most: int, fewest: int = 0) -> list[Pair]:
        count = self.random.randrange(fewest, most + 1)
        return [self.tree(depth) for _ in range(count)]

    def tree(self, depth: int) -> Pair:
        if depth == 0 or self.random.random() < 0.1:
            return self.leaf()
        grow = self.random.choice(
            5 * [self.binary]
            + 4 * [self.call]
            + 2 * [self.subscript]
            + [self.unary, self.method, self.attribute, self.sequence, self.dict]
            + [self.conditional]
        )
        text, source = grow(depth - 1)
        return text, f"({source})"

    def binary(self, depth: int) -> Pair:
        op = self.random.choice(OPERATORS)
        (a, a_source), (b, b_source) = self.tree(depth), self.tree(depth)
        return binary(op, a, b), f"{a_source} {op} {b_source}"

    def unary(self, depth: int) -> Pair:
        op, (a, source) = self.random.choice("--~"), self.tree(depth)
        op = "~" if source.startswith("(-") else op
        return unary(op, a), op + source

    def call(self, depth: int) -> Pair:
        function = self.random.choice(("np.sum", "f", "np.linalg.norm", self.name()))
        args = self.items(depth, 3)
        named = {}
        if self.random.random() < 0.4:
            named = {self.name(): self.tree(depth) for _ in range(2)}
        text = call(
            function, [a for a, _ in args], {key: a for key, (a, _) in named.items()}
        )
        sources = [a for _, a in args]
        sources += [f"{key}={a}" for key, (_, a) in named.items()]
        return text, f"{function}({', '.join(sources)})"

    def method(self, depth: int) -> Pair:
        value, source = self.tree(depth)
        args = self.items(depth, 2)
        joined = ", ".join(a for _, a in args)
        return method(value, "sum", [a for a, _ in args]), f"{source}.sum({joined})"

    def attribute(self, depth: int) -> Pair:
        value, source = self.tree(depth)
        return attribute(value, "T"), source + ".T"

    def item(self, depth: int) -> Pair:
        if self.random.random() < 0.6:
            return self.tree(depth)
        bounds = [
            self.tree(self.random.randrange(depth + 1))
            if self.random.random() < 0.5
            else (None, "")
            for _ in range(3)
        ]
        start, stop, step = (bound for bound, _ in bounds)
        source = ":".join(source for _, source in bounds)
        return slice_(start, stop, step), source[: None if step else -1]

    def subscript(self, depth: int) -> Pair:
        value, source = self.tree(depth)
        items = [self.item(depth) for _ in range(self.random.randrange(1, 4))]
        joined = ", ".join(a for _, a in items)
        return subscript(value, [a for a, _ in items]), f"{source}[{joined}]"

    def sequence(self, depth: int) -> Pair:
        items = self.items(depth, 4)
        joined = "".join(a + ", " for _, a in items)
        if self.random.random() < 0.5:
            return list_([a for a, _ in items]), f"[{joined}]"
        return tuple_([a for a, _ in items]), f"({joined})"

    def dict(self, depth: int) -> Pair:
        items = [
            (self.random.choice([*STRINGS, self.name()]), self.tree(depth))
            for _ in range(self.random.randrange(3))
        ]
        joined = ", ".join(f"{key!r}: {a}" for key, (_, a) in items)
        return dict_([(key, a) for key, (a, _) in items]), f"{{{joined}}}"

    def conditional(self, depth: int) -> Pair:
        a, test, b = (self.tree(depth) for _ in range(3))
        text = conditional(test[0], a[0], b[0])
        return text, f"{a[1]} if {test[1]} else {b[1]}"

    def target(self) -> Pair:
        kind = self.random.random()
        name = self.name()
        if kind < 0.6:
            return atom(name), name
        if kind < 0.7:
            return attribute(atom(name), "x"), name + ".x"
        items = [self.item(1) for _ in range(self.random.randrange(1, 3))]
        joined = ", ".join(a for _, a in items)
        return subscript(atom(name), [a for a, _ in items]), f"{name}[{joined}]"

    def statement(self, indent: int) -> tuple[list[str], str]:
        value, source = self.tree(self.random.randrange(5))
        if self.random.random() < 0.1:
            return returns(value, indent), f"return {source}"
        (target, head), op = self.target(), self.random.choice(("=", "=", "+="))
        comment = self.random.choice(("", "", "(batch, 10)", "rule " * 14))
        return assign(target, value, indent, comment, op), f"{head} {op} {source}"


def formatted(source: str) -> str:
    if RUFF is None:
        pytest.skip("ruff is not installed")
    command = [RUFF, "format", "--isolated", "-"]
    done = subprocess.run(
        command, input=source, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("seed", range(3))
def test_random_statements_are_a_fixed_point_and_mean_what_they_say(seed):
    forest = Forest(seed)
    ours, plain = ["def f():"], ["def f():"]
    for _ in range(1000):
        lines, source = forest.statement(4)
        ours += lines
        plain.append("    " + source)
    text = "\n".join(ours) + "\n"
    got, meant = (ast.parse(s).body[0].body for s in (text, "\n".join(plain)))
    for one, other in zip(got, meant, strict=True):
        assert ast.dump(one) == ast.dump(other), ast.unparse(other)
    assert formatted(text) == text
    wide = [line for line in ours if len(line) > 88]
    assert len(wide) < 60


@given(st.text())
def test_any_string_survives(value):
    text = string(value)
    assert ast.literal_eval(text.flat) == value
    assert "\n" not in text.flat
    assert ast.literal_eval(dict_([(value, literal(1))]).flat) == {value: 1}


def test_strings_are_quoted_as_ruff_quotes_them():
    values = [*STRINGS, 'a"', "''", '"\\"', "\x1b\x00\xff\u2028", "\\", "\\'", "{}"]
    text = "".join(f"x = {string(value).flat}\n" for value in values)
    assert formatted(text) == text


@given(st.floats() | st.integers() | st.booleans() | st.complex_numbers())
def test_any_number_survives(value):
    got = eval(literal(value).flat, {"np": np})
    assert type(got) is type(value)
    assert repr(got) == repr(value)


@given(st.floats(width=32))
def test_numpy_scalars_survive(value):
    got = np.float32(eval(literal(np.float32(value)).flat, {"np": np}))
    assert got.tobytes() == np.float32(value).tobytes() or math.isnan(value)


def test_what_is_no_scalar_is_refused():
    with pytest.raises(TypeError, match="no literal for list"):
        literal([1])
    with pytest.raises(TypeError, match="no literal"):
        literal(np.longdouble(1))


def test_long_chains_need_no_recursion():
    total = atom("x")
    for _ in range(100_000):
        total = binary("+", total, atom("x"))
    assert total.depth == 0
    assert len(total.flat) == total.width == 400_001
    assert len(assign("y", total)) == 100_003


def test_depth_counts_nested_brackets():
    text = atom("x")
    for _ in range(20):
        text = call("np.tanh", [text])
    assert text.depth == 20
    assert unary("-", binary("+", text, text)).depth == 21


@pytest.mark.parametrize("size", [1, 20, 40, 60])
def test_signatures(size):
    name = "f" * size
    lines = []
    for parameters in ([], ["x"], ["x", "*", "y" * 30, "z"], ["a" * 50, "b" * 50]):
        lines += function(
            name,
            parameters,
            defaults={"z": literal(1e-05), "y" * 30: atom("None")},
            annotations={"z": "float"},
            returned="np.ndarray" if size > 20 else "",
        )
        lines += ["    pass", "", ""]
    text = "\n".join(lines[:-2]) + "\n"
    assert formatted(text) == text


@pytest.mark.parametrize(
    "lines",
    [
        ["Short."],
        ['Ends with a "quote"'],
        ["Ends with a backslash \\"],
        ['Holds """three""" quotes.'],
        ["First.", "", "Inputs:", "    x: (batch, 10)", "    y"],
        ["w" * 79],
        ["w" * 120],
    ],
)
def test_docstrings(lines):
    text = "\n".join(["def f():", *docstring(lines)]) + "\n"
    assert formatted(text) == text
    assert ast.get_docstring(ast.parse(text).body[0]).rstrip() == "\n".join(lines)


def test_paragraphs_keep_wide_words_whole():
    lines = paragraph("a gradient " * 20 + "w" * 100, prefix="    # ")
    assert all(len(line) <= 88 for line in lines[:-1])
    assert lines[-1] == "    # " + "w" * 100


def test_two_minuses_never_meet():
    x = unary("-", atom("x"))
    assert unary("-", x).flat == "np.negative(-x)"
    assert unary("-", literal(-0.0)).flat == "0.0"


def test_a_comment_with_line_breaks_stays_a_comment():
    assert assign("x", atom("y"), comment="one\nimport os") == [
        "x = y  # one import os"
    ]


def test_fits_says_when_a_temporary_reads_better():
    assert fits("x", atom("y" * 84))
    assert not fits("x", atom("y" * 85))
    assert not fits("x", atom("y" * 84), op="+=")
