"""Lesson 01: first weights of several runs, and the gradient split by step."""

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import init_rnn, run
from lstm_jax.course.l01 import stand_ins
from lstm_jax.course.l01.study import gradient_by_step, new_forecasters


def test_runs_have_first_weights_of_their_own() -> None:
    cell, w, b = new_forecasters(jax.random.key(0), hidden_size=4, runs=3)
    assert (cell.w_x.shape, cell.w_h.shape, cell.b.shape) == ((3, 1, 4), (3, 4, 4), (3, 4))
    assert (w.shape, b.shape) == ((3, 4), (3,))
    assert not np.allclose(w[0], w[1])
    assert not np.allclose(cell.w_h[0], cell.w_h[1])


def test_parts_of_the_steps_are_those_of_backpropagation() -> None:
    params = init_rnn(jax.random.key(1), 2, 3)
    xs = jax.random.normal(jax.random.key(2), (5, 2))
    d_h = jnp.array([0.3, -1.0, 0.5])
    parts = gradient_by_step(params, xs, d_h)
    hs = jnp.concatenate([jnp.zeros((1, 3)), run(params, xs)[0]])
    expected, whole = [], jnp.zeros((3, 3))
    for t in range(5, 0, -1):
        d_a = d_h * (1 - hs[t] ** 2)
        part = jnp.outer(hs[t - 1], d_a)
        expected.append(jnp.linalg.norm(part))
        whole = whole + part
        d_h = params.w_h @ d_a
    np.testing.assert_allclose(parts, expected[::-1], rtol=1e-4)
    assert parts[0] == 0  # h_0 is 0
    grad = stand_ins.bptt(params, xs, jnp.array([0.3, -1.0, 0.5])).w_h
    np.testing.assert_allclose(grad, whole, rtol=1e-4, atol=1e-6)
