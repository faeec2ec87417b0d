"""One step of each cell."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

import lstm_jax
from lstm_jax import LSTMState
from lstm_jax.cells import lstm_gates, lstm_update

KINDS = list(oracles.KINDS)


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
def test_zero_state_fits_step(kind):
    params, xs, _ = oracles.draw(kind)
    lstm_jax.step(params, lstm_jax.zero_state(params, 2), xs[:, 0])
    state, _ = lstm_jax.step(params, lstm_jax.zero_state(params), xs[0, 0])
    assert isinstance(state, LSTMState) == (kind == "lstm")
