"""Chunks of a text, the state between them, and the model that comes with lesson 09."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.cells import zero_state
from lstm_jax.course.data.ngrams import bits, count_ngrams
from lstm_jax.course.data.topics import ALPHABET, Streams, topics
from lstm_jax.course.l09 import study as language
from lstm_jax.course.l09.study import ChunkLoss, Place
from lstm_jax.models.language import init_language_model, loss

MODEL = init_language_model(jax.random.key(0), 7, features=3, hidden_size=4)
TEXT = Streams(*jax.random.randint(jax.random.key(1), (2, 2, 11), 0, 7, jnp.int32))
START = Place(jnp.int32(0), zero_state(MODEL.cell, 2))


def test_two_chunks_are_the_text_without_its_rest():
    chunk = ChunkLoss(4)
    first, middle = chunk(MODEL, TEXT, START)
    second, end = chunk(MODEL, TEXT, middle)
    whole, state = loss(MODEL, TEXT.inputs[:, :8], TEXT.targets[:, :8])
    assert float(first + second) / 2 == pytest.approx(float(whole), rel=1e-5)
    assert int(middle.step) == 4
    _, after_four = loss(MODEL, TEXT.inputs[:, :4], TEXT.targets[:, :4])
    np.testing.assert_allclose(middle.state.c, after_four.c, rtol=1e-5)
    # Three characters are left, no whole chunk: it begins anew.
    assert int(end.step) == 0
    assert not jnp.any(end.state.h)
    assert not np.allclose(state.h, 0)


def test_what_it_hands_on_can_be_another_state():
    half = ChunkLoss(4, lambda state: jax.tree.map(lambda s: s / 2, state))
    _, kept = ChunkLoss(4)(MODEL, TEXT, START)
    _, halved = half(MODEL, TEXT, START)
    np.testing.assert_allclose(halved.state.h, kept.state.h / 2)


def test_training_goes_through_the_text_in_order():
    result = language.train_language_model(
        jax.random.key(0), 15, rows=4, units=8, chunk=16, progress=False
    )
    ids = ALPHABET.ids(topics().train)
    first = init_language_model(jax.random.key(0), language.SYMBOLS, hidden_size=8)
    stretch = len(ids) // 4
    rows = jnp.asarray(ids[: 4 * stretch].reshape(4, -1)[:, :16])
    before = jnp.concatenate(
        [jnp.asarray(np.append(0, ids)[np.arange(4) * stretch])[:, None], rows[:, :-1]], axis=1
    )
    value, _ = loss(first, before, rows)
    assert result.history.loss[0] == pytest.approx(float(value), rel=1e-4)
    assert result.history.loss[1:].mean() < result.history.loss[0] - 0.1


def test_the_model_that_comes_with_the_lesson_costs_what_it_states():
    model, test_ids = language.load(), language.held_out()[: language.PART]
    same_text = len(topics().test) == language.TEST_CHARACTERS
    close = 0.002 if same_text else 0.15  # other versions of Python have other texts
    assert language.score(model, test_ids) == pytest.approx(language.SCORE_OF_PART, abs=close)
    table = count_ngrams(ALPHABET.ids(topics().train), 5, language.SYMBOLS)
    assert language.score(model, test_ids) < bits(table, test_ids)
    assert language.FILE.stat().st_size < 1e6


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ("a text", "score: ids should be integers of shape"),
        (np.zeros(0, np.int32), "at least one, got int32"),
        (np.array([3, 7]), "score: ids should lie between 0 and 6, got 3 to 7"),
    ],
)
def test_score_names_what_is_no_text_in_numbers(ids, said):
    with pytest.raises(ValueError, match=said):
        language.score(MODEL, ids)
