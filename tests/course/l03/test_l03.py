"""Lesson 03: its tasks know when they are found, and the cell of 1997."""

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, init_lstm, trace
from lstm_jax.course.explorers import GateExplorer
from lstm_jax.course.l03 import stand_ins, tasks
from lstm_jax.course.l03.cell_of_1997 import cell_of_1997


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
    assert "Found" in said(sequence="write and erase", w=6, bias=4)
    assert "Wanted" in said(sequence="write and erase", bias=4)
    assert "Wanted" in said(sequence="write and erase", w=8, bias=0)


def test_a_held_gate_and_another_input_belong_to_no_task():
    assert "Set it free" in said(clamp="1")
    assert "Choose the input" in said(sequence="noise")


def test_the_cell_of_1997_is_todays_with_its_forget_gate_held_at_1():
    params = init_lstm(jax.random.key(0), 2, 3, forget_bias=-2.0)
    xs = jax.random.normal(jax.random.key(1), (20, 2))
    held = trace(params, xs, clamps=[Clamp("f", 1.0)]).c[1:]
    np.testing.assert_allclose(cell_of_1997(params, xs), held, atol=1e-5)
    assert jnp.abs(trace(params, xs).c[1:] - held).max() > 0.1
