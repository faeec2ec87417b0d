"""Where two classifiers part, by hand and by many draws."""

import numpy as np
import pytest

from lstm_jax.course.paired import Paired, compare


def test_compare_counts_the_texts_on_which_two_part():
    first, second = (np.array(row, bool) for row in ([1, 1, 1, 0, 0], [1, 0, 0, 1, 0]))
    pair = compare(first, second)
    assert pair == Paired(first=2, second=1, texts=5)
    assert pair.difference == pytest.approx(first.mean() - second.mean())
    assert pair.p == 1.0
    assert Paired(10, 0, 50).p == pytest.approx(2 / 2**10)
    assert Paired(0, 0, 50).p == 1.0


def test_the_interval_holds_the_true_difference_in_95_percent():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(2000):
        kinds = rng.choice(3, 400, p=[0.15, 0.1, 0.75])  # first alone right, second alone, neither
        low, high = compare(kinds == 0, kinds == 1).interval
        held += low <= 0.05 <= high
    assert held / 2000 == pytest.approx(0.95, abs=0.02)
