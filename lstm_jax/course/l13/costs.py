"""What a layer costs over a sequence: an LSTM, a minLSTM and causal attention of one width.

The multiplications and additions are those that XLA counts in the program. It counts the body of a
loop once, however often it goes round; so an LSTM is counted by its step, times T.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, Key
from lstm_jax.cells import LSTMState, cell_step
from lstm_jax.init import init_lstm, init_min_lstm
from lstm_jax.layers import run_parallel


class Attention(NamedTuple):
    """Weights of causal attention with one head: from D to queries, keys and values, (D, 3D)."""

    w_qkv: Array


class Cost(NamedTuple):
    """Of a layer with H units over T steps, H inputs each, one sequence.

    Attributes:
        flops: multiplications and additions forward, for all steps.
        kept: numbers that have to be kept to read one step more.
        rounds: operations that have to wait for each other, in steps of the layer.
    """

    flops: float
    kept: int
    rounds: int


def init_attention(key: Key, size: int) -> Attention:
    """Random weights of variance 1/D."""
    return Attention(jax.random.normal(key, (size, 3 * size)) / jnp.sqrt(jnp.float32(size)))


def attend(params: Attention, xs: Array) -> Array:
    """Each step looks back at all before it and at itself: xs (B, T, D) to (B, T, D).

    Vaswani and others, "Attention is all you need", 2017.
    """
    queries, keys, values = jnp.split(xs @ params.w_qkv, 3, axis=-1)
    scores = jnp.einsum("btd,bsd->bts", queries, keys) / jnp.sqrt(jnp.float32(xs.shape[-1]))
    past = jnp.tril(jnp.ones(scores.shape[1:], bool))[None]
    weights = jax.nn.softmax(jnp.where(past, scores, -jnp.inf))
    return jnp.einsum("bts,bsd->btd", weights, values)


def costs(length: int, size: int) -> dict[str, Cost]:
    """The cost of each kind of layer, for T = `length` and D = H = `size`."""
    key, xs, x = jax.random.key(0), _shape((1, length, size)), _shape((1, size))
    # Shapes are enough to count: no array is made.
    lstm = jax.eval_shape(lambda: init_lstm(key, size, size))
    small = jax.eval_shape(lambda: init_min_lstm(key, size, size))
    looking = jax.eval_shape(lambda: init_attention(key, size))
    levels = math.ceil(math.log2(length))
    one_step = _flops(cell_step, lstm, LSTMState(x, x), x)
    return {
        "LSTM": Cost(length * one_step, 2 * size, length),
        "minLSTM": Cost(_flops(run_parallel, small, xs), size, 2 * levels),
        "attention": Cost(_flops(attend, looking, xs), 2 * length * size, 1),
    }


def _shape(shape: tuple[int, ...]) -> Any:
    return jax.eval_shape(lambda: jnp.zeros(shape))


def _flops(layer: Callable[..., Any], *arguments: Any) -> float:
    counted: Any = jax.jit(layer).lower(*arguments).cost_analysis()
    return float(counted["flops"])
