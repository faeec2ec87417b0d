"""The recurrence of `scan_cell`, arranged for speed: the same numbers, forward and backward.

Only h_{t-1} W_h has to wait for the step before. Everything else is taken out of the walk:

    blocks      K steps at a time. x W_x is one product for the block, then the steps follow. (Where
                x has few features, one product [x, h] W a step costs less.)
    one tanh    σ(a) = ½ tanh(½a) + ½, so one tanh over all gates does what four functions on four
                slices did.
    backward    the gradient by hand. Forward keeps h and the state at the start of each block.
                Backward computes the gates of a block again, all steps at once, since every
                h_{t-1} is known now; turns them into slopes, all steps at once; walks back with
                a product and a few multiplications a step; and ends with one product for the
                gradient of the matrices, where differentiating the scan adds up T small ones.

Memory that is touched for the first time costs more than arithmetic, so nothing of size T·4H is
written unless that saves a larger product (`keeps_tapes`). What differs from cell to cell stands in
`arithmetic`. Letters as in `arrays`, and K, the steps of a block. A block is in the order in which
it is read: from the last step to the first where `reverse` is set.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import PartitionSpec

from lstm_jax.arithmetic import arithmetic, zero_unless
from lstm_jax.arrays import Array
from lstm_jax.cells import GRUParams, LSTMState, Params, RNNParams
from lstm_jax.scan import freeze, output, valid_steps


@partial(jax.jit, static_argnames="reverse")
def recurrence(
    params: Params, xs: Array, state: Any, lengths: Array | None, *, reverse: bool
) -> tuple[Array, Any]:
    """What `scan_cell` computes, with an own backward pass. Nothing is checked.

    Reverse-mode derivatives of any order go through it. Forward mode (`jax.jvp`, `jax.jacfwd`) is
    refused by JAX, as of every `custom_vjp`; `lstm_jax.run_plain` has it.
    """
    batch, time, _ = xs.shape
    size = block_size(time, batch * params.b.nbytes)
    if missing := -time % size:  # steps after the end of every row make the last block whole
        lengths = jnp.full(batch, time, jnp.int32) if lengths is None else lengths
        xs = jnp.pad(xs, ((0, 0), (0, missing), (0, 0)))
    walk = over_the_mesh(partial(_walk, blocks=Blocks(size, reverse)), batch)
    hs, state = walk(params, xs, state, lengths)
    return hs[:, :time], state


def over_the_mesh(walk: Callable[..., Any], batch: int) -> Callable[..., Any]:
    """The walk split by rows over the axis "batch" of the mesh in force, if there is one."""
    mesh = jax.sharding.get_abstract_mesh()
    if "batch" not in mesh.auto_axes or batch % mesh.shape["batch"]:
        return walk
    everywhere, rows = PartitionSpec(), PartitionSpec("batch")  # type: ignore[no-untyped-call]
    return jax.shard_map(
        walk,
        in_specs=(everywhere, rows, rows, rows),
        out_specs=rows,
        axis_names={"batch"},
        check_vma=False,
    )


CACHE = 3 * 2**19  # bytes of a block's sums: they are written, then read, and should stay near


def block_size(time: int, step: int) -> int:
    """Steps K of a block, from the bytes of one step's sums; a divisor of `time` if there is one.

    The longer a block, the larger the products outside of the walk, up to what the cache holds.
    """
    most = min(time, max(4, CACHE // step))
    return next((size for size in range(most, most // 2, -1) if time % size == 0), most)


WARM = 2**24  # bytes that a process gets without fetching every page of them anew


def keeps_tapes(params: Params, steps: int) -> bool:
    """Whether forward keeps the gates of `steps` = B·T: where that is less than computing them.

    To compute a number again takes D + H multiplications; to keep it costs about as much as 64 of
    them, or 256 in memory that is fetched anew, as measured. An RNN has its gates anyway, in its
    outputs.
    """
    features, hidden = len(params.w_x), len(params.w_h)
    size = 4 * hidden * steps * params.w_h.dtype.itemsize
    return not isinstance(params, RNNParams) and features + hidden >= (64 if size <= WARM else 256)


class Blocks(NamedTuple):
    """Blocks of `size` steps in the order in which they are read, time first inside a block."""

    size: int
    reverse: bool

    def read(self, array: Array, k: Array) -> Array:
        """Block k of an array (B, T, ...): (K, B, ...)."""
        block = jax.lax.dynamic_slice_in_dim(
            array, self._place(array, k), self.size, axis=1, allow_negative_indices=False
        )
        return self._in_order(jnp.swapaxes(block, 0, 1))

    def write(self, array: Array, block: Array, k: Array) -> Array:
        """The array (B, T, ...) with `block` (K, B, ...) in place of its block k."""
        block = jnp.swapaxes(self._in_order(block), 0, 1)
        return jax.lax.dynamic_update_slice_in_dim(
            array, block, self._place(array, k), axis=1, allow_negative_indices=False
        )

    def count(self, array: Array) -> int:
        """The number of blocks of an array (B, T, ...)."""
        return array.shape[1] // self.size

    def numbers(self, array: Array) -> Array:
        """0, 1, … for its blocks: constants, which cost no kernel to compile."""
        return jnp.asarray(np.arange(self.count(array), dtype=np.int32))

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
    keep = keeps_tapes(params, xs.shape[0] * xs.shape[1])
    hs, final, kept = _forward(params, xs, state, lengths, blocks, keep=keep)
    return (hs, final), (params, xs, lengths, hs, kept)


def _forward(
    params: Params, xs: Array, state: Any, lengths: Array | None, blocks: Blocks, *, keep: bool
) -> tuple[Array, Any, Any]:
    """hs, the final state and, for each block, its first state and, to `keep`, its tapes."""
    cell = arithmetic(params)
    weights = cell.arrange(params)
    valid = _valid(lengths, xs)

    def one_step(state: Any, step: Any) -> tuple[Any, Any]:
        x_sums, valid = step
        tape = cell.tape(weights, x_sums, output(state))
        moved = cell.advance(tape, state)
        state = moved if valid is None else freeze(valid, moved, state)
        return state, (zero_unless(valid, output(state)), tape if keep else None)

    def one_block(carry: Any, k: Array) -> tuple[Any, Any]:
        start, hs = carry
        now = None if valid is None else blocks.read(valid, k)
        x = zero_unless(now, blocks.read(xs, k))
        state, (h, tapes) = jax.lax.scan(one_step, start, (cell.sums(weights, x), now))
        return (state, blocks.write(hs, h, k)), (start, tapes)

    hs = _empty((*xs.shape[:2], params.w_h.shape[0]), xs.dtype)
    (state, hs), kept = jax.lax.scan(one_block, (state, hs), blocks.numbers(xs))
    return hs, state, kept


def _backward(blocks: Blocks, residuals: Any, cotangents: Any) -> tuple[Any, ...]:
    """The gradient, from the last block read to the first."""
    params, xs, lengths, hs, kept = residuals
    d_hs, d_state = cotangents
    cell = arithmetic(params)
    (joined, split), w_h_back, w_x_back = jax.vjp(cell.join, params), params.w_h.T, params.w_x.T
    valid = _valid(lengths, xs)

    # The share of a step's gradient that goes through W_h is multiplied in the step before it,
    # where it is needed. XLA runs up to eight operations without its scheduler, which takes as
    # long as all of them do; so a step is to have no more, and carries as little as it can.
    def before(d_recurrent: Array, d_state: Any) -> Any:
        return _add_to_output(d_state, d_recurrent @ w_h_back)

    def one_step_back(carry: Any, step: Any) -> tuple[Any, Array]:
        d_h, slopes, valid = step
        d_after = before(*carry)
        d_sums, d_state = cell.retreat(slopes, _add_to_output(d_after, d_h))
        if valid is not None:  # a row that has ended hands on what it was given
            d_sums = zero_unless(valid, d_sums)
            d_state = freeze(valid, _add_to_output(d_state, jnp.zeros_like(d_h)), d_after)
        return (cell.recurrent(d_sums, slopes), d_state), d_sums

    def one_block_back(carry: Any, block: Any) -> tuple[Any, None]:
        d_after, d_joined, d_xs = carry
        k, (start, tape) = block
        now = None if valid is None else blocks.read(valid, k)
        x, h, d_h = (zero_unless(now, blocks.read(array, k)) for array in (xs, hs, d_hs))
        first = output(start)[None]
        # A row that is read backwards waits at its first state, with no output, for its last step.
        h_before = h[:-1] if now is None else jnp.where(now[:-1], h[:-1], first)
        h_before = jnp.concatenate([first, h_before])
        if tape is None:
            tape = cell.recall(joined, x, h_before, h)
        slopes = cell.slopes(tape, start, h_before, now)
        d_before, d_sums = jax.lax.scan(one_step_back, d_after, (d_h, slopes, now), reverse=True)
        d_now = cell.gradient(x, h_before, d_sums, cell.recurrent(d_sums, slopes))
        d_joined = jax.tree.map(jnp.add, d_joined, d_now)
        return (d_before, d_joined, blocks.write(d_xs, d_sums @ w_x_back, k)), None

    if valid is None and not isinstance(params, GRUParams):
        d_hs, d_state = _enter_by_output(d_hs, d_state, 0 if blocks.reverse else xs.shape[1] - 1)
    nothing = jnp.zeros((len(xs), params.w_h.shape[1]), xs.dtype)  # goes through W_h at the end
    start = (
        (nothing, d_state),
        jax.tree.map(jnp.zeros_like, joined),
        _empty(xs.shape, xs.dtype),
    )
    steps = (blocks.numbers(xs), kept)
    (d_first, d_joined, d_xs), _ = jax.lax.scan(one_block_back, start, steps, reverse=True)
    return *split(d_joined), d_xs, before(*d_first), None


_walk.defvjp(_walk_and_keep, _backward)


def _valid(lengths: Array | None, xs: Array) -> Array | None:
    """(B, T, 1), true where a row has not yet ended; None where all last to the end."""
    return None if lengths is None else jnp.swapaxes(valid_steps(lengths, xs.shape[1]), 0, 1)


def _empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array of whatever the memory holds: every place is written before it is read."""
    array: Array = jax.lax.empty(shape, dtype)  # type: ignore[no-untyped-call]
    return array


def _add_to_output(state: Any, h: Array) -> Any:
    """The cotangent of a state with h more in that of its h, which is None where it is 0."""
    rest: Any = output(state)
    h = h if rest is None else rest + h
    return LSTMState(h, state.c) if isinstance(state, LSTMState) else h


def _enter_by_output(d_hs: Array, d_state: Any, last: int) -> tuple[Array, Any]:
    """The cotangent of the final h as part of that of the output of the `last` step read.

    h is nothing that an RNN or LSTM keeps, so from there on the walk has one array less to carry.
    """
    d_h = d_hs[:, last] + output(d_state)
    d_hs = jax.lax.dynamic_update_slice_in_dim(d_hs, d_h[:, None], last, axis=1)
    no_h: Any = None
    return d_hs, d_state._replace(h=no_h) if isinstance(d_state, LSTMState) else no_h
