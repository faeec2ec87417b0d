"""What runs in the rest of lesson 00 where a student's function is not right yet."""

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array


def leaky_sum(decay: float | Array, xs: Array) -> Array:
    """h_t = decay h_{t-1} + x_t from h_0 = 0: all h of xs (T,), (T,)."""

    def advance(h: Array, x: Array) -> tuple[Array, Array]:
        after = decay * h + x
        return after, after

    return jax.lax.scan(advance, jnp.float32(0), xs)[1]


def sensitivity(decay: float | Array, xs: Array) -> Array:
    """The derivative of the last h of `leaky_sum` with respect to each of xs (T,): (T,)."""
    return jax.grad(lambda inputs: leaky_sum(decay, inputs)[-1])(xs)


def batched(decay: float | Array, xss: Array) -> Array:
    """The leaky sum of each row of xss (B, T): (B, T)."""
    return jax.vmap(lambda row: leaky_sum(decay, row))(xss)
