"""Lesson 04: its task knows when it is found, and what it measures is what it says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import init_lstm, run
from lstm_jax.course.data.adding import adding
from lstm_jax.course.explorers import GateExplorer
from lstm_jax.course.l04 import adder, pairs, stand_ins, tasks
from lstm_jax.training import mean_squared_error


def said(**values):
    return tasks.answer(GateExplorer(gate="i", **values))


def test_the_second_task_is_found_where_few_steps_open_the_gate_and_the_memory_is_high():
    assert "found" in said(sequence="noise", w=8, bias=-4)
    for values in ({"w": 8}, {"w": 8, "bias": -8}, {"bias": 8}, {"u": 8}, {"w": -8}, {}):
        assert "wants at most" in said(sequence="noise", **values)
    assert "Choose the input" in said(sequence="count")
    end, wide = tasks.after_the_noise(w=8)
    assert f"ends at {end:.2f}" in said(sequence="noise", w=8)
    assert f"at {wide} of 60" in said(sequence="noise", w=8)


def test_no_preset_finds_it():
    explorer = GateExplorer(gate="i")
    for name in explorer.presets:
        explorer.preset = name
        assert "found" not in tasks.answer(explorer)


def test_a_memory_is_the_cell_state_of_the_unit():
    xs, _ = adding(jax.random.key(0), batch=5, length=12)
    cell = adder.without_gate(0.1, 8, -8)
    found = adder.memories(stand_ins.write, cell, xs)
    assert found.shape == (5, 12)
    for t in (1, 12):
        # The forget gate of `run` is σ(9), not 1, so it loses a little of up to 12 writes.
        np.testing.assert_allclose(found[:, t - 1], run(cell, xs[:, :t])[1].c[:, 0], atol=0.02)


def test_a_readout_is_fitted_to_the_first_half_and_judged_on_the_second():
    c = np.linspace(0, 1, 8)
    assert adder.error(c, 3 * c - 1) == pytest.approx((0, 0))
    late = np.where(np.arange(8) < 4, 3 * c - 1, 3 * c)
    assert adder.error(c, late) == pytest.approx((0, 1))
    assert adder.error(np.stack([c, c**2], axis=1), c - c**2) == pytest.approx((0, 0))


def test_there_are_125_units_without_a_gate():
    cells = adder.all_without_gate()
    assert cells.b.shape == (125, 4)
    assert len(np.unique(np.concatenate([cells.w_x[:, :, 2], cells.b[:, 2:3]], 1), axis=0)) == 125
    assert np.all(jax.nn.sigmoid(cells.b[:, 0]) == 1)


def test_a_network_is_what_it_would_be_alone():
    kinds = {"four": (4, lambda cell: cell), "tied": (5, stand_ins.tie)}
    keys, batch = jax.random.split(jax.random.key(0), 2), adding(jax.random.key(1), 8, 16)
    networks, loss = pairs.start(kinds, keys), pairs.loss_of(kinds)
    for row, (units, change) in enumerate(kinds.values()):
        w = jax.random.normal(keys[0], (2, units)) / np.sqrt(units)
        _, state = run(change(init_lstm(keys[1], 2, units)), batch[0])
        alone = mean_squared_error(state.h @ w[1], batch[1])
        network = jax.tree.map(lambda array, row=row: array[2 * row + 1], networks)
        np.testing.assert_allclose(loss(network, batch), alone, rtol=1e-5)
        slopes = jax.grad(loss)(network, batch)
        assert not jnp.any(slopes.kind)
        assert not jnp.any(slopes.used)
        assert jnp.all((slopes.w == 0) == (network.used == 0))


def test_training_gives_an_error_for_each_network():
    errors = pairs.train({"two sums": (2, lambda cell: cell)}, pairs=2, steps=1)
    assert errors["two sums"].shape == (2,)
    assert pairs.learned(np.array([0.001, 0.1])) == 1
