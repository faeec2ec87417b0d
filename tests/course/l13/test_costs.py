"""Costs: what XLA counts is what the equations say, and attention looks back alone."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course.l13.costs import attend, costs, init_attention


def test_attention_is_its_equation_in_loops():
    params = init_attention(jax.random.key(0), 4)
    xs = jax.random.normal(jax.random.key(1), (2, 5, 4))
    w = np.split(np.asarray(params.w_qkv, np.float64), 3, axis=1)
    expected = np.zeros((2, 5, 4))
    for b in range(2):
        q, k, v = (np.asarray(xs[b], np.float64) @ each for each in w)
        for t in range(5):
            likely = np.exp([q[t] @ k[s] / 2 for s in range(t + 1)])
            expected[b, t] = sum(p * v[s] for s, p in enumerate(likely / likely.sum()))
    np.testing.assert_allclose(attend(params, xs), expected, rtol=1e-4, atol=1e-5)


def test_the_future_has_no_say():
    params = init_attention(jax.random.key(0), 4)
    xs = jax.random.normal(jax.random.key(1), (1, 6, 4))
    later = xs.at[:, 4:].set(jnp.nan_to_num(xs[:, 4:] + 3.0))
    np.testing.assert_allclose(attend(params, xs)[:, :4], attend(params, later)[:, :4], rtol=1e-6)


@pytest.mark.parametrize("length", [128, 512])
def test_the_products_are_most_of_what_is_counted(length):
    size = 128
    found = costs(length, size)
    products = {
        "LSTM": 2 * length * 2 * size * 4 * size,
        "minLSTM": 2 * length * size * 3 * size,
        "attention": 2 * length * size * 3 * size + 2 * 2 * length**2 * size,
    }
    for name, each in products.items():
        assert 1 <= found[name].flops / each < 1.2, name


def test_what_is_kept_and_what_waits():
    short, long = costs(64, 16), costs(128, 16)
    assert (short["LSTM"].kept, long["LSTM"].kept) == (32, 32)
    assert (short["minLSTM"].kept, long["minLSTM"].kept) == (16, 16)
    assert (short["attention"].kept, long["attention"].kept) == (2048, 4096)
    assert [each["LSTM"].rounds for each in (short, long)] == [64, 128]
    assert [each["minLSTM"].rounds for each in (short, long)] == [12, 14]
    assert [each["attention"].rounds for each in (short, long)] == [1, 1]
