"""How sure a number is: shares, pairs, means and forecasts with their intervals; roughness.

Shares are counted over independent runs. A forecast is judged over a stretch of time, and a test of
three years is one draw of three years: other years would have given another score. How different it
would be is estimated by resampling these years many times and scoring each sample. Consecutive days
are alike, so whole blocks of them are drawn, not single days (the block bootstrap: Künsch, 1989;
blocks that go round from the end to the start: Politis and Romano, 1992).

`scipy.stats` takes a second to import, so it is imported where it is called.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Floats, check_size

# --- Shares --------------------------------------------------------------------------------------


class Share(NamedTuple):
    """`hits` of `total`, and the interval that holds the true share with 95 % confidence."""

    hits: int
    total: int
    low: float
    high: float

    def __str__(self) -> str:
        """Such as "7 of 8 (53-98 %)"."""
        return f"{self.hits} of {self.total} ({100 * self.low:.0f}-{100 * self.high:.0f} %)"


def share(hits: int, total: int) -> Share:
    """A share with its binomial interval (Wilson, 1927).

    Raises:
        ValueError: `hits` is not from 0 to `total`, or `total` is below 1.
    """
    whole = all(isinstance(number, int | np.integer) for number in (hits, total))
    if not whole or not 0 <= hits <= total or total < 1:
        raise ValueError(
            f"share: hits is {hits} and total is {total}; "
            "hits should be a whole number from 0 to total, and total at least 1"
        )
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    interval = binomtest(hits, total).proportion_ci(method="wilson")
    return Share(hits, total, interval.low, interval.high)


def larger(a: Floats, b: Floats) -> Share:
    """In how many pairs `a` is larger than `b`; pairs that are equal or hold a NaN are left out.

    Run n of `a` and run n of `b`, (S,) each, are a pair because they saw the same batches. Where
    no pair is left, the share is 0 of 0, and its interval goes from 0 to 1.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(
            f"larger: a is {np.shape(a)} and b is {np.shape(b)}; they should be pairs, (S,) each"
        )
    hits, misses = (int(np.count_nonzero(pairs)) for pairs in (np.greater(a, b), np.less(a, b)))
    return share(hits, hits + misses) if hits + misses else Share(0, 0, 0.0, 1.0)


def claim(pairs: Share) -> str:
    """Whether pairs support the claim that the first is larger: the interval has to exclude 1/2."""
    if pairs.low > 0.5:
        return "supported"
    return "not supported: the opposite holds" if pairs.high < 0.5 else "not supported: not settled"


# --- Two classifiers on the same texts -----------------------------------------------------------


class Paired(NamedTuple):
    """Two classifiers, asked the same N texts.

    Attributes:
        first: texts that the first one alone has right.
        second: texts that the second one alone has right.
        texts: N.
    """

    first: int
    second: int
    texts: int

    @property
    def difference(self) -> float:
        """The share of right answers of the first one minus that of the second."""
        return (self.first - self.second) / self.texts

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the true difference with 95 % confidence (Wald, for paired shares)."""
        spread = self.first + self.second - (self.first - self.second) ** 2 / self.texts
        reach = 1.96 * np.sqrt(spread) / self.texts
        return self.difference - reach, self.difference + reach

    @property
    def p(self) -> float:
        """The probability of at least this difference by chance alone (McNemar's exact test)."""
        from scipy.stats import binomtest

        apart = self.first + self.second
        return float(binomtest(self.first, apart).pvalue) if apart else 1.0

    def __str__(self) -> str:
        """Such as "+1.2 points (-0.3 to +2.7), p = 0.12"."""
        low, high = self.interval
        return (
            f"{100 * self.difference:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f}), "
            f"p = {self.p:.2g}"
        )


def compare(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> Paired:
    """Which of two classifiers is right on more texts; whether each was right, (N,) each."""
    return Paired(int((first & ~second).sum()), int((second & ~first).sum()), len(first))


# --- Scores over time, means over seeds ----------------------------------------------------------


class Interval(NamedTuple):
    """A score, and the interval that holds it with 95 % confidence."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Such as "+0.12 (-0.03 to +0.25)"."""
        return f"{self.value:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


def ratio_interval(
    top: Floats, bottom: Floats, *, block: int, draws: int = 2000, seed: int = 0
) -> Interval:
    """The sum of `top` over the sum of `bottom`, with its interval.

    Args:
        top: `(N,)` numbers in order of time, or `(N, ...)` for several at each step, which stay
            together, because values of the same day are not independent.
        bottom: likewise; its sum is above 0.
        block: steps in a block, long enough that one block tells little about the next.
        draws: the number of samples.
        seed: of the draws; the same one gives the same interval.

    Raises:
        ValueError: shapes differ, the sum of `bottom` is not above 0, or a block has more
            than half of the steps.
    """
    top, bottom = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    if top.shape != bottom.shape or top.ndim == 0:
        raise ValueError(
            f"ratio_interval: top is {top.shape} and bottom is {bottom.shape}; "
            "they should have the same shape, steps first"
        )
    steps = len(top)
    block = check_size("ratio_interval", "block", block)
    if 2 * block > steps:
        raise ValueError(
            f"ratio_interval: block is {block} but there are {steps} steps; take a block of at "
            "most half of them, or a longer test"
        )
    pairs = np.stack([part.reshape(steps, -1).sum(axis=1) for part in (top, bottom)])  # (2, N)
    whole = pairs.sum(axis=1)
    if not whole[1] > 0:
        raise ValueError(f"ratio_interval: the sum of bottom is {whole[1]}; it should be above 0")
    # The sum of the block that begins at each step: a difference of running sums along the circle.
    around = np.concatenate([pairs, pairs[:, : block - 1]], axis=1)
    running = np.cumsum(np.concatenate([np.zeros((2, 1)), around], axis=1), axis=1)
    of_block = running[:, block:] - running[:, :-block]  # (2, N)
    starts = np.random.default_rng(seed).integers(0, steps, (draws, -(-steps // block)))
    drawn = of_block[:, starts].sum(axis=2)  # (2, draws)
    low, high = np.quantile(drawn[0] / drawn[1], (0.025, 0.975))
    return Interval(float(whole[0] / whole[1]), float(low), float(high))


def skill_interval(
    prediction: Floats, target: Floats, reference: Floats, *, block: int
) -> Interval:
    """The skill over a reference forecast, `1 - MSE / MSE of the reference`, with its interval.

    All three `(N,)`, in order of time, or `(N, ...)` for several at each step. For `block` and
    errors see `ratio_interval`.
    """
    errors = [(np.asarray(said) - target) ** 2 for said in (prediction, reference)]
    value, low, high = ratio_interval(*errors, block=block)
    return Interval(1 - value, 1 - high, 1 - low)


def share_interval(hits: Floats, *, block: int) -> Interval:
    """The share of `hits` `(N,)` or `(N, ...)` that are true, with its interval."""
    return ratio_interval(hits, np.ones(np.shape(hits)), block=block)


def mean_interval(values: Floats) -> Interval:
    """The mean of independent `values` `(N,)`, such as one a seed, with its interval (Student's t).

    Raises:
        ValueError: there are fewer than two, or one is not finite.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"mean_interval: values should be (N,), at least two finite numbers, got {values!r}"
        )
    from scipy.stats import t as student

    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    reach = student.ppf(0.975, len(values) - 1) * error
    return Interval(float(mean), float(mean - reach), float(mean + reach))


# --- Learning curves -----------------------------------------------------------------------------


def roughness(loss: Floats) -> Floats:
    """How much a loss climbs on its way: doublings from one look to the next, on average, (S,).

    Only the way up counts: mean of max(0, log2(loss[k + 1] / loss[k])) over the looks k. A curve
    that never rises has 0, however steeply it falls. NaN, after a run has failed, is left out; with
    fewer than two looks before that the result is NaN.

    loss: above 0, (S, L).
    """
    return _mean_rise(np.log2(loss))


def fluctuation(score: Floats) -> Floats:
    """How much of a score is lost again: the drop from one look to the next, on average, (S,).

    The mean of max(0, score[k] - score[k + 1]) over the looks k, in the units of the score; NaN as
    in `roughness`.

    score: (S, L).
    """
    return _mean_rise(-score)


def _mean_rise(curves: Floats) -> Floats:
    """The mean rise from one look to the next, (S,): a fall counts as 0, NaN is left out."""
    rises = np.maximum(np.diff(curves, axis=-1), 0)
    known = np.count_nonzero(~np.isnan(rises), axis=-1)
    return np.nansum(rises, axis=-1) / np.where(known, known, np.nan)
