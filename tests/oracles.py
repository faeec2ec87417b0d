"""The three cells written again, twice, without JAX: what the package is compared with.

`loops_run` is plain Python on lists, one multiplication at a time, straight from the docstrings of
`lstm_jax.cells`. It takes complex numbers too, so its gradient is the imaginary part of a complex
step, exact to the last digit. `numpy_run` is vectorised NumPy with backpropagation written by hand.
"""

import cmath
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import GRUParams, LSTMParams, LSTMState, RNNParams, run

KINDS = {"rnn": (RNNParams, 1), "lstm": (LSTMParams, 4), "gru": (GRUParams, 3)}
# For tests that compile much: the LSTM every day, the other two where there is time.
LSTM_FIRST = ["lstm", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("rnn", "gru"))]
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


class Case(NamedTuple):
    params: Any
    xs: Any
    state: Any


def draw(
    kind: str,
    *,
    batch: int = 2,
    time: int = 5,
    features: int = 3,
    hidden: int = 4,
    dtype: str = "float32",
    seed: int = 0,
) -> Case:
    """Weights, biases, inputs and states, all random, none zero: zeros hide mistakes."""
    rng = np.random.default_rng(seed)
    cls, blocks = KINDS[kind]

    def normal(*shape: int) -> jax.Array:
        return jnp.asarray(rng.normal(size=shape), dtype)

    width = blocks * hidden
    weights = [normal(features, width), normal(hidden, width) / hidden**0.5, normal(width)]
    if cls is GRUParams:
        weights.append(normal(hidden))
    h = normal(batch, hidden)
    state = LSTMState(h, normal(batch, hidden)) if cls is LSTMParams else h
    return Case(cls(*weights), normal(batch, time, features), state)


def score(hs: Any, state: Any) -> Any:
    """One number that depends on every output and on both parts of the final state."""
    leaves = [hs, *jax.tree.leaves(state)]
    return sum((leaf * weights_like(leaf)).sum() for leaf in leaves)


def weights_like(array: Any) -> Any:
    return np.cos(np.arange(array.size)).reshape(array.shape).astype(array.dtype)


def gradient(case: Case, **options: Any) -> Case:
    """The gradient of `score` by JAX through `lstm_jax.run`."""

    def loss(case: Case) -> Any:
        return score(*run(*case, **options))

    return jax.grad(loss)(case)


def assert_close(got: Any, expected: Any, tolerance: float) -> None:
    """Same tree, and every number within `tolerance`, relative where numbers are above 1."""
    got, expected = jax.tree.leaves(got), jax.tree.leaves(expected)
    assert len(got) == len(expected)
    for ours, theirs in zip(got, expected, strict=True):
        assert np.shape(ours) == np.shape(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


# --- Plain Python loops --------------------------------------------------------------------------


def sigmoid(x: complex) -> complex:
    return 1 / (1 + cmath.exp(-x))


def loops_step(params: Any, h: list, c: list, x: list) -> tuple[list, list]:
    def weighted_sum(column: int, *, recurrent: bool = True, bias: bool = True) -> complex:
        total = params.b[column] if bias else 0
        for d in range(len(x)):
            total += x[d] * params.w_x[d][column] if bias else 0
        for k in range(len(h)):
            total += h[k] * params.w_h[k][column] if recurrent else 0
        return total

    hidden, new_h, new_c = len(h), [], []
    for j in range(hidden):
        if isinstance(params, RNNParams):
            new_h.append(cmath.tanh(weighted_sum(j)))
        elif isinstance(params, LSTMParams):
            i = sigmoid(weighted_sum(j))
            f = sigmoid(weighted_sum(hidden + j))
            g = cmath.tanh(weighted_sum(2 * hidden + j))
            o = sigmoid(weighted_sum(3 * hidden + j))
            new_c.append(f * c[j] + i * g)
            new_h.append(o * cmath.tanh(new_c[j]))
        else:
            r = sigmoid(weighted_sum(j))
            z = sigmoid(weighted_sum(hidden + j))
            from_h = weighted_sum(2 * hidden + j, bias=False) + params.b_n[j]
            n = cmath.tanh(weighted_sum(2 * hidden + j, recurrent=False) + r * from_h)
            new_h.append((1 - z) * n + z * h[j])
    return new_h, new_c


def loops_run(case: Case) -> tuple[Any, Any]:
    """hs and final state of a `Case` of arrays, by loops over lists; complex if any of it is."""
    params, xs, state = jax.tree.map(lambda leaf: np.asarray(leaf).tolist(), case)
    is_lstm = isinstance(params, LSTMParams)
    hs, finals = [], []
    for row in range(len(xs)):
        h, c = (state.h[row], state.c[row]) if is_lstm else (state[row], [])
        outputs = []
        for x in xs[row]:
            h, c = loops_step(params, h, c, x)
            outputs.append(h)
        hs.append(outputs)
        finals.append((h, c))
    last_h = np.array([h for h, _ in finals])
    last = LSTMState(last_h, np.array([c for _, c in finals])) if is_lstm else last_h
    return np.array(hs), last


def loops_gradient(case: Case) -> Case:
    """∂score by a complex step: the imaginary part of score(x + i·10⁻²⁰) is slope · 10⁻²⁰."""
    leaves, tree = jax.tree.flatten(jax.tree.map(lambda leaf: np.asarray(leaf, complex), case))
    gradients = [np.zeros(leaf.shape) for leaf in leaves]
    for leaf, slopes in zip(leaves, gradients, strict=True):
        for index in np.ndindex(leaf.shape):
            leaf[index] += 1e-20j
            slopes[index] = score(*loops_run(jax.tree.unflatten(tree, leaves))).imag / 1e-20
            leaf[index] -= 1e-20j
    return jax.tree.unflatten(tree, gradients)


# --- NumPy, forward and backward by hand ---------------------------------------------------------


def squash(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def numpy_run(case: Case) -> tuple[Any, Any, Case]:
    """hs, final state, and the gradient of `score` by backpropagation through time."""
    params, xs, state = jax.tree.map(np.asarray, case)
    backward = {RNNParams: rnn_numpy, LSTMParams: lstm_numpy, GRUParams: gru_numpy}
    return backward[type(params)](params, xs, state)


def rnn_numpy(params: RNNParams, xs: Any, h: Any) -> tuple[Any, Any, Case]:
    hs = [h]
    for t in range(xs.shape[1]):
        hs.append(np.tanh(xs[:, t] @ params.w_x + hs[-1] @ params.w_h + params.b))
    out, final = np.stack(hs[1:], 1), hs[-1]
    d_out, d_h = weights_like(out), weights_like(final)
    d_params, d_xs = RNNParams(*(np.zeros_like(p) for p in params)), np.zeros_like(xs)
    for t in reversed(range(xs.shape[1])):
        d_sum = (d_h + d_out[:, t]) * (1 - hs[t + 1] ** 2)
        d_params.w_x[:] += xs[:, t].T @ d_sum
        d_params.w_h[:] += hs[t].T @ d_sum
        d_params.b[:] += d_sum.sum(0)
        d_xs[:, t] = d_sum @ params.w_x.T
        d_h = d_sum @ params.w_h.T
    return out, final, Case(d_params, d_xs, d_h)


def lstm_numpy(params: LSTMParams, xs: Any, state: LSTMState) -> tuple[Any, Any, Case]:
    hs, cs, gates = [state.h], [state.c], []
    for t in range(xs.shape[1]):
        sums = xs[:, t] @ params.w_x + hs[-1] @ params.w_h + params.b
        i, f, g, o = np.split(sums, 4, 1)
        i, f, g, o = squash(i), squash(f), np.tanh(g), squash(o)
        gates.append((i, f, g, o))
        cs.append(f * cs[-1] + i * g)
        hs.append(o * np.tanh(cs[-1]))
    out, final = np.stack(hs[1:], 1), LSTMState(hs[-1], cs[-1])
    d_out, d_h, d_c = weights_like(out), weights_like(final.h), weights_like(final.c)
    d_params, d_xs = LSTMParams(*(np.zeros_like(p) for p in params)), np.zeros_like(xs)
    for t in reversed(range(xs.shape[1])):
        i, f, g, o = gates[t]
        squashed = np.tanh(cs[t + 1])
        d_h = d_h + d_out[:, t]
        d_c = d_c + d_h * o * (1 - squashed**2)
        d_sums = np.concatenate(
            [
                d_c * g * i * (1 - i),
                d_c * cs[t] * f * (1 - f),
                d_c * i * (1 - g**2),
                d_h * squashed * o * (1 - o),
            ],
            1,
        )
        d_params.w_x[:] += xs[:, t].T @ d_sums
        d_params.w_h[:] += hs[t].T @ d_sums
        d_params.b[:] += d_sums.sum(0)
        d_xs[:, t] = d_sums @ params.w_x.T
        d_h, d_c = d_sums @ params.w_h.T, d_c * f
    return out, final, Case(d_params, d_xs, LSTMState(d_h, d_c))


def gru_numpy(params: GRUParams, xs: Any, h: Any) -> tuple[Any, Any, Case]:
    hs, gates = [h], []
    for t in range(xs.shape[1]):
        r_x, z_x, n_x = np.split(xs[:, t] @ params.w_x + params.b, 3, 1)
        r_h, z_h, n_h = np.split(hs[-1] @ params.w_h, 3, 1)
        r, z, from_h = squash(r_x + r_h), squash(z_x + z_h), n_h + params.b_n
        n = np.tanh(n_x + r * from_h)
        gates.append((r, z, n, from_h))
        hs.append((1 - z) * n + z * hs[-1])
    out, final = np.stack(hs[1:], 1), hs[-1]
    d_out, d_h = weights_like(out), weights_like(final)
    d_params, d_xs = GRUParams(*(np.zeros_like(p) for p in params)), np.zeros_like(xs)
    for t in reversed(range(xs.shape[1])):
        r, z, n, from_h = gates[t]
        d_h = d_h + d_out[:, t]
        d_n = d_h * (1 - z) * (1 - n**2)
        d_z = d_h * (hs[t] - n) * z * (1 - z)
        d_r = d_n * from_h * r * (1 - r)
        d_x_sums, d_h_sums = (
            np.concatenate([d_r, d_z, d_n], 1),
            np.concatenate([d_r, d_z, d_n * r], 1),
        )
        d_params.w_x[:] += xs[:, t].T @ d_x_sums
        d_params.w_h[:] += hs[t].T @ d_h_sums
        d_params.b[:] += d_x_sums.sum(0)
        d_params.b_n[:] += (d_n * r).sum(0)
        d_xs[:, t] = d_x_sums @ params.w_x.T
        d_h = d_h_sums @ params.w_h.T + d_h * z
    return out, final, Case(d_params, d_xs, d_h)
