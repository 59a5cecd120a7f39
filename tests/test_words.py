"""Words that may be written, and names that stay apart."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.words import clean_name, number_names


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("z", "z"),
        ("d_W1", "d_W1"),
        ("l", "l"),
        ("\N{GREEK SMALL LETTER LAMDA}", "lam"),
        ("\N{GREEK CAPITAL LETTER DELTA}x", "Deltax"),
        ("\N{LATIN SMALL LIGATURE FI}t", "fit"),
        ("x\N{SUPERSCRIPT TWO}", "x2"),
        ("\N{CYRILLIC SMALL LETTER A}", None),
        ("lambda", None),
        ("__class__", None),
        ("_", None),
        ("", None),
        ("1a", None),
        ("a.b", None),
        ("a\n", None),
        (".0", None),
        (3, None),
        (None, None),
        ("x" * 1000, None),
    ],
)
def test_clean_names(name, word):
    assert clean_name(name) == word


@given(st.text(max_size=6))
def test_a_clean_name_can_always_be_written(name):
    word = clean_name(name)
    if word is not None:
        assert word.isascii()
        assert word.isidentifier()
        assert not keyword.iskeyword(word)
        assert clean_name(word) == word


@given(st.lists(st.sampled_from(["z", "z1", "z1_1", "h", "x"])))
def test_numbered_names_are_unique_and_in_order(words):
    names: dict = {}
    number_names(dict(enumerate(words)), names, {"x"})
    assert len(set(names.values()) | {"x"}) == len(words) + 1
    assert all(names[i].startswith(word) for i, word in enumerate(words))
