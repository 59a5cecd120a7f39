"""What is listed of a graph: options of `to_text`, and what they refuse."""

import re

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.show.text.rows import wrapped
from tests.cases import CASES
from tests.counting import assert_linear, calls_of
from tests.show.text.programs import chain, deep, hostile, scanned, transformer

COMMENT = re.compile(r" +# .*")


def statements(text):
    """The names that are assigned in a listing, in order."""
    _, _, body = re.sub(r"inputs:\n(  .*\n)+", "", f"{text}\n").partition("\n")
    lines = [COMMENT.sub("", line) for line in body.splitlines()]
    return [line.split()[0] for line in lines if re.match(r" +\w+ = ", line)]


def test_print_lists_with_the_defaults():
    graph = deep()
    assert str(graph) == graph.to_text()


def test_all_is_listed_that_a_value_is_computed_from():
    graph = deep(3)
    text = graph.to_text(of="d_W3")
    assert "further back" not in text
    found = statements(text)
    assert {"z1", "x1", "z2", "x2", "z3", "x3", "d_z3", "d_W3"} <= set(found)
    assert not {"d_b3", "d_x2", "d_W1", "network"} & set(found)
    assert "W2 = params.1.0" in text
    assert statements(graph.to_text(of=["d_W3", "network"])) == [
        *found[: found.index("x3_minus_y") + 1],
        "network",
        *found[found.index("x3_minus_y") + 1 :],
    ]


def test_only_so_many_steps_back():
    graph = deep(3)
    assert statements(graph.to_text(of="d_W3", depth=0)) == ["d_W3"]
    assert statements(graph.to_text(of="d_W3", depth=1)) == ["x2", "d_z3", "d_W3"]
    text = graph.to_text(of="x1", depth=1)
    assert statements(text) == ["z1", "x1"]
    assert "further back" not in text
    last = graph.to_text(of="d_W3", depth=1).splitlines()[-1]
    assert last == "... 7 statements further back, up to z2, z3, d_x3 (depth=1)"


def test_steps_are_counted_from_the_outputs_where_nothing_is_named():
    graph = gd.trace(lambda x: np.sum(np.exp(np.sin(x) + 1) * x), gd.spec("n"))
    assert len(statements(graph.to_text(depth=0))) == 1


def test_an_input_can_be_asked_for():
    text = deep(2).to_text(of="W1")
    assert "W1 = params.0.0" in text
    assert statements(text) == []
    assert deep(2).to_text(of="params.0.0") == text


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"of": "d_W77"}, GraphValueError, r"no value 'd_W77'; did you mean d_W"),
        ({"of": 3}, GraphTypeError, "of: expected a name"),
        ({"of": ["x", 3]}, GraphTypeError, "of: expected a name"),
        ({"depth": -1}, GraphValueError, "depth: expected at least 0, got -1"),
        ({"depth": True}, GraphTypeError, "depth: expected an int, got True"),
        ({"depth": 1.5}, GraphTypeError, "depth: expected an int"),
        ({"fold": 1}, GraphTypeError, "fold: expected True or False"),
        ({"bodies": None}, GraphTypeError, "bodies: expected True or False"),
        ({"colour": "red"}, GraphTypeError, "colour: expected True, False or None"),
        ({"width": 10}, GraphValueError, "width: expected at least 40"),
        ({"width": "wide"}, GraphTypeError, "width: expected an int"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options, error, words):
    with pytest.raises(error, match=f"to_text: .*{words}"):
        deep(2).to_text(**options)


def test_what_fits_on_a_screen_is_not_folded_unless_asked():
    graph = deep(3)
    assert "layer 2" not in str(graph)
    assert str(graph) == graph.to_text(fold=False)
    assert "layer 2: x2 from x1, W2, b2" in graph.to_text(fold=True)


def test_folded_lines_name_what_stands_in_their_place():
    """Each folded line, put into the part it is like, gives what is left out."""
    graph = deep(6)
    plain, folded = graph.to_text(fold=False), graph.to_text(fold=True)
    first = re.search(r"layer 1: x1 from x, W1, b1\n((?:    .*\n)+)", folded)
    said = re.search(r"layer 4: x4 from (.*?) +#", folded)
    names = {"x": "x3", "W1": "W4", "b1": "b4", "x1": "x4", "z1": "z4"}
    assert said[1].split(", ") == [names[n] for n in ("x", "W1", "b1")]
    for line in first[1].splitlines():
        words = re.sub(r"\w+", lambda m: names.get(m[0], m[0]), COMMENT.sub("", line))
        assert words.strip() in plain


def test_every_statement_is_listed_or_counted():
    """What a folded listing leaves out is as much as it says."""
    graph = chain()
    text = str(graph)
    left = [int(n.replace(",", "")) for n in re.findall(r"\.\.\. ([\d,]+) more", text)]
    shown = len(statements(text))
    assert shown + sum(left) == len(statements(graph.to_text(fold=False)))
    assert len(text.splitlines()) < 30


def test_long_code_without_repeats_is_cut():
    source = "\n".join(
        f"    x = np.{'sin' if i % 7 else 'cos'}(x + {i})" for i in range(900)
    )
    space = {"np": np}
    exec(f"def f(x):\n{source}\n    return np.sum(x)", space)
    graph = gd.trace(space["f"], gd.spec("n"))
    lines = str(graph).splitlines()
    assert len(lines) < 300
    (cut,) = [line for line in lines if "more lines; to_text(fold=False)" in line]
    assert cut == "  ... 661 more lines; to_text(fold=False) lists all"
    assert lines[-1].startswith("  f = np.sum")
    assert len(graph.to_text(fold=False).splitlines()) > 900


def test_bodies_are_one_row_each():
    text = scanned().to_text(bodies=False)
    assert "  for t in range(steps): ...  # 9 lines, programs.py:" in text
    assert "np.tanh" not in text


@pytest.mark.parametrize("graph", [deep, transformer, scanned, hostile])
@pytest.mark.parametrize("width", [40, 60, 100])
def test_lines_keep_to_the_width_where_they_can(graph, width):
    for line in graph().to_text(width=width).splitlines():
        text = COMMENT.sub("", line)
        assert len(text) <= width or wrapped(text, width) == [text]


def test_a_name_of_any_length_takes_little_room():
    assert max(map(len, str(hostile()).splitlines())) < 200


def test_no_character_does_anything():
    text = hostile().to_text(colour=True, fold=True)
    plain = re.sub(r"\x1b\[\d+m", "", text)
    assert all(c.isprintable() or c == "\n" for c in plain)
    assert plain.encode("utf-8")


def test_a_graph_without_anything_is_a_title():
    assert gd.Graph({}, {}).to_text(fold=True) == "graph() ->"


def test_forms_take_the_options():
    form = gd.value_and_grad(lambda x: np.sum(np.sin(x) ** 2))
    assert form.show(gd.spec("n")) == str(form.graph(gd.spec("n")))
    shown = form.show(gd.spec("n"), of="d_x", depth=0)
    assert "further back" in shown


@pytest.mark.parametrize("name", list(CASES)[::40])
def test_every_op_is_listed(name):
    case = CASES[name]
    graph = gd.trace(case.function, *case.args)
    for options in ({"fold": True}, {"depth": 0}, {"width": 40}, {"bodies": False}):
        lines = graph.to_text(**options).splitlines()
        assert all(line == line.rstrip() and line.isprintable() for line in lines)


def test_the_cost_is_linear():
    def calls(count):
        def f(x):
            for _ in range(count):
                x = np.sin(x) * 0.5 + x
            return np.sum(x)

        graph = gd.value_and_grad(f).graph(gd.spec("n"))
        return calls_of(lambda: str(graph))

    assert_linear(calls, 150)
