import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_jax.course.data.copy_memory import CHANCE, accuracy, constant_loss, copy_memory
from lstm_jax.losses import cross_entropy

KEY = jax.random.key(0)


@settings(max_examples=12, deadline=None)  # the first example compiles
@given(st.integers(0, 2**31), st.sampled_from([21, 22, 50]))
def test_the_ten_symbols_come_back_after_the_signal(seed, length):
    xs, ys = map(np.asarray, copy_memory(jax.random.key(seed), 8, length))
    assert (xs.shape, ys.shape, xs.dtype, ys.dtype) == ((8, length, 10), (8, length), "f4", "i4")
    assert (xs.sum(axis=-1) == 1).all()
    delay = length - 20
    for row, answers in zip(xs.argmax(axis=-1).tolist(), ys.tolist(), strict=True):
        symbols = row[:10]
        assert max(symbols) < 8
        assert row[10:] == [8] * (delay - 1) + [9] + [8] * 10
        assert answers == [8] * (delay + 10) + symbols


def test_symbols_are_drawn_evenly_and_apart_from_each_other():
    ten = np.asarray(copy_memory(KEY, 20_000, 21)[1][:, -10:])
    for place in range(10):
        np.testing.assert_allclose(np.bincount(ten[:, place]) / len(ten), CHANCE, atol=0.01)
    shown = np.eye(8)[ten].reshape(len(ten), 80)
    together = np.corrcoef(shown.T)
    for one in range(10):
        for other in range(one):
            block = together[8 * one : 8 * one + 8, 8 * other : 8 * other + 8]
            assert abs(block).max() < 0.05


@pytest.mark.parametrize("length", [21, 120])
def test_knowing_when_but_not_what_scores_the_baseline(length):
    _, ys = copy_memory(KEY, 2000, length)
    sure_of_blank = jnp.full(9, -100.0).at[8].set(0)
    any_symbol = jnp.zeros(9).at[8].set(-100)
    at_the_end = (jnp.arange(length) >= length - 10)[:, None]
    logits = jnp.where(at_the_end, any_symbol[None], sure_of_blank[None])
    logits = jnp.broadcast_to(logits, (2000, length, 9))
    assert cross_entropy(logits, ys) == pytest.approx(constant_loss(length), rel=1e-4)
    assert constant_loss(120) == pytest.approx(0.17329, abs=1e-5)  # a delay of 100 in the paper
    assert accuracy(logits, ys) == pytest.approx(CHANCE, abs=0.01)


def test_accuracy_counts_the_ten_symbols_and_no_blank():
    _, ys = copy_memory(KEY, 4, 30)
    perfect = jax.nn.one_hot(ys, 9)
    assert accuracy(perfect, ys) == 1
    wrong_blanks = perfect.at[:, :20].set(jax.nn.one_hot(3, 9))
    assert accuracy(wrong_blanks, ys) == 1
    one_wrong = perfect.at[2, -1].set(jax.nn.one_hot((ys[2, -1] + 1) % 8, 9))
    assert accuracy(one_wrong, ys) == pytest.approx(39 / 40)
    first_wrong = perfect.at[2, -10].set(jax.nn.one_hot((ys[2, -10] + 1) % 8, 9))
    assert accuracy(first_wrong, ys) == pytest.approx(39 / 40)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: copy_memory(KEY, 2, 20), "copy_memory: length is 20; .* at least 21 steps"),
        (lambda: copy_memory(KEY, -1, 30), "copy_memory: batch should be a whole number"),
        (lambda: copy_memory(None, 2, 30), "copy_memory: key should be one random key"),
        (
            lambda: accuracy(jnp.zeros((3, 10)), jnp.zeros(3, jnp.int32)),
            r"accuracy: target has 1 axis; target should be \(batch, time\), got \(3,\)",
        ),
        (
            lambda: accuracy(jnp.zeros((3, 30, 10)), jnp.zeros((3, 30), jnp.int32)),
            "accuracy: logits has 10 classes but there are 9",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
