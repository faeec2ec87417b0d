"""Lesson 07: what runs where a student's function is missing; see `mine`."""

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Key
from lstm_jax.cells import LSTMParams
from lstm_jax.init import init_lstm


def last_valid(hs: jax.Array, lengths: jax.Array) -> jax.Array:
    """From hs (B, T, H) and lengths (B,), the output at the last valid step of each row (B, H)."""
    is_last = jnp.arange(1, hs.shape[1] + 1)[None] == lengths[:, None]  # (B, T)
    return jnp.sum(jnp.where(is_last[:, :, None], hs, 0.0), axis=1)


def long_memory(key: Key, input_size: int, hidden_size: int) -> LSTMParams:
    """Fresh LSTMParams whose forget gates stand near 0.9985: half is left after 450 steps."""
    return init_lstm(key, input_size, hidden_size, forget_bias=6.5)
