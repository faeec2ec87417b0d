"""Initial weights and biases."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

import lstm_jax
from lstm_jax import GRUParams, LSTMParams
from lstm_jax.init import chrono

KINDS = list(oracles.KINDS)
INITS = {"rnn": lstm_jax.init_rnn, "lstm": lstm_jax.init_lstm, "gru": lstm_jax.init_gru}
KEY = jax.random.key(0)


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


# chrono


@pytest.mark.parametrize("longest", [20, 1000])
def test_chrono_spreads_memories_evenly_up_to_the_longest(longest):
    units = 500
    params = LSTMParams(jnp.zeros((1, 4 * units)), jnp.zeros((units, 4 * units)), jnp.zeros(2000))
    b = np.float64(chrono(KEY, params, longest).b[units : 2 * units])
    memory = -1 / np.log(1 / (1 + np.exp(-b)))  # steps until a memory has fallen to 1/e
    even = np.linspace(1.5, longest - 0.5, units)  # a gate at u / (1 + u) keeps for u + 1/2 steps
    np.testing.assert_allclose(np.sort(memory), even, atol=0.06 * longest)


def test_chrono_of_an_lstm_turns_the_input_gate_against_the_forget_gate():
    params = oracles.draw("lstm").params
    begun = chrono(KEY, params, 50)
    i, f, g, o = begun.b.reshape(4, -1)
    assert (f > 0).all()
    assert len(set(f.tolist())) == 4
    np.testing.assert_array_equal(i, -f)
    np.testing.assert_array_equal([g, o], params.b.reshape(4, -1)[2:])
    assert begun.w_x is params.w_x
    assert begun.w_h is params.w_h


def test_chrono_of_a_gru_sets_its_update_gate_alone():
    params = oracles.draw("gru").params
    begun = chrono(KEY, params, 50)
    before, after = params.b.reshape(3, -1), begun.b.reshape(3, -1)
    np.testing.assert_array_equal(after[1], chrono(KEY, oracles.draw("lstm").params, 50).b[4:8])
    np.testing.assert_array_equal(after[::2], before[::2])
    assert begun.b_n is params.b_n


def test_chrono_at_its_shortest_keeps_half():
    np.testing.assert_array_equal(chrono(KEY, oracles.draw("gru").params, 2).b[4:8], 0)


@pytest.mark.parametrize("kind", [LSTMParams, GRUParams])
def test_chrono_keeps_float64(kind, x64):
    params = oracles.draw("lstm" if kind is LSTMParams else "gru", dtype="float64").params
    begun = chrono(KEY, params, 50)
    assert type(begun) is kind
    assert begun.b.dtype == jnp.float64


def test_chrono_under_jit_and_vmap():
    params, keys = oracles.draw("lstm").params, jax.random.split(KEY, 3)
    one_by_one = [chrono(key, params, 50).b for key in keys]
    together = jax.jit(jax.vmap(lambda key, params: chrono(key, params, 50).b, (0, None)))
    np.testing.assert_allclose(together(keys, params), jnp.stack(one_by_one), rtol=1e-6)
    assert not np.allclose(one_by_one[0], one_by_one[1])


def test_chrono_compiles_nothing_for_another_length(compilations):
    params = oracles.draw("gru").params
    chrono(KEY, params, 50)
    before = compilations()
    chrono(jax.random.key(1), params, 51)
    assert compilations() == before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chrono(0, oracles.draw("lstm").params, 50), "chrono: key should be one random"),
        (lambda: chrono(KEY, None, 50), "chrono: params should be RNNParams, LSTMParams, GRUPar"),
        (
            lambda: chrono(KEY, oracles.draw("rnn").params, 50),
            "chrono: params is RNNParams, a cell",
        ),
        (
            lambda: chrono(KEY, oracles.draw("gru").params, 1),
            "chrono: longest should be at least 2 steps, got 1; the length of the sequences",
        ),
        (
            lambda: chrono(KEY, oracles.draw("gru").params, 50.0),
            "chrono: longest should be a whole number from 1 on, got 50.0",
        ),
    ],
)
def test_wrong_calls_of_chrono_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
