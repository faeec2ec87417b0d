"""The backtest on the sun knows nothing of its future, and the file does what the command says."""

import jax
import numpy as np
import pytest

from lstm_jax.course.data import baselines
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.l12 import study as forecasting
from lstm_jax.course.l12.sunspot_forecasts import (
    CUTS,
    HORIZONS,
    LENGTH,
    fold,
    free_forecasts,
    load,
    mean_forecast,
    network_forecasts,
    train_fold,
)

YEAR = HORIZONS.index(12)


@pytest.mark.parametrize("cut", CUTS)
def test_what_is_known_ends_at_the_cut_and_the_test_begins_there(cut):
    year, number = sunspots()
    part = fold(cut)
    first = int(np.searchsorted(year, cut))
    ys = part.known.examples.ys
    undo, count = part.scale.undo, part.known.rows
    # The last target that is known is December before the cut, the first one tested January.
    np.testing.assert_allclose(undo(ys[count - 1, -1]), number[first - 1], atol=1e-3)
    np.testing.assert_allclose(part.truth[0], number[first : first + 24], atol=1e-3)
    assert year[first - 1] < cut < year[first]
    for rows in part.known.examples:
        assert np.isfinite(rows[:count]).all()
        assert np.isnan(rows[count:]).all()
    assert part.scale.mean == pytest.approx(number[:first].mean(dtype=np.float64))
    # The linear forecast is fitted to the same windows.
    np.testing.assert_array_equal(part.fitting[1], ys[:count])
    np.testing.assert_array_equal(part.fitting[0].ravel(), part.known.examples.xs[:count].ravel())
    # Three months in a step, none left out or out of order.
    months = undo(part.test.xs[5]).ravel()
    np.testing.assert_allclose(months, number[first + 5 - LENGTH : first + 5], atol=1e-3)
    np.testing.assert_allclose(part.origin[[0, 5]], year[[first - 1, first + 4]])
    np.testing.assert_allclose(undo(part.test.free[5]), number[first + 4], atol=1e-3)
    assert len(part.truth) == len(part.origin) == len(part.testing) == len(part.test.xs)


def test_tests_follow_each_other_without_overlap():
    ends = [fold(cut).origin[-1] + HORIZONS[-1] / 12 for cut in CUTS]
    for end, cut in zip(ends, CUTS[1:], strict=False):
        assert cut - 1 / 12 < end < cut
    assert ends[-1] == pytest.approx(sunspots().year[-1])


def test_a_number_from_behind_the_cut_stops_training():
    part = fold(1889)
    leak = part.known._replace(rows=len(part.known.examples.xs))
    with pytest.raises(FloatingPointError, match="NaN in the data"):
        forecasting.train_forecasters(
            leak, key=jax.random.key(0), runs=1, steps=3, units=2, rate=0.01, progress=False
        )


def test_training_learns_and_takes_as_many_steps_as_asked():
    part = fold(CUTS[0])
    losses = []
    networks = train_fold(
        part,
        jax.random.key(0),
        25,
        runs=2,
        units=4,
        rate=0.03,
        watch=lambda so_far: losses.append(so_far.history.loss),
        progress=False,
    )
    assert losses[-1].shape == (2, 25)
    assert losses[-1][:, -5:].mean() < losses[-1][:, :5].mean()
    mean, quantiles = network_forecasts(networks, part)
    assert mean.shape == (2, *part.truth.shape)
    assert quantiles.shape == (2, *part.truth.shape, 5)
    assert (np.diff(quantiles, axis=-1) >= 0).all()


def test_the_file_has_the_score_it_is_said_to_have():
    """Twelve months ahead from 1979 on: 22.2 by four LSTMs, 26.0 by the linear forecast."""
    part = fold(CUTS[-1])
    said = {**free_forecasts(part), "LSTM": mean_forecast(load()[part.cut], part)}
    error = {n: baselines.rmse(each[:, YEAR], part.truth[:, YEAR]) for n, each in said.items()}
    assert error["persistence"] == pytest.approx(38.1, abs=0.1)
    assert error["seasonal"] == pytest.approx(41.4, abs=0.1)
    assert error["linear"] == pytest.approx(26.0, abs=0.1)
    assert error["LSTM"] == pytest.approx(22.2, abs=0.2)


def test_stacked_networks_come_apart_again():
    networks = load()[CUTS[0]]
    again = forecasting.stack(forecasting.unstack(networks))
    jax.tree.map(np.testing.assert_array_equal, networks, again)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fold(1900), "fold: cut should be one of 1889, 1919, 1949, 1979, got 1900"),
        (
            lambda: forecasting.known(fold(1889).test, 10_000),
            "known: count is 10000 but there are 337 examples",
        ),
        (lambda: forecasting.known(fold(1889).test, 0), "known: count should be a whole number"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
