"""The language model against plain loops."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import init_rnn, step, zero_state
from lstm_jax.course.data.topics import ALPHABET
from lstm_jax.models import LanguageModel, init_language_model, init_network, sample, surprise
from lstm_jax.models.language import LONGEST_PROMPT, loss, predict
from lstm_jax.vocabulary import vocabulary

KEY = jax.random.key(0)
KNOWN = vocabulary(["abcd"])
V = len(KNOWN.symbols)


def drawn(cell=None):
    """A model of few units with biases everywhere, and scores far from each other."""
    model = init_language_model(KEY, V, features=3, hidden_size=6)
    if cell is not None:
        model = LanguageModel(model.embedding, *init_network(KEY, cell, V))
    leaves, tree = jax.tree.flatten(model)
    keys = jax.random.split(KEY, len(leaves))
    return tree.unflatten(
        [leaf + jax.random.normal(key, leaf.shape) for leaf, key in zip(leaves, keys, strict=True)]
    )


MODEL = drawn()
IDS = jnp.array([1, 3, 0, 2, 4, 4, 1], jnp.int32)


def by_loop(model, ids, state=None):
    """Scores after each symbol, one step after the other."""
    state, scores = zero_state(model.cell) if state is None else state, []
    for symbol in ids.tolist():
        state, _ = step(model.cell, state, model.embedding[symbol])
        h = state if not hasattr(state, "h") else state.h
        scores.append(np.asarray(h) @ np.asarray(model.readout.w) + np.asarray(model.readout.b))
    return np.array(scores), state


def probabilities(scores):
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("model", [MODEL, drawn(init_rnn(KEY, 3, 6))], ids=["lstm", "rnn"])
def test_predict_is_a_loop_over_steps(model):
    scores, state = predict(model, IDS)
    expected, final = by_loop(model, IDS)
    np.testing.assert_allclose(scores, expected, rtol=2e-4, atol=1e-5)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-5), state, final)
    batch, _ = predict(model, jnp.stack([IDS, IDS[::-1]]))
    np.testing.assert_allclose(batch[0], expected, rtol=2e-4, atol=1e-5)


def test_a_text_read_in_two_parts_is_the_text():
    whole, _ = predict(MODEL, IDS)
    first, state = predict(MODEL, IDS[:3])
    second, _ = predict(MODEL, IDS[3:], state)
    np.testing.assert_allclose(jnp.concatenate([first, second]), whole, rtol=1e-4, atol=1e-6)


def test_surprise_names_each_symbol_from_those_before_it():
    scores, _ = by_loop(MODEL, np.array([0, *IDS[:-1].tolist()]))
    expected = [-math.log2(p[i]) for p, i in zip(probabilities(scores), IDS, strict=True)]
    np.testing.assert_allclose(surprise(MODEL, IDS), expected, rtol=2e-4)


def test_loss_is_the_mean_surprise():
    before = jnp.concatenate([jnp.zeros(1, jnp.int32), IDS[:-1]])
    value, state = loss(MODEL, before[None], IDS[None])
    assert float(value) == pytest.approx(float(surprise(MODEL, IDS).mean()), rel=1e-4)
    assert state.c.shape == (1, 6)


def test_an_even_model_pays_log2_of_the_symbols():
    even = jax.tree.map(jnp.zeros_like, MODEL)
    np.testing.assert_allclose(surprise(even, IDS), math.log2(V), rtol=1e-6)


# Sampling


def greedy(model, prompt, count):
    ids = [0, *KNOWN.ids(prompt).tolist()]
    written = []
    for _ in range(count):
        scores, _ = by_loop(model, np.array(ids))
        ids.append(1 + int(np.argmax(scores[-1][1:])))
        written.append(ids[-1])
    return "".join(KNOWN.symbols_of(written))


@pytest.mark.parametrize("prompt", ["", "abba"])
def test_at_temperature_0_it_writes_the_most_likely(prompt):
    written = sample(MODEL, KEY, KNOWN, prompt, count=6, temperature=0)
    assert written == greedy(MODEL, prompt, 6)
    assert written == sample(MODEL, jax.random.key(1), KNOWN, prompt, count=6, temperature=0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_symbols_come_as_often_as_the_scores_say(temperature):
    scores, _ = by_loop(MODEL, np.array([0, *KNOWN.ids("ab")]))
    p = probabilities(scores[-1][1:] / temperature)
    draws = [
        sample(MODEL, jax.random.key(n), KNOWN, "ab", count=1, temperature=temperature)
        for n in range(400)
    ]
    often = [draws.count(symbol) / 400 for symbol in KNOWN.symbols[1:]]
    np.testing.assert_allclose(often, p, atol=0.09)


def test_the_unknown_symbol_is_never_written():
    sure = MODEL._replace(readout=MODEL.readout._replace(b=jnp.array([99.0, 0, 0, 0, 0])))
    for temperature in (0.0, 1.0):
        written = sample(sure, KEY, KNOWN, count=50, temperature=temperature)
        assert set(written) <= set("abcd")


def test_of_a_long_prompt_the_end_is_read_and_that_is_said():
    said = []
    end = ("abcd" * 100)[-LONGEST_PROMPT:]
    long = "d" * (10_000 - len(end)) + end
    written = sample(MODEL, KEY, KNOWN, long, count=5, temperature=0, say=said.append)
    assert written == sample(MODEL, KEY, KNOWN, end, count=5, temperature=0)
    assert said == ["sample: of 10,000 characters the last 256 are read"]


def test_unknown_characters_are_read_as_unknown_and_that_is_said():
    said = []
    written = sample(MODEL, KEY, KNOWN, "aéxéb", count=5, temperature=0, say=said.append)
    assert said == ["sample: not in the vocabulary, read as unknown: 'éx'"]
    assert written == greedy(MODEL, "aéxéb", 5)


def test_prompt_and_temperature_compile_nothing(compilations):
    sample(MODEL, KEY, KNOWN, count=3)
    before = compilations()
    sample(MODEL, KEY, KNOWN, "abc", count=3, temperature=0.7)
    sample(MODEL, jax.random.key(5), KNOWN, "d", count=3, temperature=0)
    assert compilations() == before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: init_language_model(0, V), "init_language_model: key should be one random key"),
        (lambda: init_language_model(KEY, 0), "init_language_model: symbols should be a whole"),
        (lambda: predict(MODEL, IDS.astype(jnp.float32)), "predict: ids should be integers, got f"),
        (lambda: predict(MODEL, IDS[None, None]), "predict: ids has 3 axes"),
        (lambda: sample(MODEL, 0, KNOWN), "sample: key should be one random key"),
        (lambda: sample(MODEL, KEY, KNOWN, count=0), "sample: count should be a whole number"),
        (lambda: sample(MODEL, KEY, KNOWN, None), "sample: prompt should be a text, got None"),
        (lambda: sample(MODEL, KEY, KNOWN, b"ab"), "sample: prompt should be a text, got b'ab'"),
        (lambda: sample(MODEL, KEY, KNOWN, temperature=-1), "temperature should be 0 or above"),
        (lambda: sample(MODEL, KEY, KNOWN, temperature="hot"), "temperature should be a number"),
        (lambda: sample(MODEL, KEY, ALPHABET), "vocabulary has 97 symbols but the model knows 5"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
