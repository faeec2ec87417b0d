"""What happened inside, and clamps."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

import lstm_jax
from lstm_jax import Clamp, run, trace
from lstm_jax.traces import held_gates

KINDS = list(oracles.KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lengths", [None, [5, 3], [0, 5]])
def test_states_of_the_trace_are_those_of_run(kind, lengths):
    params, xs, state = oracles.draw(kind)
    lengths = None if lengths is None else jnp.array(lengths)
    record = trace(params, xs, state, lengths=lengths)
    hs, final = run(params, xs, state, lengths=lengths)
    valid = jnp.arange(5)[None, :, None] < (5 if lengths is None else lengths[:, None, None])
    first, last = (jax.tree.map(lambda a, t=t: a[:, t], record) for t in (0, -1))
    np.testing.assert_allclose(jnp.where(valid, record.h[:, 1:], 0.0), hs, atol=1e-6)
    if kind == "lstm":
        oracles.assert_close(((first.h, first.c), (last.h, last.c)), (state, final), 1e-6)
    else:
        oracles.assert_close((first.h, last.h), (state, final), 1e-6)
    for gate in record._fields:
        if gate not in "hc":
            np.testing.assert_array_equal(jnp.where(valid, 0.0, getattr(record, gate)), 0)


@pytest.mark.parametrize("kind", KINDS)
def test_gates_of_the_trace_are_those_of_step(kind):
    params, xs, state = oracles.draw(kind)
    record = trace(params, xs, state)
    for t in range(xs.shape[1]):
        state, gates = lstm_jax.step(params, state, xs[:, t])
        for name, value in gates._asdict().items():
            np.testing.assert_allclose(getattr(record, name)[:, t], value, atol=1e-6)


def test_the_trace_satisfies_the_equations_of_the_lstm():
    params, xs, state = oracles.draw("lstm")
    i, f, g, o, c, h = trace(params, xs, state)
    np.testing.assert_allclose(c[:, 1:], f * c[:, :-1] + i * g, atol=1e-6)
    np.testing.assert_allclose(h[:, 1:], o * jnp.tanh(c[:, 1:]), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_one_sequence_is_a_row_of_the_batch(kind):
    params, xs, state = oracles.draw(kind)
    batch = trace(params, xs, state)
    one = trace(params, xs[1], jax.tree.map(lambda a: a[1], state))
    oracles.assert_close(one, jax.tree.map(lambda a: a[1], batch), 1e-6)


def clamped_by_hand(params, xs, state, where, value, gate):
    """A loop of steps in NumPy in which one gate is overwritten before it is used."""
    p, h, c = jax.tree.map(np.asarray, (params, *state))
    records = []
    for t in range(xs.shape[1]):
        i, f, g, o = np.split(np.asarray(xs[:, t]) @ p.w_x + h @ p.w_h + p.b, 4, 1)
        gates = {
            "i": oracles.squash(i),
            "f": oracles.squash(f),
            "g": np.tanh(g),
            "o": oracles.squash(o),
        }
        gates[gate] = np.where(where[t], value, gates[gate])
        c = gates["f"] * c + gates["i"] * gates["g"]
        h = gates["o"] * np.tanh(c)
        records.append((*gates.values(), c, h))
    return [np.stack(part, 1) for part in zip(*records, strict=True)]


@pytest.mark.parametrize("gate", "ifgo")
@pytest.mark.parametrize(
    ("steps", "units", "row", "column"),
    [
        (slice(None), slice(None), range(5), range(4)),
        (slice(1, 3), [0, 2], [1, 2], [0, 2]),
        (4, slice(-1, None), [4], [3]),
        (np.array([0, -1]), 1, [0, 4], [1]),
    ],
)
def test_a_clamp_holds_its_gate_where_it_says_and_nowhere_else(gate, steps, units, row, column):
    params, xs, state = oracles.draw("lstm")
    where = np.zeros((5, 4), bool)
    where[np.ix_(list(row), list(column))] = True
    record = trace(params, xs, state, clamps=[Clamp(gate, 0.25, steps=steps, units=units)])
    expected = clamped_by_hand(params, xs, state, where, 0.25, gate)
    got = [record.i, record.f, record.g, record.o, record.c[:, 1:], record.h[:, 1:]]
    oracles.assert_close(got, expected, 1e-5)


def test_a_later_clamp_overrides_an_earlier_one():
    params, xs, state = oracles.draw("lstm")
    record = trace(params, xs, state, clamps=[Clamp("f", 1), Clamp("f", 0, steps=2)])
    np.testing.assert_array_equal(record.f[:, 2], 0)
    np.testing.assert_array_equal(record.f[:, [0, 1, 3, 4]], 1)


def test_forget_gate_held_open_and_input_gate_shut_keep_the_cell_as_it_is():
    params, xs, state = oracles.draw("lstm")
    record = trace(params, xs, state, clamps=(Clamp("f", 1.0), Clamp("i", 0.0)))
    np.testing.assert_array_equal(record.c, jnp.broadcast_to(state.c[:, None], record.c.shape))


def test_a_clamp_goes_through_jit_grad_and_vmap():
    params, xs, state = oracles.draw("lstm")
    clamp = Clamp("f", 0.5, steps=slice(1, 3), units=[0, 2])
    plain = trace(params, xs, state, clamps=[clamp])
    oracles.assert_close(jax.jit(trace)(params, xs, state, clamps=[clamp]), plain, 1e-6)

    def last_cell(value):
        return trace(params, xs, state, clamps=[Clamp("f", value, steps=2, units=1)]).c[0, 3, 1]

    # c_3 = f c_2 + i g, so its slope in the clamped f is c_2.
    np.testing.assert_allclose(
        jax.grad(last_cell)(0.5),
        plain.c[0, 2, 1] * 0
        + trace(params, xs, state, clamps=[Clamp("f", 0.5, steps=2, units=1)]).c[0, 2, 1],
        rtol=1e-5,
    )
    swept = jax.vmap(last_cell)(jnp.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(swept, [last_cell(v) for v in (0.0, 0.5, 1.0)], rtol=1e-5)


def test_clamps_as_arrays_move_inside_jit_and_compile_nothing():
    params, xs, state = oracles.draw("lstm")
    jitted = jax.jit(lambda held: trace(params, xs, state, clamps=held))
    for clamps in ([], [Clamp("f", 0.5, steps=2)], [Clamp("o", 0.1, units=1), Clamp("g", -1.0)]):
        expected = trace(params, xs, state, clamps=clamps)
        oracles.assert_close(jitted(held_gates("test", params, clamps, 5)), expected, 1e-6)
    assert jitted._cache_size() == 1


def test_clamps_as_arrays_fit_their_cell():
    params, xs, state = oracles.draw("lstm")
    with pytest.raises(ValueError, match="trace: clamps has 4 time steps but xs has 5"):
        trace(params, xs, state, clamps=held_gates("test", params, [], 4))
    params, xs, state = oracles.draw("gru")
    held = held_gates("test", oracles.draw("lstm").params, [], 5)
    with pytest.raises(ValueError, match="trace: clamps hold the gates of an LSTM, but params is"):
        trace(params, xs, state, clamps=held)


def test_a_held_gate_passes_no_gradient_to_its_weights():
    params, xs, state = oracles.draw("lstm")

    def loss(params):
        return trace(params, xs, state, clamps=[Clamp("o", 1.0)]).h.sum()

    slopes = jax.grad(loss)(params)
    np.testing.assert_array_equal(slopes.b[12:], 0)
    assert np.abs(slopes.b[:12]).min() > 0
