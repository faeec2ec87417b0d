"""Lesson 12: gaps filled from the past, skill at each horizon, the loss that finds a quantile."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.course.checks.exercise import Args, Array, Exercise, tenths


def fill_from_past(series: Array) -> Array:
    """A series (N,), each NaN replaced by the last known value; the first one is known."""
    filled: list[float] = []
    for value in series:
        filled.append(filled[-1] if math.isnan(value) else value)
    return np.array(filled)


def skill_per_horizon(forecast: Array, truth: Array, free: Array) -> Array:
    """1 - MSE / MSE of the free forecast at each of K horizons (K,); all three are (N, K)."""
    N, K = truth.shape
    skills = []
    for k in range(K):
        error = sum((forecast[n, k] - truth[n, k]) ** 2 for n in range(N))
        free_error = sum((free[n, k] - truth[n, k]) ** 2 for n in range(N))
        skills.append(1 - error / free_error)
    return np.array(skills)


def pinball_loss(q: Array, y: Array, p: float) -> float:
    """The mean over N of: p (y - q) where y lies above q, (1 - p)(q - y) where it lies below."""
    total = 0.0
    for n in range(len(y)):
        total += p * (y[n] - q[n]) if y[n] > q[n] else (1 - p) * (q[n] - y[n])
    return total / len(y)


def _draw_gaps(rng: np.random.Generator, steps: int) -> Args:
    """At least one gap with a known value behind it, which differs from the one before."""
    series = rng.choice(np.arange(1, 31), steps, replace=False) / 10
    gaps = rng.random(steps) < 0.4
    gaps[[0, -1]] = False
    gaps[rng.integers(1, steps - 1)] = True
    return (np.where(gaps, np.nan, series),)


def _draw_forecasts(rng: np.random.Generator, windows: int, horizons: int) -> Args:
    shape = windows, horizons
    truth = tenths(rng, *shape)
    # No forecast is perfect: both errors are above 0 everywhere.
    return truth + tenths(rng, *shape), truth, truth + tenths(rng, *shape)


def _draw_quantile(rng: np.random.Generator, count: int) -> Args:
    """Some of what comes lies above the forecast and some below, never on it."""
    q = tenths(rng, count)
    signs = rng.permutation(np.where(np.arange(count) % 2, 1.0, -1.0))
    # At 0.5 both sides cost the same, and exchanged sides would not show.
    return q, q + signs * rng.integers(1, 16, count) / 10, float(rng.choice([0.05, 0.1, 0.8, 0.9]))


def _known(series: Array) -> Array:
    return np.flatnonzero(~np.isnan(series))


def _gaps_become(value: Callable[[Array], Array | float]) -> Callable[[Array], Array]:
    return lambda series: np.where(np.isnan(series), value(series), series)


def _between(series: Array) -> Array:
    known = _known(series)
    return np.interp(np.arange(len(series)), known, series[known])


def _next(series: Array) -> Array:
    return fill_from_past(series[::-1])[::-1]


def _mean_before(series: Array) -> Array:
    return np.array([np.nanmean(series[: n + 1]) for n in range(len(series))])


def _errors(forecast: Array, truth: Array) -> Array:
    return (forecast - truth) ** 2


def _weighted(q: Array, y: Array, above: float, below: float) -> Array:
    """What each costs, with those weights (N,)."""
    return np.where(y > q, above * (y - q), below * (q - y))


EXERCISES = (
    Exercise(
        why="a gap that is filled from what comes after it tells the future, and no test will say.",
        lines=4,
        spec=fill_from_past,
        sizes=((4,), (6,), (9,)),
        draw=_draw_gaps,
        wrong={
            "The gaps are still there. A NaN is not equal to anything, not even to itself: find it "
            "with jnp.isnan.": lambda series: series,
            "This is a straight line from the value before a gap to the one behind it. It looks "
            "best, and it knows what comes: carry the last value on.": _between,
            "A gap got the value that comes after it. That is the future: carry the last value "
            "before it.": _next,
            "The gaps got the mean of the whole series, also of what comes later. Carry the last "
            "value on.": _gaps_become(np.nanmean),
            "The gaps got the mean of all that came before. That is no leak, but the last value is "
            "asked for.": _gaps_become(_mean_before),
            "The gaps are 0. That is a value like any other, and nobody measured it: carry the "
            "last one on.": _gaps_become(lambda series: 0.0),
            "The gaps got the first value of the series: carry the last known one on.": (
                _gaps_become(lambda series: series[0])
            ),
            "The gaps were left out, so the series is shorter, and later values moved to the front."
            " Each step keeps its place.": lambda series: series[_known(series)],
        },
        hints=(
            "For each step ask: which is the last step up to here whose value is known? The answer "
            "is an array of whole numbers, (N,), and it picks from series.",
            "Put the number of the step where the value is known, and 0 elsewhere: jnp.where. The "
            "first step is known, so 0 is never wrong.",
            "jax.lax.cummax gives at each step the largest number up to there: the last step that "
            "is known.",
        ),
    ),
    Exercise(
        why="one number over all horizons hides where a forecast is worth something, and where "
        "not.",
        lines=3,
        spec=skill_per_horizon,
        sizes=((2, 1), (3, 2), (5, 3)),
        draw=_draw_forecasts,
        wrong={
            "This is the ratio of the errors. Skill is what is gone: 1 minus that.": (
                lambda forecast, truth, free: (
                    _errors(forecast, truth).sum(0) / _errors(free, truth).sum(0)
                )
            ),
            "This is 1 - RMSE / RMSE. Without the roots, please: skill compares squared errors.": (
                lambda forecast, truth, free: (
                    1 - np.sqrt(_errors(forecast, truth).sum(0) / _errors(free, truth).sum(0))
                )
            ),
            "These are absolute errors. Skill compares squared ones.": (
                lambda forecast, truth, free: (
                    1 - np.abs(forecast - truth).sum(0) / np.abs(free - truth).sum(0)
                )
            ),
            "The ratio is upside down: the error of the free forecast stands below.": (
                lambda forecast, truth, free: (
                    1 - _errors(free, truth).sum(0) / _errors(forecast, truth).sum(0)
                )
            ),
            "You took the ratio in each window, and then its mean. One window in which the free "
            "forecast is lucky then counts more than all others: sum up first, then divide.": (
                lambda forecast, truth, free: (
                    1 - _errors(forecast, truth) / _errors(free, truth)
                ).mean(0)
            ),
            "This is one number over all horizons, and one for each is asked for: take the mean "
            "over axis 0 alone.": lambda forecast, truth, free: np.asarray(
                1 - _errors(forecast, truth).sum() / _errors(free, truth).sum()
            ),
            "This is a number for each window: the means go over axis 0, the windows.": (
                lambda forecast, truth, free: (
                    1 - _errors(forecast, truth).sum(1) / _errors(free, truth).sum(1)
                )
            ),
            "The forecast is compared with the free one. Compare both with what came.": (
                lambda forecast, truth, free: (
                    1 - _errors(forecast, free).sum(0) / _errors(free, truth).sum(0)
                )
            ),
        },
        hints=(
            "Two mean squared errors, that of the forecast and that of the free one, both against "
            "what came.",
            "jnp.mean(..., axis=0) takes the mean over the windows and leaves one number for each "
            "horizon.",
            "1 minus the ratio of the two.",
        ),
    ),
    Exercise(
        why="it is the one loss whose best answer is a quantile, and so the way to an interval.",
        lines=2,
        spec=pinball_loss,
        sizes=((2,), (4,), (7,)),
        draw=_draw_quantile,
        slopes=("q",),
        wrong={
            "The two weights are exchanged. At p = 0.9, q should lie above nine of ten: to be too "
            "low costs 0.9, to be too high 0.1.": (
                lambda q, y, p: _weighted(q, y, 1 - p, p).mean()
            ),
            "Both sides pay the same, so the answer will be the median. Above q it costs p, below "
            "1 - p.": lambda q, y, p: np.abs(y - q).mean(),
            "This is the squared error: its best answer is the mean.": (
                lambda q, y, p: ((y - q) ** 2).mean()
            ),
            "What lies below q pays nothing. It pays 1 - p times the distance.": (
                lambda q, y, p: _weighted(q, y, p, 0).mean()
            ),
            "What lies above q pays nothing. It pays p times the distance.": (
                lambda q, y, p: _weighted(q, y, 0, 1 - p).mean()
            ),
            "The distances have kept their sign, so what lies below pays less than nothing. Both "
            "sides pay.": lambda q, y, p: _weighted(q, y, p, p - 1).mean(),
            "Both sides pay p times the distance. Below q it is 1 - p.": (
                lambda q, y, p: _weighted(q, y, p, p).mean()
            ),
            "This is the sum. Take the mean.": lambda q, y, p: _weighted(q, y, p, 1 - p).sum(),
            "This is what each one pays, (N,). Return the mean.": (
                lambda q, y, p: _weighted(q, y, p, 1 - p)
            ),
        },
        hints=(
            "above = y - q is positive where q is too low. What does that cost? And what does it "
            "cost where above is negative?",
            "Where above is negative the cost is (p - 1) * above, which is positive.",
            "Of p * above and (p - 1) * above, the larger one is always the one that counts: "
            "jnp.maximum. Then the mean.",
        ),
    ),
)
