"""The equations: parameters, states, and one time step of the RNN, the LSTM and the GRU.

A cell reads an input x (B, D) and the state that the step before left behind, and returns the
next state. Rows are examples, so the lectures' W x is written `x @ w_x` here: every matrix maps
from its rows to its columns.
"""

from typing import Any, NamedTuple, TypeVar, assert_never, overload

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, ArrayLike, Axis, check_array, check_shape, check_size
from lstm_jax.linear import (
    DiagonalGates,
    DiagonalParams,
    LinearGates,
    LinearParams,
    MinGRUGates,
    MinGRUParams,
    MinLSTMGates,
    MinLSTMParams,
    linear_step,
)

# --- What is learned -----------------------------------------------------------------------------


class RNNParams(NamedTuple):
    """Weights of a plain recurrent cell: w_x (D, H), w_h (H, H), b (H,)."""

    w_x: Array
    w_h: Array
    b: Array


class LSTMParams(NamedTuple):
    """Weights of an LSTM cell: w_x (D, 4H), w_h (H, 4H), b (4H,).

    Four blocks of H columns stand side by side, one for each gate, in the order i, f, g, o. The
    blocks share nothing: one product computes four separate weighted sums.
    """

    w_x: Array
    w_h: Array
    b: Array


class GRUParams(NamedTuple):
    """Weights of a GRU cell: w_x (D, 3H), w_h (H, 3H), b (3H,), b_n (H,); gates r, z, n.

    `b_n` belongs to the recurrent product of the candidate n and is reset with it.
    """

    w_x: Array
    w_h: Array
    b: Array
    b_n: Array


Params = RNNParams | LSTMParams | GRUParams
AnyParams = Params | LinearParams  # and the recurrences of `linear`, which have no w_h

# --- What is remembered from step to step --------------------------------------------------------


class LSTMState(NamedTuple):
    """The two memories of an LSTM, each (B, H): the output h and the cell state c."""

    h: Array
    c: Array


OtherParams = RNNParams | GRUParams | LinearParams  # the cells whose state is h alone
State = Array | LSTMState
StateT = TypeVar("StateT", bound=State)

# --- What happens inside one step ----------------------------------------------------------------


class RNNGates(NamedTuple):
    """Empty, because a plain recurrent cell has no gates."""


class LSTMGates(NamedTuple):
    """Input gate i, forget gate f, output gate o, all in (0, 1), and candidate g in (-1, 1)."""

    i: Array
    f: Array
    g: Array
    o: Array


class GRUGates(NamedTuple):
    """Reset gate r and update gate z in (0, 1), and candidate n in (-1, 1)."""

    r: Array
    z: Array
    n: Array


Gates = RNNGates | LSTMGates | GRUGates | LinearGates

# --- The equations; every array has its batch axis, nothing is checked ---------------------------


def rnn_step(params: RNNParams, h: Array, x: Array) -> tuple[Array, RNNGates]:
    """h_t = tanh(x_t W_x + h_{t-1} W_h + b)   (Elman, 1990)."""
    h = jnp.tanh(x @ params.w_x + h @ params.w_h + params.b[None])
    return h, RNNGates()


def lstm_gates(params: LSTMParams, state: LSTMState, x: Array) -> LSTMGates:
    """The three gates and the candidate, each from its own weighted sum of x_t and h_{t-1}.

    i_t = σ(x_t W_xi + h_{t-1} W_hi + b_i)       what to write
    f_t = σ(x_t W_xf + h_{t-1} W_hf + b_f)       what to keep
    g_t = tanh(x_t W_xg + h_{t-1} W_hg + b_g)    what could be written
    o_t = σ(x_t W_xo + h_{t-1} W_ho + b_o)       what to show
    """
    sums = x @ params.w_x + state.h @ params.w_h + params.b[None]  # (B, 4H)
    i, f, g, o = jnp.split(sums, 4, axis=-1)  # (B, H) each
    return LSTMGates(jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o))


def lstm_update(state: LSTMState, gates: LSTMGates) -> LSTMState:
    """The two memories after the step.

    c_t = f_t · c_{t-1} + i_t · g_t
    h_t = o_t · tanh(c_t)
    """
    c = gates.f * state.c + gates.i * gates.g
    h = gates.o * jnp.tanh(c)
    return LSTMState(h, c)


def lstm_step(params: LSTMParams, state: LSTMState, x: Array) -> tuple[LSTMState, LSTMGates]:
    """Gates, then update   (Hochreiter & Schmidhuber, 1997; forget gate: Gers and others, 2000)."""
    gates = lstm_gates(params, state, x)
    return lstm_update(state, gates), gates


def gru_step(params: GRUParams, h: Array, x: Array) -> tuple[Array, GRUGates]:
    """The gated recurrent unit, reset after the product   (Cho and others, 2014, v3 of the text).

    r_t = σ(x_t W_xr + h_{t-1} W_hr + b_r)
    z_t = σ(x_t W_xz + h_{t-1} W_hz + b_z)
    n_t = tanh(x_t W_xn + b_xn + r_t · (h_{t-1} W_hn + b_n))
    h_t = (1 - z_t) · n_t + z_t · h_{t-1}
    """
    r_x, z_x, n_x = jnp.split(x @ params.w_x + params.b[None], 3, axis=-1)
    r_h, z_h, n_h = jnp.split(h @ params.w_h, 3, axis=-1)
    r = jax.nn.sigmoid(r_x + r_h)
    z = jax.nn.sigmoid(z_x + z_h)
    n = jnp.tanh(n_x + r * (n_h + params.b_n[None]))
    return (1 - z) * n + z * h, GRUGates(r, z, n)


def cell_step(params: AnyParams, state: Any, x: Array) -> tuple[Any, Any]:
    """The step of whichever cell `params` belongs to."""
    match params:
        case RNNParams():
            return rnn_step(params, state, x)
        case LSTMParams():
            return lstm_step(params, state, x)
        case GRUParams():
            return gru_step(params, state, x)
        case MinLSTMParams() | MinGRUParams() | DiagonalParams():
            return linear_step(params, state, x)
        case _:
            assert_never(params)


_cell_step = jax.jit(cell_step)


@overload
def step(params: RNNParams, state: Array, x: ArrayLike) -> tuple[Array, RNNGates]: ...
@overload
def step(params: LSTMParams, state: LSTMState, x: ArrayLike) -> tuple[LSTMState, LSTMGates]: ...
@overload
def step(params: GRUParams, state: Array, x: ArrayLike) -> tuple[Array, GRUGates]: ...
@overload
def step(params: MinLSTMParams, state: Array, x: ArrayLike) -> tuple[Array, MinLSTMGates]: ...
@overload
def step(params: MinGRUParams, state: Array, x: ArrayLike) -> tuple[Array, MinGRUGates]: ...
@overload
def step(params: DiagonalParams, state: Array, x: ArrayLike) -> tuple[Array, DiagonalGates]: ...
def step(params: AnyParams, state: State, x: ArrayLike) -> tuple[State, Gates]:
    """One time step of any cell.

    Args:
        params: `RNNParams`, `LSTMParams`, `GRUParams`, or one of `linear`, such as `MinLSTMParams`.
        state: `LSTMState` for an LSTM, else h; each array (B, H), or (H,) for one example.
            `zero_state` makes a fresh one.
        x: the input, (B, D) or (D,).

    Returns:
        The next state, of the form that came in, and what the gates did: `LSTMGates`, `GRUGates`,
        the empty `RNNGates`, or those of `linear`.

    Raises:
        ValueError: for a shape, type or state that does not fit `params`; nothing is broadcast.
    """
    check_params("step", params)
    x = check_array("step", "x", x, dtype=params.w_x.dtype, owner="params.w_x")
    features = features_axis(params)
    check_shape("step", "x", x.shape, (Axis("batch"), features), (features,))
    if x.ndim == 1:
        state = check_state("step", params, state, None)
        state, gates = _cell_step(params, jax.tree.map(lambda leaf: leaf[None], state), x[None])
        return jax.tree.map(lambda leaf: leaf[0], (state, gates))
    return _cell_step(params, check_state("step", params, state, x.shape[0]), x)


@overload
def zero_state(params: LSTMParams, batch: int | None = None) -> LSTMState: ...
@overload
def zero_state(params: OtherParams, batch: int | None = None) -> Array: ...
def zero_state(params: AnyParams, batch: int | None = None) -> State:
    """The state before the first step, all zeros: (batch, H) arrays, or (H,) without a batch."""
    _, hidden_size = check_params("zero_state", params)
    rows = () if batch is None else (check_size("zero_state", "batch", batch),)
    zeros = jnp.zeros((*rows, hidden_size), params.w_x.dtype)
    return LSTMState(zeros, zeros) if isinstance(params, LSTMParams) else zeros


# --- Checks --------------------------------------------------------------------------------------

CELLS: dict[type[AnyParams], int] = {  # how many blocks of H columns the matrices of each have
    RNNParams: 1,
    LSTMParams: 4,
    GRUParams: 3,
    MinLSTMParams: 3,
    MinGRUParams: 2,
    DiagonalParams: 1,
}


def check_params(where: str, params: Any, name: str = "params") -> tuple[int, int]:
    """The sizes D and H of `params`, or a `ValueError` where its arrays do not fit each other."""
    blocks = CELLS.get(type(params))
    if blocks is None:
        *most, last = (kind.__name__ for kind in CELLS)
        raise ValueError(
            f"{where}: {name} should be {', '.join(most)} or {last}, "
            f"got {type(params).__name__}; init_lstm(key, input_size, hidden_size) makes some"
        )
    owner = f"{name}.w_x"
    arrays = {"w_x": check_array(where, owner, params.w_x)}
    for field, value in zip(params._fields[1:], params[1:], strict=True):
        dtype = arrays["w_x"].dtype
        arrays[field] = check_array(where, f"{name}.{field}", value, dtype=dtype, owner=owner)
    # H is read from one array, and the others have to fit it.
    telling = "w_h" if "w_h" in arrays else "b"
    shape, wide = arrays[telling].shape, Axis(f"{blocks} * hidden")
    axes = (Axis("hidden"), wide) if telling == "w_h" else (wide,)
    check_shape(where, f"{name}.{telling}", shape, axes)
    size = shape[0] if telling == "w_h" else max(1, shape[0] // blocks)
    width = Axis("columns", blocks * size, f"{blocks} * {size} are needed ({telling} is {shape})")
    unit = Axis("hidden", size, f"params has {size} (params.{telling} is {shape})")
    wanted = {"w_x": (Axis("features"), width), "w_h": (Axis("hidden"), width), "b": (width,)}
    for field, array in arrays.items():
        check_shape(where, f"{name}.{field}", array.shape, wanted.get(field, (unit,)))
    return arrays["w_x"].shape[0], size


def check_gated_by_state(where: str, params: Any, name: str = "params") -> tuple[int, int]:
    """The same as `check_params`, except that a cell of `linear` is a `ValueError` too."""
    if isinstance(params, LinearParams):
        raise ValueError(
            f"{where}: {name} is {type(params).__name__}, a recurrence that is linear in its "
            f"state, but {where} is for RNNParams, LSTMParams and GRUParams; "
            "step, run and run_plain take every cell"
        )
    return check_params(where, params, name)


def check_state(where: str, params: AnyParams, state: Any, batch: int | None) -> State:
    """`state` as arrays of shape (batch, H), or (H,) where batch is None, or a `ValueError`."""
    kind = type(params).__name__
    if isinstance(params, LSTMParams):
        if not isinstance(state, LSTMState):
            got = f"a bare array {jnp.shape(state)}" if hasattr(state, "shape") else repr(state)
            raise ValueError(
                f"{where}: state should be LSTMState(h, c) for {kind}, got {got}; "
                "with no memory yet, write LSTMState(h, jnp.zeros_like(h))"
            )
        return LSTMState(
            _check_hidden(where, "state.h", params, state.h, batch),
            _check_hidden(where, "state.c", params, state.c, batch),
        )
    if isinstance(state, tuple | list | dict):
        raise ValueError(
            f"{where}: state should be the array h alone for {kind}, "
            f"got {type(state).__name__}; only an LSTM has a second memory"
        )
    return _check_hidden(where, "state", params, state, batch)


def features_axis(params: AnyParams) -> Axis:
    """The last axis that an input to `params` must have."""
    size, shape = params.w_x.shape[0], params.w_x.shape
    return Axis("features", size, f"params expects {size} (params.w_x is {shape})")


def _hidden_axis(params: AnyParams) -> Axis:
    if isinstance(params, LinearParams):
        size, owner = len(params.b) // CELLS[type(params)], f"params.b is {params.b.shape}"
    else:
        size, owner = len(params.w_h), f"params.w_h is {params.w_h.shape}"
    return Axis("hidden", size, f"params has {size} ({owner})")


def _check_hidden(where: str, name: str, params: AnyParams, value: Any, batch: int | None) -> Array:
    h = check_array(where, name, value, dtype=params.w_x.dtype, owner="params.w_x")
    rows = [] if batch is None else [Axis("batch", batch, f"the input has {batch}")]
    check_shape(where, name, h.shape, (*rows, _hidden_axis(params)))
    return h
