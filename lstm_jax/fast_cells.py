"""The equations of `cells`, cut into the pieces that `fast` calls and explains.

A piece is of one step, where arrays are (B, ...), or of a block of K steps, (K, B, ...). N is the
number of weighted sums of a step: H for an RNN, 4H for an LSTM, 3H for a GRU. d_y is ∂loss/∂y.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.cells import GRUParams, LSTMParams, LSTMState, Params, RNNParams
from lstm_jax.linear import along


def zero_unless(valid: Array | None, array: Array) -> Array:
    """`array`, with 0 where it is not `valid`; None stands for valid everywhere."""
    return array if valid is None else jnp.where(valid, array, jnp.zeros_like(array))


class Block(NamedTuple):
    """What the backward pass knows of a block before it walks back through its steps."""

    start: Any  # the state before the first step; its arrays are (B, H)
    x: Array  # (K, B, D)
    h_before: Array  # (K, B, H), the h from which each valid step starts
    h: Array  # (K, B, H), the output of each step
    valid: Array | None  # (K, B, 1), true where a row has not yet ended; None: nowhere ended


# What `step_back` returns: d_sums (B, N), then what step t hands back to step t-1:
#   d_h_sums (B, N)   the gradient of the product h_{t-1} W_h
#   d_h, d_c (B, H)   those parts of the gradients of h_{t-1} and c_{t-1} that do not pass through
#                     this product
# None stands for zeros, and for d_c where the cell has no c.
StepBack: TypeAlias = tuple[Array, Array, Array | None, Array | None]


class FastCell(ABC):
    """One cell in pieces: three for the forward pass, the others for the backward pass."""

    weights: tuple[Array, ...]  # the arrays whose gradient `weight_gradient` is

    @abstractmethod
    def input_sums(self, x: Array) -> Any:
        """Of a block: what `activations` needs of x (K, B, D), such as x W_x (K, B, N)."""

    @abstractmethod
    def activations(self, x_sums: Any, h_before: Array) -> Any:
        """Of a step: the tanh of all its sums, (B, N); for a GRU, beside it, what r multiplies."""

    @abstractmethod
    def next_state(self, activations: Any, state: Any) -> Any:
        """Of a step: the state after it; arrays (B, H)."""

    @abstractmethod
    def recompute(self, block: Block) -> Any:
        """Of a block: its activations, (K, B, N), all steps at once."""

    @abstractmethod
    def slopes(self, block: Block, activations: Any) -> Any:
        """Of a block: every factor of `step_back` that holds no gradient, before the walk back."""

    @abstractmethod
    def step_back(self, slopes: Any, d_h: Array, d_c: Any, valid: Array | None) -> StepBack:
        """Of step t: from d_h_t and the part of d_c_t that comes from step t+1, (B, H) each."""

    @abstractmethod
    def weight_gradient(self, block: Block, d_sums: Array, slopes: Any) -> tuple[Array, ...]:
        """Of a block: the gradient of `weights`, summed over all rows of all its steps."""

    @abstractmethod
    def as_params(self, d_weights: tuple[Array, ...]) -> Params:
        """A gradient of `weights` in the form of the parameters."""


def fast_cell(params: Params) -> FastCell:
    """The pieces of the cell that `params` belongs to."""
    match params:
        case RNNParams():
            return _RNN(params)
        case LSTMParams():
            return _LSTM(params)
        case GRUParams():
            return _GRU(params)


def _gate(activation: Array) -> Array:
    """The gate σ(a), from the activation tanh(½a)."""
    return 0.5 * activation + 0.5


def _over_rows(left: Array, d_sums: Array) -> Array:
    """Σ leftᵀ d_sums over the steps and rows of a block: (K, B, M) and (K, B, N) give (M, N)."""
    return jnp.einsum("kbi,kbj->ij", left, d_sums)


# --- RNN and LSTM: x W_x and h W_h are added, so one matrix W = [W_x; W_h] can do for both --------

FEW = 32  # below this D, a product x W_x of its own costs more than D more rows in each step's


class _OneMatrix(FastCell):
    def __init__(self, params: RNNParams | LSTMParams) -> None:
        self.params = params
        self.w = jnp.concatenate([params.w_x, params.w_h])  # (D + H, N)
        self.weights = self.w, params.b
        self.has_few_features = len(params.w_x) < FEW

    @abstractmethod
    def activate(self, sums: Array) -> Array:
        """The activations, from the sums (..., N) without their bias."""

    def input_sums(self, x: Array) -> Array:
        # With few features `activations` has x in its own product, so x goes there as it is.
        return x if self.has_few_features else x @ self.params.w_x

    def activations(self, x_sums: Array, h_before: Array) -> Array:
        if self.has_few_features:
            return self.activate(jnp.concatenate([x_sums, h_before], axis=-1) @ self.w)
        return self.activate(x_sums + h_before @ self.params.w_h)

    def recompute(self, block: Block) -> Array:
        return self.activate(jnp.concatenate([block.x, block.h_before], axis=-1) @ self.w)

    def weight_gradient(self, block: Block, d_sums: Array, _slopes: Any) -> tuple[Array, ...]:
        x_and_h = jnp.concatenate([block.x, block.h_before], axis=-1)  # (K, B, D + H)
        return _over_rows(x_and_h, d_sums), d_sums.sum((0, 1))

    def as_params(self, d_weights: tuple[Array, ...]) -> Params:
        d_w, d_b = d_weights
        d_w_x, d_w_h = jnp.split(d_w, [len(self.params.w_x)])
        return type(self.params)(d_w_x, d_w_h, d_b)


# --- RNN: h = tanh(x W_x + h_before W_h + b); the activations are h ------------------------------


class _RNN(_OneMatrix):
    def activate(self, sums: Array) -> Array:
        return jnp.tanh(sums + along(self.params.b, sums))

    def next_state(self, activations: Array, _state: Array) -> Array:
        return activations  # h

    def recompute(self, block: Block) -> Array:
        return block.h  # kept as the output

    def slopes(self, _block: Block, activations: Array) -> Array:
        return 1 - activations**2  # tanh'

    def step_back(self, slopes: Array, d_h: Array, _d_c: None, valid: Array | None) -> StepBack:
        d_sums = zero_unless(valid, d_h * slopes)
        return d_sums, d_sums, None, None


# --- LSTM: c = f c_before + i g,  h = o tanh(c) --------------------------------------------------


class LSTMSlopes(NamedTuple):
    """The factors of a step back, for a block with K in front of their shapes."""

    h_by_c: Array  # ∂h/∂c = o (1 - tanh² c), (B, H)
    by_sums: Array  # ∂c/∂sums of i, f and g, then ∂h/∂sums of o, (B, 4H)
    f: Array  # ∂c/∂c_before, (B, H)


class _LSTM(_OneMatrix):
    def activate(self, sums: Array) -> Array:
        hidden = len(self.params.w_h)
        half, whole = (jnp.full(hidden, scale, sums.dtype) for scale in (0.5, 1.0))
        scale = jnp.concatenate([half, half, whole, half])  # i, f, g, o
        return jnp.tanh((sums + along(self.params.b, sums)) * along(scale, sums))

    def gates(self, activations: Array) -> tuple[Array, Array, Array, Array]:
        i, f, g, o = jnp.split(activations, 4, axis=-1)
        return _gate(i), _gate(f), g, _gate(o)

    def next_state(self, activations: Array, state: LSTMState) -> LSTMState:
        i, f, g, o = self.gates(activations)
        c = f * state.c + i * g
        return LSTMState(o * jnp.tanh(c), c)

    def slopes(self, block: Block, activations: Array) -> LSTMSlopes:
        i, f, g, o = self.gates(activations)
        # c_t is computed again by a walk without a product. Where a row has ended, f = 1 and
        # i g = 0 leave c as it is.
        written = zero_unless(block.valid, i * g)
        f_or_1 = f if block.valid is None else jnp.where(block.valid, f, jnp.ones_like(f))

        def one_step(c: Array, step: tuple[Array, Array]) -> tuple[Array, Array]:
            f_or_1, written = step
            return f_or_1 * c + written, c

        _, c_before = jax.lax.scan(one_step, block.start.c, (f_or_1, written))  # (K, B, H)
        tanh_c = jnp.tanh(f_or_1 * c_before + written)
        # The slope of tanh(a) is 1 - t²; that of σ(a) is σ(1 - σ) = ¼ (1 - t²), with t = tanh(½a).
        factors = (0.25 * g, 0.25 * c_before, i, 0.25 * tanh_c)
        parts = zip(factors, jnp.split(activations, 4, axis=-1), strict=True)
        by_sums = jnp.concatenate([factor * (1 - t**2) for factor, t in parts], axis=-1)
        return LSTMSlopes(o * (1 - tanh_c**2), by_sums, f)

    def step_back(
        self, slopes: LSTMSlopes, d_h: Array, d_c: Array, valid: Array | None
    ) -> StepBack:
        d_c = d_c + d_h * slopes.h_by_c
        d_sums = jnp.concatenate([d_c, d_c, d_c, d_h], axis=-1) * slopes.by_sums
        d_sums = zero_unless(valid, d_sums)
        return d_sums, d_sums, None, d_c * slopes.f


# --- GRU: n = tanh(x_n + b_nx + r m),  m = h_before W_hn + b_n,  h = (1 - z) n + z h_before ------


class GRUActivations(NamedTuple):
    """The four parts of the activations: (B, H) each."""

    r: Array  # tanh of half the sums of the gate r
    z: Array  # the same of the gate z
    n: Array  # the candidate
    m: Array  # what r multiplies in it, h_before W_hn + b_n


class GRUSlopes(NamedTuple):
    """The factors of a step back, for a block with K in front of their shapes."""

    by_sums: Array  # ∂h/∂sums of r, z and n, (B, 3H)
    r: Array  # the slope of n's sum in m, (B, H)
    z: Array  # the part of ∂h/∂h_before that does not pass through W_h, (B, H)


class _GRU(FastCell):
    def __init__(self, params: GRUParams) -> None:
        self.params = params
        self.weights = tuple(params)

    def input_sums(self, x: Array) -> tuple[Array, ...]:
        # Three arrays (K, B, H), because XLA's loops are three times as slow where a step takes
        # slices of its row.
        sums = x @ self.params.w_x
        return tuple(jnp.split(sums + along(self.params.b, sums), 3, axis=-1))

    def activations(self, x_sums: tuple[Array, ...], h_before: Array) -> GRUActivations:
        r_x, z_x, n_x = x_sums
        r_h, z_h, n_h = jnp.split(h_before @ self.params.w_h, 3, axis=-1)
        r, m = jnp.tanh(0.5 * (r_x + r_h)), n_h + along(self.params.b_n, n_h)
        return GRUActivations(r, jnp.tanh(0.5 * (z_x + z_h)), jnp.tanh(n_x + _gate(r) * m), m)

    def next_state(self, activations: GRUActivations, h: Array) -> Array:
        return activations.n + _gate(activations.z) * (h - activations.n)

    def recompute(self, block: Block) -> GRUActivations:
        return self.activations(self.input_sums(block.x), block.h_before)

    def slopes(self, block: Block, activations: GRUActivations) -> GRUSlopes:
        r, z, n = _gate(activations.r), _gate(activations.z), activations.n
        by_n = (1 - z) * (1 - n**2)
        by_r = by_n * activations.m * r * (1 - r)
        by_z = (block.h_before - n) * z * (1 - z)
        return GRUSlopes(jnp.concatenate([by_r, by_z, by_n], axis=-1), r, z)

    def step_back(self, slopes: GRUSlopes, d_h: Array, _d_c: None, valid: Array | None) -> StepBack:
        d_sums = zero_unless(valid, jnp.concatenate([d_h, d_h, d_h], axis=-1) * slopes.by_sums)
        return d_sums, self.d_h_sums(d_sums, slopes.r), d_h * slopes.z, None

    def d_h_sums(self, d_sums: Array, r: Array) -> Array:
        """The gradient of h_before W_h; of d_sums it takes n's part times r, which multiplies m."""
        r_and_z = 2 * r.shape[-1]
        return jnp.concatenate([d_sums[..., :r_and_z], d_sums[..., r_and_z:] * r], axis=-1)

    def weight_gradient(self, block: Block, d_sums: Array, slopes: GRUSlopes) -> tuple[Array, ...]:
        d_h_sums = self.d_h_sums(d_sums, slopes.r)
        d_m = d_h_sums[..., 2 * slopes.r.shape[-1] :]
        d_w_x, d_w_h = _over_rows(block.x, d_sums), _over_rows(block.h_before, d_h_sums)
        return d_w_x, d_w_h, d_sums.sum((0, 1)), d_m.sum((0, 1))

    def as_params(self, d_weights: tuple[Array, ...]) -> Params:
        return GRUParams(*d_weights)
