"""The tasks on prices know nothing of their future, and lie day by day beside each other."""

import numpy as np
import pytest

from lstm_jax.course.data.prices import TICKERS, log_ranges, log_returns, prices
from lstm_jax.course.l12 import price_forecasts as study

TASKS = {"returns": study.returns_task, "ranges": study.ranges_task}


def by_hand(name, ticker):
    """What is forecast of a share, and its dates."""
    table = prices(ticker)
    values = log_returns(table.adjusted)
    if name == "ranges":
        values = log_ranges(table.high, table.low)[1:]
    return table.date[1:], values


@pytest.mark.parametrize("name", TASKS)
def test_rows_are_the_days_they_are_said_to_be(name):
    task = TASKS[name]()
    horizons = study.RETURN_HORIZONS if name == "returns" else study.RANGE_HORIZONS
    came = study.by_day(task.test.ys)  # (N, 4, K)
    assert came.shape == (len(task.day), len(TICKERS), len(horizons))
    for share, ticker in enumerate(TICKERS):
        date, values = by_hand(name, ticker)
        past = values[date < study.CUT]
        shift = 0 if name == "returns" else past.mean()
        for n in (0, 100, len(task.day) - 1):
            today = int(np.flatnonzero(date == task.day[n])[0])
            for k, horizon in enumerate(horizons):
                expected = (values[today + horizon] - shift) / past.std()
                np.testing.assert_allclose(came[n, share, k], expected, rtol=1e-4, atol=1e-5)
            free = 0 if name == "returns" else (values[today] - shift) / past.std()
            np.testing.assert_allclose(
                study.by_day(task.test.free)[n, share], free, rtol=1e-4, atol=1e-5
            )
    first = int(np.flatnonzero(by_hand(name, "IBM")[0] == task.day[0])[0])
    assert task.day[0] < study.CUT <= by_hand(name, "IBM")[0][first + 1]


@pytest.mark.parametrize("name", TASKS)
def test_the_last_known_target_lies_before_the_cut(name):
    examples = TASKS[name]().known.examples
    date, values = by_hand(name, TICKERS[-1])
    past = values[date < study.CUT]
    shift = 0 if name == "returns" else past.mean()
    expected = (past[-1] - shift) / past.std()
    np.testing.assert_allclose(examples.ys[-1, -1], expected, rtol=1e-4, atol=1e-5)


def test_three_means_are_fitted_to_three_means():
    task = study.ranges_task()

    def features(xs):
        rows = [[x[-1, 1], x[-5:, 1].mean(), x[-study.MONTH :, 1].mean(), 1] for x in xs]
        return np.array(rows, np.float64)

    known = task.known.examples
    weights, *_ = np.linalg.lstsq(features(known.xs), known.ys.astype(np.float64))
    expected = features(task.test.xs) @ weights
    np.testing.assert_allclose(study.three_means(task), expected, rtol=1e-3, atol=1e-4)
