"""Shares, pairs, intervals and roughness against numbers worked out by hand and by many draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_jax.course.data import baselines
from lstm_jax.course.statistics import (
    Interval,
    Paired,
    claim,
    compare,
    fluctuation,
    larger,
    mean_interval,
    ratio_interval,
    roughness,
    share,
    share_interval,
    skill_interval,
)

NAN = math.nan
losses = arrays(np.float64, (3, 6), elements=st.floats(1e-6, 1e3))


def test_roughness_counts_doublings_on_the_way_up():
    curves = [
        [8, 4, 2, 1, 1],  # falls
        [1, 2, 4, 2, 1],  # two doublings in four steps
        [1, 4, 1, 2, 1],  # two doublings at once, and one more
        [1, 8, NAN, NAN, NAN],  # three doublings in one step, then it failed
    ]
    np.testing.assert_allclose(roughness(np.float32(curves)), [0, 0.5, 0.75, 3], rtol=1e-6)


def test_fluctuation_is_the_mean_drop():
    scores = [[0, 0.5, 1, 1], [1, 0.4, 1, 0.7], [0.9, 0.6, NAN, NAN]]
    np.testing.assert_allclose(fluctuation(np.float32(scores)), [0, 0.3, 0.3], rtol=1e-6)


@pytest.mark.parametrize("of", [roughness, fluctuation])
def test_a_run_that_failed_before_its_second_look_has_none(of):
    result = of(np.float32([[1, NAN, NAN], [1, 1, 1]]))
    np.testing.assert_array_equal(result, [NAN, 0])


@given(losses)
def test_a_falling_curve_is_smooth(loss):
    falling = -np.sort(-loss, axis=-1)
    assert (roughness(falling) == 0).all()
    assert (fluctuation(-falling) == 0).all()


@given(losses, st.floats(1e-3, 1e3))
def test_the_unit_of_a_loss_does_not_matter(loss, unit):
    np.testing.assert_allclose(roughness(unit * loss), roughness(loss), atol=1e-9)


@given(losses)
def test_a_curve_climbs_back_what_it_falls_and_rises_as_often_as_its_mirror_falls(loss):
    up, down = roughness(loss), roughness(loss[:, ::-1])
    net = np.log2(loss[:, -1] / loss[:, 0]) / 5
    np.testing.assert_allclose(up - down, net, atol=1e-9)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0, 0.2775), (5, 10, 0.2366, 0.7634), (7, 8, 0.5291, 0.9776), (32, 32, 0.8928, 1)],
)
def test_share_has_the_interval_of_wilson(hits, total, low, high):
    z, p = 1.959964, hits / total
    center, half = p + z * z / 2 / total, z * math.sqrt(p * (1 - p) / total + (z / 2 / total) ** 2)
    found = share(hits, total)
    assert found[:2] == (hits, total)
    assert found[2:] == pytest.approx((low, high), abs=6e-5)
    bounds = [(center + sign * half) / (1 + z * z / total) for sign in (-1, 1)]
    assert found[2:] == pytest.approx(bounds, abs=1e-6)


def test_share_in_words():
    assert str(share(7, 8)) == "7 of 8 (53-98 %)"


@pytest.mark.parametrize(("hits", "total"), [(-1, 4), (5, 4), (0, 0), (2.5, 4)])
def test_share_refuses_what_is_none(hits, total):
    with pytest.raises(ValueError, match=f"share: hits is {hits} and total is {total}; hits sho"):
        share(hits, total)


def test_larger_leaves_ties_and_unknown_pairs_out():
    a = np.array([1, 2, 3, np.inf, np.inf, NAN, 0])
    b = np.array([0, 2, 4, np.inf, 1, 1, NAN])
    assert larger(a, b) == share(2, 3)
    assert larger(b, a) == share(1, 3)


def test_larger_needs_pairs():
    with pytest.raises(ValueError, match=r"larger: a is \(2,\) and b is \(3,\); they should be pa"):
        larger(np.zeros(2), np.zeros(3))


def test_pairs_that_are_all_equal_settle_nothing():
    pairs = larger(np.array([1, NAN]), np.array([1, 0]))
    assert pairs == (0, 0, 0, 1)
    assert claim(pairs) == "not supported: not settled"


def test_claim_needs_an_interval_that_leaves_out_a_half():
    assert claim(share(8, 8)) == "supported"
    assert claim(share(0, 8)) == "not supported: the opposite holds"
    assert claim(share(5, 8)) == claim(share(3, 8)) == "not supported: not settled"


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

    With blocks of one step the intervals are too narrow.
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
