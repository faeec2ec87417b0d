import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_jax.course.data.windows import fill_gaps, fit_scale, split, windows

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
        (lambda: split(FIVE[:, None], 0.5), r"split: the series should be .*\(5, 1\)"),
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


@given(sizes, st.integers(1, 3))
def test_several_series_and_horizons_equal_a_plain_loop(drawn, columns):
    count, length, furthest = drawn
    draw = np.random.default_rng(count)
    series, target = draw.normal(size=(count, columns)), draw.normal(size=count)
    horizons = sorted({1, (furthest + 1) // 2, furthest})
    xs, ys = windows(series, length, horizons, target=target)
    rows = count - length - furthest + 1
    assert xs.shape == (rows, length, columns)
    assert ys.shape == (rows, len(horizons))
    for i in range(rows):
        np.testing.assert_array_equal(xs[i], series[i : i + length])
        assert ys[i].tolist() == [target[i + length - 1 + each] for each in horizons]


def test_one_horizon_in_a_list_makes_a_column():
    one, column = windows(np.arange(9.0), 3, 2)[1], windows(np.arange(9.0), 3, [2])[1]
    np.testing.assert_array_equal(column, one[:, None])


def test_gaps_are_filled_from_the_past_alone():
    series = np.array([1.0, np.nan, np.nan, 4, np.inf, 6])
    filled = fill_gaps(series)
    np.testing.assert_array_equal(filled.series, [1, 1, 1, 4, 4, 6])
    np.testing.assert_array_equal(filled.known, [1, 0, 0, 1, 0, 1])


@given(st.lists(st.booleans(), min_size=2, max_size=40), st.integers(1, 39))
def test_what_comes_later_changes_no_filled_value(gaps, now):
    series = np.random.default_rng(len(gaps)).normal(size=len(gaps))
    series[np.array(gaps)] = np.nan
    series[0] = 5.0
    until = min(now, len(series))
    np.testing.assert_array_equal(
        fill_gaps(series).series[:until], fill_gaps(series[:until]).series
    )


GAPPED = np.array([1.0, 2, np.nan, 4, 5])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: windows(GAPPED, 2, 1),
            r"windows: series has gaps .*, 1 of 5 steps, the first at step 2; fill .* fill_gaps",
        ),
        (lambda: windows(FIVE, 2, 1, target=GAPPED), "windows: target has gaps .*first at step 2"),
        (lambda: windows(FIVE, 2, []), "windows: horizon is empty"),
        (lambda: windows(FIVE, 2, [1, 0]), "windows: horizon should be a whole number .* got 0"),
        (lambda: windows(FIVE, 2, [1, 4]), "length 2 and horizon 4 need at least 6"),
        (lambda: windows(np.ones((5, 2)), 2, 1), r"series is \(5, 2\), so target should say which"),
        (
            lambda: windows(np.ones((5, 2)), 2, 1, target=FIVE[:4]),
            "target has 4 values but series has 5 steps",
        ),
        (lambda: windows(np.ones((5, 2, 2)), 2, 1), r"shape \(N,\) or \(N, D\)"),
        (lambda: fill_gaps(GAPPED[2:]), "begins with a gap, which .*; start it at step 1"),
        (lambda: fill_gaps(GAPPED[2:3]), "fill_gaps: .* a gap, .*; it has no known value"),
    ],
)
def test_wrong_calls_of_the_longer_kind_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
