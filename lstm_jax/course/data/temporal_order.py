"""The temporal order task: an X or a Y at two or three places, far apart; name their order.

After experiments 6a (two places, 4 classes) and 6b (three places, 8 classes) of Hochreiter and
Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997. The symbols, the classes and
the places are theirs. Two things differ: a batch has one length, where theirs run from 100 to 110,
and places are fractions of that length, so that other lengths are the same task, stretched.
"""

from functools import partial

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, ArrayLike, Key, check_key, check_size, is_concrete
from lstm_jax.losses import check_logits

# A sequence begins with E, ends with B, and has a, b, c and d in between, except at X and Y.
SYMBOLS = "EBabcdXY"
# The paper calls a sequence solved when every output is off by less than this.
TOLERANCE = 0.3
SHORTEST = 10  # steps

# First and last step at which each X or Y can stand, for 100 steps.
_PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}


def temporal_order(key: Key, batch: int, length: int, places: int = 2) -> tuple[Array, Array]:
    """Draw sequences of the temporal order task, on the device.

    With 100 steps, counted from 0, the two places are drawn uniformly from steps 10 to 20 and 50 to
    60, the three from 10 to 20, 33 to 43 and 66 to 76. Another length stretches these bounds and
    rounds them down.

    Args:
        key: a JAX random key; the same key draws the same sequences.
        batch: sequences, B.
        length: steps, T, at least 10. Another length compiles again.
        places: how many symbols are an X or a Y, 2 or 3.

    Returns:
        xs: `(B, T, 8)` float32, the symbols: at each step one feature is 1, in the order of
            `SYMBOLS`, and the others are 0.
        ys: `(B,)` int32, the class: 0 for X X, 1 for X Y, 2 for Y X, 3 for Y Y; 0 for X X X and on
            to 7 for Y Y Y.

    Raises:
        ValueError: `key` is no key, a size is too small, or `places` is neither 2 nor 3.
    """
    length = check_size("temporal_order", "length", length)
    if length < SHORTEST:
        raise ValueError(
            f"temporal_order: length is {length}; below {SHORTEST} steps the places meet the first "
            "symbol"
        )
    return _check_and_draw("temporal_order", key, batch, length, length, places)


def padded_temporal_order(
    key: Key, batch: int, length: ArrayLike, room: int, places: int = 2
) -> tuple[Array, Array]:
    """The same sequences in arrays of `room` steps: their length is an array and compiles nothing.

    Args:
        key: as for `temporal_order`.
        batch: sequences, B.
        length: steps of each of them, one integer from 10 to `room`. Under `jit` its value cannot
            be looked at.
        room: steps of the arrays, T. Another one compiles again.
        places: as for `temporal_order`.

    Returns:
        xs `(B, T, 8)`, 0 in the steps after the end, and ys `(B,)`; see `temporal_order`.

    Raises:
        ValueError: as `temporal_order`, or `length` is more than `room`.
    """
    room = check_size("padded_temporal_order", "room", room)
    length = jnp.asarray(length, jnp.int32)
    if is_concrete(length) and not SHORTEST <= int(length) <= room:
        raise ValueError(
            f"padded_temporal_order: length should be a whole number from {SHORTEST} to room, "
            f"which is {room}, got {int(length)}"
        )
    return _check_and_draw("padded_temporal_order", key, batch, length, room, places)


def chance(places: int = 2) -> float:
    """The accuracy of always naming the same class, 1/4 or 1/8.

    Giving all of them the same probability costs the cross-entropy `-ln(chance)`.
    """
    return 1 / 2**places


def accuracy(logits: Array, target: Array) -> Array:
    """The fraction of answers right by the rule of the paper: no output is off by 0.3 or more.

    The outputs are the probabilities, the softmax of `logits (B, 4)` or `(B, 8)`; they should be 1
    for the class `target (B,)` and 0 for the others.

    Raises:
        ValueError: the shapes do not fit each other, or `target` holds no integers.
    """
    check_logits("accuracy", logits, target, rank=1)
    wanted = jax.nn.one_hot(target, logits.shape[-1], dtype=logits.dtype)
    error = jnp.abs(jax.nn.softmax(logits) - wanted)
    return jnp.mean(jnp.all(error < TOLERANCE, axis=-1))


def _check_and_draw(
    where: str, key: Key, batch: int, length: ArrayLike, room: int, places: int
) -> tuple[Array, Array]:
    check_key(where, key)
    batch = check_size(where, "batch", batch)
    places = check_size(where, "places", places)
    if places not in _PLACES:
        raise ValueError(f"{where}: places should be 2 or 3, got {places}")
    return _draw(key, jnp.int32(length), batch, room, places)


@partial(jax.jit, static_argnames=("batch", "room", "places"))
def _draw(key: Key, length: Array, batch: int, room: int, places: int) -> tuple[Array, Array]:
    key_others, key_steps, key_kinds = jax.random.split(key, 3)
    first, last = length * jnp.array(_PLACES[places]).T[:, None] // 100  # (1, places) each
    steps = jax.random.randint(key_steps, (batch, places), first, last + 1)
    kinds = jax.random.randint(key_kinds, (batch, places), 0, 2)  # 0 is X, 1 is Y

    symbols = jax.random.randint(key_others, (batch, room), 2, 6)
    symbols = symbols.at[:, 0].set(SYMBOLS.index("E")).at[:, length - 1].set(SYMBOLS.index("B"))
    symbols = symbols.at[jnp.arange(batch)[:, None], steps].set(SYMBOLS.index("X") + kinds)

    symbols = jnp.where(jnp.arange(room)[None] < length, symbols, -1)  # no symbol

    xs = jax.nn.one_hot(symbols, len(SYMBOLS), dtype=jnp.float32)
    ys = jnp.sum(kinds << jnp.arange(places)[::-1][None], axis=1, dtype=jnp.int32)
    return xs, ys
