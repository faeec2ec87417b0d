"""The recurrence of `scan_cell`, arranged for speed: the same numbers, forward and backward.

Only h_{t-1} W_h has to wait for the step before. Everything else is taken out of the walk:

    blocks      K steps at a time. x W_x is one product for the block, then the steps follow.
    one tanh    σ(a) = ½ tanh(½a) + ½. With the ½ inside put into the weights (`fold`), one tanh
                over all gates does what four functions on four slices did.
    backward    the gradient by hand. Forward keeps h and the state at the start of each block.
                Backward computes the gates of a block again, all steps at once, since every
                h_{t-1} is known now; turns them into slopes, all steps at once; walks back with
                a product and a few multiplications a step; and ends with one product for the
                gradient of each matrix, where differentiating the scan adds up T small ones.

Memory that is touched for the first time costs more than arithmetic, so nothing of size T·4H is
written unless that saves a larger product (`keeps_tapes`). What differs from cell to cell are the
six functions of an `Arithmetic`. Letters as in `arrays`, and K, the steps of a block. A block is
in the order in which it is read: from the last step to the first where `reverse` is set.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.cells import GRUParams, LSTMParams, LSTMState, Params, RNNParams
from lstm_jax.scan import freeze, output, valid_steps


# --- The walk, for any cell ----------------------------------------------------------------------


@partial(jax.jit, static_argnames="reverse")
def recurrence(
    params: Params, xs: Array, state: Any, lengths: Array | None, *, reverse: bool
) -> tuple[Array, Any]:
    """What `scan_cell` computes, with an own backward pass. Nothing is checked.

    Reverse-mode derivatives of any order go through it. Forward mode (`jax.jvp`, `jax.jacfwd`) is
    refused by JAX, as of every `custom_vjp`; `lstm_jax.run_plain` has it.
    """
    batch, time, _ = xs.shape
    size = block_size(batch, time)
    if missing := -time % size:  # steps after the end of every row make the last block whole
        lengths = jnp.full(batch, time, jnp.int32) if lengths is None else lengths
        xs = jnp.pad(xs, ((0, 0), (0, missing), (0, 0)))
    hs, state = _walk(params, xs, state, lengths, Blocks(size, reverse))
    return hs[:, :time], state


def block_size(batch: int, time: int) -> int:
    """Steps K of a block: about 640 rows of a product, and a divisor of `time` if there is one."""
    most = min(time, max(4, min(64, 640 // batch)))
    return next((size for size in range(most, most // 2, -1) if time % size == 0), most)


def keeps_tapes(params: Params) -> bool:
    """Whether forward keeps the gates: where computing them again is the larger work."""
    return sum(params.w_x.shape[:1] + params.w_h.shape[:1]) >= 256


class Blocks(NamedTuple):
    """Blocks of `size` steps in the order in which they are read, time first inside a block."""

    size: int
    reverse: bool

    def read(self, array: Array, k: Array) -> Array:
        """Block k of an array (B, T, ...): (K, B, ...)."""
        block = jax.lax.dynamic_slice_in_dim(array, self._place(array, k), self.size, axis=1)
        return self._in_order(jnp.swapaxes(block, 0, 1))

    def write(self, array: Array, block: Array, k: Array) -> Array:
        """The array (B, T, ...) with `block` (K, B, ...) in place of its block k."""
        block = jnp.swapaxes(self._in_order(block), 0, 1)
        return jax.lax.dynamic_update_slice_in_dim(array, block, self._place(array, k), axis=1)

    def count(self, array: Array) -> int:
        """The number of blocks of an array (B, T, ...)."""
        return array.shape[1] // self.size

    def _place(self, array: Array, k: Array) -> Array:
        return self.size * (self.count(array) - 1 - k if self.reverse else k)

    def _in_order(self, block: Array) -> Array:
        return block[::-1] if self.reverse else block


@partial(jax.custom_vjp, nondiff_argnums=(4,))
def _walk(
    params: Params, xs: Array, state: Any, lengths: Array | None, blocks: Blocks
) -> tuple[Array, Any]:
    hs, final, _ = _forward(params, xs, state, lengths, blocks, keep=False)
    return hs, final


def _walk_and_keep(
    params: Params, xs: Array, state: Any, lengths: Array | None, blocks: Blocks
) -> tuple[tuple[Array, Any], Any]:
    keep = keeps_tapes(params)
    hs, final, kept = _forward(params, xs, state, lengths, blocks, keep=keep)
    return (hs, final), (params, xs, lengths, hs, kept)


def _forward(
    params: Params, xs: Array, state: Any, lengths: Array | None, blocks: Blocks, *, keep: bool
) -> tuple[Array, Any, Any]:
    """hs, the final state and, for each block, its first state and, to `keep`, its tapes."""
    cell = ARITHMETIC[type(params)]
    folded = cell.fold(params)
    valid = _valid(lengths, xs)

    def one_step(state: Any, step: Any) -> tuple[Any, Any]:
        x_sums, valid = step
        tape = cell.tape(folded, x_sums, output(state) @ folded.w_h)
        moved = cell.advance(tape, state)
        state = moved if valid is None else freeze(valid, moved, state)
        return state, (_zero_unless(valid, output(state)), tape if keep else None)

    def one_block(carry: Any, k: Array) -> tuple[Any, Any]:
        start, hs = carry
        now = None if valid is None else blocks.read(valid, k)
        x = _zero_unless(now, blocks.read(xs, k))
        state, (h, tapes) = jax.lax.scan(one_step, start, (x @ folded.w_x, now))
        return (state, blocks.write(hs, h, k)), (start, tapes)

    hs = jax.lax.empty((*xs.shape[:2], params.w_h.shape[0]), xs.dtype)
    (state, hs), kept = jax.lax.scan(one_block, (state, hs), jnp.arange(blocks.count(xs)))
    return hs, state, kept


def _backward(blocks: Blocks, residuals: Any, cotangents: Any) -> tuple[Any, ...]:
    """The gradient, from the last block read to the first."""
    params, xs, lengths, hs, kept = residuals
    d_hs, d_state = cotangents
    cell = ARITHMETIC[type(params)]
    folded, w_h_back, w_x_back = cell.fold(params), params.w_h.T, params.w_x.T
    valid = _valid(lengths, xs)

    def one_step_back(d_after: Any, step: Any) -> tuple[Any, Array]:
        d_h, slopes, valid = step
        d_sums, d_state = cell.retreat(slopes, _add_to_output(d_after, d_h))
        d_sums = _zero_unless(valid, d_sums)
        d_state = _add_to_output(d_state, cell.recurrent(d_sums, slopes) @ w_h_back)
        return d_state if valid is None else freeze(valid, d_state, d_after), d_sums

    def one_block_back(carry: Any, block: Any) -> tuple[Any, None]:
        d_state, d_params, d_xs = carry
        k, (start, tape) = block
        now = None if valid is None else blocks.read(valid, k)
        x, h, d_h = (_zero_unless(now, blocks.read(array, k)) for array in (xs, hs, d_hs))
        first = output(start)[None]
        # A row that is read backwards waits at its first state, with no output, for its last step.
        h_before = h[:-1] if now is None else jnp.where(now[:-1], h[:-1], first)
        h_before = jnp.concatenate([first, h_before])
        if tape is None:
            tape = cell.recall(folded, x, h_before, h)
        slopes = cell.slopes(tape, start, h_before, now)
        d_state, d_sums = jax.lax.scan(one_step_back, d_state, (d_h, slopes, now), reverse=True)
        d_now = cell.gradient(x, h_before, d_sums, cell.recurrent(d_sums, slopes))
        d_params = jax.tree.map(jnp.add, d_params, d_now)
        return (d_state, d_params, blocks.write(d_xs, d_sums @ w_x_back, k)), None

    start = (d_state, jax.tree.map(jnp.zeros_like, params), jax.lax.empty(xs.shape, xs.dtype))
    ks = jnp.arange(blocks.count(xs))
    (d_state, d_params, d_xs), _ = jax.lax.scan(one_block_back, start, (ks, kept), reverse=True)
    return d_params, d_xs, d_state, None


_walk.defvjp(_walk_and_keep, _backward)


def _valid(lengths: Array | None, xs: Array) -> Array | None:
    """(B, T, 1), true where a row has not yet ended; None where all last to the end."""
    return None if lengths is None else jnp.swapaxes(valid_steps(lengths, xs.shape[1]), 0, 1)


def _zero_unless(valid: Array | None, array: Array) -> Array:
    return array if valid is None else jnp.where(valid, array, jnp.zeros_like(array))


def _add_to_output(state: Any, h: Array) -> Any:
    return LSTMState(state.h + h, state.c) if isinstance(state, LSTMState) else state + h


# --- What differs from cell to cell --------------------------------------------------------------


class Arithmetic(NamedTuple):
    """The functions of a cell. Arrays are (B, ...) in a step and (K, B, ...) for a block.

    A tape is what a step leaves for the way back: gates as they come out of tanh. Slopes are what
    the way back needs of it: factors, so that a step back is a few multiplications.
    """

    fold: Callable[[Any], Any]  # params -> params with the ½ of σ(a) = ½ tanh(½a) + ½ inside
    tape: Callable[[Any, Array, Array], Any]  # folded params, x W_x, h_before W_h -> tape
    advance: Callable[[Any, Any], Any]  # tape, state before -> state after
    recall: Callable[[Any, Array, Array, Array], Any]  # folded params, x, h_before, h -> tape
    slopes: Callable[[Any, Any, Array, Array | None], Any]  # tape, first state, h_before, valid
    retreat: Callable[[Any, Any], tuple[Array, Any]]  # slopes, d_state -> d_sums, d_state before
    recurrent: Callable[[Array, Any], Array]  # d_sums, slopes -> the share of h_before W_h
    gradient: Callable[[Array, Array, Array, Array], Any]  # x, h_before, d_sums, their share


def _row(vector: Array, like: Array) -> Array:
    """A bias (N,) with the axes of an array (..., N)."""
    return jnp.expand_dims(vector, range(like.ndim - 1))


def _opened(t: Array) -> Array:
    """The gate σ(a), from tanh(½a)."""
    return 0.5 * t + 0.5


def _weights(x: Array, h_before: Array, d_sums: Array, d_recurrent: Array) -> tuple[Array, ...]:
    """The gradient of w_x, w_h and b: a product over all rows of all steps of the block."""
    over_rows = partial(jnp.einsum, "kbi,kbj->ij")
    return over_rows(x, d_sums), over_rows(h_before, d_recurrent), d_sums.sum((0, 1))


def _same(d_sums: Array, _: Any) -> Array:
    return d_sums


def _again(tape: Callable[[Any, Array, Array], Any]) -> Callable[[Any, Array, Array, Array], Any]:
    """Recall by computing: two products for the whole block."""

    def recall(folded: Any, x: Array, h_before: Array, h: Array) -> Any:
        return tape(folded, x @ folded.w_x, h_before @ folded.w_h)

    return recall


# RNN: h = tanh(x W_x + h_before W_h + b)


def _rnn_tape(params: RNNParams, x_sums: Array, h_sums: Array) -> Array:
    return jnp.tanh(x_sums + h_sums + _row(params.b, x_sums))


def _rnn_retreat(slopes: Array, d_h: Array) -> tuple[Array, Array]:
    return d_h * slopes, jnp.zeros_like(d_h)


_RNN = Arithmetic(
    fold=lambda params: params,
    tape=_rnn_tape,
    advance=lambda tape, h: tape,
    recall=lambda params, x, h_before, h: h,
    slopes=lambda tape, start, h_before, valid: 1 - tape**2,
    retreat=_rnn_retreat,
    recurrent=_same,
    gradient=lambda *block: RNNParams(*_weights(*block)),
)

# LSTM: c = f c_before + i g,  h = o tanh(c)


def _lstm_fold(params: LSTMParams) -> LSTMParams:
    half, whole = (jnp.full_like(params.b[: len(params.b) // 4], scale) for scale in (0.5, 1.0))
    scale = jnp.concatenate([half, half, whole, half])  # i, f, g, o
    return LSTMParams(params.w_x * scale[None], params.w_h * scale[None], params.b * scale)


def _lstm_tape(params: LSTMParams, x_sums: Array, h_sums: Array) -> Array:
    return jnp.tanh(x_sums + h_sums + _row(params.b, x_sums))


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
    written = _zero_unless(valid, i * g)
    kept = f if valid is None else jnp.where(valid, f, jnp.ones_like(f))

    def remember(c: Array, step: tuple[Array, Array]) -> tuple[Array, Array]:
        kept, written = step
        return kept * c + written, c

    _, c_before = jax.lax.scan(remember, start.c, (kept, written))
    shown = jnp.tanh(kept * c_before + written)
    by_gate = [g * i * (1 - i), c_before * f * (1 - f), i * (1 - g**2), shown * o * (1 - o)]
    return LSTMSlopes(o * (1 - shown**2), jnp.concatenate(by_gate, axis=-1), f)


def _lstm_retreat(slopes: LSTMSlopes, d: LSTMState) -> tuple[Array, LSTMState]:
    d_c = d.c + d.h * slopes.c_by_h
    d_sums = jnp.concatenate([d_c, d_c, d_c, d.h], axis=-1) * slopes.sums
    return d_sums, LSTMState(jnp.zeros_like(d.h), d_c * slopes.f)


_LSTM = Arithmetic(
    fold=_lstm_fold,
    tape=_lstm_tape,
    advance=_lstm_advance,
    recall=_again(_lstm_tape),
    slopes=_lstm_slopes,
    retreat=_lstm_retreat,
    recurrent=_same,
    gradient=lambda *block: LSTMParams(*_weights(*block)),
)

# GRU: n = tanh(x_n + b_nx + r m),  m = h_before W_hn + b_n,  h = (1 - z) n + z h_before


class GRUTape(NamedTuple):
    """tanh of half the sums of r and z, side by side; the candidate n; what r resets, m."""

    r_z: Array
    n: Array
    m: Array


def _gru_fold(params: GRUParams) -> GRUParams:
    half, whole = (jnp.full_like(params.b_n, scale) for scale in (0.5, 1.0))
    scale = jnp.concatenate([half, half, whole])  # r, z, n
    weights = (params.w_x * scale[None], params.w_h * scale[None], params.b * scale)
    return GRUParams(*weights, params.b_n)


def _gru_tape(params: GRUParams, x_sums: Array, h_sums: Array) -> GRUTape:
    two = 2 * len(params.b_n)
    x_sums = x_sums + _row(params.b, x_sums)
    r_z = jnp.tanh(x_sums[..., :two] + h_sums[..., :two])
    m = h_sums[..., two:] + _row(params.b_n, h_sums)
    r = _opened(r_z[..., : two // 2])
    return GRUTape(r_z, jnp.tanh(x_sums[..., two:] + r * m), m)


def _gru_advance(tape: GRUTape, h: Array) -> Array:
    z = _opened(tape.r_z[..., h.shape[-1] :])
    return tape.n + z * (h - tape.n)


class GRUSlopes(NamedTuple):
    """∂h/∂sums, with n's for its part from x, and the gates r and z."""

    sums: Array
    r: Array
    z: Array


def _gru_slopes(tape: GRUTape, start: Array, h_before: Array, valid: Array | None) -> GRUSlopes:
    r, z = jnp.split(_opened(tape.r_z), 2, axis=-1)
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
    tape=_gru_tape,
    advance=_gru_advance,
    recall=_again(_gru_tape),
    slopes=_gru_slopes,
    retreat=_gru_retreat,
    recurrent=_gru_recurrent,
    gradient=_gru_gradient,
)

ARITHMETIC = {RNNParams: _RNN, LSTMParams: _LSTM, GRUParams: _GRU}
