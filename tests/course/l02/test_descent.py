"""Ten networks by gradient descent: the student's clipping is what changes their updates."""

import jax
import numpy as np

from lstm_jax import RNNParams
from lstm_jax.course.l02 import descent, stand_ins

RNG = np.random.default_rng(0)
XS, YS = RNG.normal(size=(50, 6, 1)).astype(np.float32), RNG.normal(size=50).astype(np.float32)


def test_each_gradient_goes_through_clip_as_it_is_for_one_network():
    seen = []

    def clip(grads):
        seen.append(grads)
        return jax.tree.map(np.zeros_like, grads)

    descended = descent.descend_all(XS, YS, clip, updates=3)
    assert [array.shape for array in descended] == 3 * [(descent.RUNS, 3)]
    assert len(seen) == 3 * descent.RUNS
    assert all(isinstance(grads, RNNParams) for grads in seen)
    assert seen[0].w_h.shape == (descent.UNITS, descent.UNITS)
    assert seen[0].w_x.shape == (2, descent.UNITS), "the readout too"
    assert np.any(seen[0].w_x[1])
    norm = np.sqrt(sum(np.sum(array**2) for array in seen[0]))
    np.testing.assert_allclose(descended.norms[0, 0], norm, rtol=1e-5)
    assert np.all((descended.saturated >= 0) & (descended.saturated <= 1))


def test_a_clip_that_changes_nothing_changes_nothing():
    free = descent.descend_all(XS, YS, None, updates=5)
    same = descent.descend_all(XS, YS, lambda grads: grads, updates=5)
    np.testing.assert_allclose(same.losses, free.losses)
    assert not np.isnan(free.losses).any()


def test_the_norm_that_is_seen_is_that_of_the_gradient_before_it_is_clipped():
    def clip(grads):
        return stand_ins.clip_by_global_norm(grads, 1e-6)

    assert descent.descend_all(XS, YS, clip, updates=3).norms.min() > 1e-3


def test_the_months_before_the_test_part_have_mean_0_and_standard_deviation_1():
    months = descent.past_months()
    np.testing.assert_allclose([months.mean(), months.std()], [0, 1], atol=1e-5)
