"""What the fast recurrence needs of each cell: its step forward and its step back, in pieces.

A tape is what a step leaves for the way back: its gates as they come out of tanh. Slopes are what
the way back makes of it: factors, so that a step back is a product and a few multiplications. Each
piece works on one step, (B, ...), and on a block of K steps at once, (K, B, ...).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.cells import GRUParams, LSTMParams, LSTMState, RNNParams


class Arithmetic(NamedTuple):
    """The pieces of one cell."""

    arrange: Callable[[Any], Any]  # params -> the weights as the pieces below want them
    sums: Callable[[Any, Array], Any]  # these, x -> what x adds to the sums of the gates
    tape: Callable[[Any, Any, Array], Any]  # weights, what x adds, h_before -> tape
    advance: Callable[[Any, Any], Any]  # tape, state before -> state after
    join: Callable[[Any], Any]  # params -> the weights as the way back wants them
    recall: Callable[[Any, Array, Array, Array], Any]  # these, x, h_before, h -> tape
    slopes: Callable[[Any, Any, Array, Array | None], Any]  # tape, first state, h_before, valid
    # slopes, d_state -> d_sums, and d_state before but for what goes through the sums
    retreat: Callable[[Any, Any], tuple[Array, Any]]
    recurrent: Callable[[Array, Any], Array]  # d_sums, slopes -> the share of h_before W_h
    # x, h_before, d_sums, their share -> the gradient of the joined weights
    gradient: Callable[[Array, Array, Array, Array], Any]


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
    return x @ params.w_x


def _tanh_of_sums(params: Any, x_sums: Array, h_before: Array) -> Array:
    """The tape of RNN and LSTM: one tanh for all there is, of half the sums of a gate."""
    sums = x_sums + h_before @ params.w_h
    return jnp.tanh(_halved(sums + _row(params.b, sums), h_before))


def _halved(sums: Array, h: Array) -> Array:
    """The sums of i, f, g, o with those of the gates halved; of an RNN as they are."""
    if sums.shape == h.shape:
        return sums
    half, whole = (jnp.full(h.shape[-1], scale, sums.dtype) for scale in (0.5, 1.0))
    return sums * _row(jnp.concatenate([half, half, whole, half]), sums)


class Joined(NamedTuple):
    """The weights of x above those of h, (D + H, N), and the bias: one product for [x, h]."""

    w: Array
    b: Array


def _join(params: Any) -> Joined:
    return Joined(jnp.concatenate([params.w_x, params.w_h]), params.b)


def _joined_tape(weights: Joined, x: Array, h_before: Array) -> Array:
    sums = jnp.concatenate([x, h_before], axis=-1) @ weights.w
    return jnp.tanh(_halved(sums + _row(weights.b, sums), h_before))


def _joined_recall(weights: Joined, x: Array, h_before: Array, _: Array) -> Array:
    return _joined_tape(weights, x, h_before)


def _joined_gradient(x: Array, h_before: Array, d_sums: Array, _: Array) -> Joined:
    x_and_h = jnp.concatenate([x, h_before], axis=-1)
    return Joined(_over_rows(x_and_h, d_sums), d_sums.sum((0, 1)))


def _over_rows(left: Array, d_sums: Array) -> Array:
    """The gradient of a matrix: one product over all rows of all steps of the block."""
    return jnp.einsum("kbi,kbj->ij", left, d_sums)


def _as_they_are(params: Any) -> Any:
    return params


def _same(d_sums: Array, _: Any) -> Array:
    return d_sums


# --- RNN: h = tanh(x W_x + h_before W_h + b) -----------------------------------------------------


def _rnn_retreat(slopes: Array, d_h: Array) -> tuple[Array, None]:
    return d_h * slopes, None


def _rnn_recall(_weights: Joined, _x: Array, _h_before: Array, h: Array) -> Array:
    return h  # the output is all there is to know of a step


def _rnn_slopes(h: Array, _start: Array, _h_before: Array, _valid: Array | None) -> Array:
    return 1 - h**2


_RNN = Arithmetic(
    arrange=_as_they_are,
    sums=_sums,
    tape=_tanh_of_sums,
    advance=lambda tape, _: tape,
    join=_join,
    recall=_rnn_recall,
    slopes=_rnn_slopes,
    retreat=_rnn_retreat,
    recurrent=_same,
    gradient=_joined_gradient,
)

# --- LSTM: c = f c_before + i g,  h = o tanh(c) --------------------------------------------------


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
    by_gate = zip((0.25 * g, 0.25 * c_before, i, 0.25 * shown), jnp.split(tape, 4, -1), strict=True)
    by_sums = jnp.concatenate([factor * (1 - t**2) for factor, t in by_gate], axis=-1)
    return LSTMSlopes(o * (1 - shown**2), by_sums, f)


def _lstm_retreat(slopes: LSTMSlopes, d: LSTMState) -> tuple[Array, LSTMState]:
    d_c = d.c + d.h * slopes.c_by_h
    d_sums = jnp.concatenate([d_c, d_c, d_c, d.h], axis=-1) * slopes.sums
    no_h: Any = None  # all of it goes through the sums
    return d_sums, LSTMState(no_h, d_c * slopes.f)


_LSTM = Arithmetic(
    arrange=_as_they_are,
    sums=_sums,
    tape=_tanh_of_sums,
    advance=_lstm_advance,
    join=_join,
    recall=_joined_recall,
    slopes=_lstm_slopes,
    retreat=_lstm_retreat,
    recurrent=_same,
    gradient=_joined_gradient,
)

# --- GRU: n = tanh(x_n + b_nx + r m),  m = h_before W_hn + b_n,  h = (1 - z) n + z h_before ------


class GRUTape(NamedTuple):
    """tanh of half the sums of r and z; the candidate n; what r resets, m."""

    r: Array
    z: Array
    n: Array
    m: Array


def _gru_sums(params: GRUParams, x: Array) -> tuple[Array, ...]:
    # An array each: XLA's loops are three times as slow where a step takes slices of its row.
    sums = _sums(params, x)
    return tuple(jnp.split(sums + _row(params.b, sums), 3, axis=-1))


def _gru_tape(params: GRUParams, x_sums: tuple[Array, ...], h_before: Array) -> GRUTape:
    x_r, x_z, x_n = x_sums
    h_r, h_z, h_n = jnp.split(h_before @ params.w_h, 3, axis=-1)
    r, m = jnp.tanh(0.5 * (x_r + h_r)), h_n + _row(params.b_n, h_n)
    return GRUTape(r, jnp.tanh(0.5 * (x_z + h_z)), jnp.tanh(x_n + _opened(r) * m), m)


def _gru_recall(params: GRUParams, x: Array, h_before: Array, _: Array) -> GRUTape:
    return _gru_tape(params, _gru_sums(params, x), h_before)


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
    d_weights = _over_rows(x, d_sums), _over_rows(h_before, d_recurrent)
    return GRUParams(*d_weights, d_sums.sum((0, 1)), d_m.sum((0, 1)))


_GRU = Arithmetic(
    arrange=_as_they_are,
    sums=_gru_sums,
    tape=_gru_tape,
    advance=_gru_advance,
    join=_as_they_are,
    recall=_gru_recall,
    slopes=_gru_slopes,
    retreat=_gru_retreat,
    recurrent=_gru_recurrent,
    gradient=_gru_gradient,
)

ARITHMETIC = {RNNParams: _RNN, LSTMParams: _LSTM, GRUParams: _GRU}

# --- Few features --------------------------------------------------------------------------------

FEW = 32  # features for which a product of their own costs more than a few rows more of the other


def _joined(cell: Arithmetic) -> Arithmetic:
    """RNN or LSTM with one product a step, [x, h_before] W, and none for the block."""

    def same(_: Any, x: Array) -> Array:
        return x

    return cell._replace(arrange=_join, sums=same, tape=_joined_tape)


_JOINED = {RNNParams: _joined(_RNN), LSTMParams: _joined(_LSTM)}


def arithmetic(params: Any) -> Arithmetic:
    """The pieces for these parameters."""
    few = len(params.w_x) < FEW
    return _JOINED[type(params)] if few and type(params) in _JOINED else ARITHMETIC[type(params)]
