"""Lesson 03: its tasks know when they are found, and the cell of 1997."""

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, init_lstm, init_rnn, trace
from lstm_jax.course.explorers import GateExplorer
from lstm_jax.course.l03 import first_bias, stand_ins, tasks
from lstm_jax.course.l03.cell_of_1997 import cell_of_1997
from lstm_jax.losses import cross_entropy
from lstm_jax.models import init_network, last_answers


def said(**values):
    explorer = GateExplorer(gate="f", **values)
    return tasks.answer(explorer, explorer.trace().f[:, 0])


def test_the_first_task_is_found_where_half_is_left_after_ten_steps():
    bias = stand_ins.bias_for_half_life(10)
    assert "Task 1" in said(bias=round(bias, 1))
    assert "found" in said(bias=round(bias, 1))
    assert "Try a larger bias" in said(bias=0)
    assert "Try a smaller bias" in said(bias=5)
    left = tasks.left_of_the_pulse(bias=1)
    f = 1 / (1 + np.exp(-1))
    np.testing.assert_allclose(left, f ** np.arange(len(left)), rtol=1e-4)
    assert f"{left[10]:.2f} of it is left" in said(bias=1)


def test_the_second_task_is_found_where_the_gate_shuts_at_the_erasing_step_alone():
    assert "Found" in said(sequence="write and erase", w=7, bias=5)
    assert "Wanted" in said(sequence="write and erase", w=6, bias=4)
    assert "Wanted" in said(sequence="write and erase", bias=4)
    assert "Wanted" in said(sequence="write and erase", w=8, bias=0)


def test_one_way_to_do_each_task_is_printed():
    first, second = tasks.solved().splitlines()
    assert first.startswith("Task 1, with bias 2.6")
    assert "found" in first
    assert second.startswith("Task 2, with w = 7 and bias 5")
    assert "Found" in second


def test_a_held_gate_and_another_input_belong_to_no_task():
    assert "Set it free" in said(clamp="1")
    assert "Choose the input" in said(sequence="noise")


def test_the_cell_of_1997_is_todays_with_its_forget_gate_held_at_1():
    params = init_lstm(jax.random.key(0), 2, 3, forget_bias=-2.0)
    xs = jax.random.normal(jax.random.key(1), (20, 2))
    held = trace(params, xs, clamps=[Clamp("f", 1.0)]).c[1:]
    np.testing.assert_allclose(cell_of_1997(params, xs), held, atol=1e-5)
    assert jnp.abs(trace(params, xs).c[1:] - held).max() > 0.1


def loss(network, batch):
    xs, ys = batch
    return cross_entropy(last_answers(network, xs), ys)


def some(init, **options):
    keys = jax.random.split(jax.random.key(0), 2)
    return [init_network(key, init(key, 5, 4, **options), answers=4) for key in keys]


def test_each_kind_trains_and_each_of_its_networks_gets_a_score():
    fresh = {
        "bias 0": some(init_lstm, forget_bias=0.0),
        "RNN": some(init_rnn),
        "bias 4": some(init_lstm, forget_bias=4.0),
    }
    scores = first_bias.learn(fresh, loss, updates=1, progress=False)
    assert list(scores) == list(fresh)
    assert all(row.shape == (2,) and (row > 0.1).all() for row in scores.values())


def test_what_comes_back_along_c_is_the_product_of_the_gates():
    quiet = init_lstm(jax.random.key(0), 5, 4, forget_bias=1.0)
    quiet = quiet._replace(w_x=quiet.w_x.at[:, 4:8].set(0), w_h=jnp.zeros((4, 16)))
    along, by_all = first_bias.comes_back([init_network(jax.random.key(1), quiet, answers=4)])
    left = (1 / (1 + np.exp(-1.0))) ** first_bias.LAG
    np.testing.assert_allclose(along, left, rtol=1e-3)
    assert 0.3 * left < by_all < 3 * left, "no path leads through h"


def test_a_cell_without_a_forget_gate_has_no_product_of_gates():
    along, by_all = first_bias.comes_back(some(init_rnn))
    assert along is None
    assert 0 < by_all < 1
