"""The recurrence of `scan_cell`, arranged for speed: the same numbers, forward and backward.

Four ideas, in the order of lesson 07, with the equations of the LSTM. Letters as in `arrays`; K is
the number of steps in a block, N the number of weighted sums in a step, 4H here. Names side by side
are a product of matrices; · multiplies number by number.

1.  One product for all gates. Their weighted sums stand side by side, as in `cells`:

        sums_t = x_t W_x + h_{t-1} W_h + b                                  (B, N)

    Where x has few features, x and h share one product: [x_t, h_{t-1}] W, W (D + H, N).

2.  Blocks of K steps. Only h_{t-1} W_h has to wait for step t-1. So the `input_sums` x W_x are one
    product for the whole block, (K, B, D) to (K, B, N). Then its steps follow.

3.  One tanh for all gates. Since σ(a) = ½ tanh(½a) + ½, a step takes one tanh of all its sums,
    those of i, f and o halved. These are its `activations` (B, N). From them `next_state` has the
    gates, c_t and h_t.

4.  A backward pass by hand. Let d_y be ∂loss/∂y, except that d_out_t is the part of ∂loss/∂h_t
    that comes straight from output t. The chain rule, from the last step to the first:

        d_h_t    = d_out_t + d_sums_{t+1} W_hᵀ                              (B, H)
        d_c_t    = d_c_{t+1} · f_{t+1} + d_h_t · o_t · (1 - tanh² c_t)      (B, H)
        d_sums_t = [d_c_t · g_t · i_t · (1 - i_t),                          (B, N)
                    d_c_t · c_{t-1} · f_t · (1 - f_t),
                    d_c_t · i_t · (1 - g_t²),
                    d_h_t · tanh c_t · o_t · (1 - o_t)]

    and from these the gradients of the inputs and of the weights:

        d_x_t = d_sums_t W_xᵀ      d_W = Σ_t [x_t, h_{t-1}]ᵀ d_sums_t      d_b = Σ_t d_sums_t

    Only d_h, d_c and d_sums have to wait for step t+1. So a block goes back in five pieces:

        `recompute`        the activations, all steps at once, because every h_{t-1} is known now
        `slopes`           all factors above that hold no d; the c_t come from a short walk
        `from_next_step`   d_h, except for d_out_t: the only product of a step, that by W_hᵀ
        `step_back`        d_c and d_sums; these two pieces take turns, one step after another
        `weight_gradient`  the sums over t, as one product of (D + H, K·B) and (K·B, N), where the
                           gradient of `scan_cell` adds up K small ones

    A GRU has no c. Its gate r multiplies a part of h_sums = h_{t-1} W_h, so there d_h_sums is
    r · d_sums. For W_h, d_h_sums stands in place of d_sums above, in d_h and in d_W. And h_t holds
    z_t · h_{t-1}, so d_h_t has one more term, d_h_{t+1} · z_{t+1}.

Forward keeps every h_t and the state before each block; c_t is always computed again. Memory that
is touched for the first time is slow, so the activations are kept only where it would be slower
still to compute them again (`keeps_activations`).

All pieces except `from_next_step` differ from cell to cell: see `fast_cells`. The steps of a block
stand in the order in which they are read: from the last to the first where `reverse` is set.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import PartitionSpec

from lstm_jax.arrays import Array
from lstm_jax.cells import GRUParams, LSTMParams, LSTMState, Params, RNNParams, State
from lstm_jax.fast_cells import Block, fast_cell, zero_unless
from lstm_jax.scan import freeze, output, valid_steps


@partial(jax.jit, static_argnames="reverse")
def recurrence(
    params: Params, xs: Array, state: State, lengths: Array | None, *, reverse: bool
) -> tuple[Array, Any]:
    """What `scan_cell` computes, with a backward pass of its own. Nothing is checked.

    Reverse-mode derivatives of any order go through it. Forward mode (`jax.jvp`, `jax.jacfwd`) is
    refused by JAX, as for every `custom_vjp`; `lstm_jax.run_plain` has it.
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


# --- How much at once, and what is kept ----------------------------------------------------------

CACHE = 3 * 2**19  # bytes of the sums of a block, which are read soon after they are written


def block_size(time: int, step: int) -> int:
    """Steps K of a block, from the bytes of one step's sums; a divisor of `time` if one is near.

    The longer a block, the larger the products outside of the walk, up to the cache, or to 4 steps.
    """
    most = min(time, max(4, CACHE // step))
    return next((size for size in range(most, most // 2, -1) if time % size == 0), most)


WARM = 2**24  # bytes that a process gets without fetching every page of them anew


def keeps_activations(params: Params, steps: int) -> bool:
    """Whether forward keeps the activations of `steps` = B·T, so that none are computed again.

    To compute a number again takes D + H multiplications. To keep it costs about as much as 64 of
    them, or as 256 where the memory is fetched anew, as measured. An RNN keeps its activations
    anyway, because they are its outputs.
    """
    features, hidden = len(params.w_x), len(params.w_h)
    size = 4 * hidden * steps * params.w_h.dtype.itemsize
    return not isinstance(params, RNNParams) and features + hidden >= (64 if size <= WARM else 256)


class Blocks(NamedTuple):
    """The blocks of `size` steps of an array (B, T, ...), numbered as they are read."""

    size: int
    reverse: bool

    def read(self, array: Array, k: Array) -> Array:
        """Block k of an array (B, T, ...), time first: (K, B, ...)."""
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

    def numbers(self, array: Array) -> Array:
        """0, 1, … for the blocks of an array: constants, which cost no kernel to compile."""
        return jnp.asarray(np.arange(self._count(array), dtype=np.int32))

    def _count(self, array: Array) -> int:
        return array.shape[1] // self.size

    def _place(self, array: Array, k: Array) -> Array:
        return self.size * (self._count(array) - 1 - k if self.reverse else k)

    def _in_order(self, block: Array) -> Array:
        return block[::-1] if self.reverse else block


# --- Forward -------------------------------------------------------------------------------------


@partial(jax.custom_vjp, nondiff_argnums=(4,))
def _walk(
    params: Params, xs: Array, state: State, lengths: Array | None, blocks: Blocks
) -> tuple[Array, State]:
    hs, final, _ = _forward(params, xs, state, lengths, blocks, keep=False)
    return hs, final


def _walk_and_keep(
    params: Params, xs: Array, state: State, lengths: Array | None, blocks: Blocks
) -> tuple[tuple[Array, State], Any]:
    keep = keeps_activations(params, xs.shape[0] * xs.shape[1])
    hs, final, kept = _forward(params, xs, state, lengths, blocks, keep=keep)
    return (hs, final), (params, xs, lengths, hs, kept)


def _forward(
    params: Params, xs: Array, state: State, lengths: Array | None, blocks: Blocks, *, keep: bool
) -> tuple[Array, State, Any]:
    """hs, the final state, and of each block the state before it and (`keep`) its activations."""
    cell = fast_cell(params)
    valid = _valid(lengths, xs)  # (B, T, 1)

    def one_step(state: State, step: Any) -> tuple[State, Any]:
        x_sums, valid = step  # (B, N), (B, 1)
        activations = cell.activations(x_sums, output(state))  # (B, N)
        moved = cell.next_state(activations, state)  # (B, H) each
        state = moved if valid is None else freeze(valid, moved, state)
        return state, (zero_unless(valid, output(state)), activations if keep else None)

    def one_block(carry: tuple[State, Array], k: Array) -> tuple[tuple[State, Array], Any]:
        start, hs = carry
        now = None if valid is None else blocks.read(valid, k)  # (K, B, 1)
        x = zero_unless(now, blocks.read(xs, k))  # (K, B, D)
        steps = cell.input_sums(x), now
        state, (h, activations) = jax.lax.scan(one_step, start, steps)  # h (K, B, H)
        return (state, blocks.write(hs, h, k)), (start, activations)

    hs = _empty((*xs.shape[:2], len(params.w_h)), xs.dtype)  # (B, T, H)
    (state, hs), kept = jax.lax.scan(one_block, (state, hs), blocks.numbers(xs))
    return hs, state, kept


# --- Backward ------------------------------------------------------------------------------------


def _backward(blocks: Blocks, residuals: Any, cotangents: Any) -> tuple[Any, ...]:
    """The gradient, from the last block read to the first; JAX calls a gradient a cotangent."""
    params, xs, lengths, hs, kept = residuals
    d_hs, d_final = cotangents
    cell, w_h_transposed, w_x_transposed = fast_cell(params), params.w_h.T, params.w_x.T
    valid = _valid(lengths, xs)  # (B, T, 1)

    # Step t hands back to step t-1 its d_h_sums (B, N), and those parts of d_h and d_c (B, H) that
    # do not pass through W_h. The product by W_hᵀ is left to step t-1, where d_h is needed: a step
    # has one operation less then. XLA runs a loop body of up to eight operations (after fusion)
    # without its scheduler, and the scheduler takes as long as all of them do. For the same reason
    # a step carries as few arrays as it can: None stands for an array of zeros.
    def from_next_step(d_h_sums: Array, d_h: Array | None, d_c: Array | None) -> Any:
        d_h_through_sums = d_h_sums @ w_h_transposed
        return d_h_through_sums if d_h is None else d_h + d_h_through_sums, d_c

    def one_step_back(handed_back: Any, step: Any) -> tuple[Any, Array]:
        d_out, slopes, valid = step  # (B, H), those of `slopes` without K, (B, 1)
        d_h_after, d_c_after = from_next_step(*handed_back)
        d_sums, d_h_sums, d_h, d_c = cell.step_back(slopes, d_h_after + d_out, d_c_after, valid)
        if valid is not None:  # the state of a row that has ended stays, so its gradient does too
            d_h = jnp.zeros_like(d_out) if d_h is None else d_h
            d_h, d_c = freeze(valid, (d_h, d_c), (d_h_after, d_c_after))
        return (d_h_sums, d_h, d_c), d_sums

    def one_block_back(carry: Any, step: Any) -> tuple[Any, None]:
        handed_back, d_weights, d_xs = carry
        k, (start, activations) = step
        now = None if valid is None else blocks.read(valid, k)  # (K, B, 1)
        x, h, d_out = (zero_unless(now, blocks.read(array, k)) for array in (xs, hs, d_hs))
        first = output(start)[None]  # (1, B, H)
        # Where a row is read backwards, its padding comes first, with outputs of 0; the step after
        # the padding began with the state `first`. Within padding, d_sums is 0 whatever h is.
        h_before = h[:-1] if now is None else jnp.where(now[:-1], h[:-1], first)
        block = Block(start, x, jnp.concatenate([first, h_before]), h, now)
        if activations is None:
            activations = cell.recompute(block)  # (K, B, N)
        slopes = cell.slopes(block, activations)
        steps = d_out, slopes, now
        handed_back, d_sums = jax.lax.scan(one_step_back, handed_back, steps, reverse=True)
        d_block = cell.weight_gradient(block, d_sums, slopes)
        d_weights = jax.tree.map(jnp.add, d_weights, d_block)
        return (handed_back, d_weights, blocks.write(d_xs, d_sums @ w_x_transposed, k)), None

    d_h, d_c = d_final if isinstance(d_final, LSTMState) else (d_final, None)
    if valid is None and not isinstance(params, GRUParams):
        # Without padding, the final h is the output of the last step read, so its gradient can
        # enter there. Then no part of d_h goes past W_h in an RNN or an LSTM: None.
        last = 0 if blocks.reverse else xs.shape[1] - 1
        d_last = (d_hs[:, last] + d_h)[:, None]  # (B, 1, H)
        d_hs, d_h = jax.lax.dynamic_update_slice_in_dim(d_hs, d_last, last, axis=1), None
    no_sums = jnp.zeros((len(xs), params.w_h.shape[1]), xs.dtype)  # (B, N): no step comes after it
    carry = (
        (no_sums, d_h, d_c),
        jax.tree.map(jnp.zeros_like, cell.weights),
        _empty(xs.shape, xs.dtype),  # d_xs (B, T, D)
    )
    steps = blocks.numbers(xs), kept
    (handed_back, d_weights, d_xs), _ = jax.lax.scan(one_block_back, carry, steps, reverse=True)
    d_h, d_c = from_next_step(*handed_back)
    d_state = LSTMState(d_h, d_c) if isinstance(params, LSTMParams) else d_h
    return cell.as_params(d_weights), d_xs, d_state, None


_walk.defvjp(_walk_and_keep, _backward)


def _valid(lengths: Array | None, xs: Array) -> Array | None:
    """(B, T, 1), true where a row has not yet ended; None where all last to the end."""
    return None if lengths is None else jnp.swapaxes(valid_steps(lengths, xs.shape[1]), 0, 1)


def _empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array of whatever the memory holds: every place is written before it is read."""
    array: Array = jax.lax.empty(shape, dtype)  # type: ignore[no-untyped-call]
    return array
