"""A cell and its readout as one network."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from lstm_jax import Clamp, init_lstm, run, trace
from lstm_jax.models import Network, Readout, init_network, last_answers, read_out
from lstm_jax.traces import held_gates

KEY = jax.random.key(0)
K = 2


def drawn(kind="lstm"):
    """A network (D=3, H=4) with biases everywhere, and sequences (2, 5, 3)."""
    params, xs, _ = oracles.draw(kind)
    for_w, for_b = jax.random.split(KEY)
    readout = Readout(jax.random.normal(for_w, (4, K)), jax.random.normal(for_b, (K,)))
    return Network(params, readout), xs


def test_read_out_is_a_weighted_sum_and_a_bias():
    network, _ = drawn()
    h, (w, b) = np.float32([[1, 2, 3, 4], [0, 0, 1, -1], [0, 0, 0, 0]]), network.readout
    expected = [[sum(row[j] * w[j, k] for j in range(4)) + b[k] for k in range(K)] for row in h]
    np.testing.assert_allclose(read_out(network, jnp.asarray(h)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", oracles.KINDS)
def test_last_answers_read_the_last_output(kind):
    network, xs = drawn(kind)
    hs, _ = run(network.cell, xs)
    expected = np.asarray(hs)[:, -1] @ np.asarray(network.readout.w) + np.asarray(network.readout.b)
    np.testing.assert_allclose(last_answers(network, xs), expected, rtol=1e-5, atol=1e-6)


def test_last_answers_hold_gates_where_they_are_clamped():
    network, xs = drawn()
    clamps = [Clamp("f", 0.3, steps=slice(1, 3)), Clamp("o", 1.0, units=2)]
    held = held_gates("test", network.cell, clamps, 5)
    expected = read_out(network, trace(network.cell, xs, clamps=clamps).h[:, -1])
    np.testing.assert_array_equal(last_answers(network, xs, clamps=clamps), expected)
    np.testing.assert_array_equal(last_answers(network, xs, clamps=held), expected)
    assert not np.allclose(last_answers(network, xs), expected)


def test_a_held_gate_learns_nothing_and_all_else_does():
    network, xs = drawn()
    slopes = jax.grad(lambda n: last_answers(n, xs, clamps=[Clamp("i", 1.0)]).sum())(network)
    assert (slopes.cell.b.reshape(4, -1) != 0).any(axis=1).tolist() == [False, True, True, True]
    assert (slopes.readout.w != 0).all()


def test_init_network_keeps_the_cell_and_draws_weights_of_variance_one_over_units():
    cell = init_lstm(KEY, 3, 50)
    network = init_network(KEY, cell, 400)
    assert network.cell is cell
    assert network.readout.w.shape == (50, 400)
    assert float(network.readout.w.mean()) == pytest.approx(0, abs=0.01)
    assert float(network.readout.w.var()) == pytest.approx(1 / 50, rel=0.02)
    np.testing.assert_array_equal(network.readout.b, jnp.zeros(400))


def test_init_network_for_many_keys_is_each_of_them():
    keys, cell = jax.random.split(KEY, 3), drawn()[0].cell
    many = jax.vmap(lambda key: init_network(key, cell, K).readout.w)(keys)
    for ours, key in zip(many, keys, strict=True):
        np.testing.assert_allclose(ours, init_network(key, cell, K).readout.w, rtol=1e-6)
    assert not np.allclose(many[0], many[1])


def test_a_network_of_float64_stays_so(x64):
    params, xs, _ = oracles.draw("gru", dtype="float64")
    network = init_network(KEY, params, K)
    assert {leaf.dtype for leaf in jax.tree.leaves(network)} == {jnp.float64.dtype}
    assert last_answers(network, xs).dtype == jnp.float64


NETWORK, XS = drawn()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: init_network(0, NETWORK.cell, K), "init_network: key should be one random key"),
        (lambda: init_network(KEY, NETWORK, K), "init_network: cell should be RNNParams, .* got N"),
        (lambda: init_network(KEY, NETWORK.cell, 0), "init_network: answers should be a whole num"),
        (
            lambda: last_answers(NETWORK, XS[0]),
            r"last_answers: xs has 2 axes; xs should be \(batch, time, 3\), got \(5, 3\)",
        ),
        (lambda: last_answers(NETWORK, XS[..., :2]), "xs has 2 features but params expects 3"),
        (
            lambda: last_answers(NETWORK._replace(cell=None), XS),
            "last_answers: network.cell should be RNNParams",
        ),
        (
            lambda: last_answers(drawn("rnn")[0], XS, clamps=[Clamp("f", 1.0)]),
            "clamps hold the gates of an LSTM, but params is RNNParams",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
