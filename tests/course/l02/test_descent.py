"""Ten networks by gradient descent: the student's clipping is what changes their updates."""

import jax
import numpy as np

from lstm_jax import RNNParams
from lstm_jax.course.l02 import descent

RNG = np.random.default_rng(0)
XS, YS = RNG.normal(size=(50, 6, 1)).astype(np.float32), RNG.normal(size=50).astype(np.float32)


def test_each_gradient_goes_through_clip_as_it_is_for_one_network():
    seen = []

    def clip(grads):
        seen.append(grads)
        return jax.tree.map(np.zeros_like, grads)

    losses = descent.descend_all(XS, YS, clip, updates=3)
    assert losses.shape == (descent.RUNS, 3)
    assert len(seen) == 3 * descent.RUNS
    assert all(isinstance(grads, RNNParams) for grads in seen)
    assert seen[0].w_h.shape == (descent.UNITS, descent.UNITS)


def test_a_clip_that_changes_nothing_changes_nothing():
    free = descent.descend_all(XS, YS, None, updates=5)
    np.testing.assert_allclose(descent.descend_all(XS, YS, lambda grads: grads, updates=5), free)
    assert not np.isnan(free).any()
