"""The lag task: symbols pass, one of them carries a mark; name that one `lag` steps later.

A network has to write down one symbol and then refuse all the others, which look just like it. In
the spirit of experiment 2 of Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural
Computation 9(8), 1997, where the first of many symbols decides the last one.
"""

from functools import partial

import jax
import jax.numpy as jnp

from lstm_jax.arrays import (
    Array,
    ArrayLike,
    Key,
    check_key,
    check_size,
    is_concrete,
)
from lstm_jax.losses import check_logits

SYMBOLS = 4
# Always naming the same symbol.
CHANCE = 1 / SYMBOLS


def lag_recall(key: Key, lag: ArrayLike, batch: int, length: int) -> tuple[Array, Array]:
    """Draw sequences of the lag task, on the device.

    The answer is always due at the last step, and the marked symbol stands `lag` steps before it,
    with others on both sides. So the lag is an array: moving it compiles nothing, and there is
    nothing to pad.

    Args:
        key: a JAX random key; the same key draws the same sequences.
        lag: steps from the marked symbol to the answer, one integer from 0 to T - 1. Under `jit`
            its value cannot be looked at; a lag that does not fit then gives sequences of NaN.
        batch: sequences, B.
        length: steps, T, the longest lag and one more. Another length compiles again.

    Returns:
        xs: `(B, T, 5)` float32. At each step one of the features 0 to 3 is 1, the symbol, and the
            others are 0; feature 4 is the mark, 1 at one step and 0 elsewhere.
        ys: `(B,)` int32, which of the 4 symbols had the mark.

    Raises:
        ValueError: `key` is no key, a size is below 1, or `lag` does not fit.
    """
    check_key("lag_recall", key)
    batch = check_size("lag_recall", "batch", batch)
    length = check_size("lag_recall", "length", length)
    lags = jnp.asarray(lag)
    if lags.shape != () or not jnp.issubdtype(lags.dtype, jnp.integer):
        raise ValueError(
            f"lag_recall: lag should be one integer, got {lags.dtype} of shape {lags.shape}"
        )
    if is_concrete(lags) and not 0 <= int(lags) < length:
        raise ValueError(
            f"lag_recall: lag is {int(lags)} but sequences of {length} steps hold lags from 0 to "
            f"{length - 1}; shorten the lag or lengthen the sequences"
        )
    return _draw(key, lags.astype(jnp.int32), batch, length)


def accuracy(logits: Array, target: Array) -> Array:
    """The fraction of answers that are right: the highest of `logits (B, 4)` is `target (B,)`.

    Raises:
        ValueError: the shapes do not fit each other, or `target` holds no integers.
    """
    check_logits("accuracy", logits, target, classes=SYMBOLS, rank=1)
    return jnp.mean(jnp.argmax(logits, axis=-1) == target)


@partial(jax.jit, static_argnames=("batch", "length"))
def _draw(key: Key, lag: Array, batch: int, length: int) -> tuple[Array, Array]:
    symbols = jax.random.randint(key, (batch, length), 0, SYMBOLS, jnp.int32)
    place = length - 1 - lag
    mark = jnp.broadcast_to(jnp.arange(length) == place, (batch, length))
    shown = jax.nn.one_hot(symbols, SYMBOLS, dtype=jnp.float32)
    xs = jnp.concatenate([shown, mark.astype(jnp.float32)[:, :, None]], axis=-1)
    return jnp.where((lag >= 0) & (lag < length), xs, jnp.nan), symbols[:, place]
