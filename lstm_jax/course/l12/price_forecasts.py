"""Four shares, one to 20 days ahead: their returns and how wild their days are, for lesson 12.

A forecaster reads 40 trading days, and at each of them two numbers: the return and the logarithm of
the range (`lstm_jax.course.data.prices`). One network is trained on all four shares.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Floats
from lstm_jax.course.data import baselines
from lstm_jax.course.data.prices import TICKERS, log_ranges, log_returns, prices
from lstm_jax.course.data.windows import Scale, fit_scale, windows
from lstm_jax.course.l12.study import Examples, Known, known

CUT = np.datetime64("2009-01-01")  # what comes before is to learn from
LENGTH = 40  # days in a window
RETURN_HORIZONS, RANGE_HORIZONS = (1,), (1, 5, 20)  # days ahead: for the range also a week, a month
UNITS, RATE, RUNS = 16, 0.003, 4
MONTH = 22  # days


class Market(NamedTuple):
    """One thing to forecast of all four shares, in standard units of each share.

    Attributes:
        known: the examples whose last target lies before the cut.
        test: the examples whose first target lies at the cut or behind it: N days of the first
            share, N days of the second, and so on.
        day: the day on which each forecast is due, after the close, `(N,)`.
    """

    known: Known
    test: Examples
    day: npt.NDArray[np.datetime64]


class Days(NamedTuple):
    """The days of a share from its second one on, `(N,)` each; scales of the days before the cut.

    Returns are divided by their deviation and not shifted: 0 is a price that stays.
    """

    date: npt.NDArray[np.datetime64]
    returns: Floats
    ranges: Floats
    return_scale: Scale
    range_scale: Scale


@cache
def days(ticker: str) -> Days:
    """Returns and ranges of a share, day by day, in standard units."""
    table = prices(ticker)
    date = table.date[1:]
    returns, ranges = log_returns(table.adjusted), log_ranges(table.high, table.low)[1:]
    past = date < CUT
    return_scale = Scale(0.0, fit_scale(returns[past]).deviation)
    range_scale = fit_scale(ranges[past])
    return Days(
        date, return_scale.apply(returns), range_scale.apply(ranges), return_scale, range_scale
    )


@cache
def returns_task() -> Market:
    """The return of the next day. The free forecast is 0: tomorrow's price is today's."""
    return _task(RETURN_HORIZONS, ranges=False)


@cache
def ranges_task() -> Market:
    """The range of the day 1, 5 and 20 days ahead. The free forecast is today's."""
    return _task(RANGE_HORIZONS, ranges=True)


def _task(horizons: tuple[int, ...], *, ranges: bool) -> Market:
    past, future = [], []
    for ticker in TICKERS:
        share = days(ticker)
        both = np.stack([share.returns, share.ranges], axis=1)  # (N, 2)
        xs, ys = windows(both, LENGTH, horizons, target=both[:, int(ranges)])
        free = baselines.persistence(xs[:, :, 1:], horizons) if ranges else np.zeros_like(ys)
        examples = Examples(*(part.astype(np.float32) for part in (xs, free, ys)))
        cut = int(np.searchsorted(share.date, CUT))
        past.append(_rows(examples, slice(None, cut - LENGTH - horizons[-1] + 1)))
        future.append(_rows(examples, slice(cut - LENGTH, None)))
        origin = share.date[cut - 1 : cut - 1 + len(future[-1].xs)]
    learned = _join(past)
    return Market(known(learned, len(learned.xs)), _join(future), origin)


def linear(task: Market) -> Floats:
    """A weighted sum of all numbers in the window, fitted to the past, `(4 N, K)`."""
    return baselines.linear((task.known.examples.xs, task.known.examples.ys), task.test.xs, ridge=1)


def three_means(task: Market) -> Floats:
    """A weighted sum of today's range and its means over a week and a month, `(4 N, K)`.

    Hard to beat as a forecast of volatility (Corsi, "A simple approximate long-memory model of
    realized volatility", 2009).
    """
    return baselines.linear(
        (_means(task.known.examples.xs), task.known.examples.ys), _means(task.test.xs)
    )


def _means(xs: Floats) -> Floats:
    ranges = xs[:, :, 1]
    return np.stack([ranges[:, -n:].mean(axis=1) for n in (1, 5, MONTH)], axis=1)[:, :, None]


def by_day(values: Floats) -> Floats:
    """Arrange `(4 N, ...)`, share after share, as `(N, 4, ...)`: all shares of a day together."""
    shares = np.asarray(values, np.float64).reshape(len(TICKERS), -1, *np.shape(values)[1:])
    return shares.swapaxes(0, 1)


def _rows(examples: Examples, rows: slice) -> Examples:
    return Examples(*(part[rows] for part in examples))


def _join(parts: list[Examples]) -> Examples:
    return Examples(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
