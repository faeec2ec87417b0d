"""Networks on a lag: the one set by hand keeps its symbol, and training goes on from its loss."""

import jax
import numpy as np
import pytest

from lstm_jax import init_rnn
from lstm_jax.course.l02 import lags
from lstm_jax.losses import cross_entropy
from lstm_jax.models import init_network, last_answers


@pytest.mark.parametrize("lag", [2, 4, 30])
def test_the_network_set_by_hand_names_the_symbol(lag):
    assert lags.share_right(lags.by_hand(), lag, jax.random.key(7)) == 1.0
    assert lags.share_right(lags.by_hand(), lag + 100, jax.random.key(7), lag + 110) == 1.0


def test_learning_lowers_the_loss_that_it_is_given_at_the_lag_asked_for():
    asked = []

    def new_network(key):
        return init_network(key, init_rnn(key, 5, 4), answers=4)

    def loss(network, batch):
        asked.append([array.shape for array in batch])
        return cross_entropy(last_answers(network, batch[0]), batch[1])

    share = lags.learn(new_network, loss, [0], updates=150, progress=False)
    assert share.shape == (1, lags.RUNS)
    assert np.median(share) > 0.9, "the marked symbol is the last one: easy"
    assert asked[0] == [(lags.BATCH, lags.LENGTH, 5), (lags.BATCH,)]
