import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_jax.course.data.lag_recall import CHANCE, SYMBOLS, accuracy, lag_recall

KEY = jax.random.key(0)


@settings(max_examples=12, deadline=None)  # the first example compiles
@given(st.integers(0, 2**31), st.integers(0, 11))
def test_the_answer_is_the_symbol_lag_steps_before_the_end(seed, lag):
    xs, ys = map(np.asarray, lag_recall(jax.random.key(seed), lag, 16, 12))
    assert (xs.shape, xs.dtype, ys.dtype) == ((16, 12, SYMBOLS + 1), "f4", "i4")
    for row, symbol in zip(xs, ys, strict=True):
        for t in range(12):
            assert sorted(row[t, :SYMBOLS]) == [0, 0, 0, 1]
            assert row[t, SYMBOLS] == (t == 11 - lag)
        assert row[11 - lag, symbol] == 1


def test_symbols_are_equally_likely_and_no_other_gives_the_answer_away():
    xs, ys = map(np.asarray, lag_recall(KEY, 5, 20_000, 8))
    np.testing.assert_allclose(np.bincount(ys) / len(ys), CHANCE, atol=0.02)
    others = np.delete(xs[:, :, :SYMBOLS], 2, axis=1)
    for symbol in range(SYMBOLS):
        np.testing.assert_allclose(others[ys == symbol].mean(axis=0), CHANCE, atol=0.03)


def test_another_lag_compiles_nothing():
    traces = []

    @jax.jit
    def total(key, lag):
        traces.append(None)
        return lag_recall(key, lag, 4, 32)[0][:, 31 - lag, SYMBOLS].sum()

    assert [float(total(KEY, jnp.int32(lag))) for lag in (0, 7, 31)] == [4, 4, 4]
    assert len(traces) == 1


@pytest.mark.parametrize("lag", [-1, 8])
def test_a_lag_that_does_not_fit(lag):
    with pytest.raises(ValueError, match=f"lag_recall: lag is {lag} but sequences of 8 .* 0 to 7"):
        lag_recall(KEY, lag, 2, 8)
    xs, _ = jax.jit(lambda lag: lag_recall(KEY, lag, 2, 8))(lag)
    assert jnp.isnan(xs).all()


def test_accuracy_counts_the_highest_score():
    logits = jnp.array([[0.0, 3, 1, 2], [5, 0, 0, 0], [0, 0, 0, 1]])
    assert accuracy(logits, jnp.array([1, 0, 2])) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lag_recall(KEY, 1.5, 2, 8), "lag_recall: lag should be one integer, got float32"),
        (lambda: lag_recall(KEY, jnp.arange(2), 2, 8), r"lag should be one integer.*\(2,\)"),
        (lambda: lag_recall(KEY, 1, 2, 0), "lag_recall: length should be a whole number"),
        (lambda: lag_recall(None, 1, 2, 8), "lag_recall: key should be one random key"),
        (
            lambda: accuracy(jnp.zeros((1, 4)), jnp.zeros(3, jnp.int32)),
            "accuracy: logits has 1 sequences but target has 3",
        ),
        (
            lambda: accuracy(jnp.zeros((3, 5)), jnp.zeros(3, jnp.int32)),
            "accuracy: logits has 5 classes but there are 4",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
