"""One step of each cell, and the initial weights."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

import lstm_jax
from lstm_jax import LSTMState
from lstm_jax.cells import lstm_gates, lstm_update

KINDS = list(oracles.KINDS)
INITS = {"rnn": lstm_jax.init_rnn, "lstm": lstm_jax.init_lstm, "gru": lstm_jax.init_gru}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("batch", "features", "hidden"), [(2, 3, 4), (1, 1, 1), (5, 2, 1)])
def test_step_is_the_equation_in_plain_loops(kind, batch, features, hidden):
    case = oracles.draw(kind, batch=batch, time=1, features=features, hidden=hidden)
    state, _ = lstm_jax.step(case.params, case.state, case.xs[:, 0])
    _, expected = oracles.loops_run(case)
    oracles.assert_close(state, jax.tree.map(np.real, expected), 1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_step_of_one_example_is_a_row_of_the_batch(kind):
    case = oracles.draw(kind)
    batch = lstm_jax.step(case.params, case.state, case.xs[:, 0])
    row = lstm_jax.step(case.params, jax.tree.map(lambda a: a[1], case.state), case.xs[1, 0])
    oracles.assert_close(row, jax.tree.map(lambda a: a[1], batch), 1e-6)
    assert type(row[1]) is type(batch[1])


def test_lstm_gates_and_update_make_a_step():
    params, xs, state = oracles.draw("lstm")
    gates = lstm_gates(params, state, xs[:, 0])
    moved, shown = lstm_jax.step(params, state, xs[:, 0])
    oracles.assert_close((lstm_update(state, gates), gates), (moved, shown), 1e-6)
    for gate in (gates.i, gates.f, gates.o):
        assert ((gate > 0) & (gate < 1)).all()


def test_gates_stand_in_the_order_i_f_g_o():
    params, xs, state = oracles.draw("lstm")
    open_forget = jnp.zeros_like(params.b).at[4:8].set(100.0)
    _, gates = lstm_jax.step(params._replace(b=params.b + open_forget), state, xs[:, 0])
    _, before = lstm_jax.step(params, state, xs[:, 0])
    np.testing.assert_allclose(gates.f, 1.0, atol=1e-6)
    np.testing.assert_array_equal(gates.i, before.i)
    np.testing.assert_array_equal(gates.g, before.g)
    np.testing.assert_array_equal(gates.o, before.o)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gain", [0.5, 1.0, 1.7])
def test_gain_is_every_singular_value_of_every_recurrent_block(kind, gain):
    params = INITS[kind](jax.random.key(0), 3, 8, gain=gain)
    blocks = jnp.split(params.w_h, params.w_h.shape[1] // 8, axis=1)
    for block in blocks:
        np.testing.assert_allclose(jnp.linalg.svd(block, compute_uv=False), gain, rtol=1e-5)
    assert len({float(block[0, 0]) for block in blocks}) == len(blocks)  # drawn one by one


def test_forget_bias_stands_in_the_forget_block_alone():
    params = lstm_jax.init_lstm(jax.random.key(0), 3, 5, forget_bias=2.5)
    np.testing.assert_array_equal(params.b, [0] * 5 + [2.5] * 5 + [0] * 10)
    assert lstm_jax.init_lstm(jax.random.key(0), 3, 5).b[5] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_init_is_float32_and_float64_where_that_is_on(kind):
    assert {leaf.dtype for leaf in INITS[kind](jax.random.key(0), 2, 3)} == {jnp.float32.dtype}
    with jax.enable_x64(True):
        assert {leaf.dtype for leaf in INITS[kind](jax.random.key(0), 2, 3)} == {jnp.float64.dtype}


def test_init_takes_both_styles_of_key():
    new = lstm_jax.init_rnn(jax.random.key(3), 2, 3)
    old = lstm_jax.init_rnn(jax.random.PRNGKey(3), 2, 3)
    oracles.assert_close(new, old, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_zero_state_fits_step(kind):
    params, xs, _ = oracles.draw(kind)
    lstm_jax.step(params, lstm_jax.zero_state(params, 2), xs[:, 0])
    state, _ = lstm_jax.step(params, lstm_jax.zero_state(params), xs[0, 0])
    assert isinstance(state, LSTMState) == (kind == "lstm")
