"""Repeats in a sequence: stretches that come several times in a row, also nested.

A loop of a program leaves such a repeat in what the program did. Repeats side by side
are known as tandem repeats or runs (Kolpakov and Kucherov, "Finding maximal
repetitions in a word in linear time", 1999); here the leftmost is taken, one round
after the other, until a round finds nothing. A repeat within a repeat at least halves
the length, so there are few rounds.

The first and the last time may be cut short: a rewriting pass has made less of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_PRIME = (1 << 61) - 1
_BASE = 0x5DEECE66D


@dataclass(eq=False, slots=True)
class Item:
    """One thing of a sequence, or a repeat: then `rounds` has the items of each time.

    Things are alike that have the same `token`. `place` is where the program has it:
    a loop begins again at its first place. It is made of the steps from `start` up to
    `stop`, and `thing` is what the caller knows about it.
    """

    token: int
    place: tuple[int, int]
    start: int
    stop: int
    thing: Any = None
    rounds: Sequence[Sequence[Item]] = ()


class Tokens(dict[object, int]):
    """A number for each different key."""

    def __missing__(self, key: object) -> int:
        """The next number."""
        self[key] = number = len(self)
        return number


def repeats(items: Sequence[Item], tokens: Tokens) -> list[Item]:
    """`items`, with those that come several times in a row put together.

    Short repeats come first: a loop around a loop has a period of more than twice that
    of the inner one, until the inner one is put together.
    """
    found, least = list(items), 1
    while len(found) > 1:
        row = _Row([item.token for item in found])
        periods = [row.period(i) for i in range(len(found))]
        limit = 2 * min((p for p in periods if p >= least), default=0)
        if not limit:
            return found
        put = list(_round(found, row, periods, limit, tokens))
        least = 1 if len(put) < len(found) else limit
        found = put
    return found


def _round(
    items: Sequence[Item],
    row: _Row,
    periods: Sequence[int],
    limit: int,
    tokens: Tokens,
) -> Iterator[Item]:
    """Put together what repeats with a period of less than `limit`."""
    useless: dict[int, int] = {}
    i = 0
    while i < len(items):
        period = periods[i]
        if not 0 < period < limit or i < useless.get(period, 0):
            yield items[i]
            i += 1
            continue
        end = row.end(i, period)
        first = min(range(i, i + period), key=lambda k: items[k].place)
        if end - first < period + 1:
            useless[period] = end
            continue
        cuts = [*([i] if i < first else []), *range(first, end, period), end]
        rounds = [repeats(items[a:b], tokens) for a, b in pairwise(cuts)]
        body = tuple([item.token for item in rounds[i < first]])
        token, place = tokens["repeat", body], items[first].place
        yield Item(token, place, items[i].start, items[end - 1].stop, rounds=rounds)
        i = end


class _Row:
    """A sequence of tokens, of which stretches are compared at once by their sums.

    The sums are those of Karp and Rabin ("Efficient randomized pattern-matching
    algorithms", 1987).
    """

    def __init__(self, row: Sequence[int]) -> None:
        self.row = row
        self.sums, self.powers = [0], [1]
        for token in row:
            self.sums.append((self.sums[-1] * _BASE + token + 1) % _PRIME)
            self.powers.append(self.powers[-1] * _BASE % _PRIME)
        self.next: list[int | None] = []
        seen: dict[int, int] = {}
        for i in range(len(row) - 1, -1, -1):
            self.next.append(seen.get(row[i]))
            seen[row[i]] = i
        self.next.reverse()

    def period(self, i: int) -> int:
        """After how many tokens those from `i` on come again; 0 if they do not."""
        j = self.next[i]
        if j is None or 2 * j - i > len(self.row):
            return 0
        return j - i if self._sum(i, j) == self._sum(j, 2 * j - i) else 0

    def end(self, i: int, period: int) -> int:
        """How far the sequence repeats with this period from `i` on."""
        end = i + period
        while end < len(self.row) and self.row[end] == self.row[end - period]:
            end += 1
        return end

    def _sum(self, start: int, stop: int) -> int:
        before = self.sums[start] * self.powers[stop - start]
        return (self.sums[stop] - before) % _PRIME
