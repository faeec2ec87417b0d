# ruff: noqa: E501 - a wrong call and what it says stand on one line
"""The promises that hold for every public function: wrong calls, transformations, compilations."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
import shapes

import lstm_jax
from lstm_jax import (
    Clamp,
    LSTMState,
    RNNParams,
    gradient_flow,
    influence,
    init_gru,
    init_lstm,
    init_rnn,
    run,
    run_stack,
    step,
    trace,
)

KEY = jax.random.key(0)
RNN, GRU = init_rnn(KEY, 3, 4), init_gru(KEY, 3, 4)
LSTM = init_lstm(KEY, 3, 4)
XS = jnp.ones((2, 5, 3))
H = jnp.zeros((2, 4))
STATE = LSTMState(H, H)

WRONG_CALLS = [
    # wrong sizes and ranks of xs
    (lambda: run(LSTM, jnp.ones((2, 7, 5))), r"run: xs has 5 features but params expects 3 \(params.w_x is \(3, 16\)\); xs should be \(batch, time, 3\) or \(time, 3\), got \(2, 7, 5\)"),
    (lambda: run(LSTM, jnp.ones((2, 7, 1))), "run: xs has 1 features but params expects 3"),
    (lambda: run(LSTM, jnp.ones(3)), "run: xs has 1 axis; xs should be"),
    (lambda: run(LSTM, jnp.ones((1, 2, 7, 3))), "run: xs has 4 axes; xs should be"),
    (lambda: run(LSTM, jnp.float32(1)), r"run: xs has 0 axes; xs should be .* got \(\)"),
    (lambda: trace(RNN, jnp.ones((2, 7, 5))), "trace: xs has 5 features"),
    (lambda: gradient_flow(GRU, jnp.ones((7, 5))), "gradient_flow: xs has 5 features"),
    (lambda: influence(RNN, jnp.ones((7, 5))), "influence: xs has 5 features"),
    (lambda: step(LSTM, STATE, jnp.ones((2, 5))), "step: x has 5 features"),
    (lambda: step(LSTM, STATE, XS), r"step: x has 3 axes; x should be \(batch, 3\) or \(3,\)"),
    # empty, integer and unreadable input
    (lambda: run(LSTM, jnp.ones((0, 5, 3))), "run: xs is empty, it has 0 sequences"),
    (lambda: run(LSTM, jnp.ones((2, 0, 3))), "run: xs is empty, it has 0 time steps"),
    (lambda: run(LSTM, jnp.ones((2, 5, 0))), "run: xs has 0 features but params expects 3"),
    (lambda: run(LSTM, jnp.ones((2, 5, 3), int)), "run: xs should be an array of floats, got int32"),
    (lambda: run(LSTM, jnp.ones((2, 5, 3), bool)), "xs should be an array of floats, got bool"),
    (lambda: run(LSTM, jnp.ones((2, 5, 3), complex)), "should be an array of floats, got complex64"),
    (lambda: run(LSTM, "text"), "run: xs should be an array of floats, got str"),
    (lambda: run(LSTM, None), "run: xs should be an array of floats, got NoneType"),
    (lambda: run(LSTM, [[1.0], [1.0, 2.0]]), "run: xs should be an array of floats, got list"),
    (lambda: run(LSTM, XS.astype(jnp.float16)), r"run: xs is float16 but params.w_x is float32; .*xs.astype\(jnp.float32\)"),
    # a state that does not fit: nothing is broadcast
    (lambda: run(LSTM, XS, H), r"run: state should be LSTMState\(h, c\) for LSTMParams, got a bare array \(2, 4\)"),
    (lambda: run(LSTM, XS, (H, H)), r"run: state should be LSTMState\(h, c\) for LSTMParams, got \("),
    (lambda: run(RNN, XS, STATE), "run: state should be the array h alone for RNNParams, got LSTMState"),
    (lambda: run(GRU, XS, (H, H)), "run: state should be the array h alone for GRUParams, got tuple"),
    (lambda: run(LSTM, XS, LSTMState(H[:1], H)), r"run: state.h has 1 sequences but the input has 2; state.h should be \(2, 4\), got \(1, 4\)"),
    (lambda: run(LSTM, XS, LSTMState(H, H[:1])), "run: state.c has 1 sequences but the input has 2"),
    (lambda: run(LSTM, XS, LSTMState(H, H[:, :1])), "run: state.c has 1 units but params has 4"),
    (lambda: run(RNN, XS, H[:1]), "run: state has 1 sequences but the input has 2"),
    (lambda: run(RNN, XS, H[:, :1]), "run: state has 1 units but params has 4"),
    (lambda: run(RNN, XS, H[0]), r"run: state has 1 axis; state should be \(2, 4\), got \(4,\)"),
    (lambda: run(RNN, XS[0], H[:1]), r"run: state has 2 axes; state should be \(4,\), got \(1, 4\)"),
    (lambda: run(RNN, XS, jnp.float32(0)), "run: state has 0 axes"),
    (lambda: run(RNN, XS, H.astype(int)), "run: state should be an array of floats, got int32"),
    (lambda: step(LSTM, H, XS[:, 0]), r"step: state should be LSTMState\(h, c\)"),
    (lambda: step(LSTM, None, XS[:, 0]), r"step: state should be LSTMState\(h, c\)"),
    (lambda: step(RNN, None, XS[:, 0]), "step: state should be an array of floats, got NoneType"),
    (lambda: step(RNN, H, XS[:1, 0]), "step: state has 2 sequences but the input has 1"),
    (lambda: trace(LSTM, XS, H), r"trace: state should be LSTMState\(h, c\)"),
    (lambda: gradient_flow(LSTM, XS, H), r"gradient_flow: state should be LSTMState\(h, c\)"),
    # params
    (lambda: run({"w": 1}, XS), "run: params should be RNNParams, LSTMParams, GRUParams, .* or DiagonalParams, got dict"),
    (lambda: run(tuple(RNN), XS), "run: params should be RNNParams, .* or DiagonalParams, got tuple"),
    (lambda: run(RNN._replace(b=jnp.ones(1)), XS), r"run: params.b has 1 columns but 1 \* 4 are needed"),
    (lambda: run(RNN._replace(w_x=jnp.ones((3, 1))), XS), r"run: params.w_x has 1 columns but 1 \* 4 are needed"),
    (lambda: run(LSTM._replace(w_h=jnp.ones((4, 12))), XS), r"run: params.w_h has 12 columns but 4 \* 4 are needed"),
    (lambda: run(GRU._replace(b_n=jnp.ones(1)), XS), "run: params.b_n has 1 units but params has 4"),
    (lambda: run(LSTM._replace(b=jnp.ones(16, int)), XS), "run: params.b should be an array of floats"),
    (lambda: run(LSTM._replace(b=None), XS), "run: params.b should be an array of floats, got NoneType"),
    # lengths and direction
    (lambda: run(LSTM, XS, lengths=jnp.array([5])), r"run: lengths has 1 sequences but xs has 2; lengths should be \(2,\), got \(1,\)"),
    (lambda: run(LSTM, XS, lengths=3), r"run: lengths has 0 axes; lengths should be \(2,\), got \(\)"),
    (lambda: run(LSTM, XS[0], lengths=jnp.array([3])), r"run: lengths has 1 axis; lengths should be \(\), got \(1,\)"),
    (lambda: run(LSTM, XS, lengths=jnp.array([5.0, 2.0])), "run: lengths should be whole numbers, got float32"),
    (lambda: run(LSTM, XS, lengths=jnp.array([True, False])), "run: lengths should be whole numbers, got bool"),
    (lambda: run(LSTM, XS, lengths="ab"), "run: lengths should be whole numbers, got str"),
    (lambda: run(LSTM, XS, lengths=np.array([6, 2])), r"run: lengths should lie between 0 and the 5 time steps of xs, got \[6, 2\]"),
    (lambda: run(LSTM, XS, lengths=[-1, 2]), "run: lengths should lie between 0 and the 5"),
    (lambda: trace(LSTM, XS, lengths=jnp.array([5])), "trace: lengths has 1 sequences but xs has 2"),
    (lambda: run(LSTM, XS, reverse="yes"), "run: reverse should be True or False, got 'yes'"),
    # clamps
    (lambda: trace(LSTM, XS, clamps=[Clamp("q", 1)]), r"trace: clamps\[0\] names the gate 'q'; an LSTM has"),
    (lambda: trace(LSTM, XS, clamps=[Clamp(["f"], 1)]), r"trace: clamps\[0\] names the gate"),
    (lambda: trace(RNN, XS, clamps=[Clamp("f", 1)]), "trace: clamps hold the gates of an LSTM, but params is RNNParams"),
    (lambda: trace(GRU, XS, clamps=[Clamp("f", 1)]), "trace: clamps hold the gates of an LSTM, but params is GRUParams"),
    (lambda: trace(LSTM, XS, clamps=Clamp("f", 1)), "trace: clamps should be a list of Clamp"),
    (lambda: trace(LSTM, XS, clamps=["f"]), r"trace: clamps\[0\] should be a Clamp"),
    (lambda: trace(LSTM, XS, clamps=[Clamp("f", 1, steps=slice(5, 9))]), r"trace: clamps\[0\].steps = slice\(5, 9, None\) chooses none of the 5"),
    (lambda: trace(LSTM, XS, clamps=[Clamp("f", 1, steps=5)]), r"trace: clamps\[0\].steps does not fit the 5"),
    (lambda: trace(LSTM, XS, clamps=[Clamp("f", 1, units=[0, 4])]), r"trace: clamps\[0\].units does not fit the 4"),
    (lambda: trace(LSTM, XS, clamps=[Clamp("f", 1, units=1.5)]), r"trace: clamps\[0\].units does not fit the 4"),
    (lambda: trace(LSTM, XS, clamps=[Clamp("f", [0.0, 1.0])]), r"trace: clamps\[0\].value should be one number, got an array of shape \(2,\)"),
    (lambda: trace(LSTM, XS, clamps=[Clamp("f", "open")]), r"trace: clamps\[0\].value should be a number, got 'open'"),
    (lambda: trace(LSTM, XS, clamps=[Clamp("f", float("nan"))]), r"trace: clamps\[0\].value should be finite"),
    # initial weights
    (lambda: init_lstm(0, 3, 4), r"init_lstm: key should be one random key, such as jax.random.key\(0\), got 0"),
    (lambda: init_lstm(jax.random.split(KEY, 2), 3, 4), r"init_lstm: key should be one random key"),
    (lambda: init_rnn(KEY, 0, 4), "init_rnn: input_size should be a whole number from 1 on, got 0"),
    (lambda: init_gru(KEY, 3, 4.0), "init_gru: hidden_size should be a whole number from 1 on, got 4.0"),
    (lambda: init_rnn(KEY, True, 4), "init_rnn: input_size should be a whole number from 1 on, got True"),
    (lambda: init_lstm(KEY, 3, 4, forget_bias=jnp.ones(4)), r"init_lstm: forget_bias should be one number, got an array of shape \(4,\)"),
    (lambda: init_lstm(KEY, 3, 4, gain=float("inf")), "init_lstm: gain should be finite, got inf"),
    (lambda: init_lstm(KEY, 3, 4, gain=None), "init_lstm: gain should be a number, got None"),
    # stacks
    (lambda: run_stack([], XS), "run_stack: layers is empty"),
    (lambda: run_stack([LSTM, LSTM], XS), r"run_stack: in layers\[1\], run: xs has 4 features but params expects 3"),
    (lambda: run_stack([LSTM], XS, [STATE, STATE]), "run_stack: states has 2 entries but there are 1 layers"),
]  # fmt: skip


@pytest.mark.parametrize("row", range(len(WRONG_CALLS)))
def test_a_wrong_call_says_what_is_wrong(row):
    call, message = WRONG_CALLS[row]
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("row", range(len(WRONG_CALLS)))
def test_wrong_calls_are_caught_under_jit_too(row):
    call, message = WRONG_CALLS[row]
    with pytest.raises(ValueError, match=message):
        jax.jit(call)()


FUNCTIONS = {
    "step": lambda params, xs: step(
        params, step(params, lstm_jax.zero_state(params, len(xs)), xs[:, 0])[0], xs[:, 1]
    ),
    "run": lambda params, xs: run(params, xs),
    "run with lengths": lambda params, xs: run(params, xs, lengths=jnp.array([5, 2]), reverse=True),
    "trace": lambda params, xs: trace(params, xs),
    "gradient_flow": lambda params, xs: gradient_flow(params, xs),
    "influence": lambda params, xs: influence(params, xs),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_everything_works_under_jit_grad_and_vmap(name, kind):
    function = FUNCTIONS[name]
    params, xs, _ = oracles.draw(kind)
    plain = function(params, xs)
    oracles.assert_close(jax.jit(function)(params, xs), plain, 1e-5)

    seeds = [params, oracles.draw(kind, seed=1).params]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *seeds)
    together = jax.vmap(function, in_axes=(0, None))(stacked, xs)
    apart = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(function(p, xs) for p in seeds))
    oracles.assert_close(together, apart, 1e-5)

    def total(params, xs):
        return sum(leaf.sum() for leaf in jax.tree.leaves(function(params, xs)))

    slopes = jax.grad(total, argnums=(0, 1))(params, xs)
    assert all(jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(slopes))
    assert all(jnp.abs(leaf).max() > 0 for leaf in jax.tree.leaves(slopes))


def moved(kind, seed):
    """Other values, Python numbers and arrays mixed as a slider would send them."""
    params, xs, state = oracles.draw(kind, seed=seed)
    lengths = np.array([seed % 6, 5])
    run(params, xs, state)
    run(params, xs, state, lengths=lengths)
    run(params, xs[0], lengths=seed % 6)
    step(params, state, xs[:, 0])
    trace(params, xs, state, lengths=lengths)
    gradient_flow(params, xs, state)
    influence(params, xs)
    if kind == "lstm":
        trace(params, xs, clamps=[Clamp("f", seed / 3, steps=slice(seed % 4, 5), units=seed % 3)])
        trace(params, xs, clamps=[Clamp("io"[seed % 2], jnp.float32(seed)), Clamp("g", seed)])
        init_lstm(jax.random.key(seed), 3, 4, forget_bias=seed, gain=1.0 + seed)


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_one_compilation_for_a_shape_however_the_values_move(kind, compilations):
    moved(kind, 0)
    assert compilations() > 0
    moved(kind, 1)  # the two halves of `seed % 2` and the like
    before = compilations()
    for seed in range(2, 7):
        moved(kind, seed)
    assert compilations() == before


def test_params_may_be_numpy_arrays_or_lists_of_inputs():
    params, xs, _ = oracles.draw("lstm")
    in_numpy = jax.tree.map(np.asarray, params)
    oracles.assert_close(run(in_numpy, np.asarray(xs).tolist()), run(params, xs), 1e-6)


def test_a_bare_tuple_of_arrays_is_no_params():
    with pytest.raises(ValueError, match="got list"):
        run(list(RNNParams(*RNN)), XS)


@pytest.mark.parametrize("name", shapes.PROMISES)
def test_every_test_calls_a_checked_function(name):
    assert getattr(lstm_jax, name).__wrapped__.__name__ == name


def test_a_result_of_another_shape_breaks_a_promise():
    def trace(params, xs):
        record = lstm_jax.trace(params, xs)
        return record._replace(c=record.c[:, 1:])

    with pytest.raises(
        AssertionError, match=r"trace: the result has \(2, 5, 4\), not \(\*B T\+1 H"
    ):
        shapes.checked(trace)(LSTM, XS)
