"""Gradient through time against `jax.jacrev` of the whole state."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

import lstm_jax
from lstm_jax import Clamp, LSTMState, gradient_flow, influence, run, step, trace

DTYPES = [("float32", 1e-5), pytest.param("float64", 1e-10, marks=pytest.mark.slow)]
SIZES = [{}, {"batch": 1, "time": 1, "features": 1, "hidden": 1}, {"time": 9, "hidden": 2}]


def whole(state):
    return jnp.concatenate(state, -1) if isinstance(state, LSTMState) else state


def parted(params, flat):
    return LSTMState(*jnp.split(flat, 2, -1)) if isinstance(params, lstm_jax.LSTMParams) else flat


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_total_flow_is_the_norm_of_the_jacobian_of_the_whole_state(kind, sizes, dtype, tolerance):
    with jax.enable_x64(dtype == "float64"):
        params, xs, state = oracles.draw(kind, dtype=dtype, **sizes)
        batch, time, _ = xs.shape

        def last(nudges, state, xs):
            """The state after the last step, the state before step t being moved by nudges[t]."""
            for nudge, x in zip(nudges, xs, strict=True):
                state, _ = step(params, parted(params, whole(state) + nudge), x)
            return whole(state)

        still = jnp.zeros((batch, time, whole(state).shape[-1]), dtype)
        jacobians = jax.jit(jax.vmap(jax.jacrev(last)))(still, state, xs)  # (B, S, T, S)
        singular = np.linalg.svd(np.swapaxes(jacobians, 1, 2), compute_uv=False)  # (B, T, S)
        total = gradient_flow(params, xs, state).total
        assert total.shape == (batch, time + 1)
        np.testing.assert_array_equal(total[:, time], 1)
        np.testing.assert_allclose(total[:, :time], singular[..., 0], rtol=tolerance)


def test_direct_flow_is_the_product_of_the_forget_gates():
    params, xs, state = oracles.draw("lstm")
    direct = gradient_flow(params, xs, state).direct
    f = np.asarray(lstm_jax.trace(params, xs, state).f)
    for t in range(6):
        np.testing.assert_allclose(direct[:, t], f[:, t:].prod(1).max(-1), rtol=1e-5)
    assert (direct <= 1).all()


@pytest.mark.parametrize("kind", ["rnn", "gru"])
def test_only_an_lstm_has_a_direct_path(kind):
    params, xs, state = oracles.draw(kind)
    assert gradient_flow(params, xs, state).direct is None


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_influence_is_the_norm_of_the_jacobian_of_the_outputs(kind, sizes, dtype, tolerance):
    with jax.enable_x64(dtype == "float64"):
        params, xs, _ = oracles.draw(kind, dtype=dtype, **sizes)
        norms = influence(params, xs)
        outputs = jax.jacrev(lambda sequence: run(params, sequence)[0])
        jacobians = jax.jit(jax.vmap(outputs))(xs)  # (B, T, H, T, D)
        expected = np.sqrt(np.square(jacobians).sum((2, 4)))
        np.testing.assert_allclose(norms, expected, rtol=tolerance, atol=tolerance)
        np.testing.assert_array_equal(np.triu(norms, 1), 0)


@pytest.mark.parametrize("gate", "ifgo")
def test_influence_goes_through_no_gate_that_is_held(gate):
    params, xs, _ = oracles.draw("lstm")
    clamps = [Clamp(gate, 0.7, steps=slice(1, 4), units=[0, 2])]
    jacobian = jax.jacrev(lambda row: trace(params, row, clamps=clamps).h[1:])(xs[0])
    expected = np.sqrt(np.square(jacobian).sum(axis=(1, 3)))
    np.testing.assert_allclose(influence(params, xs, clamps=clamps)[0], expected, rtol=1e-5)
    with pytest.raises(ValueError, match="influence: clamps should be a list of Clamp"):
        influence(params, xs, clamps=clamps[0])


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_one_sequence_is_a_row_of_the_batch(kind):
    params, xs, state = oracles.draw(kind)
    own = jax.tree.map(lambda a: a[1], state)
    row = jax.tree.map(lambda a: a[1], gradient_flow(params, xs, state))
    oracles.assert_close(gradient_flow(params, xs[1], own), row, 1e-5)
    np.testing.assert_allclose(influence(params, xs[1]), influence(params, xs)[1], rtol=1e-5)


def linear_rnn(factor, size=2):
    """h_t = factor · h_{t-1} near 0, where tanh has slope 1."""
    return lstm_jax.RNNParams(jnp.zeros((1, size)), factor * jnp.eye(size), jnp.zeros(size))


def test_flow_is_right_where_a_product_of_floats_would_leave_their_range():
    xs = jnp.zeros((100, 1))
    down, up = (np.asarray(gradient_flow(linear_rnn(k), xs).total) for k in (0.5, 2.0))
    np.testing.assert_allclose(down[[0, 50, 100]], [0.5**100, 0.5**50, 1], rtol=1e-4)
    np.testing.assert_allclose(up[[0, 50, 100]], [2.0**100, 2.0**50, 1], rtol=1e-4)
    long = jnp.zeros((400, 1))
    assert gradient_flow(linear_rnn(0.5), long).total[0] == 0
    assert gradient_flow(linear_rnn(2.0), long).total[0] == jnp.inf
    assert not jnp.isnan(influence(linear_rnn(2.0), long)).any()


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_both_are_differentiable(kind):
    params, xs, state = oracles.draw(kind)

    def loss(params):
        return gradient_flow(params, xs, state).total[0, 0] + influence(params, xs)[0, -1, 0]

    slopes = jax.grad(loss)(params)
    direction = jax.tree.map(jnp.ones_like, params)
    step = 1e-2
    ahead, back = (
        loss(jax.tree.map(lambda p, d, s=s: p + s * d, params, direction)) for s in (step, -step)
    )
    slope = sum(leaf.sum() for leaf in slopes)
    np.testing.assert_allclose(slope, (ahead - back) / (2 * step), rtol=2e-2, atol=1e-3)
