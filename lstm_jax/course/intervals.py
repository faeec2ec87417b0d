"""How far a score can be trusted: over a stretch of time by the block bootstrap, or over seeds.

A test of three years is one draw of three years. Other years would have given another score, and
how different, the years themselves can tell: put them together anew, again and again, and score
each time. Days that follow each other are alike, so whole blocks of them are drawn, not single
days. (Künsch, 1989; blocks that go round from the end to the start, Politis and Romano, 1992.)
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student  # type: ignore[import-untyped]

from lstm_jax.arrays import check_size

Floats = npt.NDArray[np.floating[Any]]


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
            together: what happened on the same day is no independent proof.
        bottom: likewise; its sum is above 0.
        block: steps in a block, long enough that one block tells little about the next.
        draws: how often the time is put together anew.
        seed: of the draws; the same one gives the same interval.

    Raises:
        ValueError: shapes differ, the sum of `bottom` is not above 0, or `block` is no size of at
            most half the steps.
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
    # Where a block begins, its sum: a difference of running sums along the circle.
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
    """How many of `hits` `(N,)` or `(N, ...)` are true, as a share, with its interval."""
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
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    reach = student.ppf(0.975, len(values) - 1) * error
    return Interval(float(mean), float(mean - reach), float(mean + reach))
