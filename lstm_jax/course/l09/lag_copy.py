"""What chunks of K steps can teach: copy a stream of bits with a delay of L steps.

The stream has no end, the state is carried from chunk to chunk, and the gradient stops at the edge
of a chunk. To learn the delay, some step must send gradient back to the one L steps before, and
both must lie in the same chunk: L is at most K - 1.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, ArrayLike, Key
from lstm_jax.cells import zero_state
from lstm_jax.models.language import LanguageModel, init_language_model, loss
from lstm_jax.training import Fit, adam, fit

SYMBOLS = 2
ROWS, UNITS, LONGEST = 32, 32, 16  # LONGEST: the longest delay


class Stream(NamedTuple):
    """Between two chunks: the delay, the newest symbols (B, LONGEST), and the state (B, H)."""

    lag: Array
    newest: Array
    state: Any


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class RandomBits:
    """Draws the next chunk of each stream: (B, K) of 0 and 1."""

    length: int = field(metadata={"static": True})

    def __call__(self, key: Key) -> Array:
        """Draw a chunk."""
        return jax.random.randint(key, (ROWS, self.length), 0, SYMBOLS, jnp.int32)


def copy_loss(model: LanguageModel, bits: Array, stream: Stream) -> tuple[Array, Stream]:
    """The mean cost of naming at each step the bit of `lag` steps before, in bits; a guess costs 1.

    `bits` (B, K) is the next chunk of the stream.
    """
    known = jnp.concatenate([stream.newest, bits], axis=1)
    due = jax.lax.dynamic_slice_in_dim(known, LONGEST - stream.lag, bits.shape[1], 1)
    value, state = loss(model, bits, due, stream.state)
    return value, Stream(stream.lag, known[:, -LONGEST:], state)


def train_lag_copy(key: Key, lags: ArrayLike, chunk: int, steps: int) -> Fit:
    """Train one model for each of the delays (S,), with chunks of so many steps.

    The last entry of the history of losses shows what each of the S models has learned.
    """
    lags = jnp.asarray(lags, jnp.int32)
    keys = jax.random.split(key, len(lags))
    init = partial(init_language_model, symbols=SYMBOLS, features=4, hidden_size=UNITS)
    models = jax.vmap(init)(keys)

    def begin(lag: Array, model: LanguageModel) -> Stream:
        newest = jnp.zeros((ROWS, LONGEST), jnp.int32)
        return Stream(lag, newest, zero_state(model.cell, ROWS))

    return fit(
        copy_loss,
        models,
        RandomBits(chunk),
        key=keys,
        steps=steps,
        optimizer=adam(0.01),
        carry=jax.vmap(begin)(lags, models),
        progress=False,
    )
