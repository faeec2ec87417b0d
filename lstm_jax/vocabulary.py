"""Symbols as numbers: the characters or words that a network knows, each with its number.

The caller splits a text: `list(text)` gives characters, `text.split()` gives words. A network
sees whole numbers; texts of different lengths lie side by side with their lengths, as `run` takes
them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # what stands for every symbol that is not in the vocabulary


def check_text(where: str, name: str, value: Any) -> str:
    """`value` as a text, or a `ValueError` that says what came instead."""
    if not isinstance(value, str):
        raise ValueError(f"{where}: {name} should be a text, got {value!r:.40}")
    return value


class Vocabulary(NamedTuple):
    """V symbols, each known by its place. Place 0 is `UNKNOWN`."""

    symbols: tuple[str, ...]

    def ids(self, text: Iterable[str]) -> Ids:
        """The number of each symbol of a text, (T,); 0 for one that is not in the vocabulary."""
        return _look_up(self._places(), text)

    def batch(self, texts: Sequence[Iterable[str]]) -> tuple[Ids, Ids]:
        """Texts side by side: ids (B, T), T that of the longest, 0 after the end; lengths (B,).

        Raises:
            ValueError: there are no texts, or all of them are empty.
        """
        places = self._places()
        rows = [_look_up(places, text) for text in texts]
        lengths = np.array([len(row) for row in rows], np.int32)
        if not lengths.any():
            raise ValueError(
                f"Vocabulary.batch: texts should hold at least one symbol, got {len(rows)} texts "
                "without any"
            )
        ids = np.zeros((len(rows), lengths.max()), np.int32)
        for row, known in zip(ids, rows, strict=True):
            row[: len(known)] = known
        return ids, lengths

    def symbols_of(self, ids: npt.ArrayLike) -> list[str]:
        """The symbols of ids (T,), the inverse of `ids`."""
        return [self.symbols[place] for place in np.asarray(ids)]

    def _places(self) -> dict[str, int]:
        return {symbol: place for place, symbol in enumerate(self.symbols)}


def _look_up(places: dict[str, int], text: Iterable[str]) -> Ids:
    return np.array([places.get(symbol, 0) for symbol in text], np.int32)


def vocabulary(
    texts: Iterable[Iterable[str]], *, most: int | None = None, extra: Sequence[str] = ()
) -> Vocabulary:
    """The vocabulary of texts, the most frequent symbol first.

    Args:
        texts: each a run of symbols: a string of characters, or a list of words.
        most: keep only so many of the most frequent symbols; all if left out.
        extra: more symbols, which get the places from 1 on, such as one for the end of a text.
    """
    counts = Counter(symbol for text in texts for symbol in text)
    frequent = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))
    known = [symbol for symbol in frequent if symbol not in (UNKNOWN, *extra)]
    return Vocabulary((UNKNOWN, *extra, *known[:most]))
