"""What `TrainingExplorer` trains: networks of any width on sequences of any length.

All stand in arrays of one size. So width and length are numbers that a slider moves, and moving
them compiles nothing. Steps after the end of a sequence are left out by `lengths`. Units beyond the
width have no weights at all, and that is enough: such a unit stays at 0, so nothing reaches it, and
no gradient does.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike, Key
from lstm_jax.cells import GRUParams, LSTMParams, RNNParams
from lstm_jax.course.data.tasks import TEMPORAL_ORDER_2 as TASK
from lstm_jax.course.data.temporal_order import padded_temporal_order
from lstm_jax.layers import run
from lstm_jax.matrices import orthogonal
from lstm_jax.models import Network, Readout, read_out
from lstm_jax.scan import output

UNITS, STEPS = 32, 60  # the size of the arrays: H and T
BATCH = 20  # sequences in a step of training
BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}  # of H columns, in the weights of a cell


class Batch(NamedTuple):
    """Sequences xs (B, STEPS, 8) of the temporal order task, their classes, and how long they are.

    ys: (B,) integers.
    lengths: (B,) integers.
    """

    xs: Array
    ys: Array
    lengths: Array


def draw(length: Array, key: Key) -> Batch:
    """A batch of sequences of `length` steps."""
    xs, ys = padded_temporal_order(key, BATCH, length, STEPS)
    return Batch(xs, ys, jnp.full(ys.shape, length))


def answers(network: Network, batch: Batch) -> Array:
    """The scores of the 4 classes after the last step, (B, 4)."""
    _, state = run(network.cell, batch.xs, lengths=batch.lengths)
    return read_out(network, output(state))


def loss(network: Network, batch: Batch) -> Array:
    """How wrong the answers are: cross-entropy in nats."""
    return TASK.loss(answers(network, batch), batch.ys)


def accuracy(network: Network, batch: Batch) -> dict[str, Array]:
    """The fraction of answers that are right by the rule of the paper, for `fit` to keep."""
    return {"accuracy": TASK.accuracy(answers(network, batch), batch.ys)}


@partial(jax.jit, static_argnames="cell")
def draw_networks(cell: str, keys: Key, width: ArrayLike, forget_bias: ArrayLike) -> Network:
    """Fresh networks, one for each of S keys: every array with an axis S in front.

    The first `width` units are drawn as `init_rnn`, `init_lstm` and `init_gru` draw a cell of that
    width: orthogonal recurrent blocks, Glorot-uniform input blocks.
    """
    acts = jnp.arange(UNITS) < width

    def one(key: Key) -> Network:
        key_cell, key_readout = jax.random.split(key)
        keys_x, keys_h = (
            jax.random.split(side, BLOCKS[cell]) for side in jax.random.split(key_cell)
        )
        blocks_x = jax.vmap(lambda key: _uniform(key, TASK.inputs, acts, width))(keys_x)
        blocks_h = jax.vmap(lambda key: _orthogonal(key, acts))(keys_h)
        w_x, w_h = (jnp.concatenate(list(blocks), axis=1) for blocks in (blocks_x, blocks_h))
        none = jnp.zeros((UNITS,), w_x.dtype)
        bias = jnp.where(acts, jnp.asarray(forget_bias, w_x.dtype), none)
        w = _uniform(key_readout, TASK.outputs, acts, width).T
        readout = Readout(w, jnp.zeros((TASK.outputs,), w.dtype))
        if cell == "RNN":
            return Network(RNNParams(w_x, w_h, none), readout)
        if cell == "GRU":
            return Network(GRUParams(w_x, w_h, jnp.tile(none, 3), none), readout)
        b = jnp.concatenate([none, bias, none, none])
        return Network(LSTMParams(w_x, w_h, b), readout)

    return jax.vmap(one)(keys)


def _uniform(key: Key, rows: int, acts: Array, width: ArrayLike) -> Array:
    """Glorot's uniform weights (rows, UNITS), as between `rows` and `width` units."""
    bound = jnp.sqrt(6 / (rows + jnp.asarray(width, jnp.float32)))
    drawn = jax.random.uniform(key, (rows, UNITS), minval=-1.0)
    return jnp.where(acts[None], bound * drawn, jnp.zeros_like(drawn))


def _orthogonal(key: Key, acts: Array) -> Array:
    """An orthogonal matrix of the units that act, 0 elsewhere, (UNITS, UNITS)."""
    both = acts[:, None] & acts[None]
    # Beside a unit matrix, the factors of a drawn one are what they are without it.
    drawn = jnp.where(both, jax.random.normal(key, both.shape), jnp.eye(UNITS))
    return jnp.where(both, orthogonal(drawn), jnp.zeros_like(drawn))


def cut(network: Network, width: int) -> Network:
    """One network without the units that do not act: arrays of its real size."""
    inputs, recurrent, readout = slice(None), slice(width), network.readout

    def blocks(array: Any, rows: slice) -> Array:
        by_block = np.asarray(array).reshape(*array.shape[:-1], -1, UNITS)[..., :width]
        return jnp.asarray(by_block.reshape(*array.shape[:-1], -1)[rows])

    w_x, w_h, *biases = network.cell
    cell = type(network.cell)(
        blocks(w_x, inputs), blocks(w_h, recurrent), *(blocks(b, inputs) for b in biases)
    )
    return Network(cell, Readout(readout.w[:width], readout.b))
