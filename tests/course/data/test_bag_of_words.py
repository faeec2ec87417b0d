"""Naive Bayes against plain counting, and against scikit-learn."""

import math

import numpy as np
import pytest
from sklearn.naive_bayes import MultinomialNB

from lstm_jax.course.data.bag_of_words import naive_bayes

V = 30


def drawn(texts=50):
    """Texts with padding that is not 0, which has to be left out."""
    rng = np.random.default_rng(0)
    labels = np.arange(texts) % 3 % 2
    ids = rng.integers(1, V, (texts, 12)).astype(np.int32)
    return ids, rng.integers(0, 13, texts).astype(np.int32), labels.astype(np.int32)


def test_agrees_with_scikit_learn():
    ids, lengths, labels = drawn()
    counts = np.array(
        [
            np.bincount(row[:length], minlength=V)[1:]
            for row, length in zip(ids, lengths, strict=True)
        ]
    )
    theirs = MultinomialNB().fit(counts, labels)
    ours = naive_bayes(ids, lengths, labels, V)
    odds = np.diff(theirs.predict_log_proba(counts), axis=1)[:, 0]
    np.testing.assert_allclose(ours.scores(ids, lengths), odds, rtol=1e-9)


def test_the_weight_of_a_word_is_the_log_of_its_odds():
    ids = np.array([[1, 1, 2], [2, 3, 0]], np.int32)
    bag = naive_bayes(ids, np.array([3, 2], np.int32), np.array([1, 0], np.int32), 4)
    # Positive: word 1 twice, word 2 once. Negative: words 2 and 3 once.
    odds = [math.log(p / 6 / (n / 5)) for p, n in ((3, 1), (2, 2), (1, 2))]
    np.testing.assert_allclose(bag.weights, [0, *odds])
    assert bag.bias == 0


def test_unknown_words_and_an_empty_text_say_nothing():
    bag = naive_bayes(*drawn(), V)
    none = np.zeros((2, 5), np.int32)
    np.testing.assert_array_equal(bag.scores(none, np.array([0, 5], np.int32)), [bag.bias] * 2)


def test_texts_of_one_kind_say_so():
    ids, lengths, labels = drawn()
    with pytest.raises(ValueError, match="naive_bayes: labels should hold both 0 and 1"):
        naive_bayes(ids, lengths, 0 * labels, V)
