import math
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_jax.course.data.counting import (
    NOTHING,
    SYMBOLS,
    accuracy,
    counting,
    loss,
    memoryless_accuracy,
    memoryless_loss,
)

KEY = jax.random.key(0)
S, A, B, E = range(4)


def n_of(ys) -> np.ndarray:
    """How many a's the strings have: each is named once."""
    return np.asarray((ys == A).sum(axis=1))


@settings(max_examples=12, deadline=None)  # the first example compiles
@given(st.integers(0, 2**31), st.sampled_from([3, 4, 5, 21]))
def test_the_network_reads_the_string_and_names_its_next_symbol(seed, length):
    xs, ys = map(np.asarray, counting(jax.random.key(seed), 16, length))
    assert (xs.shape, ys.shape, xs.dtype, ys.dtype) == ((16, length, 4), (16, length), "f4", "i4")
    assert (xs.sum(axis=-1) == 1).all()
    for row, answers in zip(xs.argmax(axis=-1), ys.tolist(), strict=True):
        text = "".join(SYMBOLS[symbol] for symbol in row)
        n = text.count("a")
        assert 1 <= n <= (length - 1) / 2
        left = length - (2 * n + 1)
        assert text == "S" + n * "a" + n * "b" + left * "E"
        assert answers == n * [A] + n * [B] + [E] + left * [NOTHING]


def test_n_is_drawn_evenly():
    share = np.bincount(n_of(counting(KEY, 20_000, 21)[1])) / 20_000
    np.testing.assert_allclose(share, [0] + 10 * [1 / 10], atol=0.01)


def test_the_baseline_is_the_best_that_the_present_symbol_allows():
    for length in (3, 5, 21, 40):
        xs, ys = map(np.asarray, counting(KEY, 20_000, length))
        asked = ys != NOTHING
        pairs = Counter(zip(xs.argmax(axis=-1)[asked], ys[asked], strict=True))
        present = Counter()
        for (symbol, _), count in pairs.items():
            present[symbol] += count
        cost = sum(-c * math.log(c / present[symbol]) for (symbol, _), c in pairs.items())
        assert memoryless_loss(length) == pytest.approx(cost / asked.sum(), rel=0.02, abs=1e-12)

        # After an a no answer is wrong, and after a b it has to be the end, or no string is right.
        table = jnp.eye(4)[jnp.array([A, A, E, E])]
        named = table[xs.argmax(axis=-1)]
        assert accuracy(named, jnp.asarray(ys)) == pytest.approx(
            memoryless_accuracy(length), abs=0.01
        )


def test_counting_leaves_the_loss_that_the_docstring_says():
    # Only the end of the a's is open: after k of them it comes with 1 in N - k + 1.
    most = 10
    _, ys = counting(KEY, 20_000, 21)
    seen = jnp.cumsum(ys == A, axis=1)  # at step t of the a's: t + 1, that is a's read, and one
    probability = jax.nn.one_hot(ys, 4)
    for k in range(1, most + 1):
        last = 1 / (most - k + 1)
        odds = jnp.array([0, 1 - last, last, 0], jnp.float32)
        # The k-th a is read at step k.
        among = n_of(ys) >= k
        probability = probability.at[:, k].set(
            jnp.where(jnp.asarray(among)[:, None], odds[None], probability[:, k])
        )
    assert int(seen.max()) == most
    found = loss(jnp.log(probability + 1e-30), ys)
    assert found == pytest.approx(math.log(most) / (most + 2), rel=0.02)


def test_accuracy_forgives_what_is_open_and_nothing_else():
    _, ys = counting(KEY, 64, 11)
    n = n_of(ys)
    perfect = jax.nn.one_hot(ys, 4)  # a row of zeros where nothing is asked
    assert accuracy(perfect, ys) == 1
    for step in range(11):
        broken = perfect.at[:, step].set(jax.nn.one_hot((ys[:, step] + 1) % 4, 4))
        asked = step <= 2 * n
        settled = asked & ((step == 0) | (step > n))
        assert accuracy(broken, ys) == pytest.approx(np.mean(~settled))


def test_the_loss_leaves_out_what_is_not_asked():
    _, ys = counting(KEY, 8, 11)
    logits = jax.random.normal(KEY, (8, 11, 4))
    changed = jnp.where((ys == NOTHING)[:, :, None], 7.0, logits)
    assert not np.array_equal(logits, changed)
    assert loss(logits, ys) == loss(changed, ys)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: counting(KEY, 2, 2), "counting: length is 2; the shortest string, S a b, has 3"),
        (lambda: counting(KEY, 2.5, 9), "counting: batch should be a whole number"),
        (lambda: counting("0", 2, 9), "counting: key should be one random key"),
        (
            lambda: accuracy(jnp.zeros((3, 4)), jnp.zeros(3, jnp.int32)),
            r"accuracy: target has 1 axis; target should be \(batch, time\)",
        ),
        (
            lambda: loss(jnp.zeros((3, 9, 3)), jnp.zeros((3, 9), jnp.int32)),
            "loss: logits has 3 classes but there are 4",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
