"""n-grams against counting in plain loops."""

from collections import Counter

import numpy as np
import pytest

from lstm_jax.course.data.ngrams import bits, count_ngrams, next_probabilities, windows_before

SYMBOLS = 5


def drawn(length, seed=0):
    return np.random.default_rng(seed).integers(0, SYMBOLS - 1, length).astype(np.int32)


def by_loops(seen, order, context, symbol):
    """Witten and Bell, one context after the other, from the shortest on."""
    padded = [0] * (order - 1) + list(seen)
    p = 1 / SYMBOLS
    for k in range(order):
        after = Counter()
        for t in range(order - 1, len(padded)):
            if padded[t - k : t] == list(context[len(context) - k :]):
                after[padded[t]] += 1
        total, kinds = after.total(), len(after)
        if total:
            p = (after[symbol] + kinds * p) / (total + kinds)
    return p


@pytest.mark.parametrize("order", [1, 2, 4])
def test_probabilities_are_those_of_plain_loops(order):
    seen, asked = drawn(60), drawn(12, seed=1)
    asked[3] = SYMBOLS - 1  # never seen
    ngrams = count_ngrams(seen, order, SYMBOLS)
    for t in range(len(asked)):
        context = ([0] * (order - 1) + list(asked[:t]))[t:]
        expected = [by_loops(seen, order, context, symbol) for symbol in range(SYMBOLS)]
        np.testing.assert_allclose(next_probabilities(ngrams, asked[:t]), expected, rtol=1e-12)


def test_bits_is_the_mean_over_the_text():
    seen, asked = drawn(60), drawn(12, seed=1)
    ngrams = count_ngrams(seen, 3, SYMBOLS)
    each = [next_probabilities(ngrams, asked[:t])[asked[t]] for t in range(len(asked))]
    assert bits(ngrams, asked) == pytest.approx(-np.log2(each).mean())


def test_probabilities_of_all_symbols_sum_to_one():
    ngrams = count_ngrams(drawn(200), 4, SYMBOLS)
    for t in range(10):
        assert next_probabilities(ngrams, drawn(t, seed=t)).sum() == pytest.approx(1)


def test_a_text_that_repeats_costs_little_where_the_past_is_known():
    ids = np.tile(np.arange(3, dtype=np.int32), 200)
    assert bits(count_ngrams(ids, 1, 3), ids) == pytest.approx(np.log2(3), abs=0.01)
    assert bits(count_ngrams(ids, 2, 3), ids) < 0.05


def test_windows_end_with_their_symbol():
    np.testing.assert_array_equal(windows_before(np.array([7, 8]), 3), [[0, 0, 7], [0, 7, 8]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: count_ngrams(drawn(0), 2, 5), r"count_ngrams: ids should be .* at least one"),
        (lambda: count_ngrams(drawn(9), 0, 5), "count_ngrams: order should be a whole number"),
        (lambda: count_ngrams(drawn(9), 2, 2), "ids should lie between 0 and 1, got"),
        (lambda: count_ngrams(drawn(9), 40, 5), "order 40 with 5 symbols is too much to count"),
        (lambda: bits(count_ngrams(drawn(9), 2, 5), np.zeros(3)), "bits: ids should be integers"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
