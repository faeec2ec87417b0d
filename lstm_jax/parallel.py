"""Recurrences that are linear in the state, all steps at once.

A step is the map h ↦ a·h + b, and two steps in a row are again such a map:

    a₂·(a₁·h + b₁) + b₂ = (a₂a₁)·h + (a₂b₁ + b₂)

To join maps is associative: the grouping does not matter, so neighbours can be joined at the same
time, then pairs of neighbours, and so on. `lax.associative_scan` does that: T steps in about 2·log₂
T rounds (Blelloch, 1990), each round one operation on whole arrays. It does more arithmetic than
one step after another, so it pays where much of it is done at once: `run` takes it on accelerators.
On a CPU `run` computes all a and b and then goes one step after another. That was faster in every
comparison (two busy cores, T = 64 to 4096, B·H = 8 to 2048): by a tenth where B·H is large, many
times where it is small, because a step of such a loop takes much less than a microsecond.

No a is above 1 and nothing is divided, so nothing overflows, whatever T. The closed form with
running products A_t = a_t ⋯ a_1, h_t = A_t · (h_0 + Σ b_s / A_s), divides by numbers that reach 0
after some hundred steps. Feng and others (2024) write it in logarithms, which divides nothing. But
ln A_t grows with T, so that digits are lost, and b cannot be negative.
"""

from functools import partial

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.fast import over_the_mesh
from lstm_jax.linear import LinearParams, affine
from lstm_jax.scan import valid_steps


@partial(jax.jit, static_argnames=("reverse", "parallel"))
def linear_recurrence(
    params: LinearParams,
    xs: Array,
    state: Array,
    lengths: Array | None,
    *,
    reverse: bool,
    parallel: bool = False,
) -> tuple[Array, Array]:
    """What `scan_cell` computes, with a and b of all steps computed before the walk.

    `parallel` joins the steps by an associative scan on a CPU too. Derivatives go through as in
    `fast.recurrence`. Nothing is checked.
    """
    walk = partial(_walk, reverse=reverse, parallel=parallel)
    hs, final = over_the_mesh(walk, xs.shape[0])(params, xs, state, lengths)
    return hs, final


def _walk(
    params: LinearParams,
    xs: Array,
    state: Array,
    lengths: Array | None,
    reverse: bool,
    parallel: bool,
) -> tuple[Array, Array]:
    inputs = jnp.swapaxes(xs, 0, 1)  # (T, B, D)
    if lengths is None:
        a, b, _ = affine(params, inputs)  # (T, B, H) each
        hs = join(a, b, state, reverse, parallel)
        shown = hs
    else:
        valid = valid_steps(lengths, xs.shape[1])  # (T, B, 1)
        # The padding is set to 0 first: a NaN in it would pass through the gradient of `where`.
        a, b, _ = affine(params, jnp.where(valid, inputs, jnp.zeros_like(inputs)))
        # In the padding h stays as it is: a = 1, b = 0.
        a, b = jnp.where(valid, a, jnp.ones_like(a)), jnp.where(valid, b, jnp.zeros_like(b))
        hs = join(a, b, state, reverse, parallel)
        shown = jnp.where(valid, hs, jnp.zeros_like(hs))
    return jnp.swapaxes(shown, 0, 1), hs[0 if reverse else -1]


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def join(a: Array, b: Array, h: Array, reverse: bool, parallel: bool) -> Array:
    """All h_t = a_t · h_{t-1} + b_t (T, B, H), for a and b (T, B, H) and the state h (B, H) before.

    The gradient is the same recurrence in the other direction. g_t is the gradient that arrives at
    output t, and d_t = ∂loss/∂h_t counts all paths:

        d_t = a_{t+1} · d_{t+1} + g_t,    ∂loss/∂b_t = d_t,    ∂loss/∂a_t = d_t · h_{t-1}

    So the backward pass is joined in the same way as the forward pass.
    """
    if parallel:
        return in_parallel(a, b, h, reverse=reverse)
    return jax.lax.platform_dependent(
        a,
        b,
        h,
        cpu=partial(one_by_one, reverse=reverse),
        default=partial(in_parallel, reverse=reverse),
    )


def _join_and_keep(
    a: Array, b: Array, h: Array, reverse: bool, parallel: bool
) -> tuple[Array, tuple[Array, Array, Array]]:
    hs = join(a, b, h, reverse, parallel)
    return hs, (a, h, hs)


def _join_back(
    reverse: bool, parallel: bool, kept: tuple[Array, Array, Array], g: Array
) -> tuple[Array, Array, Array]:
    a, h, hs = kept
    first = -1 if reverse else 0  # the step that is read first
    nothing = jnp.zeros_like(h)[None]
    if reverse:
        h_before, a_after = jnp.concatenate([hs[1:], h[None]]), jnp.concatenate([nothing, a[:-1]])
    else:
        h_before, a_after = jnp.concatenate([h[None], hs[:-1]]), jnp.concatenate([a[1:], nothing])
    d = join(a_after, g, nothing[0], not reverse, parallel)
    return d * h_before, d, a[first] * d[first]


join.defvjp(_join_and_keep, _join_back)


def one_by_one(a: Array, b: Array, h: Array, *, reverse: bool) -> Array:
    """The same as `join`, one step after another."""

    def body(h: Array, step: tuple[Array, Array]) -> tuple[Array, Array]:
        a, b = step
        h = a * h + b
        return h, h

    _, hs = jax.lax.scan(body, h, (a, b), reverse=reverse)
    return hs


def in_parallel(a: Array, b: Array, h: Array, *, reverse: bool) -> Array:
    """The same as `join`, by an associative scan: entry t becomes the map from h to h_t."""

    def after(first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[Array, Array]:
        a_1, b_1 = first
        a_2, b_2 = second
        return a_2 * a_1, a_2 * b_1 + b_2

    a, b = jax.lax.associative_scan(after, (a, b), reverse=reverse)
    return a * h[None] + b
