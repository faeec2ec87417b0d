"""Networks that translate: what they learn from, how they are trained, asked and judged."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Key
from lstm_jax.course.data.corpus import Corpus, Pair
from lstm_jax.course.data.dictionary import learn_dictionary, nearest_pair, word_for_word
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.models.translation import (
    END,
    TextPairs,
    Translator,
    beam_search,
    greedy,
    init_translator,
    translation_loss,
)
from lstm_jax.training import Fit, adam, fit
from lstm_jax.vocabulary import UNKNOWN, Ids, Vocabulary, check_text, vocabulary

# One size for all, so that what has been compiled for one corpus serves the next one too.
ROOM = 32  # symbols of a text, the end included
SYMBOLS = 64  # places in a vocabulary; a language with more of them has a multiple
CHUNK = 250  # texts translated at once
HIDDEN, BATCH, STEPS = 64, 64, 500
OPTIMIZER = adam(0.01)
STOP = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"  # the symbol at the place END


class Course(NamedTuple):
    """A corpus as numbers.

    Attributes:
        corpus: the pairs of texts.
        source: the symbols of the one language, those of the pairs to learn from.
        target: the symbols of the other, with `STOP` at the place `END`.
        train: the pairs to learn from.
    """

    corpus: Corpus
    source: Vocabulary
    target: Vocabulary
    train: TextPairs


def course(corpus: Corpus) -> Course:
    """A corpus as numbers; ValueError where a pair to learn from is too long for `ROOM`."""
    sources, targets = zip(*corpus.train, strict=True)
    source = vocabulary(map(corpus.tokens, sources))
    target = vocabulary(map(corpus.tokens, targets), extra=(STOP,))
    ended = [[*corpus.tokens(text), STOP] for text in targets]
    read = [*_padded(source, map(corpus.tokens, sources)), *_padded(target, ended)]
    return Course(corpus, source, target, TextPairs(*map(jnp.asarray, read)))


def source_reversed(corpus: Corpus) -> Corpus:
    """The corpus with each source text back to front, symbol by symbol."""

    def turned(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        return tuple(("".join(corpus.tokens(text)[::-1]), other) for text, other in pairs)

    name = f"{corpus.name}, source reversed"
    return corpus._replace(name=name, train=turned(corpus.train), test=turned(corpus.test))


def _padded(known: Vocabulary, texts: Any) -> tuple[Ids, Ids]:
    """Ids (B, ROOM) of texts that fit, and their lengths (B,)."""
    rows = [known.ids(symbols) for symbols in texts]
    lengths = np.array([len(row) for row in rows], np.int32)
    if lengths.max() > ROOM:
        raise ValueError(f"course: a text has {lengths.max()} symbols but there is room for {ROOM}")
    ids = np.zeros((len(rows), ROOM), np.int32)
    for row, new in zip(ids, rows, strict=True):
        row[: len(new)] = new
    return ids, lengths


def train_translator(
    key: Key,
    course: Course,
    *,
    steps: int = STEPS,
    attention: bool = True,
    watch: Callable[[Fit], object] | None = None,
    progress: bool = True,
) -> Translator:
    """Train a fresh translator on a new batch at each step."""
    places = _places(course.source), _places(course.target)
    start = init_translator(key, *places, HIDDEN, attention=attention)
    return fit(
        translation_loss,
        start,
        Minibatches(course.train, BATCH),
        key=jax.random.fold_in(key, 1),
        steps=steps,
        optimizer=OPTIMIZER,
        watch=watch,
        progress=progress,
    ).params


def _places(known: Vocabulary) -> int:
    return -(-len(known.symbols) // SYMBOLS) * SYMBOLS


# --- Texts in, texts out -------------------------------------------------------------------------


def translate(
    params: Translator, course: Course, texts: Sequence[str], *, width: int = 1
) -> list[str]:
    """The translation of each text: greedy, or the best of a beam search of this width.

    Any text will do: a symbol that the course does not know is read as `UNKNOWN`, what is beyond
    `ROOM` is not read, and the translation of an empty text is arbitrary. `remarks` says which of
    these holds.

    Raises:
        ValueError: `texts` is one text, not a list of them, or holds something else.
    """
    if isinstance(texts, str):
        raise ValueError(
            f"translate: texts should be a list of texts, got {texts!r:.40}; take [it]"
        )
    for n, text in enumerate(texts):
        check_text("translate", f"texts[{n}]", text)
    out: list[str] = []
    for start in range(0, len(texts), CHUNK):
        few = texts[start : start + CHUNK]
        source, lengths = _read(course, [*few, *[""] * (CHUNK - len(few))])
        if width == 1:
            ids = greedy(params, source, lengths, steps=ROOM).ids
        else:
            ids = beam_search(params, source, lengths, steps=ROOM, width=width).ids[:, 0]
        out += ["".join(_written(course, row)) for row in np.asarray(ids)[: len(few)]]
    return out


def _read(course: Course, texts: Sequence[str]) -> tuple[jax.Array, jax.Array]:
    ids, lengths = _padded(course.source, (course.corpus.tokens(text)[:ROOM] for text in texts))
    return jnp.asarray(ids), jnp.asarray(lengths)


def _written(course: Course, ids: Ids) -> list[str]:
    """The symbols before the end."""
    ends = np.flatnonzero(ids == END)
    symbols = course.target.symbols
    known = ids[: ends[0] if len(ends) else None]
    return [symbols[place] if place < len(symbols) else UNKNOWN for place in known]


class Look(NamedTuple):
    """A translation and where the decoder looked for each symbol of it.

    Attributes:
        source: the symbols that were read.
        target: the symbols that were written, `STOP` the last one.
        weights: (T, S), each row sums to 1.
    """

    source: list[str]
    target: list[str]
    weights: npt.NDArray[np.float32]


def look(params: Translator, course: Course, text: str) -> Look:
    """Translate a text, and keep the attention; ValueError for what is no text."""
    check_text("look", "text", text)
    source, lengths = _read(course, [text] + [""] * (CHUNK - 1))
    ids, weights = greedy(params, source, lengths, steps=ROOM)
    written = _written(course, np.asarray(ids[0]))
    read = course.corpus.tokens(text)[:ROOM]
    target = [*written, STOP][:ROOM]
    return Look(read, target, np.asarray(weights[0])[: len(target), : len(read)])


def remarks(course: Course, text: str) -> list[str]:
    """What may spoil the translation of a text, a sentence each.

    Raises:
        ValueError: it is no text.
    """
    symbols = course.corpus.tokens(check_text("remarks", "text", text))
    found = []
    if not symbols:
        found.append("The text is empty: all that it writes is made up.")
    if len(symbols) > ROOM:
        found.append(f"Only the first {ROOM} of {len(symbols):,} symbols are read.")
    unknown = sorted(set(symbols[:ROOM]) - set(course.source.symbols))
    if unknown:
        named = ", ".join(map(repr, unknown[:5])) + (" and more" if len(unknown) > 5 else "")
        found.append(f"Never seen in training: {named}.")
    return found


# --- Judged --------------------------------------------------------------------------------------


def exact(
    params: Translator, course: Course, pairs: Sequence[Pair] | None = None, *, width: int = 1
) -> npt.NDArray[np.bool_]:
    """Which pairs, those to test on if left out, are translated without a mistake."""
    pairs = course.corpus.test if pairs is None else pairs
    wrote = translate(params, course, [source for source, _ in pairs], width=width)
    return np.array([ours == right for ours, (_, right) in zip(wrote, pairs, strict=True)])


def without_network(corpus: Corpus) -> dict[str, float]:
    """The share of the test pairs that two ways without a network translate without a mistake."""
    dictionary = learn_dictionary(corpus.train)
    nearest = nearest_pair(corpus.train, [source for source, _ in corpus.test])
    by_word = [word_for_word(dictionary, source) == right for source, right in corpus.test]
    copied = [pair[1] == right for pair, (_, right) in zip(nearest, corpus.test, strict=True)]
    return {"word for word": float(np.mean(by_word)), "most similar pair": float(np.mean(copied))}


def held_out_loss(params: Translator, course: Course) -> float:
    """The loss on the pairs to test on, in nats a symbol; a symbol never seen counts as unknown."""
    few = course.corpus.test[: 4 * CHUNK]
    tokens = course.corpus.tokens
    source = _padded(course.source, (tokens(text) for text, _ in few))
    target = _padded(course.target, ([*tokens(text), STOP] for _, text in few))
    return float(_loss(params, TextPairs(*map(jnp.asarray, (*source, *target)))))


_loss = jax.jit(translation_loss)
