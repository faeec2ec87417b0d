"""What a student writes in lesson 08 is the rule that the package compares networks by."""

import jax
import numpy as np

from lstm_jax import init_lstm
from lstm_jax.course import statistics
from lstm_jax.course.checks.check import grade
from lstm_jax.course.comparison.contenders import Curves
from lstm_jax.course.l08.exercises import chrono_biases
from lstm_jax.init import chrono


def test_roughness():
    assert grade("roughness", statistics.roughness).outcome == "passed"


def test_solved_after():
    def answer(score, sequences):
        looked = type("Looked", (Curves,), {"sequences": sequences})  # after any numbers of them
        return looked(score, score, score[:, -1], score[:, -1], 0).solved_after

    assert grade("solved_after", answer).outcome == "passed"


def test_chrono_biases():
    b = np.asarray(chrono(jax.random.key(0), init_lstm(jax.random.key(1), 2, 8), 100).b)
    steps = np.exp(b[8:16])
    assert steps.max() / steps.min() > 2
    np.testing.assert_allclose(chrono_biases(steps), b, rtol=1e-5)
