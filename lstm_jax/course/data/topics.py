"""The help texts of Python as one long text: real English and code, in every full Python.

A language model reads one symbol after the other, so the text stays in order: `topics` cuts it once
into a part to learn from and a part to test on, `streams` cuts a part into rows that are read side
by side.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from lstm_jax.arrays import check_size
from lstm_jax.vocabulary import UNKNOWN, Ids, Vocabulary

# The same 97 symbols for every text and every Python: a line break and what a keyboard prints.
# Anything else is UNKNOWN, and so is what stands before the first character.
ALPHABET = Vocabulary((UNKNOWN, "\n", *map(chr, range(32, 127))))


class Topics(NamedTuple):
    """A text in two parts: `train` to learn from, `test` to be judged on."""

    train: str
    test: str


@cache
def topics() -> Topics:
    """What `help("for")`, `help("lambda")` and so on print, topic after topic.

    The last tenth is the test part. Many topics quote each other; a paragraph that has occurred
    before, whatever its indentation, is left out, so that no test paragraph was read in training.
    The text differs from one version of Python to the next.

    Raises:
        ModuleNotFoundError: this Python came without its help texts.

    Source: the module `pydoc_data.topics` of Python, PSF licence.
    """
    try:
        from pydoc_data.topics import topics as by_name
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "topics: the text lies in pydoc_data.topics, a part of Python that this one came "
            "without; take a Python from python.org or conda, or install your system's full one"
        ) from None
    text = without_repeats("\n".join(by_name.values()))
    cut = text.index("\n", len(text) * 9 // 10) + 1
    return Topics(text[:cut], text[cut:])


def without_repeats(text: str) -> str:
    """A text without the paragraphs that stood before; indentation makes no difference."""
    seen: set[str] = set()
    kept = []
    for paragraph in text.split("\n\n"):
        words = " ".join(paragraph.split())
        if words not in seen:
            kept.append(paragraph)
        seen.add(words)
    return "\n\n".join(kept)


class Streams(NamedTuple):
    """A text cut into B rows of N characters each, every row a stretch of the text.

    Attributes:
        inputs: `(B, N)`, what the network reads: at each step the character before the target.
        targets: `(B, N)`, the character it should name.
    """

    inputs: Ids
    targets: Ids


def streams(ids: Ids, rows: int) -> Streams:
    """Cut the numbers of a text (T,) into `rows` stretches of `T // rows`; the rest is dropped.

    Raises:
        ValueError: `ids` is not `(T,)` integers, `rows` is invalid, or there are fewer characters
            than rows.
    """
    rows = check_size("streams", "rows", rows)
    targets = np.asarray(ids)
    if targets.ndim != 1 or not np.issubdtype(targets.dtype, np.integer):
        raise ValueError(
            f"streams: ids should be integers of shape (T,), got {targets.dtype} {targets.shape}"
        )
    if len(targets) < rows:
        raise ValueError(f"streams: ids has {len(targets)} characters for {rows} rows")
    inputs = np.concatenate([[np.int32(0)], targets[:-1]])  # before the first one: nothing known
    whole = len(targets) // rows * rows
    return Streams(*(part[:whole].astype(np.int32).reshape(rows, -1) for part in (inputs, targets)))
