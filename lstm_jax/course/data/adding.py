"""The adding task: two numbers of a long sequence are marked, the answer is their scaled sum.

After experiment 4 of Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8),
1997. The numbers and the target are theirs. Two things are simpler here: a batch has one length
instead of lengths from T to 1.1 T, and the two ends of a sequence carry no mark of their own.
"""

from functools import partial

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, Axis, Key, check_key, check_shape, check_size

# Always answering 0.5, the mean of the target: Var((a + b) / 4) = (1/3 + 1/3) / 16.
CONSTANT_MSE = 1 / 24
# The paper calls a sequence solved when the answer is off by less than this.
TOLERANCE = 0.04
# 0.5 is that close where |a + b| < 4 · 0.04; the density of a + b falls linearly from 0 to ±2.
CONSTANT_ACCURACY = 1 - (1 - 2 * TOLERANCE) ** 2


def adding(key: Key, batch: int, length: int) -> tuple[Array, Array]:
    """Draw sequences of the adding task, on the device.

    Feature 0 of each step is a number drawn uniformly from [-1, 1]; feature 1 is 1 at the two
    marked steps and 0 elsewhere. One mark is among the first ten steps and the other anywhere else
    in the first half, so the answer is due at least T/2 steps after the last mark.

    Args:
        key: a JAX random key; the same key draws the same sequences.
        batch: sequences, B.
        length: steps, T, at least 4. Another length compiles again.

    Returns:
        xs: `(B, T, 2)` float32, number and mark.
        ys: `(B,)` float32, `0.5 + (a + b) / 4` for the marked numbers a and b; between 0 and 1.

    Raises:
        ValueError: `key` is no key, or a size is too small.
    """
    check_key("adding", key)
    batch = check_size("adding", "batch", batch)
    length = check_size("adding", "length", length)
    if length < 4:
        raise ValueError(f"adding: length is {length}; two marks in one half need at least 4 steps")
    return _draw(key, batch, length)


def accuracy(prediction: Array, target: Array) -> Array:
    """The fraction of answers `(B,)` off by less than 0.04, the rule of the paper.

    Raises:
        ValueError: the shapes differ.
    """
    check_shape("accuracy", "target", target.shape, [Axis("batch")])
    expected = [Axis("batch", len(target), f"target has {len(target)}")]
    check_shape("accuracy", "prediction", prediction.shape, expected)
    return jnp.mean(jnp.abs(prediction - target) < TOLERANCE)


@partial(jax.jit, static_argnames=("batch", "length"))
def _draw(key: Key, batch: int, length: int) -> tuple[Array, Array]:
    key_numbers, key_first, key_second = jax.random.split(key, 3)
    half = length // 2
    numbers = jax.random.uniform(key_numbers, (batch, length), jnp.float32, -1.0, 1.0)
    first = jax.random.randint(key_first, (batch, 1), 0, min(10, half))
    # One step fewer to draw from; a draw at or after `first` moves on by one, so the two differ.
    second = jax.random.randint(key_second, (batch, 1), 0, half - 1)
    second = jnp.where(second >= first, second + 1, second)
    steps = jnp.arange(length)[None]
    marks = ((steps == first) | (steps == second)).astype(jnp.float32)
    xs = jnp.stack([numbers, marks], axis=-1)
    ys = 0.5 + jnp.sum(numbers * marks, axis=1) / 4
    return xs, ys
