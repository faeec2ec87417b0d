"""Copying with a delay, in chunks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.cells import zero_state
from lstm_jax.course.l09 import lag_copy
from lstm_jax.course.l09.lag_copy import LONGEST, ROWS, RandomBits, Stream, copy_loss
from lstm_jax.models.language import init_language_model


@pytest.mark.parametrize("lag", [0, 1, 5, LONGEST])
def test_due_is_the_bit_of_lag_steps_before_across_the_edges(lag, monkeypatch):
    asked = []

    def spy(model, inputs, targets, state):
        asked.append((inputs, targets))
        return jnp.float32(0), state

    monkeypatch.setattr(lag_copy, "loss", spy)
    stream = Stream(jnp.int32(lag), jnp.zeros((ROWS, LONGEST), jnp.int32), None)
    for n in range(8):
        _, stream = copy_loss(None, RandomBits(4)(jax.random.key(n)), stream)
    bits, due = (np.concatenate(each, axis=1) for each in zip(*asked, strict=True))
    np.testing.assert_array_equal(due[:, lag:], bits[:, : bits.shape[1] - lag])
    assert bits.shape == (ROWS, 32)
    assert set(np.unique(bits)) == {0, 1}


def test_the_state_goes_on():
    model = init_language_model(jax.random.key(0), 2, features=4, hidden_size=8)
    start = Stream(
        jnp.int32(1), jnp.zeros((ROWS, LONGEST), jnp.int32), zero_state(model.cell, ROWS)
    )
    _, after = copy_loss(model, RandomBits(4)(jax.random.key(0)), start)
    assert np.abs(after.state.h).min() > 0


@pytest.mark.slow
def test_a_delay_inside_the_chunk_is_learned_and_one_outside_is_not():
    loss = lag_copy.train_lag_copy(jax.random.key(0), [1, 4], chunk=4, steps=150).history.loss[
        :, -10:
    ]
    inside, outside = loss.mean(axis=1)
    assert inside < 0.1
    assert outside > 0.9
