"""A cell over time, the plain way: `lax.scan` hands the state from step to step.

The state walks along the sequence and the cell reads one input a step. `lax.scan` compiles that
walk once, whatever its length. Arguments have the batch first, (B, T, D); inside the scan time
comes first, (T, B, D), because a scan walks along the first axis.
"""

from functools import partial
from typing import TypeVar

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.cells import AnyParams, LSTMState, State, StateT, cell_step

Tree = TypeVar("Tree")


@partial(jax.jit, static_argnames="reverse")
def scan_cell(
    params: AnyParams, xs: Array, state: StateT, lengths: Array | None, *, reverse: bool
) -> tuple[Array, StateT]:
    """Outputs hs (B, T, H) and the final state, for xs (B, T, D) and a state with a batch axis.

    For `lengths` and `reverse` see `lstm_jax.run`. Nothing is checked.
    """
    inputs = jnp.swapaxes(xs, 0, 1)  # (T, B, D)
    if lengths is None:

        def body(state: StateT, x: Array) -> tuple[StateT, Array]:
            state, _ = cell_step(params, state, x)
            return state, output(state)

        state, hs = jax.lax.scan(body, state, inputs, reverse=reverse)
    else:
        valid = valid_steps(lengths, xs.shape[1])  # (T, B, 1)
        # The padding is set to 0 first: a NaN in it would pass through the gradient of `where`.
        inputs = jnp.where(valid, inputs, jnp.zeros_like(inputs))

        def masked(state: StateT, step: tuple[Array, Array]) -> tuple[StateT, Array]:
            x, valid = step
            moved, _ = cell_step(params, state, x)
            state = freeze(valid, moved, state)
            return state, jnp.where(valid, output(state), jnp.zeros_like(output(state)))

        state, hs = jax.lax.scan(masked, state, (inputs, valid), reverse=reverse)
    return jnp.swapaxes(hs, 0, 1), state


def output(state: State) -> Array:
    """What a cell shows of its state: h."""
    return state.h if isinstance(state, LSTMState) else state


def valid_steps(lengths: Array, time: int) -> Array:
    """(T, B, 1), true where a row has not yet ended."""
    return jnp.arange(time, dtype=jnp.int32)[:, None, None] < lengths[None, :, None]


def freeze(valid: Array, moved: Tree, kept: Tree) -> Tree:
    """The state `moved` where `valid` (B, 1), and as it was, `kept`, elsewhere."""
    return jax.tree.map(lambda new, old: jnp.where(valid, new, old), moved, kept)
