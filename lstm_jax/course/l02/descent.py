"""Lesson 02: ten RNNs forecast the next month by plain gradient descent, clipped or not."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike, Floats
from lstm_jax.cells import RNNParams
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.data.windows import fit_scale, split
from lstm_jax.init import init_rnn
from lstm_jax.layers import run

RUNS, UNITS, GAIN, RATE, BATCH = 10, 16, 2.0, 0.1, 32
NEAR_ONE = 0.99  # from here on a unit counts as saturated

Clip = Callable[[RNNParams], RNNParams]


class Descent(NamedTuple):
    """What was seen before each update of each network; every array is (RUNS, updates).

    losses: the loss, infinite once it is no number.
    norms: the norm of the gradient of all weights, before it is clipped.
    saturated: the share of the units whose last value is within 0.01 of -1 or 1.
    """

    losses: Floats
    norms: Floats
    saturated: Floats


def past_months() -> Floats:
    """The sunspot numbers before the last fifth of the series, scaled as in lesson 01 (N,)."""
    past, _ = split(sunspots().number, 0.8)
    return fit_scale(past).apply(past)


def descend_all(xs: ArrayLike, ys: ArrayLike, clip: Clip | None, *, updates: int = 80) -> Descent:
    """Ten networks that differ in their first weights alone.

    Each reads out its last state, and the readout begins at 0.

    Args:
        xs: windows (N, T, 1).
        ys: what comes after each, (N,).
        clip: what is done to the gradient of each network before the update; None for nothing. It
            is handed all arrays of the network as an `RNNParams`, in which the gradient of the
            readout is a second row of `w_x`.
        updates: each with the next of the same random batches.
    """
    xs, ys = jnp.asarray(xs), jnp.asarray(ys)
    keys = jax.random.split(jax.random.key(2), RUNS)
    cells = [init_rnn(key, 1, UNITS, gain=GAIN) for key in keys]  # a `vmap` compiles for seconds
    weights = _joined(jax.tree.map(lambda *arrays: jnp.stack(arrays), *cells))
    seen = []
    for chosen in np.random.default_rng(0).integers(0, len(ys), (updates, BATCH)):
        before, slopes = _slopes(weights, xs[chosen], ys[chosen])
        seen.append([*map(np.asarray, before)])
        if clip is not None:
            slopes = _each(clip, slopes)
        weights = jax.tree.map(lambda w, slope: w - RATE * slope, weights, slopes)
    losses, norms, shares = np.moveaxis(np.array(seen), 0, -1)
    return Descent(np.nan_to_num(losses, nan=np.inf), norms, shares)


def _joined(cells: RNNParams) -> RNNParams:
    """With a readout of zeros as a second row of w_x, (RUNS, 2, UNITS)."""
    return cells._replace(w_x=jnp.concatenate([cells.w_x, jnp.zeros_like(cells.w_x)], axis=1))


def _each(clip: Clip, slopes: RNNParams) -> RNNParams:
    """One network after the other, as the student's function takes them."""
    whole = jax.tree.map(np.asarray, slopes)
    alone = [jax.tree.map(lambda array, n=n: array[n], whole) for n in range(RUNS)]
    clipped: RNNParams = jax.tree.map(lambda *arrays: np.stack(arrays), *map(clip, alone))
    return clipped


@jax.jit
@partial(jax.vmap, in_axes=(0, None, None))
def _slopes(
    weights: RNNParams, xs: Array, ys: Array
) -> tuple[tuple[Array, Array, Array], RNNParams]:
    """What is seen of one network, in the order of `Descent`, and the slope of its loss."""

    def loss(weights: RNNParams) -> tuple[Array, Array]:
        cell = weights._replace(w_x=weights.w_x[:1])
        last = run(cell, xs)[1]
        saturated = jnp.mean(jnp.abs(last) > NEAR_ONE)
        return jnp.mean((last @ weights.w_x[1] - ys) ** 2), saturated

    (error, saturated), slopes = jax.value_and_grad(loss, has_aux=True)(weights)
    norm = jnp.sqrt(jax.tree.reduce(jnp.add, jax.tree.map(lambda array: jnp.sum(array**2), slopes)))
    return (error, norm, saturated), slopes
