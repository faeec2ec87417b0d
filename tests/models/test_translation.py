"""Encoder, attention, loss, greedy and beam search, each against plain loops in NumPy."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.cells import LSTMState
from lstm_jax.models.translation import (
    END,
    Memory,
    TextPairs,
    attend,
    beam_search,
    encode,
    greedy,
    init_translator,
    teacher_forced,
    translation_loss,
)

KEY = jax.random.key(0)
SOURCE, TARGET, H, T = 5, 4, 3, 4
ROWS = np.int32([[2, 3, 4, 1], [3, 2, 0, 0], [0, 0, 0, 0]])
LENGTHS = np.int32([4, 2, 0])
PAIRS = TextPairs(
    ROWS, LENGTHS, np.int32([[2, 3, 2, END], [3, END, 0, 0], [END, 0, 0, 0]]), np.int32([4, 2, 1])
)


def drawn(*, attention=True, scale=2.0):
    """A translator with biases everywhere, sure enough of itself that its choices differ."""
    params = init_translator(KEY, SOURCE, TARGET, H, attention=attention)
    keys = iter(jax.random.split(jax.random.key(1), 20))
    return jax.tree.map(
        lambda leaf: leaf + scale * jax.random.normal(next(keys), leaf.shape), params
    )


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm(cell, h, c, symbol):
    w_x, w_h, b = (np.asarray(leaf, float) for leaf in cell)
    i, f, g, o = np.split(w_x[symbol] + h @ w_h + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def softmax(a):
    return np.exp(a) / np.exp(a).sum()


def read(params, source, length):
    h = c = np.zeros(H)
    hs = []
    for symbol in source[:length]:
        h, c = lstm(params.encoder, h, c, symbol)
        hs.append(h)
    return hs, h, c


def say(params, h, hs):
    """Log-probabilities of the next symbol, and where the decoder looks."""
    weights = np.zeros(0)
    if params.attention is not None:
        weights = softmax(np.array([h @ m for m in hs])) if hs else weights
        seen = sum((w * m for w, m in zip(weights, hs, strict=True)), np.zeros(H))
        w, b = (np.asarray(leaf, float) for leaf in params.attention)
        h = np.tanh(np.concatenate([h, seen]) @ w + b)
    w, b = (np.asarray(leaf, float) for leaf in params.readout)
    return h @ w + b, weights


def probability(params, source, length, target):
    """log p of each symbol of a target, given those before it."""
    hs, h, c = read(params, source, length)
    before, out = END, []
    for symbol in target:
        h, c = lstm(params.decoder, h, c, before)
        scores, _ = say(params, h, hs)
        out.append(np.log(softmax(scores))[symbol])
        before = symbol
    return out


@pytest.mark.parametrize("attention", [True, False])
def test_the_loss_is_the_mean_over_all_symbols_of_all_targets(attention):
    params = drawn(attention=attention)
    each = [
        log_p
        for row, length, target, long in zip(*PAIRS, strict=True)
        for log_p in probability(params, row, length, target[:long])
    ]
    assert len(each) == 7
    np.testing.assert_allclose(translation_loss(params, PAIRS), -np.mean(each), rtol=1e-4)


def test_padding_changes_nothing():
    params = drawn()
    wide = TextPairs(
        np.pad(PAIRS.source, ((0, 0), (0, 3)), constant_values=2),
        PAIRS.source_lengths,
        np.pad(PAIRS.target, ((0, 0), (0, 2)), constant_values=3),
        PAIRS.target_lengths,
    )
    np.testing.assert_allclose(
        translation_loss(params, wide), translation_loss(params, PAIRS), 1e-5
    )
    slopes = (jax.grad(translation_loss)(params, pairs) for pairs in (wide, PAIRS))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-4, 1e-6), *slopes)


def test_attention_is_a_softmax_over_the_valid_places():
    rng = np.random.default_rng(0)
    hs, memory = (rng.normal(size=(3, n, H)).astype(np.float32) for n in (T, 4))
    state = LSTMState(jnp.zeros((3, H)), jnp.zeros((3, H)))
    context, weights = attend(jnp.asarray(hs), Memory(jnp.asarray(memory), LENGTHS, state))
    for row, t in itertools.product(range(2), range(T)):
        valid = memory[row, : LENGTHS[row]]
        expected = softmax(np.array([hs[row, t] @ m for m in valid]))
        np.testing.assert_allclose(weights[row, t, : len(valid)], expected, rtol=1e-5)
        np.testing.assert_allclose(weights[row, t, len(valid) :], 0, atol=1e-7)
        np.testing.assert_allclose(context[row, t], expected @ valid, rtol=1e-4, atol=1e-6)
    assert np.isfinite(context).all()  # of the empty row too


@pytest.mark.parametrize("attention", [True, False])
def test_greedy_takes_the_best_symbol_until_the_end(attention):
    params = drawn(attention=attention)
    ids, weights = greedy(params, ROWS, LENGTHS, steps=6)
    for row, length, wrote, looked in zip(ROWS, LENGTHS, np.asarray(ids), weights, strict=True):
        hs, h, c = read(params, row, length)
        before, expected = END, []
        while len(expected) < 6 and (not expected or before != END):
            h, c = lstm(params.decoder, h, c, before)
            scores, where = say(params, h, hs)
            if length:
                np.testing.assert_allclose(looked[len(expected), : len(where)], where, 1e-4, 1e-5)
            before = 1 + int(np.argmax(scores[1:]))
            expected.append(before)
        assert wrote.tolist() == expected + [0] * (6 - len(expected))


@pytest.mark.parametrize("attention", [True, False])
def test_a_beam_as_wide_as_all_translations_finds_the_best_of_them(attention):
    params = drawn(attention=attention, scale=0.7)
    symbols = [s for s in range(1, TARGET) if s != END]
    whole = [[*words, END] for n in range(T) for words in itertools.product(symbols, repeat=n)] + [
        list(words) for words in itertools.product(symbols, repeat=T)
    ]
    ids, scores = beam_search(params, ROWS, LENGTHS, steps=T, width=64)
    for row, length, found, score in zip(ROWS, LENGTHS, ids, scores, strict=True):
        # Place 0 is never written: the beam leaves it out before it takes the probabilities.
        means = {tuple(text): np.mean(known(params, row, length, text)) for text in whole}
        ranked = sorted(means, key=means.get, reverse=True)
        for text, ours, value in zip(ranked, np.asarray(found), score, strict=False):
            np.testing.assert_allclose(value, means[text], rtol=1e-4)
            assert ours.tolist() == [*text] + [0] * (T - len(text))


def known(params, source, length, target):
    """log p among the symbols without place 0."""
    hs, h, c = read(params, source, length)
    before, out = END, []
    for symbol in target:
        h, c = lstm(params.decoder, h, c, before)
        scores, _ = say(params, h, hs)
        out.append(np.log(softmax(scores[1:]))[symbol - 1])
        before = symbol
    return out


def test_a_beam_of_one_is_greedy():
    params = drawn()
    ids, _ = beam_search(params, ROWS, LENGTHS, steps=6, width=1)
    np.testing.assert_array_equal(ids[:, 0], greedy(params, ROWS, LENGTHS, steps=6).ids)


def test_teacher_forcing_does_not_look_at_what_comes():
    params = drawn()
    scores = teacher_forced(params, PAIRS)
    other = PAIRS._replace(target=PAIRS.target.copy())
    other.target[0, 2:] = 3
    changed = teacher_forced(params, other)
    np.testing.assert_array_equal(scores[0, :3], changed[0, :3])
    assert not np.allclose(scores[0, 3], changed[0, 3])


def test_without_attention_there_is_none():
    assert init_translator(KEY, SOURCE, TARGET, H, attention=False).attention is None
    assert not np.any(greedy(drawn(attention=False), ROWS, LENGTHS, steps=3).weights)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: init_translator(0, 5, 5, 3), "init_translator: key should be one random key"),
        (lambda: init_translator(KEY, 0, 5, 3), "source_symbols should be a whole number"),
        (lambda: init_translator(KEY, 5, 0, 3), "target_symbols should be a whole number"),
        (lambda: init_translator(KEY, 5, 5, 0), "hidden_size should be a whole number"),
        (lambda: encode(drawn(), ROWS[0], LENGTHS[0]), "encode: source has 1 axis"),
        (lambda: beam_search(drawn(), ROWS, LENGTHS, steps=3, width=0), "beam_search: width"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
