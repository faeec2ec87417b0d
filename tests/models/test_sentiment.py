"""The sentiment model against plain loops over words."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import step, zero_state
from lstm_jax.models import sentiment
from lstm_jax.models.sentiment import POOLINGS, init_sentiment, readings, scores

V, D, H = 7, 3, 4
KEY = jax.random.key(0)
IDS = jnp.array([[1, 2, 3, 4, 5], [6, 6, 0, 5, 1], [3, 3, 3, 3, 3]], jnp.int32)
LENGTHS = jnp.array([5, 3, 0], jnp.int32)


def drawn():
    """A model with biases everywhere."""
    model = init_sentiment(KEY, V, D, H)
    leaves, form = jax.tree.flatten(model)
    keys = jax.random.split(KEY, len(leaves))
    return form.unflatten(
        [jax.random.normal(key, leaf.shape) for key, leaf in zip(keys, leaves, strict=True)]
    )


def expected(model, words, pooling):
    """The score of one text, word by word."""
    state, outputs = zero_state(model.cell), []
    for word in words:
        state, _ = step(model.cell, state, model.embedding[word])
        outputs.append(np.asarray(state.h))
    if not outputs:
        summary = np.zeros(H)
    else:
        summary = outputs[-1] if pooling == "last" else sum(outputs) / len(outputs)
    w, b = (np.asarray(each) for each in model.readout)
    return sum(summary[j] * w[j, 0] for j in range(H)) + b[0]


@pytest.mark.parametrize("pooling", POOLINGS)
def test_scores_are_those_of_the_words_that_count(pooling):
    model = drawn()
    wanted = [
        expected(model, row[:n], pooling) for row, n in zip(IDS, LENGTHS.tolist(), strict=True)
    ]
    np.testing.assert_allclose(scores(model, IDS, LENGTHS, pooling), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_readings_are_the_scores_of_every_beginning(pooling):
    model = drawn()
    wanted = [expected(model, IDS[1, : n + 1], pooling) for n in range(5)]
    np.testing.assert_allclose(readings(model, IDS[1], pooling), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_changes_neither_score_nor_gradient(pooling):
    model, labels = drawn(), jnp.array([1, 0, 1], jnp.int32)
    slope = jax.grad(sentiment.loss)
    other = IDS.at[1, 3:].set(2).at[2].set(1)
    one, two = (slope(model, ids, LENGTHS, labels, pooling) for ids in (IDS, other))
    jax.tree.map(np.testing.assert_array_equal, one, two)
    assert all((np.asarray(leaf) != 0).any() for leaf in jax.tree.leaves(one))


def test_loss_is_the_log_of_the_probability_of_what_is_right():
    model, labels = drawn(), jnp.array([1, 0, 1], jnp.int32)
    likely = 1 / (1 + np.exp(-np.asarray(scores(model, IDS, LENGTHS, "mean"), float)))
    wanted = -np.mean([np.log(likely[0]), np.log(1 - likely[1]), np.log(likely[2])])
    assert float(sentiment.loss(model, IDS, LENGTHS, labels, "mean")) == pytest.approx(wanted, 1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model: scores(model, IDS, LENGTHS, "max"), 'scores: pooling should be "last" or'),
        (lambda model: readings(model, IDS[0], "max"), 'readings: pooling should be "last" or'),
        (lambda model: scores(model, IDS[0], LENGTHS, "last"), "scores: ids has 1 axis"),
        (
            lambda model: scores(model, IDS.astype(float), LENGTHS, "last"),
            "scores: ids should be integers",
        ),
        (lambda model: init_sentiment(KEY, 0, D, H), "init_sentiment: words should be a whole"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(drawn())
