"""A cell over time: one layer, layers stacked, and both directions.

The state walks along the sequence and the cell reads one input a step. `lax.scan` compiles that
walk once, whatever its length. Batch comes first at the door, (B, T, D), and time first inside the
scan, (T, B, D), since that is the axis it walks along.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike, Axis, check_array, check_shape, is_concrete
from lstm_jax.cells import (
    LSTMState,
    Params,
    State,
    cell_step,
    check_params,
    check_state,
    features_axis,
    zero_state,
)


def run(
    params: Params,
    xs: ArrayLike,
    state: State | None = None,
    *,
    lengths: ArrayLike | None = None,
    reverse: bool = False,
) -> tuple[Array, Any]:
    """Walk a cell along its sequences.

    Args:
        params: `RNNParams`, `LSTMParams` or `GRUParams`.
        xs: inputs (B, T, D), or (T, D) for one sequence; the results follow suit.
        state: what the cell remembers before the first step, (B, H) arrays or (H,); zeros if None.
        lengths: whole numbers (B,), or () for one sequence: how many steps of each row are valid.
            After them the state of the row stays as it is and its outputs are 0, whatever stands
            in the padding. A row of length 0 returns its initial state.
        reverse: read each row from its last valid step to its first. Outputs keep their places.

    Returns:
        hs, the outputs (B, T, H), and the final state, of the form of `state`.

    Raises:
        ValueError: for a shape, type, state or length that does not fit; nothing is broadcast.
    """
    single, xs, state, lengths = check_sequences("run", params, xs, state, lengths)
    if not isinstance(reverse, bool | np.bool_):
        raise ValueError(f"run: reverse should be True or False, got {reverse!r}")
    hs, state = scan_cell(params, xs, state, lengths, reverse=bool(reverse))
    return (hs[0], unbatch(state)) if single else (hs, state)


@partial(jax.jit, static_argnames="reverse")
def scan_cell(
    params: Params, xs: Array, state: Any, lengths: Array | None, *, reverse: bool
) -> tuple[Array, Any]:
    """`run` after its checks: xs (B, T, D), every array with its batch axis."""
    inputs = jnp.swapaxes(xs, 0, 1)  # (T, B, D)
    if lengths is None:

        def body(state: Any, x: Array) -> tuple[Any, Array]:
            state, _ = cell_step(params, state, x)
            return state, output(state)

        state, hs = jax.lax.scan(body, state, inputs, reverse=reverse)
    else:
        valid = valid_steps(lengths, xs.shape[1])  # (T, B, 1)
        # A NaN in the padding would pass through the gradient of `where`: take it out first.
        inputs = jnp.where(valid, inputs, jnp.zeros_like(inputs))

        def masked(state: Any, step: tuple[Array, Array]) -> tuple[Any, Array]:
            x, valid = step
            moved, _ = cell_step(params, state, x)
            state = freeze(valid, moved, state)
            return state, jnp.where(valid, output(state), jnp.zeros_like(output(state)))

        state, hs = jax.lax.scan(masked, state, (inputs, valid), reverse=reverse)
    return jnp.swapaxes(hs, 0, 1), state


def output(state: Any) -> Array:
    """What a cell shows of its state: h."""
    h: Array = state.h if isinstance(state, LSTMState) else state
    return h


def valid_steps(lengths: Array, time: int) -> Array:
    """(T, B, 1), true where a row has not yet ended."""
    return jnp.arange(time, dtype=jnp.int32)[:, None, None] < lengths[None, :, None]


def freeze(valid: Array, moved: Any, kept: Any) -> Any:
    """The state `moved` where `valid` (B, 1), and as it was, `kept`, elsewhere."""
    return jax.tree.map(lambda new, old: jnp.where(valid, new, old), moved, kept)


def unbatch(tree: Any) -> Any:
    """Every array without its batch axis of size 1."""
    return jax.tree.map(lambda leaf: leaf[0], tree)


# --- Several layers ------------------------------------------------------------------------------


class Bidirectional(NamedTuple):
    """Two cells on one sequence: one reads from the left, one from the right."""

    forward: Params
    backward: Params


def run_bidirectional(
    layer: Bidirectional,
    xs: ArrayLike,
    state: tuple[State, State] | None = None,
    *,
    lengths: ArrayLike | None = None,
) -> tuple[Array, tuple[Any, Any]]:
    """Both directions of `layer` over xs (B, T, D) or (T, D), side by side: hs (B, T, 2H).

    `state` and the second result are pairs, forward then backward. For the rest see `run`. The two
    outputs at step t have read everything up to t and everything from t on, so this is for
    sequences that are there as a whole, not for forecasting.
    """
    ahead, back = (None, None) if state is None else state
    hs_ahead, ahead = run(layer.forward, xs, ahead, lengths=lengths)
    hs_back, back = run(layer.backward, xs, back, lengths=lengths, reverse=True)
    return jnp.concatenate([hs_ahead, hs_back], axis=-1), (ahead, back)


def run_stack(
    layers: Sequence[Params | Bidirectional],
    xs: ArrayLike,
    states: Sequence[Any] | None = None,
    *,
    lengths: ArrayLike | None = None,
) -> tuple[Array, tuple[Any, ...]]:
    """Layers on top of each other, each reading the outputs of the one below.

    Args:
        layers: parameters from the bottom to the top, of any cell, or `Bidirectional` pairs.
        xs: inputs of the bottom layer, (B, T, D) or (T, D).
        states: one state a layer (a pair for `Bidirectional`), zeros if None.
        lengths: as in `run`.

    Returns:
        The outputs of the top layer and a tuple of final states, one a layer.

    Raises:
        ValueError: where a layer does not fit the one below it, or as `run` does.
    """
    if not layers:
        raise ValueError("run_stack: layers is empty; give the parameters of one layer or more")
    if states is None:
        states = [None] * len(layers)
    if len(states) != len(layers):
        raise ValueError(
            f"run_stack: states has {len(states)} entries but there are {len(layers)} layers; "
            "give one state a layer"
        )
    hs, finals = xs, []
    for index, (layer, state) in enumerate(zip(layers, states, strict=True)):
        try:
            if isinstance(layer, Bidirectional):
                hs, final = run_bidirectional(layer, hs, state, lengths=lengths)
            else:
                hs, final = run(layer, hs, state, lengths=lengths)
        except ValueError as error:
            raise ValueError(f"run_stack: in layers[{index}], {error}") from None
        finals.append(final)
    return jnp.asarray(hs), tuple(finals)


# --- Checks --------------------------------------------------------------------------------------


def check_sequences(
    where: str, params: Params, xs: Any, state: Any = None, lengths: Any = None
) -> tuple[bool, Array, Any, Array | None]:
    """Whether xs is one sequence, then xs, state and lengths with a batch axis each."""
    check_params(where, params)
    xs = check_array(where, "xs", xs, dtype=params.w_x.dtype, owner="params.w_x")
    steps = (Axis("time"), features_axis(params))
    check_shape(where, "xs", xs.shape, (Axis("batch"), *steps), steps)
    single = xs.ndim == 2
    batch = None if single else xs.shape[0]
    state = zero_state(params, batch) if state is None else check_state(where, params, state, batch)
    if lengths is not None:
        lengths = _check_lengths(where, lengths, batch, xs.shape[-2])
    if single:
        xs, state, lengths = jax.tree.map(lambda leaf: leaf[None], (xs, state, lengths))
    return single, xs, state, lengths


def _check_lengths(where: str, lengths: Any, batch: int | None, time: int) -> Array:
    try:
        array = jnp.asarray(lengths)
    except (TypeError, ValueError):
        raise ValueError(
            f"{where}: lengths should be whole numbers, got {type(lengths).__name__}"
        ) from None
    if not jnp.issubdtype(array.dtype, jnp.integer):
        raise ValueError(
            f"{where}: lengths should be whole numbers, got {array.dtype} {array.shape}; "
            "convert it with lengths.astype(jnp.int32)"
        )
    rows = () if batch is None else (Axis("batch", batch, f"xs has {batch}"),)
    check_shape(where, "lengths", array.shape, rows)
    if is_concrete(lengths):
        values = np.asarray(lengths)  # in NumPy: under `jit` what JAX computes has no value yet
        if np.any(values < 0) or np.any(values > time):
            raise ValueError(
                f"{where}: lengths should lie between 0 and the {time} time steps of xs, "
                f"got {values.tolist()}"
            )
    return array.astype(jnp.int32)
