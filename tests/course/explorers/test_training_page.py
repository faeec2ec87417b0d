"""The training explorer in the page: curves, numbers and sentences for states of all kinds."""

import numpy as np
from labels import assert_apart, assert_readable
from training_states import Ask, ask, curve, made_up, state_of

from lstm_jax.course import TrainingExplorer
from lstm_jax.course.data.tasks import TEMPORAL_ORDER_2 as TASK
from lstm_jax.course.explorers.training import POINT


def test_page_draws_median_and_middle_half(ask_node: Ask) -> None:
    explorer = TrainingExplorer()
    made_up(explorer, 20)
    (page,) = ask(ask_node, explorer, state_of(explorer))
    for name, scale in (("loss", 1), ("accuracy", 100)):
        expected = np.nanquantile(scale * curve(explorer, name), (0.25, 0.5, 0.75), axis=0)
        found = [page["record"]["now"][name][part] for part in ("low", "median", "high")]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_readout_gives_the_numbers_at_the_cursor(ask_node: Ask) -> None:
    explorer = TrainingExplorer()
    made_up(explorer, 20)
    loss, accuracy = (curve(explorer, name) for name in ("loss", "accuracy"))
    states = [state_of(explorer, t=t) for t in (4, 49)]
    for point, page in zip((4, 19), ask(ask_node, explorer, *states), strict=True):
        solved = (accuracy[:, : point + 1] >= 0.99).any(axis=1).sum()
        words = page["readout"]
        assert words.startswith(f"After step {(point + 1) * POINT} of 500 the median loss of 8 ")
        assert f"{float(np.nanmedian(loss[:, point])):.2g}, " in words
        assert f"{solved} of 8 runs have solved the task (99 % right)" in words
        assert ("1 of 8 runs diverged." in words) == (point == 19)
        assert "3.2 s" in words


def test_readout_where_all_runs_have_diverged(ask_node: Ask) -> None:
    explorer = TrainingExplorer()
    made_up(explorer, 20)
    failed = curve(explorer, "loss").copy()
    failed[:, 10:] = np.nan
    explorer.answer = {**explorer.answer, "loss": failed.tobytes()}
    (page,) = ask(ask_node, explorer, state_of(explorer))
    assert page["readout"].startswith("By step 200 no run is left.")
    assert "NaN" not in page["readout"]


def test_page_marks_curves_of_other_settings(ask_node: Ask) -> None:
    explorer = TrainingExplorer()
    made_up(explorer, 20)
    same, other, rnn = ask(
        ask_node,
        explorer,
        state_of(explorer),
        state_of(explorer, rate=-1.0, width=16),
        state_of(explorer, cell="RNN", forget_bias=3.0),
    )
    assert "press train" not in same["readout"]
    assert "press train for rate 0.1, 16 units." in other["readout"]
    assert "press train for RNN." in rnn["readout"]
    assert (same["idle"], rnn["idle"]) == ([], ["forget_bias"])


def test_page_says_when_there_is_no_kernel(ask_node: Ask) -> None:
    explorer = TrainingExplorer()
    made_up(explorer, 20)
    states = [
        state_of(explorer, late=True),
        state_of(explorer, order="train 1"),
        state_of(explorer, order="train 1", late=True),
    ]
    said = [
        "needs a running kernel" in page["readout"] for page in ask(ask_node, explorer, *states)
    ]
    assert said == [False, False, True]


def test_nothing_trained_shows_what_is_due_without_memory(ask_node: Ask) -> None:
    explorer = TrainingExplorer()
    (page,) = ask(ask_node, explorer, state_of(explorer))
    chance = TASK.without_memory(40)
    assert f"Without memory the loss is {chance.loss:.2f} at best, and 25 % " in page["readout"]
    assert "press train" in [label["words"] for label in page["pictures"][0]["labels"]]
    assert page["orders"] == ["train 1", "stop 1", "keep 1"]


def test_labels_stay_apart_and_inside(ask_node: Ask) -> None:
    explorer = TrainingExplorer(rate=-3.5, forget_bias=-1.5)
    made_up(explorer, 20)
    explorer.keep()
    moved = {"rate": -0.1, "cell": "GRU", "clip": "off", "width": 16, "length": 25}
    states = [state_of(explorer), state_of(explorer, **moved), state_of(TrainingExplorer())]
    for page in ask(ask_node, explorer, *states):
        for picture in page["pictures"]:
            assert_readable(picture)
            assert_apart(picture["labels"])
