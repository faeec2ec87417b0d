"""What the fast recurrence needs of each cell: its step forward and its step back, in pieces.

A tape is what a step leaves for the way back: its gates as they come out of tanh. Slopes are what
the way back makes of it: factors, so that a step back is a product and a few multiplications. Each
piece works on one step, (B, ...), and on a block of K steps at once, (K, B, ...).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.cells import GRUParams, LSTMParams, LSTMState, RNNParams


class Arithmetic(NamedTuple):
    """The pieces of one cell."""

    fold: Callable[[Any], Any]  # params -> params with the ½ of σ(a) = ½ tanh(½a) + ½ inside
    sums: Callable[[Any, Array], Any]  # folded params, x -> what x adds to the sums of the gates
    tape: Callable[[Any, Any, Array], Any]  # folded params, these, h_before W_h -> tape
    advance: Callable[[Any, Any], Any]  # tape, state before -> state after
    recall: Callable[[Any, Array, Array, Array], Any]  # folded params, x, h_before, h -> tape
    slopes: Callable[[Any, Any, Array, Array | None], Any]  # tape, first state, h_before, valid
    retreat: Callable[[Any, Any], tuple[Array, Any]]  # slopes, d_state -> d_sums, d_state before
    recurrent: Callable[[Array, Any], Array]  # d_sums, slopes -> the share of h_before W_h
    gradient: Callable[[Array, Array, Array, Array], Any]  # x, h_before, d_sums, their share


def zero_unless(valid: Array | None, array: Array) -> Array:
    """`array`, with 0 where it is not `valid`; None stands for valid everywhere."""
    return array if valid is None else jnp.where(valid, array, jnp.zeros_like(array))


def _row(vector: Array, like: Array) -> Array:
    """A bias (N,) with the axes of an array (..., N)."""
    return jnp.expand_dims(vector, range(like.ndim - 1))


def _opened(t: Array) -> Array:
    """The gate σ(a), from tanh(½a)."""
    return 0.5 * t + 0.5


def _sums(params: Any, x: Array) -> Array:
    sums = x @ params.w_x
    return sums + _row(params.b, sums)


def _tanh_of_sums(_: Any, x_sums: Array, h_sums: Array) -> Array:
    """The tape of RNN and LSTM: one tanh for all there is."""
    return jnp.tanh(x_sums + h_sums)


def _weights(
    x: Array, h_before: Array, d_sums: Array, d_recurrent: Array
) -> tuple[Array, Array, Array]:
    """The gradient of w_x, w_h and b: a product over all rows of all steps of the block."""
    over_rows = partial(jnp.einsum, "kbi,kbj->ij")
    return over_rows(x, d_sums), over_rows(h_before, d_recurrent), d_sums.sum((0, 1))


def _same(d_sums: Array, _: Any) -> Array:
    return d_sums


def _again(
    sums: Callable[[Any, Array], Any], tape: Callable[[Any, Any, Array], Any]
) -> Callable[[Any, Array, Array, Array], Any]:
    """Recall by computing: two products for the whole block."""

    def recall(folded: Any, x: Array, h_before: Array, _: Array) -> Any:
        return tape(folded, sums(folded, x), h_before @ folded.w_h)

    return recall


# --- RNN: h = tanh(x W_x + h_before W_h + b) -----------------------------------------------------


def _rnn_retreat(slopes: Array, d_h: Array) -> tuple[Array, Array]:
    return d_h * slopes, jnp.zeros_like(d_h)


def _rnn_recall(_params: RNNParams, _x: Array, _h_before: Array, h: Array) -> Array:
    return h  # the output is all there is to know of a step


def _rnn_slopes(h: Array, _start: Array, _h_before: Array, _valid: Array | None) -> Array:
    return 1 - h**2


_RNN = Arithmetic(
    fold=lambda params: params,
    sums=_sums,
    tape=_tanh_of_sums,
    advance=lambda tape, _: tape,
    recall=_rnn_recall,
    slopes=_rnn_slopes,
    retreat=_rnn_retreat,
    recurrent=_same,
    gradient=lambda *block: RNNParams(*_weights(*block)),
)

# --- LSTM: c = f c_before + i g,  h = o tanh(c) --------------------------------------------------


def _lstm_fold(params: LSTMParams) -> LSTMParams:
    half, whole = (jnp.full_like(params.b[: len(params.b) // 4], scale) for scale in (0.5, 1.0))
    scale = jnp.concatenate([half, half, whole, half])  # i, f, g, o
    return LSTMParams(params.w_x * scale[None], params.w_h * scale[None], params.b * scale)


def _lstm_gates(tape: Array) -> tuple[Array, Array, Array, Array]:
    i, f, g, o = jnp.split(tape, 4, axis=-1)
    return _opened(i), _opened(f), g, _opened(o)


def _lstm_advance(tape: Array, state: LSTMState) -> LSTMState:
    i, f, g, o = _lstm_gates(tape)
    c = f * state.c + i * g
    return LSTMState(o * jnp.tanh(c), c)


class LSTMSlopes(NamedTuple):
    """∂c/∂h of the step, ∂/∂sums of c (of h for the gate o), and ∂c/∂c_before."""

    c_by_h: Array
    sums: Array
    f: Array


def _lstm_slopes(tape: Array, start: LSTMState, _: Array, valid: Array | None) -> LSTMSlopes:
    i, f, g, o = _lstm_gates(tape)
    written = zero_unless(valid, i * g)
    kept = f if valid is None else jnp.where(valid, f, jnp.ones_like(f))

    def remember(c: Array, step: tuple[Array, Array]) -> tuple[Array, Array]:
        kept, written = step
        return kept * c + written, c

    _, c_before = jax.lax.scan(remember, start.c, (kept, written))
    shown = jnp.tanh(kept * c_before + written)
    # The slope of tanh(a) is 1 - t², that of σ(a) = ½ tanh(½a) + ½ a quarter of it.
    by_gate = [0.25 * g, 0.25 * c_before, i, 0.25 * shown]
    return LSTMSlopes(o * (1 - shown**2), jnp.concatenate(by_gate, axis=-1) * (1 - tape**2), f)


def _lstm_retreat(slopes: LSTMSlopes, d: LSTMState) -> tuple[Array, LSTMState]:
    d_c = d.c + d.h * slopes.c_by_h
    d_sums = jnp.concatenate([d_c, d_c, d_c, d.h], axis=-1) * slopes.sums
    return d_sums, LSTMState(jnp.zeros_like(d.h), d_c * slopes.f)


_LSTM = Arithmetic(
    fold=_lstm_fold,
    sums=_sums,
    tape=_tanh_of_sums,
    advance=_lstm_advance,
    recall=_again(_sums, _tanh_of_sums),
    slopes=_lstm_slopes,
    retreat=_lstm_retreat,
    recurrent=_same,
    gradient=lambda *block: LSTMParams(*_weights(*block)),
)

# --- GRU: n = tanh(x_n + b_nx + r m),  m = h_before W_hn + b_n,  h = (1 - z) n + z h_before ------


class GRUTape(NamedTuple):
    """tanh of half the sums of r and z; the candidate n; what r resets, m."""

    r: Array
    z: Array
    n: Array
    m: Array


def _gru_fold(params: GRUParams) -> GRUParams:
    half, whole = (jnp.full_like(params.b_n, scale) for scale in (0.5, 1.0))
    scale = jnp.concatenate([half, half, whole])  # r, z, n
    weights = (params.w_x * scale[None], params.w_h * scale[None], params.b * scale)
    return GRUParams(*weights, params.b_n)


def _gru_sums(params: GRUParams, x: Array) -> tuple[Array, ...]:
    # An array each: XLA's loops are three times as slow where a step takes slices of its row.
    return tuple(jnp.split(_sums(params, x), 3, axis=-1))


def _gru_tape(params: GRUParams, x_sums: tuple[Array, ...], h_sums: Array) -> GRUTape:
    x_r, x_z, x_n = x_sums
    h_r, h_z, h_n = jnp.split(h_sums, 3, axis=-1)
    r, m = jnp.tanh(x_r + h_r), h_n + _row(params.b_n, h_n)
    return GRUTape(r, jnp.tanh(x_z + h_z), jnp.tanh(x_n + _opened(r) * m), m)


def _gru_advance(tape: GRUTape, h: Array) -> Array:
    return tape.n + _opened(tape.z) * (h - tape.n)


class GRUSlopes(NamedTuple):
    """∂h/∂sums, with n's for its part from x, and the gates r and z."""

    sums: Array
    r: Array
    z: Array


def _gru_slopes(tape: GRUTape, _: Array, h_before: Array, _valid: Array | None) -> GRUSlopes:
    r, z = _opened(tape.r), _opened(tape.z)
    by_n = (1 - z) * (1 - tape.n**2)
    by_gate = [by_n * tape.m * r * (1 - r), (h_before - tape.n) * z * (1 - z), by_n]
    return GRUSlopes(jnp.concatenate(by_gate, axis=-1), r, z)


def _gru_retreat(slopes: GRUSlopes, d_h: Array) -> tuple[Array, Array]:
    return jnp.concatenate([d_h, d_h, d_h], axis=-1) * slopes.sums, d_h * slopes.z


def _gru_recurrent(d_sums: Array, slopes: GRUSlopes) -> Array:
    two = 2 * slopes.r.shape[-1]
    return jnp.concatenate([d_sums[..., :two], d_sums[..., two:] * slopes.r], axis=-1)


def _gru_gradient(x: Array, h_before: Array, d_sums: Array, d_recurrent: Array) -> GRUParams:
    d_m = d_recurrent[..., 2 * h_before.shape[-1] :]
    return GRUParams(*_weights(x, h_before, d_sums, d_recurrent), d_m.sum((0, 1)))


_GRU = Arithmetic(
    fold=_gru_fold,
    sums=_gru_sums,
    tape=_gru_tape,
    advance=_gru_advance,
    recall=_again(_gru_sums, _gru_tape),
    slopes=_gru_slopes,
    retreat=_gru_retreat,
    recurrent=_gru_recurrent,
    gradient=_gru_gradient,
)

ARITHMETIC = {RNNParams: _RNN, LSTMParams: _LSTM, GRUParams: _GRU}
