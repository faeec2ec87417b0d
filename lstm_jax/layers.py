"""A cell over time: one layer, layers stacked, and both directions.

The arguments are checked here, once. The walk over the steps is in `scan`, as the equations say it;
in `fast`, the same numbers in less time; and in `parallel`, for recurrences that are linear in
their state.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypedDict, TypeVar, Unpack, overload

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike, Axis, check_array, check_shape, is_concrete
from lstm_jax.cells import (
    AnyParams,
    LSTMParams,
    LSTMState,
    OtherParams,
    State,
    check_params,
    check_state,
    features_axis,
    zero_state,
)
from lstm_jax.fast import recurrence
from lstm_jax.linear import LinearParams
from lstm_jax.parallel import linear_recurrence
from lstm_jax.scan import scan_cell

Walk = Callable[..., tuple[Array, State]]  # such as `scan_cell`
Tree = TypeVar("Tree")


class RunOptions(TypedDict, total=False):
    """The keywords of `run`, which are the same for every cell."""

    lengths: ArrayLike | None
    reverse: bool


@overload
def run(
    params: LSTMParams, xs: ArrayLike, state: LSTMState | None = None, **rest: Unpack[RunOptions]
) -> tuple[Array, LSTMState]: ...
@overload
def run(
    params: OtherParams, xs: ArrayLike, state: Array | None = None, **rest: Unpack[RunOptions]
) -> tuple[Array, Array]: ...
def run(
    params: AnyParams,
    xs: ArrayLike,
    state: State | None = None,
    *,
    lengths: ArrayLike | None = None,
    reverse: bool = False,
) -> tuple[Array, State]:
    """Walk a cell along its sequences.

    The walk is arranged for speed, with a backward pass of its own (`lstm_jax.fast`, and for
    recurrences that are linear in their state `lstm_jax.parallel`). Reverse-mode derivatives of any
    order go through it; for forward mode, `jax.jvp` and `jax.jacfwd`, take `run_plain`.

    Args:
        params: `RNNParams`, `LSTMParams`, `GRUParams`, or one of `lstm_jax.linear`, such as
            `MinLSTMParams`.
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
        TypeError: under forward-mode differentiation.
    """
    is_linear = isinstance(params, LinearParams)
    walk: Walk = linear_recurrence if is_linear else recurrence
    return _walk("run", walk, params, xs, state, lengths, reverse)


@overload
def run_plain(
    params: LSTMParams, xs: ArrayLike, state: LSTMState | None = None, **rest: Unpack[RunOptions]
) -> tuple[Array, LSTMState]: ...
@overload
def run_plain(
    params: OtherParams, xs: ArrayLike, state: Array | None = None, **rest: Unpack[RunOptions]
) -> tuple[Array, Array]: ...
def run_plain(
    params: AnyParams,
    xs: ArrayLike,
    state: State | None = None,
    *,
    lengths: ArrayLike | None = None,
    reverse: bool = False,
) -> tuple[Array, State]:
    """The same as `run`, written as one scan over `cell_step`, with all derivatives of JAX.

    `run` is tested against it, and forward mode needs it. For arguments and errors see `run`.
    """
    return _walk("run_plain", scan_cell, params, xs, state, lengths, reverse)


def run_parallel(
    params: LinearParams,
    xs: ArrayLike,
    state: Array | None = None,
    *,
    lengths: ArrayLike | None = None,
    reverse: bool = False,
) -> tuple[Array, Array]:
    """The same as `run`, with all steps joined by an associative scan on every device.

    On a GPU or TPU `run` does this too. On a CPU `run` takes one step after another, because that
    is faster there (`lstm_jax.parallel`). For arguments and errors see `run`.

    Raises:
        ValueError: as `run`; and for an RNN, LSTM or GRU, whose next state needs the one before.
    """
    check_params("run_parallel", params)
    if not isinstance(params, LinearParams):
        raise ValueError(
            f"run_parallel: params is {type(params).__name__}, whose step t needs the h of step "
            "t - 1, so steps cannot be joined; give MinLSTMParams, MinGRUParams or DiagonalParams, "
            "or call run"
        )
    walk = partial(linear_recurrence, parallel=True)
    return _walk("run_parallel", walk, params, xs, state, lengths, reverse)


def _walk(
    where: str,
    walk: Walk,
    params: AnyParams,
    xs: Any,
    state: Any,
    lengths: Any,
    reverse: Any,
) -> tuple[Array, Any]:  # a state of the kind that belongs to `params`
    single, xs, state, lengths = check_sequences(where, params, xs, state, lengths)
    if not isinstance(reverse, bool | np.bool_):
        raise ValueError(f"{where}: reverse should be True or False, got {reverse!r}")
    try:
        hs, state = walk(params, xs, state, lengths, reverse=bool(reverse))
    except TypeError as error:
        if "custom_vjp" not in str(error):
            raise
        raise TypeError(
            f"{where}: its backward pass is written by hand, so forward mode (jax.jvp, jax.jacfwd, "
            "jax.linearize) cannot pass; run_plain takes the same arguments and has both modes"
        ) from None
    return (hs[0], unbatch(state)) if single else (hs, state)


def unbatch(tree: Tree) -> Tree:
    """Every array without its batch axis of size 1."""
    return jax.tree.map(lambda leaf: leaf[0], tree)


# --- Several layers ------------------------------------------------------------------------------


class Bidirectional(NamedTuple):
    """Two cells on one sequence: one reads from the left, one from the right."""

    forward: AnyParams
    backward: AnyParams


def run_bidirectional(
    layer: Bidirectional,
    xs: ArrayLike,
    state: tuple[State, State] | None = None,
    *,
    lengths: ArrayLike | None = None,
) -> tuple[Array, tuple[State, State]]:
    """Both directions of `layer` over xs (B, T, D) or (T, D), side by side: hs (B, T, 2H).

    `state` and the second result are pairs, forward then backward. For the rest see `run`. The two
    outputs at step t have read everything up to t and everything from t on, so it suits
    whole sequences, not forecasting.
    """
    ahead: Any  # whether a state belongs to its cell is for `run` to check
    back: Any
    ahead, back = (None, None) if state is None else state
    hs_ahead, ahead = run(layer.forward, xs, ahead, lengths=lengths)
    hs_back, back = run(layer.backward, xs, back, lengths=lengths, reverse=True)
    return jnp.concatenate([hs_ahead, hs_back], axis=-1), (ahead, back)


def run_stack(
    layers: Sequence[AnyParams | Bidirectional],
    xs: ArrayLike,
    states: Sequence[State | tuple[State, State] | None] | None = None,
    *,
    lengths: ArrayLike | None = None,
) -> tuple[Array, tuple[State | tuple[State, State], ...]]:
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
    hs = xs
    state: Any  # whether it belongs to its layer is for `run` to check
    final: State | tuple[State, State]
    finals = []
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
    where: str, params: AnyParams, xs: Any, state: Any = None, lengths: Any = None
) -> tuple[bool, Array, State, Array | None]:
    """Whether xs is one sequence; and xs, state and lengths, each with a batch axis."""
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
        values = np.asarray(lengths)  # NumPy, since under `jit` a result of JAX has no value yet
        if np.any(values < 0) or np.any(values > time):
            raise ValueError(
                f"{where}: lengths should lie between 0 and the {time} time steps of xs, "
                f"got {values.tolist()}"
            )
    return array.astype(jnp.int32)
