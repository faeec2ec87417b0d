import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_jax.data.windows import fit_scale, split, windows

sizes = st.tuples(st.integers(1, 60), st.integers(1, 12), st.integers(1, 12)).filter(
    lambda drawn: drawn[0] >= drawn[1] + drawn[2]
)


@given(sizes)
def test_windows_equal_a_plain_loop(drawn):
    count, length, horizon = drawn
    series = np.random.default_rng(count).normal(size=count)
    xs, ys = windows(series, length, horizon)
    expected = []
    for start in range(count):
        end = start + length - 1 + horizon
        if end < count:
            expected.append(([[series[start + t]] for t in range(length)], series[end]))
    np.testing.assert_array_equal(xs, [window for window, _ in expected])
    np.testing.assert_array_equal(ys, [target for _, target in expected])


@given(sizes, st.integers(1, 59), st.data())
def test_no_window_reaches_over_the_cut(drawn, cut, data):
    count, length, horizon = drawn
    part = length + horizon
    series = np.arange(count + 2 * part, dtype=np.float64)  # each value is its own position in time
    train, test = split(series, data.draw(st.floats(part / len(series), 1 - part / len(series))))
    if min(len(train), len(test)) < part:  # the cut is rounded to a whole month
        return
    seen, asked = windows(train, length, horizon)
    hidden, unknown = windows(test, length, horizon)
    boundary = len(train)
    assert max(seen.max(), asked.max()) < boundary <= min(hidden.min(), unknown.min())
    # Nothing is lost either: the last value before the cut and the first one after it are used.
    assert asked.max() == boundary - 1
    assert hidden.min() == boundary


@given(st.integers(2, 50), st.floats(0.05, 0.95))
def test_split_parts_make_the_series(count, fraction):
    series = np.arange(count, dtype=np.float32)
    if not 0 < round(fraction * count) < count:
        return
    train, test = split(series, fraction)
    np.testing.assert_array_equal(np.concatenate([train, test]), series)
    assert abs(len(train) - fraction * count) <= 0.5


def test_writing_into_a_window_changes_no_other():
    series = np.arange(6.0)
    xs, ys = windows(series, 3, 1)
    xs[0] = ys[0] = -1
    np.testing.assert_array_equal(xs[1, :, 0], [1, 2, 3])
    np.testing.assert_array_equal(series, np.arange(6.0))


@given(st.integers(2, 40))
def test_scale_standardises_and_undoes(count):
    values = np.random.default_rng(count).normal(50, 40, count).astype(np.float32)
    scale = fit_scale(values)
    scaled = scale.apply(values)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-5)
    np.testing.assert_allclose(scale.undo(scaled), values, rtol=1e-5, atol=1e-3)


FIVE = np.arange(5.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: windows(FIVE, 4, 2),
            "windows: series has 5 values but length 4 and horizon 2 nee",
        ),
        (lambda: windows(FIVE, 0, 1), "windows: length should be a whole number from 1 on, got 0"),
        (lambda: windows(FIVE, 2, 1.5), "windows: horizon should be a whole number"),
        (lambda: windows(FIVE[:, None], 2, 1), r"windows: the series should be .*\(5, 1\)"),
        (lambda: windows(np.arange(5), 2, 1), "windows: the series should be floats .*int64"),
        (lambda: split(FIVE, 0.0), "split: fraction is 0.0 and the series has 5 values"),
        (lambda: split(FIVE, 0.99), "split: fraction is 0.99"),
        (lambda: split(FIVE, 80), "split: fraction is 80"),
        (lambda: split(FIVE, float("nan")), "split: fraction is nan"),
        (lambda: fit_scale(np.ones(4)), r"fit_scale: train has the standard deviation 0\.0"),
        (lambda: fit_scale(np.array([1.0, np.nan])), "fit_scale: train has the .* nan"),
        (lambda: fit_scale(np.zeros((0,))), "fit_scale: the series is empty"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
