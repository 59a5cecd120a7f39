"""Text that shows all it holds: nothing invisible, nothing that turns it around."""

from __future__ import annotations

LONGEST = 240


def visible(text: str, longest: int = LONGEST) -> str:
    r"""`text` with a sign in the place of what cannot be seen, cut if it is too long.

    Control characters, line breaks, lone surrogates and the marks that turn the writing
    direction around each become a replacement character.

    >>> visible("a\nb\x00")
    'a�b�'
    >>> visible("x" * 20, 5)
    'xxxx…'
    """
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
