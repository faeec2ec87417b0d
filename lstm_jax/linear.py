"""Recurrences that are linear in the state: minLSTM, minGRU and the diagonal one.

What is kept and what is written at step t comes from the input x_t alone, never from h_{t-1}:

    h_t = a_t · h_{t-1} + b_t

So all a_t and b_t can be computed before the first step, and steps can be joined in any grouping,
which is what `parallel` does. The price is that what a cell keeps cannot depend on its state. The
state is h alone, (B, H).

The gates are computed from their logarithms, because f / (f + i) is 0 / 0 in float32 when both
weighted sums are below about -100. σ(ln f - ln i) is the same number; it and its gradient are right
for sums of any size.
"""

from typing import NamedTuple, assert_never

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array

# --- What is learned -----------------------------------------------------------------------------


class MinLSTMParams(NamedTuple):
    """Weights of a minLSTM: w_x (D, 3H), b (3H,); gates in the order i, f, g."""

    w_x: Array
    b: Array


class MinGRUParams(NamedTuple):
    """Weights of a minGRU: w_x (D, 2H), b (2H,); gates in the order z, n."""

    w_x: Array
    b: Array


class DiagonalParams(NamedTuple):
    """Weights of a diagonal linear recurrence: w_x (D, H), b (H,), decay (H,).

    At each step a unit keeps the share σ(decay) of its state, whatever its input is.
    """

    w_x: Array
    b: Array
    decay: Array


LinearParams = MinLSTMParams | MinGRUParams | DiagonalParams

# --- What happens inside one step ----------------------------------------------------------------


class MinLSTMGates(NamedTuple):
    """Input gate i and forget gate f, which add up to 1, and the candidate g, of any size."""

    i: Array
    f: Array
    g: Array


class MinGRUGates(NamedTuple):
    """Update gate z in (0, 1), here the share that is written, and the candidate n, of any size."""

    z: Array
    n: Array


class DiagonalGates(NamedTuple):
    """Empty: what is kept is the same at every step."""


LinearGates = MinLSTMGates | MinGRUGates | DiagonalGates

# --- The equations, for inputs of any leading axes; nothing is checked ---------------------------


def min_lstm_affine(params: MinLSTMParams, x: Array) -> tuple[Array, Array, MinLSTMGates]:
    """The LSTM without output gate and tanh; its gates do not read h   (Feng and others, 2024).

    i_t = σ(x_t W_i + b_i)
    f_t = σ(x_t W_f + b_f)
    g_t = x_t W_g + b_g
    h_t = f_t / (f_t + i_t) · h_{t-1} + i_t / (f_t + i_t) · g_t

    The gates returned are the normalised ones.
    """
    i, f, g = jnp.split(_sums(params, x), 3, axis=-1)
    lead = jax.nn.log_sigmoid(f) - jax.nn.log_sigmoid(i)  # ln f - ln i
    gates = MinLSTMGates(jax.nn.sigmoid(-lead), jax.nn.sigmoid(lead), g)
    return gates.f, gates.i * g, gates


def min_gru_affine(params: MinGRUParams, x: Array) -> tuple[Array, Array, MinGRUGates]:
    """The GRU without reset gate and tanh; its gates do not read h   (Feng and others, 2024).

    z_t = σ(x_t W_z + b_z)
    n_t = x_t W_n + b_n
    h_t = (1 - z_t) · h_{t-1} + z_t · n_t

    Here z is the share that is written, as in that paper; in `gru_step` it is the share kept.
    """
    z, n = jnp.split(_sums(params, x), 2, axis=-1)
    gates = MinGRUGates(jax.nn.sigmoid(z), n)
    return jax.nn.sigmoid(-z), gates.z * n, gates  # 1 - σ(z), to the last digit


def diagonal_affine(params: DiagonalParams, x: Array) -> tuple[Array, Array, DiagonalGates]:
    """The linear recurrent unit with real eigenvalues   (LRU: Orvieto and others, 2023).

    a   = σ(decay)
    h_t = a · h_{t-1} + √(1 - a²) · (x_t W + b)

    The LRU has complex eigenvalues, of size exp(-exp(p)) for a parameter p. Here their phase is 0,
    so that h is real and cannot oscillate; their size is a sigmoid, as of a forget gate without
    inputs; and there is a bias. The root comes from the LRU: with it, white noise of variance 1
    gives an h of variance 1, however long the memory.
    """
    a = jax.nn.sigmoid(params.decay)
    # √((1 - a)(1 + a)); 1 - a comes from its logarithm, because the root has no finite slope at 0.
    scale = jnp.exp(0.5 * (jax.nn.log_sigmoid(-params.decay) + jnp.log1p(a)))
    b = along(scale, x) * _sums(params, x)
    return jnp.broadcast_to(along(a, x), b.shape), b, DiagonalGates()


def affine(params: LinearParams, x: Array) -> tuple[Array, Array, LinearGates]:
    """What is kept, a, and what is written, b, at inputs x (..., D); and the gates.

    h_t = a · h_{t-1} + b, each (..., H).
    """
    match params:
        case MinLSTMParams():
            return min_lstm_affine(params, x)
        case MinGRUParams():
            return min_gru_affine(params, x)
        case DiagonalParams():
            return diagonal_affine(params, x)
        case _:
            assert_never(params)


def linear_step(params: LinearParams, h: Array, x: Array) -> tuple[Array, LinearGates]:
    """h_t = a_t · h_{t-1} + b_t."""
    a, b, gates = affine(params, x)
    return a * h + b, gates


def _sums(params: LinearParams, x: Array) -> Array:
    return x @ params.w_x + along(params.b, x)


def along(row: Array, x: Array) -> Array:
    """A row (N,) with the leading axes of x, of size 1 each."""
    return row.reshape((1,) * (x.ndim - 1) + row.shape)
