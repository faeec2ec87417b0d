"""A cell and a readout: the smallest whole network."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, ArrayLike, Axis, Key, check_key, check_shape, check_size
from lstm_jax.cells import AnyParams, check_params, features_axis
from lstm_jax.layers import run
from lstm_jax.traces import Clamp, Held, trace


class Readout(NamedTuple):
    """What turns the output h of a cell into an answer, `h @ w + b`: w (H, K), b (K,)."""

    w: Array
    b: Array


class Network(NamedTuple):
    """A cell and its readout."""

    cell: Any  # one of `AnyParams`; the caller knows which
    readout: Readout


def init_network(key: Key, cell: AnyParams, answers: int) -> Network:
    """`cell` with a random readout: weights of variance 1/H, biases 0.

    Args:
        key: a JAX random key for the readout.
        cell: the parameters of the cell, such as `init_lstm` makes.
        answers: numbers in an answer, K.

    Raises:
        ValueError: `key` is no key, `cell` no cell, or `answers` no size.
    """
    check_key("init_network", key)
    _, hidden_size = check_params("init_network", cell, "cell")
    answers = check_size("init_network", "answers", answers)
    w = jax.random.normal(key, (hidden_size, answers), cell.w_x.dtype) / math.sqrt(hidden_size)
    return Network(cell, Readout(w, jnp.zeros(answers, cell.w_x.dtype)))


def read_out(network: Network, h: Array) -> Array:
    """The scores of K classes, or K numbers, (N, K) for outputs h (N, H)."""
    return h @ network.readout.w + network.readout.b[None]


def last_answers(network: Network, xs: ArrayLike, *, clamps: Sequence[Clamp] | Held = ()) -> Array:
    """What the network says after the last step of each sequence: (B, K) for xs (B, T, D).

    Args:
        network: the network.
        xs: sequences (B, T, D), without padding.
        clamps: gates of an LSTM to hold, as in `trace`; no gradient goes through a held gate.

    Raises:
        ValueError: `xs` is not (B, T, D), or as `run` and `trace` do.
    """
    check_params("last_answers", network.cell, "network.cell")
    steps = (Axis("batch"), Axis("time"), features_axis(network.cell))
    check_shape("last_answers", "xs", jnp.shape(xs), steps)
    # `trace` takes longer, because it keeps everything: so it is used only for clamps.
    hs = trace(network.cell, xs, clamps=clamps).h if clamps else run(network.cell, xs)[0]
    return read_out(network, hs[:, -1])
