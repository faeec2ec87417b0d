"""The recurrence of an LSTM as two Pallas kernels, for a GPU: a contender, not used by `run`.

A scan is a loop of launches on a GPU: several small kernels a step, and h and c go out to memory
and come back between them. Here one kernel walks all T steps. A program has 16 rows of the batch;
their h and c never leave it, and the recurrent weights stay as near to it as their size allows,
because every step and every program read the same ones. All that does not depend on h is one big
product for all steps before the walk, and the gradient of each matrix is one big product after it.

`interpret` runs the same kernels as plain JAX, without a GPU; so do the tests.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from lstm_jax import LSTMParams, LSTMState
from lstm_jax.arrays import Array

ROWS = 16  # of a program: the fewest that a product on a GPU takes
TRITON = triton.CompilerParams(num_warps=8, num_stages=1)


def run_kernel(
    params: LSTMParams, xs: Array, state: LSTMState, *, interpret: bool = False
) -> tuple[Array, LSTMState]:
    """What `lstm_jax.run` gives for xs (B, T, D) and a state (B, H), without lengths."""
    batch, hidden = state.h.shape
    rows, units = -batch % ROWS, max(16, 1 << (hidden - 1).bit_length()) - hidden

    def by_gate(sums: Array) -> Array:  # (..., 4H) -> (..., 4, H'), H' the next power of two
        gates = sums.reshape(*sums.shape[:-1], 4, hidden)
        return jnp.pad(gates, [(0, 0)] * (gates.ndim - 1) + [(0, units)])

    # A padding unit has weights 0 and a state of 0, which stays 0.
    w = jnp.pad(jnp.moveaxis(by_gate(params.w_h), 1, 0), ((0, 0), (0, units), (0, 0)))  # (4, H, H)
    sums = by_gate(jnp.swapaxes(xs, 0, 1) @ params.w_x + params.b[None, None])  # (T, B, 4, H)
    sums = jnp.pad(sums, ((0, 0), (0, rows), (0, 0), (0, 0)))
    h, c = (jnp.pad(leaf, ((0, rows), (0, units))) for leaf in state)
    hs, cs = _walk(interpret, w, sums, h, c)
    hs = jnp.swapaxes(hs, 0, 1)[:batch, :, :hidden]
    return hs, LSTMState(hs[:, -1], cs[-1, :batch, :hidden])


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _walk(interpret: bool, w: Array, sums: Array, h: Array, c: Array) -> tuple[Array, Array]:
    hs, cs, _ = _forward(interpret, w, sums, h, c)
    return hs, cs


def _walk_and_keep(
    interpret: bool, w: Array, sums: Array, h: Array, c: Array
) -> tuple[tuple[Array, Array], Any]:
    hs, cs, gates = _forward(interpret, w, sums, h, c)
    return (hs, cs), (w, h, c, hs, cs, gates)


def _forward(interpret: bool, w: Array, sums: Array, h: Array, c: Array) -> Any:
    """All h and c (T, B, H), and the gates (T, B, 4, H)."""
    time, batch, _, hidden = sums.shape
    over_time = _like(sums, (time, batch, hidden))
    return pl.pallas_call(
        _forward_kernel,
        out_shape=(over_time, over_time, _like(sums, sums.shape)),
        grid=(batch // ROWS,),
        in_specs=[_all_of(w), _rows_of(sums, 1), _rows_of(h, 0), _rows_of(c, 0)],
        out_specs=(_rows_of(over_time, 1), _rows_of(over_time, 1), _rows_of(sums, 1)),
        compiler_params=TRITON,
        interpret=interpret,
    )(w, sums, h, c)


def _backward(interpret: bool, kept: Any, cotangents: tuple[Array, Array]) -> Any:
    """The gradient of w, sums, h and c."""
    w, h, c, hs, cs, gates = kept
    c_before = jnp.concatenate([c[None], cs[:-1]])
    w_back = jnp.swapaxes(w, 1, 2)
    state = _like(h, h.shape)
    inputs = (gates, cs, c_before, *cotangents)
    d_sums, d_h, d_c = pl.pallas_call(
        _backward_kernel,
        out_shape=(_like(gates, gates.shape), state, state),
        grid=(h.shape[0] // ROWS,),
        in_specs=[_all_of(w_back), *(_rows_of(array, 1) for array in inputs)],
        out_specs=(_rows_of(gates, 1), _rows_of(state, 0), _rows_of(state, 0)),
        compiler_params=TRITON,
        interpret=interpret,
    )(w_back, *inputs)
    h_before = jnp.concatenate([h[None], hs[:-1]])
    return jnp.einsum("tbi,tbgj->gij", h_before, d_sums), d_sums, d_h, d_c


_walk.defvjp(_walk_and_keep, _backward)


def _like(array: Array, shape: tuple[int, ...]) -> jax.ShapeDtypeStruct:
    """What a kernel writes: of this shape, of the array's dtype."""
    return jax.ShapeDtypeStruct(shape, array.dtype)  # type: ignore[no-untyped-call]


def _all_of(array: Any) -> pl.BlockSpec:
    """Every program reads the whole array."""
    return pl.BlockSpec(array.shape, lambda _: (0,) * array.ndim)


def _rows_of(array: Any, axis: int) -> pl.BlockSpec:
    """A program has its own ROWS along the batch axis, and all of the others."""
    shape = list(array.shape)
    shape[axis] = ROWS
    return pl.BlockSpec(
        tuple(shape),
        lambda program: tuple(program if a == axis else 0 for a in range(len(shape))),
    )


# --- The kernels: refs of one program, a leading axis T where there is one -----------------------


def _forward_kernel(w: Any, sums: Any, h0: Any, c0: Any, hs: Any, cs: Any, gates: Any) -> None:
    def one_step(t: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        h, c = state
        i, f, g, o = (sums[t, :, gate, :] + h @ w[gate] for gate in range(4))
        i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
        c = f * c + i * g
        h = o * jnp.tanh(c)
        for gate, value in enumerate((i, f, g, o)):
            gates[t, :, gate, :] = value
        hs[t], cs[t] = h, c
        return h, c

    jax.lax.fori_loop(0, sums.shape[0], one_step, (h0[...], c0[...]))


def _backward_kernel(
    w_back: Any,
    gates: Any,
    cs: Any,
    c_before: Any,
    d_hs: Any,
    d_cs: Any,
    d_sums: Any,
    d_h0: Any,
    d_c0: Any,
) -> None:
    last = gates.shape[0] - 1

    def one_step_back(step: Array, d_state: tuple[Array, Array]) -> tuple[Array, Array]:
        t = last - step
        i, f, g, o = (gates[t, :, gate, :] for gate in range(4))
        shown = jnp.tanh(cs[t])
        d_h = d_state[0] + d_hs[t]
        d_c = d_state[1] + d_cs[t] + d_h * o * (1 - shown**2)
        by_gate = (
            d_c * g * i * (1 - i),
            d_c * c_before[t] * f * (1 - f),
            d_c * i * (1 - g**2),
            d_h * shown * o * (1 - o),
        )
        for gate, value in enumerate(by_gate):
            d_sums[t, :, gate, :] = value
        d_h = sum(value @ w_back[gate] for gate, value in enumerate(by_gate))
        return d_h, d_c * f

    nothing = jnp.zeros_like(cs[0])
    d_h0[...], d_c0[...] = jax.lax.fori_loop(0, last + 1, one_step_back, (nothing, nothing))
