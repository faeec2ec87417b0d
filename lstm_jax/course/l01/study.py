"""What lesson 01 measures: first weights of several forecasters, and the gradient step by step."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, Key
from lstm_jax.cells import RNNParams, step
from lstm_jax.init import init_rnn


class FirstWeights(NamedTuple):
    """Of a forecaster: an RNN, the weights (H,) of its readout, and the bias of that."""

    cell: RNNParams
    w: Array
    b: Array


def new_forecasters(key: Key, hidden_size: int, runs: int) -> FirstWeights:
    """First weights of several forecasters with one input: every array has an axis `runs` first."""

    def new(key: Key) -> FirstWeights:
        of_cell, of_readout = jax.random.split(key)
        return FirstWeights(
            cell=init_rnn(of_cell, input_size=1, hidden_size=hidden_size),
            w=jax.random.normal(of_readout, (hidden_size,)) / math.sqrt(hidden_size),
            b=jnp.zeros(()),
        )

    return jax.vmap(new)(jax.random.split(key, runs))


def gradient_by_step(params: RNNParams, xs: Array, d_h: Array) -> Array:
    """What each step adds to the slope of a loss for w_h: the norm of its part, (T,).

    Each step gets its own copy of w_h, so that the gradient tells them apart.

    Args:
        params: the RNN.
        xs: the inputs (T, D).
        d_h: the slope of the loss at the last state (H,).
    """

    def last_state(copies: Array) -> Array:
        def advance(h: Array, both: tuple[Array, Array]) -> tuple[Array, None]:
            w_h, x = both
            h, _ = step(params._replace(w_h=w_h), h, x)
            return h, None

        h, _ = jax.lax.scan(advance, jnp.zeros_like(params.b), (copies, xs))
        return h

    _, back = jax.vjp(last_state, jnp.broadcast_to(params.w_h, (len(xs), *params.w_h.shape)))
    (parts,) = back(d_h)
    return jnp.sqrt((parts**2).sum(axis=(1, 2)))
