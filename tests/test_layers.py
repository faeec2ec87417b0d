"""A cell over time against oracles, forward and gradient; lengths, directions, stacks."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.experimental import rnn as jax_rnn

import lstm_jax
from lstm_jax import Bidirectional, LSTMState, run

KINDS = list(oracles.KINDS)


@pytest.fixture(params=["float32", pytest.param("float64", marks=pytest.mark.slow)])
def dtype(request):
    with jax.enable_x64(request.param == "float64"):
        yield request.param


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "sizes",
    [
        {"batch": 2, "time": 5, "features": 3, "hidden": 4},
        {"batch": 1, "time": 1, "features": 1, "hidden": 1},
        {"batch": 3, "time": 7, "features": 1, "hidden": 2},
    ],
)
def test_run_equals_plain_loops_forward_and_gradient(kind, sizes, dtype):
    case = oracles.draw(kind, dtype=dtype, **sizes)
    tolerance = oracles.TOLERANCE[dtype]
    expected = jax.tree.map(np.real, oracles.loops_run(case))
    oracles.assert_close(run(*case), expected, tolerance)
    oracles.assert_close(oracles.gradient(case), oracles.loops_gradient(case), tolerance)


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_run_equals_numpy_forward_and_gradient(kind, dtype):
    case = oracles.draw(kind, batch=4, time=20, features=5, hidden=8, dtype=dtype, seed=1)
    hs, final, gradient = oracles.numpy_run(jax.tree.map(np.float64, case))
    # Sums of 80 terms lose a digit in float32; the comparison is relative to the largest entry.
    for got, expected in zip(
        jax.tree.leaves((run(*case), oracles.gradient(case))),
        jax.tree.leaves(((hs, final), gradient)),
        strict=True,
    ):
        error = np.abs(got - expected).max() / max(1, np.abs(expected).max())
        assert error <= oracles.TOLERANCE[dtype]


def as_lstm_ref(layers):
    """Our layers in the layout of `jax.experimental.rnn`: rows (4H, D), two biases."""
    flat = [cell for layer in layers for cell in layer]
    half = [0.5 * cell.b for cell in flat]
    return (
        {i: cell.w_x.T for i, cell in enumerate(flat)},
        {i: cell.w_h.T for i, cell in enumerate(flat)},
        dict(enumerate(half)),
        dict(enumerate(half)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_stacks_equal_lstm_ref_forward_and_gradient(bidirectional, depth, dtype):
    directions, hidden, features = 1 + bidirectional, 4, 3
    cells, states = [], []
    for layer in range(depth):
        size = features if layer == 0 else directions * hidden
        cases = [
            oracles.draw("lstm", features=size, dtype=dtype, seed=10 * layer + side)
            for side in range(directions)
        ]
        cells.append(tuple(case.params for case in cases))
        states.append(tuple(case.state for case in cases))
    xs = oracles.draw("lstm", dtype=dtype).xs
    lengths = jnp.array([5, 3], jnp.int32)

    def ours(cells, states, xs):
        layers = [Bidirectional(*pair) if bidirectional else pair[0] for pair in cells]
        given_states = states if bidirectional else [pair[0] for pair in states]
        hs, finals = lstm_jax.run_stack(layers, xs, given_states, lengths=lengths)
        finals = [final if bidirectional else (final,) for final in finals]
        return hs, [LSTMState(*final) for pair in finals for final in pair]

    def theirs(cells, states, xs):
        flat = [state for pair in states for state in pair]
        h_0, c_0 = (jnp.stack([getattr(state, part) for state in flat]) for part in "hc")
        hs, h_n, c_n = jax_rnn.lstm_ref(
            xs, h_0, c_0, *as_lstm_ref(cells), lengths, features, hidden, depth, 0.0, bidirectional
        )
        return hs, [LSTMState(h, c) for h, c in zip(h_n, c_n, strict=True)]

    @functools.partial(jax.jit, static_argnums=0)
    def results_and_gradient(model, *inputs):
        def loss(*inputs):
            results = model(*inputs)
            return oracles.score(*results), results

        return jax.grad(loss, argnums=(0, 1, 2), has_aux=True)(*inputs)

    inputs = (cells, states, xs)
    oracles.assert_close(
        results_and_gradient(ours, *inputs),
        results_and_gradient(theirs, *inputs),
        oracles.TOLERANCE[dtype],
    )


@pytest.mark.parametrize("kind", KINDS)
def test_run_is_a_loop_of_steps(kind):
    params, xs, state = oracles.draw(kind)
    hs, final = run(params, xs, state)
    for t in range(xs.shape[1]):
        state, _ = lstm_jax.step(params, state, xs[:, t])
        h = state.h if kind == "lstm" else state
        np.testing.assert_allclose(h, hs[:, t], atol=1e-6)
    oracles.assert_close(state, final, 1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reverse", [False, True])
@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(0, 6), min_size=3, max_size=3))
def test_a_padded_row_equals_the_row_cut_off(kind, reverse, lengths):
    params, xs, state = oracles.draw(kind, batch=3, time=6)
    hs, final = run(params, xs, state, lengths=jnp.array(lengths), reverse=reverse)
    for row, length in enumerate(lengths):
        own = jax.tree.map(lambda a, row=row: a[row], state)
        expected, last = np.zeros((0, 4), np.float32), own
        if length:
            expected, last = run(params, xs[row, :length], own, reverse=reverse)
        np.testing.assert_allclose(hs[row, :length], expected, atol=1e-6)
        np.testing.assert_array_equal(hs[row, length:], 0)
        oracles.assert_close(jax.tree.map(lambda a, row=row: a[row], final), last, 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_reverse_reads_from_the_last_step(kind):
    params, xs, state = oracles.draw(kind)
    hs, final = run(params, xs, state, reverse=True)
    flipped, last = run(params, xs[:, ::-1], state)
    oracles.assert_close((hs[:, ::-1], final), (flipped, last), 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_length_zero_returns_the_initial_state(kind):
    params, xs, state = oracles.draw(kind)
    hs, final = run(params, xs, state, lengths=jnp.array([0, 0]))
    oracles.assert_close(final, state, 0)
    assert not hs.any()


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
@pytest.mark.parametrize("filling", [np.nan, np.inf, 1e30])
def test_padding_reaches_neither_output_nor_gradient(kind, filling):
    case = oracles.draw(kind)
    lengths = jnp.array([5, 2])
    filled = case._replace(xs=case.xs.at[1, 2:].set(filling))
    oracles.assert_close(run(*filled, lengths=lengths), run(*case, lengths=lengths), 0)
    clean, dirty = (oracles.gradient(c, lengths=lengths) for c in (case, filled))
    oracles.assert_close(dirty, clean, 0)
    np.testing.assert_array_equal(dirty.xs[1, 2:], 0)


@pytest.mark.parametrize("kind", KINDS)
def test_one_sequence_is_a_row_of_the_batch(kind):
    params, xs, state = oracles.draw(kind)
    hs, final = run(params, xs, state, lengths=jnp.array([5, 3]))
    own = jax.tree.map(lambda a: a[1], state)
    one = run(params, xs[1], own, lengths=3)
    oracles.assert_close(one, (hs[1], jax.tree.map(lambda a: a[1], final)), 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_state_carried_over_a_cut_is_the_whole_run(kind):
    params, xs, state = oracles.draw(kind)
    whole, final = run(params, xs, state)
    first, middle = run(params, xs[:, :2], state)
    second, last = run(params, xs[:, 2:], middle)
    oracles.assert_close((jnp.concatenate([first, second], 1), last), (whole, final), 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_both_directions_stand_side_by_side(kind):
    forward, xs, ahead = oracles.draw(kind, seed=1)
    backward, _, back = oracles.draw(kind, seed=2)
    lengths = jnp.array([5, 3])
    hs, finals = lstm_jax.run_bidirectional(
        Bidirectional(forward, backward), xs, (ahead, back), lengths=lengths
    )
    left, last = run(forward, xs, ahead, lengths=lengths)
    right, first = run(backward, xs, back, lengths=lengths, reverse=True)
    oracles.assert_close((hs, finals), (jnp.concatenate([left, right], -1), (last, first)), 0)


def test_a_stack_may_mix_cells():
    bottom, xs, _ = oracles.draw("gru")
    pair = Bidirectional(*(oracles.draw("rnn", features=4, seed=s).params for s in (1, 2)))
    top = oracles.draw("lstm", features=8, seed=3).params
    hs, states = lstm_jax.run_stack([bottom, pair, top], xs)
    assert hs.shape == (2, 5, 4)
    assert [jax.tree.structure(s).num_leaves for s in states] == [1, 2, 2]


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("kind", KINDS)
def test_lengths_may_be_of_any_integer_type(kind):
    case = oracles.draw(kind, dtype="float64")
    expected = run(*case, lengths=jnp.array([5, 3], jnp.int32))
    for integer in (np.int64, np.uint8):
        oracles.assert_close(run(*case, lengths=np.array([5, 3], integer)), expected, 0)
