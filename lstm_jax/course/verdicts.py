"""Learning curves turned into numbers, by rules that were fixed before anything was run."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest  # type: ignore[import-untyped]

from lstm_jax.course.comparison.contenders import Curves
from lstm_jax.course.data.tasks import SOLVED

Floats = npt.NDArray[np.floating[Any]]


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
    """The rise from one look to the next, 0 for a fall, its mean over what is no NaN, (S,)."""
    rises = np.maximum(np.diff(curves, axis=-1), 0)
    known = np.count_nonzero(~np.isnan(rises), axis=-1)
    return np.nansum(rises, axis=-1) / np.where(known, known, np.nan)


def solved_after(curves: Curves) -> Floats:
    """Sequences until 99 % of those held out are right, (S,); infinite where that never happens."""
    return _first(curves, curves.score >= SOLVED)


def good_after(curves: Curves, good: float) -> Floats:
    """Sequences until the held-out loss is at most `good`, (S,); infinite where it never is."""
    return _first(curves, curves.loss <= good)


def _first(curves: Curves, reached: npt.NDArray[np.bool_]) -> Floats:
    return np.where(reached.any(axis=-1), curves.sequences[reached.argmax(axis=-1)], np.inf)


def mean_log_loss(curves: Curves) -> float:
    """The mean over runs and looks of log10 of the held-out loss: low for early and for low.

    Infinite where a run has failed.
    """
    failed = (curves.diverged >= 0).any() or not np.isfinite(curves.loss).all()
    return np.inf if failed else float(np.log10(curves.loss).mean())


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
    interval = binomtest(hits, total).proportion_ci(method="wilson")
    return Share(hits, total, interval.low, interval.high)


def larger(a: Floats, b: Floats) -> Share:
    """In how many pairs `a` is larger than `b`; pairs that are equal or hold a NaN are left out.

    Pairs are runs of the same number, (S,) each: they saw the same batches. Where no pair is left,
    the share is 0 of 0, and may be anything from 0 to 1.

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
    """What pairs say of the claim that the first is larger: the interval has to leave out 1/2."""
    if pairs.low > 0.5:
        return "supported"
    return "not supported: the opposite holds" if pairs.high < 0.5 else "not supported: not settled"
