"""Random weights of a few seeds, for a slider, as `init_rnn` and `init_lstm` draw them.

The page cannot draw them itself. Those of the usual size stand in a file: to compile what draws
them takes longer than all else that an explorer does before it is on screen. `write_weights` is the
command that has written the file.
"""

from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.course.explorers.controls import check_between
from lstm_jax.files import load
from lstm_jax.init import init_lstm, init_rnn

HIDDEN = 8  # units, unless the explorer is told otherwise
SEEDS = 8
FILE = Path(__file__).with_name("weights.safetensors")
INITS: dict[str, Any] = {"rnn": init_rnn, "lstm": init_lstm}


def check_hidden(where: str, hidden: Any) -> int:
    """`hidden` as a number of units that the pictures have room for, or a `ValueError`."""
    return check_between(where, "hidden", hidden, 4, 32)


def draw_weights(cell: str, hidden: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What a cell of `INITS` gets from the keys 0, 1, ... at gain 1, without the biases.

    It is w_x on top of w_h, (SEEDS, 1 + hidden, N).
    """
    drawn = [INITS[cell](jax.random.key(seed), 1, hidden) for seed in range(SEEDS)]
    weights = np.stack([np.concatenate([params.w_x, params.w_h]) for params in drawn])
    return weights.astype(np.float32)


@cache
def drawn_weights(cell: str, hidden: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """As `draw_weights`, from the file where they stand there."""
    if hidden != HIDDEN:
        return draw_weights(cell, hidden)
    drawn = load(FILE)
    assert isinstance(drawn, dict)
    return np.asarray(drawn[cell])


def for_page(cell: str, hidden: int) -> bytes:
    """The same as the page takes them, see js/weights.js."""
    return drawn_weights(cell, hidden).astype("<f4").tobytes()


def scaled_weights(cell: str, hidden: int, seed: int, gain: float) -> tuple[Array, Array]:
    """w_x (1, N) and w_h (hidden, N) of one seed, the recurrent ones times `gain`."""
    weights = drawn_weights(cell, hidden)[seed]
    return jnp.asarray(weights[:1]), jnp.asarray(np.float32(gain) * weights[1:])


def biases(hidden: int, *of_blocks: float) -> Array:
    """One number for all units of a block, (N,)."""
    return jnp.asarray(np.repeat(np.asarray(of_blocks, np.float32), hidden))
