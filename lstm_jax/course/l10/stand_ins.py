"""Lesson 10: what runs where a student's function is missing; see `mine`."""

import jax
import jax.numpy as jnp


def masked_loss(log_p: jax.Array, target: jax.Array, lengths: jax.Array) -> jax.Array:
    """The mean of -log p(target) over the first `lengths` (B,) symbols of each row."""
    named = jnp.sum(log_p * jax.nn.one_hot(target, log_p.shape[2]), axis=2)
    valid = jnp.arange(target.shape[1])[None] < lengths[:, None]
    return -jnp.mean(named, where=valid)
