"""Two classifiers that are asked the same texts: where they part, and whether that is luck."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest  # type: ignore[import-untyped]


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
        """By how much the share of right answers of the first one is the higher."""
        return (self.first - self.second) / self.texts

    @property
    def interval(self) -> tuple[float, float]:
        """What holds the true difference with 95 % confidence (Wald, for paired shares)."""
        spread = self.first + self.second - (self.first - self.second) ** 2 / self.texts
        reach = 1.96 * np.sqrt(spread) / self.texts
        return self.difference - reach, self.difference + reach

    @property
    def p(self) -> float:
        """How often luck alone would part them at least so far (McNemar's exact test)."""
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
