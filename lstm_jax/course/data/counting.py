"""The counting task: a string of n times a, then n times b; name the next symbol at each step.

After Gers and Schmidhuber, "LSTM Recurrent Networks Learn Simple Context-Free and
Context-Sensitive Languages", IEEE Transactions on Neural Networks 12(6), 2001. Their network marks
every symbol that could come next; here it gives each a probability, as a language model does.
A network that has counted the a's can name all that follows the first b, the end included.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, Key, check_key, check_size
from lstm_jax.losses import check_logits, cross_entropy

SYMBOLS = "SabE"  # start, a, b, end
_START, _A, _B, _END = range(4)
# The target where nothing is asked: after the end of a string.
NOTHING = -1


def counting(key: Key, batch: int, length: int) -> tuple[Array, Array]:
    """Draw strings of the counting task, on the device.

    n is drawn uniformly from 1 to N, and N is the most that fits: with its start, a string has
    2n + 1 symbols, so N is (T - 1) / 2, rounded down. The network reads the string and names the
    next symbol at each step, the end last of all. The steps that are left have no target.

    Args:
        key: a JAX random key; the same key draws the same strings.
        batch: strings, B.
        length: steps, T, at least 3. Another length compiles again.

    Returns:
        xs: `(B, T, 4)` float32: at each step one feature is 1, in the order of `SYMBOLS`, and the
            others are 0. E stands at the steps that are left.
        ys: `(B, T)` int32, the next symbol, and -1 at the steps that are left.

    Raises:
        ValueError: `key` is no key, or a size is too small.
    """
    check_key("counting", key)
    batch = check_size("counting", "batch", batch)
    length = check_size("counting", "length", length)
    if length < 3:
        raise ValueError(f"counting: length is {length}; the shortest string, S a b, has 3 symbols")
    return _draw(key, batch, length)


def memoryless_loss(length: int) -> float:
    """The least cross-entropy, in nats a step, for an answer that sees the present symbol alone.

    After S the answer is certain. A share q = 2 / (N + 1) of all a's are the last of their string,
    and the same share of all b's: so these two changes get the probability q. Per step of a string,
    that is `(N + 1) / (N + 2) · (-q ln q - (1 - q) ln(1 - q))`.

    Counting does not bring the loss to 0, because n is unknown before the first b. What is left is
    `ln N / (N + 2)`.
    """
    most = _most(length)
    change = 2 / (most + 1)
    surprise = -sum(p * math.log(p) for p in (change, 1 - change) if p > 0)
    return (most + 1) / (most + 2) * surprise


def memoryless_accuracy(length: int) -> float:
    """The accuracy for an answer that sees the present symbol alone: 1 / N.

    It has to name the end after every b, and is right only where n is 1.
    """
    return 1 / _most(length)


def loss(logits: Array, target: Array) -> Array:
    """The cross-entropy of `logits (B, T, 4)`, in nats a step, over the steps that ask something.

    Raises:
        ValueError: the shapes do not fit each other, or `target (B, T)` holds no integers.
    """
    check_logits("loss", logits, target, classes=len(SYMBOLS), rank=2)
    return cross_entropy(logits, target, where=target != NOTHING)


def accuracy(logits: Array, target: Array) -> Array:
    """The fraction of strings that are right from start to end, the rule of the paper.

    A string is right when the highest of `logits (B, T, 4)` is the next symbol wherever that
    symbol is certain: after the start, and from the first b to the end. After an a it can be
    another a or the first b, so any answer is right there.

    Raises:
        ValueError: the shapes do not fit each other, or `target (B, T)` holds no integers.
    """
    check_logits("accuracy", logits, target, classes=len(SYMBOLS), rank=2)
    # The input of a step is the target of the step before.
    present = jnp.pad(target[:, :-1], ((0, 0), (1, 0)), constant_values=_START)
    open_steps = (present == _A) | (target == NOTHING)
    return jnp.mean(jnp.all((jnp.argmax(logits, axis=-1) == target) | open_steps, axis=1))


def _most(length: int) -> int:
    """N, the largest n of a string of `length` symbols."""
    return (length - 1) // 2


@partial(jax.jit, static_argnames=("batch", "length"))
def _draw(key: Key, batch: int, length: int) -> tuple[Array, Array]:
    n = jax.random.randint(key, (batch, 1), 1, _most(length) + 1)
    place = jnp.arange(length + 1)[None]
    string = jnp.where(place <= n, _A, jnp.where(place <= 2 * n, _B, _END)).at[:, 0].set(_START)
    present, following = string[:, :-1], string[:, 1:]
    xs = jax.nn.one_hot(present, len(SYMBOLS), dtype=jnp.float32)
    return xs, jnp.where(present == _END, NOTHING, following).astype(jnp.int32)
