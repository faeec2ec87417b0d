"""Lesson 01: what runs where a student's function is missing; see `mine`."""

import jax

from lstm_jax.arrays import Array, Floats
from lstm_jax.cells import RNNParams, step
from lstm_jax.course.data.windows import windows
from lstm_jax.layers import run


def rnn_step(params: RNNParams, h: Array, x: Array) -> Array:
    """The state after one step (H,)."""
    new, _ = step(params, h, x)
    return new


def make_windows(series: Floats, length: int, horizon: int) -> tuple[Floats, Floats]:
    """Every window of a series (T,) that has a target: xs (N, length) and ys (N,)."""
    xs, ys = windows(series, length, horizon)
    return xs[:, :, 0], ys


def bptt(params: RNNParams, xs: Array, d_h: Array) -> RNNParams:
    """The slopes of a loss for w_x, w_h and b, from its slope d_h (H,) at the last state."""
    _, back = jax.vjp(lambda given: run(given, xs)[1], params)
    (grads,) = back(d_h)
    return grads
