"""Lesson 02: ten RNNs forecast the next month by plain gradient descent, clipped or not."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike, Floats
from lstm_jax.cells import RNNParams
from lstm_jax.init import init_rnn
from lstm_jax.layers import run

RUNS, UNITS, GAIN, RATE, BATCH = 10, 16, 2.0, 0.1, 32

Clip = Callable[[RNNParams], RNNParams]


def descend_all(xs: ArrayLike, ys: ArrayLike, clip: Clip | None, *, updates: int = 80) -> Floats:
    """The loss of ten networks before each update, (RUNS, updates); infinite once it is no number.

    They differ in their first weights alone. Each reads out its last state, and the readout begins
    at 0.

    Args:
        xs: windows (N, T, 1).
        ys: what comes after each, (N,).
        clip: what is done to the gradient of each cell before the update; None for nothing.
        updates: each with the next of the same random batches.
    """
    xs, ys = jnp.asarray(xs), jnp.asarray(ys)
    keys = jax.random.split(jax.random.key(2), RUNS)
    cells = jax.vmap(lambda key: init_rnn(key, 1, UNITS, gain=GAIN))(keys)
    readouts = jnp.zeros((RUNS, UNITS))
    losses = []
    for chosen in np.random.default_rng(0).integers(0, len(ys), (updates, BATCH)):
        loss, (slopes, readout_slopes) = _slopes(cells, readouts, xs[chosen], ys[chosen])
        losses.append(np.asarray(loss))
        if clip is not None:
            slopes = _each(clip, slopes)
        cells = jax.tree.map(lambda w, slope: w - RATE * slope, cells, slopes)
        readouts = readouts - RATE * readout_slopes
    return np.nan_to_num(np.stack(losses, axis=1), nan=np.inf)


def _each(clip: Clip, slopes: RNNParams) -> RNNParams:
    """One network after the other, as the student's function takes them."""
    whole = jax.tree.map(np.asarray, slopes)
    alone = [jax.tree.map(lambda array, n=n: array[n], whole) for n in range(RUNS)]
    clipped: RNNParams = jax.tree.map(lambda *arrays: np.stack(arrays), *map(clip, alone))
    return clipped


@jax.jit
@partial(jax.vmap, in_axes=(0, 0, None, None))
def _slopes(
    cell: RNNParams, readout: Array, xs: Array, ys: Array
) -> tuple[Array, tuple[RNNParams, Array]]:
    """The mean squared error of one network, and its slope by all weights."""

    def loss(cell: RNNParams, readout: Array) -> Array:
        return jnp.mean((run(cell, xs)[1] @ readout - ys) ** 2)

    return jax.value_and_grad(loss, argnums=(0, 1))(cell, readout)
