"""Words: what may serve as a name in generated code, and how names stay apart."""

import functools
import keyword
import unicodedata
from collections.abc import Hashable, Mapping


@functools.lru_cache(maxsize=10_000)
def clean_name(name: object) -> str | None:
    r"""Give `name` as a plain ASCII identifier, or None where it cannot serve as one.

    Python reads identifiers in the form NFKC, where two spellings can become one, and
    so do we. Greek letters are spelled out. Keywords, private names (a leading
    underscore) and anything that is no identifier are dropped.

    >>> clean_name("\N{GREEK SMALL LETTER SIGMA}1")
    'sigma1'
    >>> clean_name("_tmp"), clean_name("a b"), clean_name("lambda")
    (None, None, None)
    """
    if not isinstance(name, str) or len(name) > 80:
        return None
    word = name
    if not word.isascii():
        word = "".join(map(_spell_out, unicodedata.normalize("NFKC", name)))
    if not word.isascii() or not word.isidentifier() or word.startswith("_"):
        return None
    return None if keyword.iskeyword(word) else word


def _spell_out(letter: str) -> str:
    kind, _, word = unicodedata.name(letter, "").partition(" LETTER ")
    if kind == "GREEK SMALL":
        return "lam" if word == "LAMDA" else word.lower()
    return word.capitalize() if kind == "GREEK CAPITAL" else letter


def number_names(
    wanted: Mapping[Hashable, str], names: dict[Hashable, str], taken: set[str]
) -> None:
    """Give every node its name: as it is where it is the only one, else numbered.

    A number never makes a name that is in use, and stays apart from a digit that ends
    the name: ``h1_1``, not ``h11``. What stands alone is served first.

    >>> names = {}
    >>> number_names({1: "z", 2: "h1", 3: "z", 4: "h1", 5: "z1"}, names, {"x"})
    >>> [names[node] for node in (1, 2, 3, 4, 5)]
    ['z2', 'h1_1', 'z3', 'h1_2', 'z1']
    """
    groups: dict[str, list[Hashable]] = {}
    for node, name in wanted.items():
        if node not in names:
            groups.setdefault(name, []).append(node)
    many = []
    for name, nodes in groups.items():
        if len(nodes) == 1 and name not in taken:
            names[nodes[0]] = name
            taken.add(name)
        else:
            many.append(name)
    for name in many:
        stem = name + "_" if name[-1].isdigit() else name
        number = 0
        for node in groups[name]:
            number += 1
            while (numbered := f"{stem}{number}") in taken:
                number += 1
            names[node] = numbered
            taken.add(numbered)


def unique(name: str, used: dict[str, int]) -> str:
    """Give `name`, numbered if it is in use, and note it as used.

    `used` keeps the last number of each name, so that many equal names cost linear
    time.

    >>> used = {}
    >>> unique("d_W", used), unique("d_W", used), unique("d_W_2", used)
    ('d_W', 'd_W_2', 'd_W_2_2')
    """
    if name not in used:
        used[name] = 1
        return name
    while (fresh := f"{name}_{used[name] + 1}") in used:
        used[name] += 1
    used[name] += 1
    used[fresh] = 1
    return fresh
