"""The copy memory task: ten symbols, a long silence, then a signal to write the ten down again.

After Arjovsky, Shah and Bengio, "Unitary Evolution Recurrent Neural Networks", ICML 2016. Their
"T" is the delay, from the last of the ten symbols to the signal; a sequence has 20 steps more.
Here T is the length, as everywhere in this package, so their T = 100 is `length=120`.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, Key, check_key, check_size
from lstm_jax.losses import check_logits

COPIED = 10  # symbols to write down again
SYMBOLS = 8  # kinds of them, 0 to 7
BLANK, SIGNAL = 8, 9
# The accuracy of naming one of the symbols at random.
CHANCE = 1 / SYMBOLS


def copy_memory(key: Key, batch: int, length: int) -> tuple[Array, Array]:
    """Draw sequences of the copy memory task, on the device.

    A sequence is ten symbols, blanks, the signal at step T - 11, and ten more blanks. The answer
    is a blank at each step up to the signal, and the ten symbols in their order after it.

    Args:
        key: a JAX random key; the same key draws the same sequences.
        batch: sequences, B.
        length: steps, T: the delay of the paper and 20 more, so at least 21. Another length
            compiles again.

    Returns:
        xs: `(B, T, 10)` float32: at each step one feature is 1, and the others are 0. Features 0
            to 7 are the symbols, 8 is the blank, 9 is the signal.
        ys: `(B, T)` int32, the answer at each step, from 0 to 8: the signal is never an answer.

    Raises:
        ValueError: `key` is no key, or a size is too small.
    """
    check_key("copy_memory", key)
    batch = check_size("copy_memory", "batch", batch)
    length = check_size("copy_memory", "length", length)
    if length <= 2 * COPIED:
        raise ValueError(
            f"copy_memory: length is {length}; ten symbols twice and a delay need at least 21 steps"
        )
    return _draw(key, batch, length)


def constant_loss(length: int) -> float:
    """The cross-entropy, in nats a step, of an answer that knows the steps but not the symbols.

    It is sure of each blank, and gives each of the 8 symbols the probability 1/8 at the last ten
    steps: `10 ln 8 / T`.
    """
    return COPIED * math.log(SYMBOLS) / length


def accuracy(logits: Array, target: Array) -> Array:
    """The fraction of the ten symbols that is right, where `logits (B, T, 9)` is highest.

    Blanks do not count, because they are most of the answers and need no memory. The paper has no
    rule of its own; it shows the cross-entropy over all steps.

    Raises:
        ValueError: the shapes do not fit each other, or `target (B, T)` holds no integers.
    """
    check_logits("accuracy", logits, target, classes=SYMBOLS + 1, rank=2)
    named = jnp.argmax(logits[:, -COPIED:], axis=-1)
    return jnp.mean(named == target[:, -COPIED:])


@partial(jax.jit, static_argnames=("batch", "length"))
def _draw(key: Key, batch: int, length: int) -> tuple[Array, Array]:
    symbols = jax.random.randint(key, (batch, COPIED), 0, SYMBOLS, jnp.int32)
    blanks = jnp.full((batch, length - COPIED), BLANK, jnp.int32)
    shown = jnp.concatenate([symbols, blanks], axis=1).at[:, -COPIED - 1].set(SIGNAL)
    xs = jax.nn.one_hot(shown, SYMBOLS + 2, dtype=jnp.float32)
    return xs, jnp.concatenate([blanks, symbols], axis=1)
