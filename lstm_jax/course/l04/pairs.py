"""Kinds of LSTMs trained on the adding task, all side by side in one `fit`."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Key
from lstm_jax.cells import LSTMParams
from lstm_jax.course.data.adding import CONSTANT_MSE, adding
from lstm_jax.init import init_lstm
from lstm_jax.layers import run
from lstm_jax.training import adam, fit, mean_squared_error

PAIRS = 20
ENOUGH = 15  # of 20 pairs; by luck alone in 4 % of cases
Kind = tuple[int, Callable[[LSTMParams], LSTMParams]]  # units, and what is made of its weights


class Network(NamedTuple):
    """A network with as many units as the largest kind has; some of them may be left out."""

    cell: LSTMParams
    w: Array  # (H,), reads the output
    b: Array  # ()
    kind: Array  # (K,), 1 at its own kind and 0 elsewhere
    used: Array  # (H,), 1 for each unit that it has and 0 for the others


def start(kinds: Mapping[str, Kind], keys: Key) -> Network:
    """New networks, a row of them for each kind, one network for each key.

    Kinds with the same number of units start with the same weights.
    """
    sizes = [units for units, _ in kinds.values()]
    largest = max(sizes)
    made = {units: [init_lstm(key, 2, units) for key in keys] for units in sorted(set(sizes))}
    found = []
    for number, units in enumerate(sizes):
        w = np.asarray(jax.random.normal(keys[0], (len(keys), units))) / np.sqrt(units)
        more = (0, largest - units)
        used = np.arange(largest) < units
        for cell, row in zip(made[units], w, strict=True):
            w_x, w_h, b = (_widened(np.asarray(array), largest) for array in cell)
            wide = w_x, np.pad(w_h, (more, (0, 0))), b
            kind = np.arange(len(kinds)) == number
            found.append((wide, np.pad(row, more), np.zeros(()), kind, used))
    cell, *rest = jax.tree.map(lambda *arrays: jnp.asarray(np.stack(arrays), jnp.float32), *found)
    return Network(LSTMParams(*cell), *rest)


def _widened(array: np.ndarray, units: int) -> np.ndarray:
    """The four blocks of columns, each filled up with zeros to so many."""
    blocks = array.reshape(*array.shape[:-1], 4, -1)
    more = [(0, 0)] * (blocks.ndim - 1) + [(0, units - blocks.shape[-1])]
    return np.pad(blocks, more).reshape(*array.shape[:-1], 4 * units)


def loss_of(kinds: Mapping[str, Kind]) -> Callable[[Network, tuple[Array, Array]], Array]:
    """The mean squared error of a network, whichever kind it is."""
    changes = [change for _, change in kinds.values()]

    def loss(network: Network, batch: tuple[Array, Array]) -> Array:
        xs, ys = batch
        kind, used = jax.lax.stop_gradient((network.kind, network.used))
        cells = [change(network.cell) for change in changes]
        cell = jax.tree.map(lambda *arrays: jnp.tensordot(kind, jnp.stack(arrays), 1), *cells)
        # Nobody reads the output of a unit that is left out: neither the next step nor the answer.
        cell = cell._replace(w_h=cell.w_h * used[:, None])
        _, state = run(cell, xs)
        return mean_squared_error(state.h @ (network.w * used) + network.b, ys)

    return loss


def train(
    kinds: Mapping[str, Kind], *, seed: int = 0, pairs: int = PAIRS, steps: int = 500
) -> dict[str, np.ndarray]:
    """The mean squared error of each trained network on new sequences (pairs,), for each kind.

    The networks of a pair see the same data.
    """
    key_start, key_data, key_test = jax.random.split(jax.random.key(seed), 3)
    loss = loss_of(kinds)
    trained = fit(
        loss,
        start(kinds, jax.random.split(key_start, pairs)),
        _draw,
        key=jnp.tile(jax.random.split(key_data, pairs), len(kinds)),
        steps=steps,
        optimizer=adam(0.02),
    )
    test = adding(key_test, batch=512, length=16)
    errors = jax.jit(jax.vmap(loss, in_axes=(0, None)))(trained.params, test)
    return dict(zip(kinds, np.asarray(errors).reshape(len(kinds), pairs), strict=True))


def learned(errors: np.ndarray) -> int:
    """How many have an error below one tenth of that of always answering 0.5."""
    return int(np.sum(errors < CONSTANT_MSE / 10))


def _draw(key: Key) -> tuple[Array, Array]:
    return adding(key, batch=32, length=16)
