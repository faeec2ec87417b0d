"""The memory of lesson 00, and by how many months it is late."""

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike
from lstm_jax.course.l00.stand_ins import leaky_sum


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


def months_late(decay: float, number: ArrayLike) -> int:
    """By how many months the memory of `number` (T,) is late, from its eleventh year on.

    The memory of a decay of 1 stays at 0, so it must be below 1.
    """
    return months_behind(number, fading_memory(decay, number), skip=120)
