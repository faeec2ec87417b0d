"""Lesson 02: small networks that learn to name a symbol after a lag, or do not; one set by hand."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Floats, Key
from lstm_jax.cells import RNNParams
from lstm_jax.course.data.lag_recall import SYMBOLS, accuracy, lag_recall
from lstm_jax.models import Network, Readout, last_answers
from lstm_jax.training import adam, fit

LAGS = (4, 15, 30)
LENGTH = 48  # steps of every sequence: at every lag many symbols stand before the marked one
RUNS, UPDATES, BATCH = 8, 600, 16
RATES = (0.003, 0.01)
NEW = 500  # sequences to judge by

Loss = Callable[[Network, tuple[Array, Array]], Array]


class Trainee(NamedTuple):
    """A network and the lag that it is trained on, which stays: the loss has no slope there."""

    network: Network
    lag: Array


def learn(
    new_network: Callable[[Key], Network],
    loss: Loss,
    lags: Sequence[int] = LAGS,
    *,
    updates: int = UPDATES,
    progress: bool = True,
) -> Floats:
    """Train `RUNS` networks on each lag, all at once, with each of the two learning rates.

    Args:
        new_network: makes a network from a key; run n of every lag begins with the same weights.
        loss: `loss(network, (xs, ys))`, one number.
        lags: steps from the marked symbol to the answer.
        updates: of each network, with `BATCH` new sequences each.
        progress: whether to show a bar.

    Returns:
        For each lag the share of new sequences that each network has right, (lags, RUNS); of the
        two rates the one with the higher mean on other sequences.
    """
    keys = jax.random.split(jax.random.key(0), RUNS)
    of_lag = np.repeat(lags, len(RATES) * RUNS)
    rates = np.tile(np.repeat(RATES, RUNS), len(lags))
    copies = len(lags) * len(RATES)
    networks = jax.tree.map(
        lambda *arrays: jnp.concatenate([jnp.stack(arrays)] * copies),
        *(new_network(key) for key in keys),  # one by one: a `vmap` takes seconds to compile
    )
    start = Trainee(networks, jnp.asarray(of_lag, jnp.float32))

    def of_key(trainee: Trainee, batch: Array) -> Array:
        key = jax.random.wrap_key_data(batch)
        return loss(trainee.network, lag_recall(key, trainee.lag.astype(jnp.int32), BATCH, LENGTH))

    trained = fit(
        of_key,
        start,
        jax.random.key_data,  # a batch is drawn where its lag is known
        key=jnp.concatenate([keys] * copies),
        steps=updates,
        optimizer=adam(rates),
        progress=progress,
    ).params
    shape = (len(lags), len(RATES), RUNS)
    chosen_by, right = (
        np.asarray(_right(trained, jax.random.key(seed))).reshape(shape) for seed in (1, 2)
    )
    better = chosen_by.mean(axis=-1).argmax(axis=-1)
    return np.take_along_axis(right, better[:, None, None], axis=1)[:, 0]


@jax.jit
def _right(trained: Trainee, key: Key) -> Array:
    def one(trainee: Trainee) -> Array:
        return share_right(trainee.network, trainee.lag.astype(jnp.int32), key)

    return jax.lax.map(one, trained)


def share_right(network: Network, lag: Any, key: Key, length: int = LENGTH) -> Array:
    """The share of `NEW` sequences in which the network names the marked symbol."""
    xs, ys = lag_recall(key, lag, NEW, length)
    return accuracy(last_answers(network, xs), ys)


def by_hand() -> Network:
    """An RNN with four units whose weights are set by hand: it keeps the marked symbol for ever.

    Unit k rests near -1. Only the mark together with symbol k lifts it above 0, and then its own
    weight of 6 keeps it near 1, whatever comes next. A mark at the first step comes too early: the
    units are not yet at rest.
    """
    eye = np.eye(SYMBOLS, dtype=np.float32)
    symbol, mark = 2.5 * eye, np.full((1, SYMBOLS), 8.0, np.float32)
    cell = RNNParams(
        jnp.asarray(np.concatenate([symbol, mark])),
        jnp.asarray(6.0 * eye),
        jnp.full(SYMBOLS, -3.0),
    )
    return Network(cell, Readout(jnp.asarray(10 * eye), jnp.zeros(SYMBOLS)))
