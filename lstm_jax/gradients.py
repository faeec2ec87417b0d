"""How gradient moves through time: the product of the Jacobians of the steps.

With s the whole state (h for RNN and GRU, h and c side by side for an LSTM) and
J_t = ∂s_t/∂s_{t-1}, the chain rule gives

    ∂s_T/∂s_t = J_T · J_{T-1} ⋯ J_{t+1}

one factor for each step between. Such a product soon leaves the range of a float, so it is kept as
a matrix with entries of about 1 and the logarithm of the factor that was taken out.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, overload

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, ArrayLike
from lstm_jax.cells import (
    GRUParams,
    LSTMParams,
    LSTMState,
    Params,
    RNNParams,
    State,
    check_gated_by_state,
)
from lstm_jax.layers import check_sequences, unbatch
from lstm_jax.matrices import largest_singular_value
from lstm_jax.traces import Clamp, Held, LSTMTrace, Trace, held_gates, held_step, trace


class GradientFlow(NamedTuple):
    """How much of a small change at step t is left at the last step T.

    total: (B, T+1), the largest singular value of ∂s_T/∂s_t, s the whole state: the factor by
        which the worst small change of s_t arrives at s_T. The last entry is 1.
    direct: (B, T+1), LSTM only, else None: the product of the forget gates of the steps t+1 to T,
        for the unit that keeps most. It is ∂c_T/∂c_t along the cell state alone, without the paths
        through h, and is never above 1.
    """

    total: Array
    direct: Array | None


@overload
def gradient_flow(
    params: LSTMParams, xs: ArrayLike, state: LSTMState | None = None
) -> GradientFlow: ...
@overload
def gradient_flow(
    params: RNNParams | GRUParams, xs: ArrayLike, state: Array | None = None
) -> GradientFlow: ...
def gradient_flow(params: Params, xs: ArrayLike, state: State | None = None) -> GradientFlow:
    """The gradient that reaches each step from the last one.

    Args:
        params: `RNNParams`, `LSTMParams` or `GRUParams`.
        xs: inputs (B, T, D), or (T, D) for one sequence; the results follow suit.
        state: the initial state, zeros if None.

    Raises:
        ValueError: for a shape, type or state that does not fit, as `run`.
    """
    check_gated_by_state("gradient_flow", params)
    single, xs, state, _ = check_sequences("gradient_flow", params, xs, state)
    flow = _gradient_flow(params, xs, state)
    return unbatch(flow) if single else flow


def influence(params: Params, xs: ArrayLike, *, clamps: Sequence[Clamp] | Held = ()) -> Array:
    """How strongly each output depends on each input.

    Args:
        params: `RNNParams`, `LSTMParams` or `GRUParams`.
        xs: inputs (B, T, D), or (T, D) for one sequence; the result follows suit.
        clamps: gates to hold at a value, as in `trace`; no gradient goes through a held gate.

    Returns:
        (B, T, T); entry [t, s] is the Frobenius norm of ∂h_t/∂x_s, 0 for s > t, because no output
        depends on a later input.

    Raises:
        ValueError: for a shape or type that does not fit, as `run`; for clamps, as `trace`.
    """
    check_gated_by_state("influence", params)
    single, xs, state, _ = check_sequences("influence", params, xs)
    norms = _influence(params, xs, state, held_gates("influence", params, clamps, xs.shape[1]))
    return norms[0] if single else norms


@jax.jit
def _gradient_flow(params: Params, xs: Array, state: Any) -> GradientFlow:
    record: Trace = trace(params, xs, state)
    by_state, _ = _step_jacobians(params, xs, record, None)
    size = by_state.shape[-1]

    def one_step_back(product: _Scaled, jacobian: Array) -> tuple[_Scaled, Array]:
        product = product.times(product.matrix @ jacobian)
        return product, product.largest_singular_value()

    identity = jnp.broadcast_to(jnp.eye(size, dtype=xs.dtype), (len(xs), size, size))
    here = _Scaled(identity, jnp.zeros(len(xs), xs.dtype))
    _, norms = jax.lax.scan(one_step_back, here, by_state, reverse=True)  # (T, B)
    last = jnp.ones((len(xs), 1), xs.dtype)
    total = jnp.concatenate([norms.T, last], axis=1)
    if not isinstance(record, LSTMTrace):
        return GradientFlow(total, None)
    kept = jax.lax.cumprod(record.f, axis=1, reverse=True).max(axis=-1)  # (B, T)
    return GradientFlow(total, jnp.concatenate([kept, last], axis=1))


@jax.jit
def _influence(params: Params, xs: Array, state: Any, held: Held | None) -> Array:
    batch, time, features = xs.shape
    record: Trace = trace(params, xs, state, clamps=() if held is None else held)
    by_state, by_input = _step_jacobians(params, xs, record, held)
    hidden_size, size = params.w_h.shape[0], by_state.shape[-1]

    def one_step_on(product: _Scaled, step: tuple[Array, Array, Array]) -> tuple[_Scaled, Array]:
        """From ∂s_{t-1}/∂x_s to ∂s_t/∂x_s for all s at once: (B, T, S, D), zero where s > t."""
        now, state_jacobian, input_jacobian = step
        moved = product.times(state_jacobian[:, None] @ product.matrix)
        is_now = (jnp.arange(time) == now)[None, :]  # (1, T)
        product = _Scaled(
            jnp.where(is_now[..., None, None], input_jacobian[:, None], moved.matrix),
            jnp.where(is_now, jnp.zeros_like(moved.log_scale), moved.log_scale),
        )
        shown = _Scaled(product.matrix[..., :hidden_size, :], product.log_scale)
        return product, shown.frobenius_norm()

    nothing = _Scaled(
        jnp.zeros((batch, time, size, features), xs.dtype), jnp.zeros((batch, time), xs.dtype)
    )
    _, norms = jax.lax.scan(one_step_on, nothing, (jnp.arange(time), by_state, by_input))
    return jnp.swapaxes(norms, 0, 1)  # (B, T, T)


class _Scaled(NamedTuple):
    """matrix · exp(log_scale), for matrices (..., M, N) and scales (...)."""

    matrix: Array
    log_scale: Array

    def times(self, matrix: Array) -> "_Scaled":
        """`matrix` at this scale, brought back to a size of about 1."""
        size = jax.lax.stop_gradient(jnp.abs(matrix).max(axis=(-2, -1)))
        size = jnp.where(size > 0, size, jnp.ones_like(size))
        return _Scaled(matrix / size[..., None, None], self.log_scale + jnp.log(size))

    def largest_singular_value(self) -> Array:
        """The true value, except where it is outside the range of a float: there 0 or infinite."""
        largest = largest_singular_value
        for _ in self.log_scale.shape:
            largest = jax.vmap(largest)
        return largest(self.matrix) * jnp.exp(self.log_scale)

    def frobenius_norm(self) -> Array:
        """The root of the sum of squares. Its slope at 0 does not exist and is taken as 0."""
        squares = jnp.square(self.matrix).sum(axis=(-2, -1))
        is_zero = squares == 0
        norm = jnp.sqrt(jnp.where(is_zero, jnp.ones_like(squares), squares))
        return jnp.where(is_zero, jnp.zeros_like(norm), norm * jnp.exp(self.log_scale))


def _step_jacobians(
    params: Params, xs: Array, record: Trace, held: Held | None
) -> tuple[Array, Array]:
    """∂s_t/∂s_{t-1} (T, B, S, S) and ∂s_t/∂x_t (T, B, S, D) for every step."""

    def whole(state: State) -> Array:
        return jnp.concatenate(state, axis=-1) if isinstance(state, LSTMState) else state

    def one_step(flat: Array, x: Array, held: Held | None) -> Array:
        is_lstm = isinstance(record, LSTMTrace)
        state = LSTMState(*jnp.split(flat[None], 2, axis=-1)) if is_lstm else flat[None]
        return whole(held_step(params, state, x[None], held)[0])[0]

    states = LSTMState(record.h, record.c) if isinstance(record, LSTMTrace) else record.h
    before = whole(states)[:, :-1]  # (B, T, S)
    jacobians = jax.jacrev(one_step, argnums=(0, 1))
    over_batch = jax.vmap(jacobians, in_axes=(0, 0, None))
    over_batch_and_time = jax.vmap(over_batch, in_axes=(1, 1, 0))
    by_state, by_input = over_batch_and_time(before, xs, held)
    return by_state, by_input
