"""Which units of a language model follow something that can be computed from the text.

This is what `TextExplorer` computes when it is made, and what lesson 09 measures. The best of
128 units looks good by chance, too. So a unit is searched in one text and measured in another.
"""

from typing import Any, NamedTuple

import numpy as np

from lstm_jax.arrays import Floats
from lstm_jax.course.data.topics import ALPHABET, topics
from lstm_jax.models.language import LanguageModel
from lstm_jax.traces import trace

CHARACTERS = 16_000  # of each text: to search in, and to measure in
FOLLOWED = {
    "quote": "1 inside of double quotes, 0 outside",
    "bracket": "how many round brackets are open",
    "indent": "how many spaces the line begins with",
    "column": "how many characters the line has so far",
}


def followed(text: str) -> dict[str, Floats]:
    """The numbers of `FOLLOWED` after each character of a text was read, (T,) each.

    A quote ends with its line at the latest.
    """
    quote = depth = indent = column = 0
    leading = True
    rows = []
    for symbol in text:
        if symbol == "\n":
            indent, column, leading, quote = 0, 0, True, 0
        else:
            column += 1
            leading = leading and symbol == " "
            indent += leading
        if symbol == '"':
            quote = 1 - quote
        depth = max(0, depth + (symbol == "(") - (symbol == ")"))
        rows.append((quote, depth, indent, column))
    columns = np.array(rows, float).reshape(-1, len(FOLLOWED)).T
    return dict(zip(FOLLOWED, columns, strict=True))


def correlations(cs: Any, values: Any) -> Floats:
    """The correlation of each unit, cs (T, H), with values (T,): (H,); 0 for what never moves."""
    cs = np.asarray(cs, float) - np.mean(cs, axis=0, dtype=float)
    values = np.asarray(values, float) - np.mean(values)
    spread = cs.std(axis=0) * values.std()
    together: Floats = values @ cs / len(cs)
    return np.divide(together, spread, out=np.zeros_like(together), where=spread > 1e-9)


def memory(model: LanguageModel, text: str) -> Floats:
    """The cell state c after each character of a text, (T, H); it is read from a state of 0."""
    record = trace(model.cell, model.embedding[ALPHABET.ids(text)])  # type: ignore[arg-type]
    return np.asarray(record.c[1:])


class Stretch(NamedTuple):
    """A text, what a model has in its cells after each character (T, H), and what may be followed.

    Attributes:
        text: T characters.
        cs: `(T, H)`.
        followed: `(T,)` for each name of `FOLLOWED`.
    """

    text: str
    cs: Floats
    followed: dict[str, Floats]


def stretch(model: LanguageModel, text: str) -> Stretch:
    """Let a model read a text."""
    return Stretch(text, memory(model, text), followed(text))


def stretches(model: LanguageModel) -> tuple[Stretch, Stretch]:
    """Where units are searched, the end of the training text, and where they are measured."""
    train, test = topics()
    return stretch(model, train[-CHARACTERS:]), stretch(model, test[:CHARACTERS])


class Found(NamedTuple):
    """The units, the one that follows best in the text it was searched in first.

    Attributes:
        units: `(H,)`.
        searched: `(H,)`, the correlation of each where it was searched.
        measured: `(H,)`, in the other text.
    """

    units: Any
    searched: Floats
    measured: Floats


def search(name: str, here: Stretch, there: Stretch) -> Found:
    """Rank the units by the size of their correlation in one text, and measure it in the other."""
    r, again = (correlations(part.cs, part.followed[name]) for part in (here, there))
    units = np.argsort(-np.abs(r), kind="stable")
    return Found(units, r[units], again[units])


def liveliest(values: Floats, length: int) -> int:
    """The start of the `length` steps in which values (T,) change most often."""
    moves = np.cumsum(np.abs(np.diff(values, prepend=0)) > 0)
    return int((moves[length:] - moves[:-length]).argmax()) + 1 if len(values) > length else 0
