import numpy as np
import pytest

from lstm_jax.course.data import baselines
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.data.windows import split, windows


def test_persistence_and_seasonal_look_at_the_right_month():
    series = np.arange(40.0)  # each value is its own position in time
    xs, ys = windows(series, 12, 3)
    np.testing.assert_array_equal(baselines.persistence(xs), ys - 3)
    for period in range(3, 15):
        np.testing.assert_array_equal(baselines.seasonal(xs, 3, period), ys - period)


@pytest.mark.parametrize("period", [2, 15])
def test_seasonal_says_when_the_window_does_not_show_it(period):
    xs, _ = windows(np.arange(40.0), 12, 3)
    with pytest.raises(ValueError, match=f"period is {period} .* shows the values 3 to 14 steps"):
        baselines.seasonal(xs, 3, period)


def test_linear_finds_the_weights_of_a_linear_series():
    draw = np.random.default_rng(0)
    xs = draw.normal(size=(50, 4, 1))
    ys = xs[:, :, 0] @ np.array([1.0, -2.0, 0.0, 3.0]) + 5
    new = draw.normal(size=(7, 4, 1))
    expected = new[:, :, 0] @ np.array([1.0, -2.0, 0.0, 3.0]) + 5
    np.testing.assert_allclose(baselines.linear((xs, ys), new), expected)


def test_rmse_and_skill_equal_plain_loops():
    draw = np.random.default_rng(1)
    prediction, target, reference = draw.normal(size=(3, 9))
    error = sum((p - t) ** 2 for p, t in zip(prediction, target, strict=True))
    reference_error = sum((r - t) ** 2 for r, t in zip(reference, target, strict=True))
    assert baselines.rmse(prediction, target) == pytest.approx((error / 9) ** 0.5)
    assert baselines.skill(prediction, target, reference) == pytest.approx(
        1 - error / reference_error
    )


def test_skill_has_its_fixed_points():
    target, reference = np.array([1.0, 2.0]), np.array([2.0, 0.0])
    assert baselines.skill(target, target, reference) == 1
    assert baselines.skill(reference, target, reference) == 0


def test_column_against_row_is_refused():
    with pytest.raises(ValueError, match=r"rmse: prediction is \(3, 1\) but target is \(3,\)"):
        baselines.rmse(np.zeros((3, 1)), np.zeros(3))


def test_perfect_reference_is_refused():
    with pytest.raises(ValueError, match="skill: the reference makes no error"):
        baselines.skill(np.ones(3), np.zeros(3), np.zeros(3))


def test_figures_on_the_sunspots():
    # Twelve months ahead, from windows of four years, on the last fifth of the series.
    train, test = split(sunspots().number, 0.8)
    xs, ys = windows(test, 48, 12)
    assert baselines.rmse(baselines.persistence(xs), ys) == pytest.approx(36.1, abs=0.1)
    linear = baselines.linear(windows(train, 48, 12), xs)
    assert baselines.rmse(linear, ys) == pytest.approx(28.1, abs=0.1)


def test_several_horizons_stand_side_by_side():
    series = np.arange(40.0)
    horizons = [1, 3, 12]
    xs, ys = windows(series, 12, horizons)
    np.testing.assert_array_equal(baselines.persistence(xs, horizons), ys - horizons)
    np.testing.assert_array_equal(baselines.seasonal(xs, horizons, 12), ys - 12)
    each = [baselines.linear((xs, ys[:, k]), xs) for k in range(3)]
    np.testing.assert_allclose(baselines.linear((xs, ys), xs), np.stack(each, axis=1))


def test_ridge_solves_its_normal_equations():
    draw = np.random.default_rng(3)
    xs, ys, new = draw.normal(size=(20, 5, 2)), draw.normal(size=(20, 3)) + 7, np.ones((4, 5, 2))
    # With a column of ones for the constant, which costs nothing.
    rows = np.concatenate([xs.reshape(20, 10), np.ones((20, 1))], axis=1)
    penalty = np.diag([2.5] * 10 + [0])
    weights = np.linalg.solve(rows.T @ rows + penalty, rows.T @ ys)
    expected = np.concatenate([new.reshape(4, 10), np.ones((4, 1))], axis=1) @ weights
    np.testing.assert_allclose(baselines.linear((xs, ys), new, ridge=2.5), expected)


def test_skill_by_horizon_is_that_of_each_column():
    draw = np.random.default_rng(4)
    prediction, target, reference = draw.normal(size=(3, 9, 4))
    expected = [baselines.skill(prediction[:, k], target[:, k], reference[:, k]) for k in range(4)]
    np.testing.assert_allclose(baselines.skill_by_horizon(prediction, target, reference), expected)
    with pytest.raises(ValueError, match=r"skill_by_horizon: prediction is \(9,\)"):
        baselines.skill_by_horizon(prediction[:, 0], target[:, 0], reference[:, 0])
    with pytest.raises(ValueError, match=r"prediction is \(8,\) but target is \(9,\)"):
        baselines.skill_by_horizon(prediction[:8], target, reference)


def test_an_error_beside_a_gap_is_no_number():
    gap, whole = np.array([1.0, np.nan, 3.0, np.inf]), np.ones(4)
    with pytest.raises(ValueError, match=r"rmse: target has gaps \(NaN or infinity\), 2 of 4"):
        baselines.rmse(whole, gap)
    with pytest.raises(ValueError, match="rmse: prediction has gaps"):
        baselines.skill(gap, whole, 2 * whole)
