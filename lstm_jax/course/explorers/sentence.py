"""A sentence of your own: what a network thinks of it, word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.cells import LSTMParams
from lstm_jax.course import plots
from lstm_jax.course.data.reviews import words
from lstm_jax.course.explorers.answers import AnsweringExplorer
from lstm_jax.course.explorers.controls import Choice, Slider, Text, check_parts
from lstm_jax.models import Sentiment, sentiment
from lstm_jax.vocabulary import Vocabulary

_NAME, _SOURCE = "SentenceExplorer", "lstm_jax.course.l11.study"
COLLECTIONS = ("reviews", "sentences")  # what networks are trained on
MOST, PADDING = 40, 20  # words that are read, and steps of padding behind them, at most
STEPS = MOST + PADDING
_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "good": {"text": "the film is good"},
    "not good": {"text": "the film is not good"},
    "not bad": {"text": "the film is not bad"},
    "but": {"text": "it starts as a slow and silly film , but the end is wonderful ."},
    "unknown words": {"text": "the flurbish is a splendrous woggle"},
    "padding, no mask": {
        "text": "the film is good",
        "pooling": "last",
        "padding": PADDING,
        "mask": "off",
    },
}


class SentenceExplorer(AnsweringExplorer):
    """A trained network reads what you type: its answer after each word, and what each word adds.

    Of a text the first 40 words are read. The kernel computes; the page draws.

    `SentenceExplorer(load(), vocabularies())` shows the networks of `lstm_jax.course.l11.study`.

    Args:
        networks: for each of `COLLECTIONS` and each of `sentiment.POOLINGS` a `Sentiment` that was
            trained so, such as `networks["reviews", "mean"]`.
        vocabularies: for each of `COLLECTIONS` the V words that its networks know.
        values: controls that start elsewhere, such as `text="not bad at all"`.

    Attributes:
        text: what is read, at most 400 characters.
        padding: steps of padding behind the text.
        network: trained on "sentences" or on longer "reviews".
        pooling: the summary that the network reads out: "mean" of all outputs, or the "last" one.
        mask: "on" passes `lengths`, so that padding is not read; "off" reads it.

    Raises:
        ValueError: a network or a vocabulary that is missing or does not fit, an unknown control,
            or a value that a control cannot take.
    """

    t = Slider("word", 0, STEPS - 1, step=1, default=0)
    text = Text("your sentence", longest=400, default=str(_PRESETS["but"]["text"]))
    padding = Slider("steps of padding", 0, PADDING, step=1, default=0)
    network = Choice("trained on", COLLECTIONS, default="sentences")
    pooling = Choice("summary", ("mean", "last"))
    mask = Choice("mask", ("on", "off"))

    def __init__(
        self,
        networks: Mapping[tuple[str, str], Sentiment],
        vocabularies: Mapping[str, Vocabulary],
        **values: Any,
    ) -> None:
        """As above."""
        every = tuple(product(COLLECTIONS, sentiment.POOLINGS))
        check_parts(_NAME, "networks", networks, every, Sentiment, _SOURCE)
        check_parts(_NAME, "vocabularies", vocabularies, COLLECTIONS, Vocabulary, _SOURCE)
        self._networks, self._known = networks, vocabularies
        for name, pooling in every:
            network = networks[name, pooling]
            rows, known = len(network.embedding), len(vocabularies[name].symbols)
            if rows != known:
                raise ValueError(
                    f"{_NAME}: networks[{name!r}, {pooling!r}] should have a vector for each of "
                    f"the {known} words of vocabularies[{name!r}], got {rows}"
                )
            _read(network, *_numbers(()), pooling)  # compiles all that a control will need
        super().__init__(view="sentence", presets=_PRESETS, data={}, **values)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that are read."""
        return words(self.text)[:MOST]

    @property
    def model(self) -> Sentiment:
        """The network that reads."""
        return self._networks[self.network, self.pooling]

    @property
    def params(self) -> LSTMParams:
        """Its cell."""
        return self.model.cell

    @property
    def xs(self) -> Array:
        """The vectors of the words (T, D), those of the padding behind them where it is read."""
        ids, steps = self._ids(), len(self.words)
        return self.model.embedding[ids[: steps + (self.padding if self.mask == "off" else 0)]]

    def asked(self) -> Sequence[str]:
        """All but the cursor."""
        return ["text", "padding", "network", "pooling", "mask"]

    def compute(self) -> Mapping[str, Any]:
        """The words, which of them are known, the probability after each step, what each adds."""
        read = self.words
        ids, count = self._ids(), len(read)
        length = count + (self.padding if self.mask == "off" else 0)
        readings, adds = _read(self.model, ids, jnp.int32(length), self.pooling)
        probability = 1 / (1 + np.exp(-np.asarray(readings, float)))
        if length:
            probability[length:] = probability[length - 1]  # what is not read changes nothing
        return {
            "words": list(read),
            "known": [bool(number) for number in ids[:count]],
            "cut": len(words(self.text)) > MOST,
            "probability": probability[: count + self.padding].tolist(),
            "adds": np.asarray(adds, float)[:count].tolist(),
        }

    def _ids(self) -> Any:
        return _numbers(self._known[self.network].ids(self.words))[0]

    def still(self) -> plots.Picture:
        """The probability after each word."""
        answer = self.compute()
        said = answer["probability"]
        finding = f"after the last step it is {said[-1]:.2f}" if said else "there is no word in it"
        return plots.curves(
            np.arange(len(said)),
            {"probability": said},
            title=" ".join(answer["words"][:10]) or "no words",
            xlabel="word",
            ylabel="probability of positive",
            ylim=(0, 1),
            alt=f"The probability that the sentence is positive, word by word: {finding}.",
        )


def _numbers(ids: Any) -> tuple[Any, Any]:
    """Ids (STEPS,), 0 after the end, and how many there are."""
    row = np.zeros(STEPS, np.int32)
    row[: len(ids)] = ids
    return row, np.int32(len(ids))


@partial(jax.jit, static_argnames="pooling")
def _read(model: Sentiment, ids: Array, length: Array, pooling: str) -> tuple[Array, Array]:
    """The score after each step (STEPS,), and what each word adds to the score of all, (MOST,).

    What a word adds is the score less that of the same text with this word made unknown.
    """
    without = jnp.where(jnp.eye(MOST, STEPS, dtype=bool), 0, ids[None])
    texts = jnp.concatenate([ids[None], without])  # (1 + MOST, STEPS)
    lengths = jnp.full(len(texts), length, jnp.int32)
    scores = sentiment.scores(model, texts, lengths, pooling)
    return sentiment.readings(model, ids, pooling), scores[0] - scores[1:]
