"""Intervals of scores over time."""

import numpy as np
import pytest

from lstm_jax.course.data import baselines
from lstm_jax.course.intervals import (
    Interval,
    mean_interval,
    ratio_interval,
    share_interval,
    skill_interval,
)


def test_bootstrap_equals_a_plain_loop():
    draw = np.random.default_rng(0)
    top, bottom = draw.random((2, 11))
    block, draws = 3, 50
    starts = np.random.default_rng(7).integers(0, 11, (draws, 4))
    ratios = []
    for row in starts:
        steps = [(start + n) % 11 for start in row for n in range(block)]
        ratios.append(sum(top[steps]) / sum(bottom[steps]))
    got = ratio_interval(top, bottom, block=block, draws=draws, seed=7)
    np.testing.assert_allclose(got.value, top.sum() / bottom.sum())
    np.testing.assert_allclose(got[1:], np.quantile(ratios, (0.025, 0.975)))


def test_skill_interval_holds_the_skill():
    draw = np.random.default_rng(1)
    said, came, free = draw.normal(size=(3, 60, 4))
    got = skill_interval(said, came, free, block=5)
    assert got.value == pytest.approx(baselines.skill(said, came, free))
    assert got.low < got.value < got.high


def test_it_covers_what_it_says():
    """Of many series of alike neighbours, about 95 % of the intervals hold the true mean, 0.5.

    Blocks of one step feign certainty.
    """
    draw = np.random.default_rng(2)
    held = {1: 0, 25: 0}
    for _ in range(200):
        noise = draw.normal(size=620)
        values = 0.5 + np.convolve(noise, np.full(11, 0.3), mode="valid")[:600]
        for block in held:
            got = ratio_interval(values, np.ones(600), block=block, draws=300)
            held[block] += got.low <= 0.5 <= got.high
    assert held[25] > 175
    assert held[1] < 130


def test_several_at_each_step_stay_together():
    hits = np.random.default_rng(3).random(300) < 0.6
    alone = share_interval(hits, block=5)
    copied = share_interval(np.repeat(hits[:, None], 4, axis=1), block=5)
    np.testing.assert_allclose(copied, alone)  # four copies are no more proof than one
    assert alone.value == pytest.approx(hits.mean())


def test_it_reads_well():
    assert str(Interval(0.123, -0.05, 0.3)) == "+0.12 (-0.05 to +0.30)"


ONES = np.ones(10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ratio_interval(ONES, ONES[:9], block=2), r"top is \(10,\) and bottom is \(9,\)"),
        (lambda: ratio_interval(ONES, 0 * ONES, block=2), r"the sum of bottom is 0\.0"),
        (lambda: ratio_interval(ONES, ONES, block=6), "block is 6 but there are 10 steps"),
        (lambda: ratio_interval(ONES, ONES, block=0), "block should be a whole number from 1 on"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_mean_of_seeds_has_students_interval():
    value, low, high = mean_interval(np.array([1.0, 2.0, 3.0, 6.0]))
    reach = 3.182446 * np.sqrt(14 / 3 / 4)  # t of 3 degrees of freedom, from a table
    np.testing.assert_allclose((value, low, high), (3, 3 - reach, 3 + reach), rtol=1e-6)


def test_that_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [mean_interval(each) for each in rng.normal(5, 2, (2000, 8))]
    assert abs(np.mean([low <= 5 <= high for _, low, high in found]) - 0.95) < 0.015


@pytest.mark.parametrize("values", [[1.0], [1.0, np.nan], [[1.0, 2.0]]])
def test_too_few_seeds_are_named(values):
    with pytest.raises(ValueError, match="mean_interval: values should be"):
        mean_interval(np.array(values))
