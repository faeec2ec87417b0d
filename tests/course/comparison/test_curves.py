"""What learning curves are judged by, against numbers worked out by hand."""

import math

import numpy as np
import pytest

from lstm_jax.course.comparison.contenders import Curves

NAN = math.nan


def learned(loss=((1.0,),), score=((0.0,),), diverged=(-1,)):
    """The curves of some runs."""
    loss, score = np.float32(loss), np.float32(score)
    return Curves(loss, score, score[:, -1], np.int32(diverged), steps=100)


def test_solved_and_good_after_count_sequences():
    curves = learned(
        loss=[[1, 0.5, 0.2, 0.1], [1, 1, 1, 1], [0.1, 1, 1, 1], [1, 0.5, NAN, NAN]],
        score=[[0, 0.5, 0.99, 0.5], [0, 0, 0, 0.98], [1, 1, 1, 1], [0, 0, NAN, NAN]],
    )
    np.testing.assert_array_equal(curves.solved_after, [2 * 25 * 50, np.inf, 0, np.inf])
    np.testing.assert_array_equal(curves.good_after(0.5), [25 * 50, np.inf, 0, 25 * 50])


def test_mean_log_loss_is_the_mean_power_of_ten():
    assert learned(loss=[[1, 0.1], [0.01, 0.001]]).mean_log_loss == pytest.approx(-1.5)


@pytest.mark.parametrize(
    "failed",
    [learned(loss=[[1, NAN], [1, 1]]), learned(loss=[[1, 0.5], [1, 0.1]], diverged=[-1, 40])],
    ids=["before a look", "after the last look"],
)
def test_mean_log_loss_is_infinite_where_a_run_has_failed(failed):
    assert failed.mean_log_loss == math.inf
