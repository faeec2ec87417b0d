"""What a student writes in lesson 11 is what the package computes."""

import jax.numpy as jnp
import numpy as np

from lstm_jax import LSTMState
from lstm_jax.course.checks.check import grade
from lstm_jax.course.data.bag_of_words import naive_bayes
from lstm_jax.course.statistics import Paired
from lstm_jax.models.sentiment import sum_up


def test_word_weights():
    def answer(positive, negative):
        counts = np.asarray([positive, negative], int)
        texts = [np.repeat(np.arange(1, len(row) + 1), row) for row in counts]
        lengths = np.array([len(text) for text in texts], np.int32)
        ids = np.zeros((2, max(lengths)), np.int32)
        for row, text in zip(ids, texts, strict=True):
            row[: len(text)] = text
        bag = naive_bayes(ids, lengths, np.array([1, 0], np.int32), counts.shape[1] + 1)
        return bag.weights[1:]

    assert grade("word_weights", answer, seconds=60).outcome == "passed"


def test_mean_pool():
    def answer(hs, lengths):
        # `run` puts out 0 after the end of a text.
        counts = jnp.arange(hs.shape[1])[None] < lengths[:, None]
        hs = jnp.where(counts[:, :, None], hs, jnp.zeros_like(hs))
        return sum_up(hs, LSTMState(hs[:, 0], hs[:, 0]), lengths, "mean")

    assert grade("mean_pool", answer, seconds=60).outcome == "passed"


def test_sign_test():
    def answer(first, second):
        return Paired(first, second, 100).p

    assert grade("sign_test", answer, seconds=60).outcome == "passed"
