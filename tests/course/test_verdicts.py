"""The statistics of learning curves against numbers worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_jax.course.comparison.contenders import Curves
from lstm_jax.course.verdicts import (
    claim,
    fluctuation,
    good_after,
    larger,
    mean_log_loss,
    roughness,
    share,
    solved_after,
)

NAN = math.nan
losses = arrays(np.float64, (3, 6), elements=st.floats(1e-6, 1e3))


def learned(loss=((1.0,),), score=((0.0,),), diverged=(-1,)):
    """The curves of some runs."""
    loss, score = np.float32(loss), np.float32(score)
    return Curves(loss, score, score[:, -1], np.int32(diverged), steps=100)


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


def test_solved_and_good_after_count_sequences():
    curves = learned(
        loss=[[1, 0.5, 0.2, 0.1], [1, 1, 1, 1], [0.1, 1, 1, 1], [1, 0.5, NAN, NAN]],
        score=[[0, 0.5, 0.99, 0.5], [0, 0, 0, 0.98], [1, 1, 1, 1], [0, 0, NAN, NAN]],
    )
    np.testing.assert_array_equal(solved_after(curves), [2 * 25 * 50, np.inf, 0, np.inf])
    np.testing.assert_array_equal(good_after(curves, 0.5), [25 * 50, np.inf, 0, 25 * 50])


def test_mean_log_loss_is_the_mean_power_of_ten():
    assert mean_log_loss(learned(loss=[[1, 0.1], [0.01, 0.001]])) == pytest.approx(-1.5)


@pytest.mark.parametrize(
    "failed",
    [learned(loss=[[1, NAN], [1, 1]]), learned(loss=[[1, 0.5], [1, 0.1]], diverged=[-1, 40])],
    ids=["before a look", "after the last look"],
)
def test_mean_log_loss_is_infinite_where_a_run_has_failed(failed):
    assert mean_log_loss(failed) == math.inf


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
