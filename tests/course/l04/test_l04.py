"""Lesson 04: its task knows when it is found."""

from lstm_jax.course.explorers import GateExplorer
from lstm_jax.course.l04 import tasks


def said(**values):
    return tasks.answer(GateExplorer(gate="i", **values))


def test_the_second_task_is_found_where_the_memory_ends_below_minus_five():
    assert "found" in said(sequence="noise", w=-8)
    for values in ({"w": 8}, {"bias": 8}, {"u": 8}, {}):
        assert "wants it below" in said(sequence="noise", **values)
    assert "Choose the input" in said(sequence="count")
    assert f"ends at {tasks.end_of_the_memory(w=-8):.2f}" in said(sequence="noise", w=-8)


def test_no_preset_finds_it():
    explorer = GateExplorer(gate="i")
    for name in explorer.presets:
        explorer.preset = name
        assert "found" not in tasks.answer(explorer)
