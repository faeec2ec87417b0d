"""The functions that take a student's place until they are written, and how far a memory lags."""

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike


def leaky_sum(decay: float | Array, xs: Array) -> Array:
    """h_t = decay h_{t-1} + x_t from h_0 = 0: all h of xs (T,), (T,)."""

    def advance(h: Array, x: Array) -> tuple[Array, Array]:
        after = decay * h + x
        return after, after

    return jax.lax.scan(advance, jnp.float32(0), xs)[1]


def sensitivity(decay: float | Array, xs: Array) -> Array:
    """The derivative of the last h of `leaky_sum` by each of xs (T,): (T,)."""
    return jax.grad(lambda inputs: leaky_sum(decay, inputs)[-1])(xs)


def batched(decay: float | Array, xss: Array) -> Array:
    """The leaky sum of each row of xss (B, T): (B, T)."""
    return jax.vmap(lambda row: leaky_sum(decay, row))(xss)


@jax.jit
def fading_memory(decay: float | Array, xs: ArrayLike) -> Array:
    """h_t = decay h_{t-1} + (1 - decay) x_t from h_0 = 0: all h of xs (T,), (T,)."""
    return (1 - decay) * leaky_sum(decay, jnp.asarray(xs, jnp.float32))


def months_behind(number: ArrayLike, hs: ArrayLike, *, longest: int = 60, skip: int = 600) -> int:
    """By how many months `hs` runs behind `number`: the shift at which they are most alike.

    Args:
        number: what the memory has read, (T,).
        hs: the memory, (T,).
        longest: the largest shift that is tried, either way.
        skip: how many of the first months are left out, while the memory fills.
    """
    xs, hs = np.asarray(number), np.asarray(hs)
    end = len(xs) - longest
    shifts = range(-longest, longest + 1)
    alike = [np.corrcoef(xs[skip:end], hs[skip + shift : end + shift])[0, 1] for shift in shifts]
    return shifts[int(np.argmax(alike))]
