"""Units that add up marked numbers with their input gate held open, and how well they do it."""

from collections.abc import Callable
from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.cells import LSTMParams

Write = Callable[[LSTMParams, Array, Array], Array]
WEIGHTS = 0.03, 0.1, 0.3, 1.0, 3.0  # of the candidate on the number
SETTINGS = -8.0, -4.0, 0.0, 4.0, 8.0  # its weight on the mark, and its bias


def without_gate(weight: float, on_mark: float, bias: float) -> LSTMParams:
    """One unit with i = 1 at every step: its candidate is tanh(weight x + on_mark m + bias)."""
    return LSTMParams(
        w_x=jnp.array([[0.0, 0, weight, 0], [0.0, 0, on_mark, 0]]),
        w_h=jnp.zeros((1, 4)),
        b=jnp.array([30.0, 9, bias, 9]),
    )


def all_without_gate() -> LSTMParams:
    """The 125 units that are tried; axis 0 counts them."""
    cells = [without_gate(*each) for each in product(WEIGHTS, SETTINGS, SETTINGS)]
    return jax.tree.map(lambda *arrays: jnp.stack(arrays), *cells)


@partial(jax.jit, static_argnames="write")
def memories(write: Write, cell: LSTMParams, xs: Array) -> Array:
    """The cell state of one unit after each step (N, T), with f = 1: the sum of what it writes.

    Args:
        write: what a step adds, from the weights, the old output (1,) and the input (2,).
        cell: the unit; its `w_h` is 0.
        xs: number and mark (N, T, 2).
    """

    def written(x: Array) -> Array:
        return write(cell, jnp.zeros(1), x)[0]

    return jnp.cumsum(jax.vmap(jax.vmap(written))(xs), axis=1)


def error(at_end: np.ndarray, sums: np.ndarray) -> tuple[float, float]:
    """The root mean squared error of the best answer a · c + d, for the first half and the second.

    Args:
        at_end: the cell states at the end (N,), or (N, H) of several units. The scales a and the
            offset d are fitted to the first half of the N sequences.
        sums: the right answers (N,).
    """
    features = np.column_stack([at_end, np.ones(len(sums))]).astype(np.float64)
    half = len(sums) // 2
    scales = np.linalg.lstsq(features[:half], sums[:half], rcond=None)[0]
    squares = np.square(features @ scales - sums)
    return float(np.sqrt(squares[:half].mean())), float(np.sqrt(squares[half:].mean()))
