"""Naive Bayes: every word has a weight, and the score of a text is the sum of its words' weights.

It uses how often each word stands in a text, and ignores the order of the words. Print its score
first: a network that reads the words in order has to do better.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Floats
from lstm_jax.vocabulary import Ids


class BagOfWords(NamedTuple):
    """A text's score is `bias` plus the weight of each of its words; above 0 it is positive.

    Attributes:
        weights: `(V,)`, by the number of the word; 0 for number 0, the unknown.
        bias: one number, the score of a text without words.
    """

    weights: Floats
    bias: float

    def scores(self, ids: Ids, lengths: Ids) -> Floats:
        """The score `(N,)` of each text: ids `(N, T)`, of which the first lengths `(N,)` count."""
        return self.bias + np.where(_valid(ids, lengths), self.weights[ids], 0).sum(axis=1)


def word_weights(positive: Floats, negative: Floats) -> Floats:
    """The weight `(V,)` of each word, from its counts `(V,)` in texts of each kind.

    `weight = ln((p + 1) / (P + V)) - ln((n + 1) / (N + V))`, with p and n how often the word stands
    in positive and in negative texts, and P and N how many words these have. The 1 keeps the
    weight of a word finite that one kind never has.
    """
    logs = [np.log((counts + 1) / (counts + 1).sum()) for counts in (positive, negative)]
    return logs[0] - logs[1]


def naive_bayes(
    ids: Ids, lengths: Ids, labels: Ids, words: int, weigh: Callable[..., Any] = word_weights
) -> BagOfWords:
    """Count words in positive and negative texts, and give each word its weight.

    The score is the log of the odds that a text is positive, if its words came independently of
    each other.

    Args:
        ids: `(N, T)`, the words of each text as numbers.
        lengths: `(N,)`, how many of them count.
        labels: `(N,)`, 1 for a positive text and 0 for a negative one.
        words: V, the size of the vocabulary.
        weigh: what makes weights of the counts, as `word_weights` does.

    Raises:
        ValueError: all labels are the same.
    """
    positive = np.asarray(labels) == 1
    if positive.all() or not positive.any():
        raise ValueError("naive_bayes: labels should hold both 0 and 1, got only one of them")
    counts = []
    for chosen in (positive, ~positive):
        here = ids[chosen][_valid(ids[chosen], lengths[chosen])]
        counts.append(np.bincount(here, minlength=words)[1:])  # except for the unknown
    weights = np.concatenate([[0.0], np.asarray(weigh(*counts), float)])
    return BagOfWords(weights, float(np.log(positive.sum() / (~positive).sum())))


def _valid(ids: Ids, lengths: Ids) -> npt.NDArray[np.bool_]:
    return np.arange(ids.shape[1])[None] < lengths[:, None]
