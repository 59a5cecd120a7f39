r"""What people call things, as letters: ``W1`` as W with an index, ``alpha`` as α.

A name of one letter is a variable, of the Greek alphabet too; digits after it and
parts after an underscore are indices, ``hat``, ``bar``, ``tilde`` and ``dot`` marks
above it; names of several letters stand upright. What is no such name stands upright
as it is. Two names never become one symbol: whoever comes second is written out.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from graphdiff.show.formula.boxes import Accent, Box, Fence, Letter, Script, row
from graphdiff.show.formula.latex import latex
from graphdiff.show.formula.signs import GREEK, SIGNS
from graphdiff.show.formula.unicode import unicode

_PLAIN = re.compile(r"([A-Za-z]+?|[^\W\d_A-Za-z])(\d*)((?:_[A-Za-z0-9]+)*)_?")
_PATH = re.compile(r"[A-Za-z]\w*(\.\w+)+", re.ASCII)
_PART = re.compile(r"([A-Za-z]*)(\d*)")
_ACCENTS = ("hat", "bar", "tilde", "dot", "vec")
_LONGEST = 32
_CONFUSING = ' +-*/=<>()[]{},;|^\\$&#%~"`'
_ALIASES = {
    "lam": r"\lambda",
    "lamb": r"\lambda",
    "lmbda": r"\lambda",
    "lambd": r"\lambda",
    "eps": r"\varepsilon",
    "ell": r"\ell",
}
_GREEK: dict[str, Box] = {
    **{command[1:]: sign for command, sign in GREEK.items()},
    **{sign.text: sign for sign in GREEK.values()},
    **{word: SIGNS[command] for word, command in _ALIASES.items()},
}


def symbol(name: str) -> Box:
    r"""The boxes of a name.

    >>> from graphdiff.show.formula.latex import latex
    >>> [latex(symbol(name)) for name in ("W1", "sigma2", "x_hat", "W_out", "loss")]
    ['W_1', '\\sigma_2', '\\hat{x}', 'W_{\\mathrm{out}}', '\\mathrm{loss}']
    """
    if len(name) <= _LONGEST and _PATH.fullmatch(name):
        return _of_path(name.split("."))
    found = _PLAIN.fullmatch(name) if len(name) <= _LONGEST else None
    if found is None:
        return spelled(name)
    head, digits, rest = found.groups()
    if len(head) > 1 and head not in _GREEK and any(map(_is_word, rest.split("_"))):
        return spelled(name)
    base = _word(head)
    parts = rest.split("_")[1:]
    while parts and parts[0] in _ACCENTS and len(head) <= 1 + (head in _GREEK) * 9:
        base = Accent(parts.pop(0), base)
    subs = [Letter(digits, "number")] if digits else []
    below: list[Box] = [*subs, *map(_index, parts)]
    if not below:
        return base
    commas: list[Box] = []
    for item in below:
        commas += [SIGNS[","], item] if commas else [item]
    return Script(base, row(*commas), None)


def _of_path(parts: list[str]) -> Box:
    """A leaf of nested arguments: its last name, above it the places of lists."""
    words = [part for part in parts if not part.isdigit()]
    base = symbol(words[-1])
    places = [Letter(part, "number") for part in parts if part.isdigit()]
    if not places:
        return base
    commas: list[Box] = []
    for item in places:
        commas += [SIGNS[","], item] if commas else [item]
    if len(words) == 1 and not isinstance(base, Script):
        return Script(base, row(*commas), None)
    above = Fence("(", row(*commas), ")")
    if isinstance(base, Script):
        return Script(base.base, base.sub, above)
    return Script(base, None, above)


def _is_word(text: str) -> bool:
    return len(text) > 1 and text.isalpha() and text not in (*_ACCENTS, *_GREEK)


def spelled(name: str) -> Box:
    """A name just as it is, upright; a very long one shortened, with a fingerprint.

    What might be taken for a number, a sign or a formula stands in quotation marks.
    """
    if len(name) > _LONGEST:
        mark = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
        name = f"{name[:16]}…{name[-4:]}·{mark}"
    plain = name[:1].isalpha() and not set(name) & set(_CONFUSING)
    return Letter(name if plain else f"“{name}”", "upright")


def _word(text: str) -> Box:
    """A letter in italics, a Greek one, or a word upright."""
    if text in _GREEK:
        return _GREEK[text]
    return Letter(text, "italic" if len(text) == 1 else "upright")


def _index(text: str) -> Box:
    """One part after an underscore."""
    found = _PART.fullmatch(text)
    if text.isdigit():
        return Letter(text, "number")
    if found is None or not found.group(2) or len(found.group(1)) > 1:
        return _word(text)
    return Letter(text, "upright")


class Symbols:
    """The symbols of one set of formulas: no two alike, in LaTeX or in Unicode."""

    def __init__(self) -> None:
        """Nothing is taken yet."""
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}
        self._sizes: dict[str, Box] = {}
        self.sizes: set[str] = set()
        """Letters that sizes have, for values to keep away from."""

    def of(self, name: str) -> Box:
        """A symbol for `name`: the pretty one, or if that is taken the name itself.

        Where even that is taken, primes tell them apart.
        """
        for made in (symbol(name), spelled(name)):
            if self.claim(made):
                return made
        made = primed(symbol(name))
        while not self.claim(made):
            made = primed(made)
        return made

    def dot(self, box: Box) -> Box:
        """The tangent of what `box` stands for."""
        made = barred(box, "dot")
        while not self.claim(made):
            made = primed(made)
        return made

    def size(self, name: str) -> Box:
        """The symbol of a named size."""
        if name not in self._sizes:
            self._sizes[name] = self.of(name)
        return self._sizes[name]

    def bar(self, box: Box) -> Box:
        """The adjoint of what `box` stands for: with a bar, and primes if need be."""
        made = barred(box)
        while not self.claim(made):
            made = primed(made)
        return made

    def numbered(self, text: str) -> Box:
        """The first of some letters that is free, or one with a number: T₁, T₂."""
        for char in text:
            if char not in self.sizes and self.claim(Letter(char)):
                return Letter(char)
        text = text[0]
        count = self._counts.get(text, 1)
        while True:
            self._counts[text] = count + 1
            made = Script(Letter(text), Letter(str(count), "number"), None)
            if self.claim(made):
                return made
            count += 1

    def claim(self, box: Box) -> bool:
        """Take a symbol; False if another looks like it."""
        keys = {latex(box), unicode(box)}
        if keys & self._taken:
            return False
        self._taken |= keys
        return True

    def is_free(self, box: Box) -> bool:
        """Whether nothing that has a name looks like this."""
        return not {latex(box), unicode(box)} & self._taken


def barred(box: Box, mark: str = "bar") -> Box:
    """A symbol with a bar, which stands on the letter and not on its indices."""
    if isinstance(box, Script):
        return Script(barred(box.base, mark), box.sub, box.sup)
    return Accent(mark, box)


def primed(box: Box) -> Box:
    """A symbol with a prime, or with one more."""
    prime = SIGNS[r"\prime"]
    if isinstance(box, Script):
        old = (box.sup,) if box.sup is not None else ()
        return Script(box.base, box.sub, row(*old, prime))
    return Script(box, None, prime)
