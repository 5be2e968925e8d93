"""Sums of products of creators and annihilators, in normal order.

They are dictionaries from words to weights; a word is a tuple of (mode, 1 for a creator or 0 for an
annihilator). OpenFermion, whose conventions these are, takes tens of times longer for pools.
"""

from __future__ import annotations

from collections.abc import Mapping

Word = tuple[tuple[int, int], ...]
Terms = dict[Word, float]


def combined(*parts: tuple[float, Mapping[Word, float]]) -> Terms:
    """The sum of some sums, each with a weight."""
    found: Terms = {}
    for factor, terms in parts:
        for word, weight in terms.items():
            found[word] = found.get(word, 0.0) + factor * weight
    return found


def conjugated(terms: Mapping[Word, float]) -> Terms:
    """The Hermitian conjugate; weights are real."""
    return {
        tuple((mode, 1 - creates) for mode, creates in reversed(word)): weight
        for word, weight in terms.items()
    }


def normal_ordered(terms: Mapping[Word, float]) -> Terms:
    """Creators left of annihilators, each from the highest mode to the lowest.

    Neighbours change places by c_p c_q^+ = delta_pq - c_q^+ c_p, and anticommute if they are alike;
    a word with two equal ones vanishes.

    >>> normal_ordered({((0, 0), (0, 1)): 1.0})
    {(): 1.0, ((0, 1), (0, 0)): -1.0}
    """
    found: Terms = {}
    waiting = list(terms.items())
    while waiting:
        word, weight = waiting.pop()
        place = _first_disorder(word)
        if place is None:
            found[word] = found.get(word, 0.0) + weight
            continue
        left, right = word[place], word[place + 1]
        if left == right:
            continue
        before, after = word[:place], word[place + 2 :]
        waiting.append(((*before, right, left, *after), -weight))
        if left[0] == right[0]:
            waiting.append((before + after, weight))
    return found


def _first_disorder(word: Word) -> int | None:
    """Where two neighbours are equal or in the wrong order."""
    for place in range(len(word) - 1):
        (mode, creates), (other, other_creates) = word[place], word[place + 1]
        if creates < other_creates or (creates == other_creates and mode <= other):
            return place
    return None
