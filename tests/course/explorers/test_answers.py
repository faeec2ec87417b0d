"""What the kernel adds to a picture: when it computes, and how the page knows what is old."""

from typing import Any

import jax
import numpy as np
import pytest
from trained_states import Ask, as_it_starts, ask, move, state_of

from lstm_jax.course import TrainedCellExplorer
from lstm_jax.course.explorers import trained
from lstm_jax.course.l06.recall import load_recall


@pytest.fixture
def explorer() -> TrainedCellExplorer:
    """As it starts."""
    return as_it_starts()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Grows by one for each time that the kernel computes."""
    calls: list[Any] = []
    judge = trained.judge
    monkeypatch.setattr(trained, "judge", lambda *args: calls.append(args) or judge(*args))
    return calls


def test_kernel_computes_once_for_all_that_moved(
    explorer: TrainedCellExplorer, measured: list[Any]
) -> None:
    explorer.preset = "unit 3 cut"
    assert len(measured) == 1
    explorer.set_state({"clamp_gate": "f", "clamp_value": 0.5, "example": 3, "readout": "new"})
    assert len(measured) == 2
    explorer.reset()
    assert len(measured) == 3


def test_kernel_does_not_compute_what_has_not_moved(
    explorer: TrainedCellExplorer, measured: list[Any], ask_node: Ask
) -> None:
    explorer.t, explorer.unit, explorer.playing = 5, 3, True
    explorer.clamp_value, explorer.clamp_from, explorer.clamp_unit = 0.2, 10, "this unit"
    explorer.shift_gate = "o"
    explorer.readout = "words"
    assert measured == []
    (page,) = ask(ask_node, explorer, [state_of(explorer)])
    assert page["answered"]  # the page goes by the same rule
    explorer.playing, explorer.clamp_gate = False, "f"
    explorer.unit = 4
    assert len(measured) == 2
    explorer.clamp_unit = "all"
    explorer.unit = 5
    assert len(measured) == 3


def test_page_knows_an_old_answer(explorer: TrainedCellExplorer, ask_node: Ask) -> None:
    state = state_of(explorer)
    old = [
        {**state, **changes}
        for changes in (
            {"clamp_gate": "f"},
            {"shift": 0.5},
            {"example": 2},
            {"example": 2, "late": True},
            {"answer": {}},
        )
    ]
    pages = ask(ask_node, explorer, [state, *old])
    assert [page["answered"] for page in pages] == [True] + len(old) * [False]
    labels = [[each["words"] for each in page["pictures"][0]["labels"]] for page in pages]
    score = labels[0][0]
    assert score.startswith("task loss ")
    assert score.endswith(", right 100 %")
    assert [words[0] for words in labels[1:]] == [*4 * [f"{score} …"], "task loss …"]
    assert ["needs the kernel" in words for words in labels] == [*4 * [False], True, False]
    assert "the loss waits for the kernel" in pages[1]["readout"]


def test_failing_computation_leaves_a_sentence(
    explorer: TrainedCellExplorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError("no room")

    before = explorer.answer
    with monkeypatch.context() as broken:
        broken.setattr(trained, "judge", fail)
        explorer.set_state({"shift": 1.0})
        assert explorer.message == "the kernel could not compute its part of the picture: no room"
        assert (explorer.shift, explorer.answer) == (1.0, before)
    explorer.set_state({"shift": 2.0})
    assert explorer.message == ""
    assert explorer.answer["of"]["shift"] == 2.0


def test_slider_moves_compile_nothing() -> None:
    jax.clear_caches()
    explorer = TrainedCellExplorer(*load_recall())
    compiled: list[Any] = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, _, **more: compiled.append(more) if "backend_compile" in name else None
    )
    for name in explorer.presets:
        explorer.preset = name
    for seed in range(30):
        move(explorer, seed)
    assert compiled == []
    jax.jit(lambda x: x + 1)(np.zeros(3))
    assert len(compiled) == 1  # so it hears what is compiled
