import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_jax.course.data.adding import CONSTANT_MSE, accuracy, adding

KEY = jax.random.key(0)


@settings(max_examples=12, deadline=None)  # the first example compiles
@given(st.integers(0, 2**31), st.sampled_from([4, 5, 12, 40]))
def test_target_and_marks_equal_plain_loops(seed, length):
    xs, ys = map(np.asarray, adding(jax.random.key(seed), 16, length))
    assert (xs.shape, ys.shape, xs.dtype, ys.dtype) == ((16, length, 2), (16,), "f4", "f4")
    for row, target in zip(xs, ys, strict=True):
        marked = [t for t in range(length) if row[t, 1] == 1]
        assert len(marked) == 2
        assert min(marked) < 10
        assert max(marked) < length // 2
        assert set(row[:, 1]) == {0, 1}
        assert abs(row[:, 0]).max() <= 1
        assert target == pytest.approx(0.5 + sum(row[t, 0] for t in marked) / 4, abs=1e-6)


def test_every_allowed_pair_of_steps_occurs():
    xs, _ = adding(KEY, 2000, 8)
    pairs = {tuple(np.flatnonzero(row)) for row in np.asarray(xs[:, :, 1])}
    assert pairs == {(a, b) for a in range(4) for b in range(a + 1, 4)}


def test_numbers_fill_their_range_and_the_constant_scores_its_baseline():
    xs, ys = map(np.asarray, adding(KEY, 20_000, 20))
    numbers = xs[:, :, 0]
    np.testing.assert_allclose([numbers.mean(), numbers.var()], [0, 1 / 3], atol=5e-3)
    assert np.mean((ys - 0.5) ** 2) == pytest.approx(CONSTANT_MSE, rel=0.03)


def test_a_key_draws_the_same_batch_again_and_another_key_another():
    first, again, other = (adding(key, 3, 9)[0] for key in (KEY, KEY, jax.random.key(1)))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_accuracy_counts_errors_below_the_papers_tolerance():
    target = jnp.array([0.5, 0.5, 0.5, 0.5])
    prediction = jnp.array([0.5, 0.539, 0.541, 0.4])
    assert accuracy(prediction, target) == 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adding(KEY, 2, 3), "adding: length is 3; two marks in one half need at least 4"),
        (lambda: adding(KEY, 0, 8), "adding: batch should be a whole number from 1 on, got 0"),
        (lambda: adding(7, 2, 8), "adding: key should be one random key"),
        (
            lambda: accuracy(jnp.zeros((3, 1)), jnp.zeros(3)),
            r"accuracy: prediction has 2 axes; .*\(3,\), got \(3, 1\)",
        ),
        (
            lambda: accuracy(jnp.zeros(1), jnp.zeros(3)),
            "accuracy: prediction has 1 .* target has 3",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
