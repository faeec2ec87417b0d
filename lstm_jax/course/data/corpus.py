"""Pairs of texts, each the translation of the other, split so that training sees no test pair."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

Pair = tuple[str, str]  # a text, and what it is in the other language


class Corpus(NamedTuple):
    """Pairs of texts to learn from, and others to test on.

    Attributes:
        name: in words.
        train: pairs to learn from.
        test: pairs to test on; no source text is in both parts.
        tokens: how a text is split into symbols; joined, they are the text again.
    """

    name: str
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]
    tokens: Callable[[str], list[str]]


def split_pairs(
    name: str, pairs: Iterable[Pair], test: int, tokens: Callable[[str], list[str]] = list
) -> Corpus:
    """A corpus of shuffled pairs, of which the last `test` are to test on.

    Args:
        name: in words.
        pairs: the pairs; of several with the same source the first one counts.
        test: how many pairs to test on.
        tokens: how a text is split into symbols; characters if left out.

    Raises:
        ValueError: a part would be empty.
    """
    unique: dict[str, str] = {}
    for source, target in pairs:
        unique.setdefault(source, target)
    if not 0 < test < len(unique):
        raise ValueError(
            f"split_pairs: test is {test} but there are {len(unique)} different pairs; "
            "each part should have at least one pair"
        )
    mixed = tuple((source, unique[source]) for source in shuffled(list(unique)))
    return Corpus(name, mixed[:-test], mixed[-test:], tokens)


def shuffled(texts: Sequence[str]) -> list[str]:
    """The texts in the order of their checksums: mixed, and the same on every machine."""
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())
