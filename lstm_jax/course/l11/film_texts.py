"""The sentences and the reviews as numbers, for networks; and counting, on the same parts."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.course.data import reviews
from lstm_jax.course.data.bag_of_words import BagOfWords, naive_bayes, word_weights
from lstm_jax.vocabulary import Vocabulary, vocabulary

# V of the reviews: their most frequent words. The sentences add most frequent ones of their own.
WORDS = {"reviews": 4000, "sentences": 6000}


class Texts(NamedTuple):
    """N texts as numbers, on the device where they are a batch.

    Attributes:
        ids: (N, T) int32, 0 after the end.
        lengths: (N,) int32.
        labels: (N,) int32, 1 for a positive text and 0 for a negative one.
    """

    ids: Any
    lengths: Any
    labels: Any


class Collection(NamedTuple):
    """Sentences or reviews, in the words that are most frequent in the part to train on."""

    known: Vocabulary
    train: Texts
    validation: Texts
    test: Texts


@cache
def collection(name: str) -> Collection:
    """The "reviews", in their 4,000 most frequent words; or the "sentences", in 2,000 more.

    The words are those of the parts to train on.
    """
    parts = getattr(reviews, name)()
    already = collection("reviews").known.symbols[1:] if name == "sentences" else ()
    more = WORDS[name] - len(already) - 1
    known = vocabulary(parts.train.texts, most=more, extra=already)
    longest = max(len(text) for part in parts for text in part.texts)
    return Collection(known, *(_as_numbers(known, part, longest) for part in parts))


def _as_numbers(known: Vocabulary, part: reviews.Part, longest: int) -> Texts:
    ids, lengths = known.batch(part.texts)
    return Texts(np.pad(ids, ((0, 0), (0, longest - ids.shape[1]))), lengths, part.labels)


def baseline(
    name: str, *others: str, weigh: Callable[..., Any] = word_weights
) -> tuple[BagOfWords, Vocabulary, Texts]:
    """Naive Bayes, the words that it knows, and the part to test on in these words.

    It is fitted to the part to train on and to those of `others`, and knows every word there.
    `weigh` makes weights of their counts.
    """
    trains = [getattr(reviews, each)().train for each in (name, *others)]
    texts = [text for train in trains for text in train.texts]
    known = vocabulary(texts)
    ids, lengths = known.batch(texts)
    labels = np.concatenate([train.labels for train in trains])
    test = getattr(reviews, name)().test
    bag = naive_bayes(ids, lengths, labels, len(known.symbols), weigh)
    return bag, known, _as_numbers(known, test, max(map(len, test.texts)))


def right(scores: npt.NDArray[Any], labels: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Whether the sign of each score (N,) is that of the label."""
    return (scores > 0) == (labels == 1)
