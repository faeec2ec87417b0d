"""The training explorer in the kernel: what its buttons do, in a thread, and what goes wrong."""

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest
from threads import at_work, from_page, until
from training_states import Ask, ask, curve, state_of, trained

from lstm_jax import trace
from lstm_jax.course import TrainingExplorer
from lstm_jax.course.data.tasks import SOLVED
from lstm_jax.course.explorers import training
from lstm_jax.course.explorers.training import POINT, RUNS
from lstm_jax.training import Fit, adam


@pytest.fixture(scope="module", autouse=True)
def optimized() -> Iterator[None]:
    """Compile as a class does: this training runs for longer than it compiles."""
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", True)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch, no_job_is_left: None) -> None:
    """Training of two blocks, and no thread that outlives its test."""
    monkeypatch.setattr(training, "STEPS", 40)


# --- training


def test_curves_are_means_of_what_fit_records() -> None:
    explorer = trained()
    fit = explorer.result
    assert isinstance(fit, Fit)
    assert fit.history.loss.shape == (RUNS, 40)
    expected = fit.history.loss.reshape(RUNS, -1, POINT).mean(axis=2)
    np.testing.assert_allclose(curve(explorer, "loss"), expected, rtol=1e-6)
    accuracy = fit.history.measures["accuracy"]
    expected = accuracy.reshape(RUNS, expected.shape[1], -1).mean(axis=2)
    np.testing.assert_allclose(curve(explorer, "accuracy"), expected, rtol=1e-6)
    assert explorer.answer["phase"] == "ended"
    assert "after 40 steps the median loss is" in explorer.still().alt


def test_same_seed_same_numbers() -> None:
    first, again, other = (trained(seed=seed).result for seed in (3, 3, 4))
    assert first
    assert again
    assert other
    np.testing.assert_array_equal(first.history.loss, again.history.loss)
    # Seeds in a row: the second run of one is the first run of the next.
    np.testing.assert_allclose(first.history.loss[1], other.history.loss[0], rtol=1e-5)


def test_controls_reach_training(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(training, "adam", lambda *args: seen.append(args) or adam(*args))
    explorer = trained(rate=-1.5, clip="off", forget_bias=2.5, width=5, length=23)
    assert seen == [(10**-1.5, float("inf"))]
    assert explorer.learning_rate == 10**-1.5
    assert explorer.params.w_h.shape == (5, 20)
    assert explorer.xs.shape == (23, 8)
    assert explorer.trace().c.shape == (24, 5)
    untrained = TrainingExplorer(forget_bias=2.5, width=5).params
    np.testing.assert_array_equal(untrained.b, [0] * 5 + [2.5] * 5 + [0] * 10)
    assert trace(untrained, explorer.xs).h.shape == (24, 5)


@pytest.mark.slow
def test_presets_show_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS", 240)
    explorer = TrainingExplorer()

    def solved(preset: str) -> int:
        explorer.preset = preset
        explorer.train(wait=True)
        return int((curve(explorer, "accuracy") >= SOLVED).any(axis=1).sum())

    assert solved("learns") >= 6
    assert solved("no forget bias") <= 2


def test_settings_of_one_cell_compile_once() -> None:
    explorer = trained()
    compiled: list[Any] = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, _, **more: compiled.append(more) if "backend_compile" in name else None
    )
    for values in (
        {"rate": -1.0, "clip": "off"},
        {"width": 7, "length": 33, "clip": "0.1"},
        {"forget_bias": 0.0, "rate": -4.0},
    ):
        for name, value in values.items():
            setattr(explorer, name, value)
        explorer.train(wait=True)
    assert compiled == []
    jax.jit(lambda x: x + 1)(np.zeros(3))
    assert len(compiled) == 1  # so it hears what is compiled


# --- in a thread


def test_kernel_is_free_and_stop_ends_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS", 100_000)
    monkeypatch.setattr(training, "SECONDS", 0.0)
    explorer = TrainingExplorer()
    assert explorer.train() is None
    assert explorer.answer["phase"] == "starting"
    until(lambda: "loss" in explorer.answer)
    explorer.rate = -1.0  # the curves stay those of the start
    assert explorer.answer["with"]["rate"] == -2.0
    from_page(explorer, order="stop 2")
    assert explorer.answer["of"] == {"order": "stop 2"}
    until(lambda: explorer.answer.get("seconds") is not None and not at_work())
    assert explorer.result
    done = explorer.result.history.loss.shape[1]
    assert done < 100_000
    assert curve(explorer, "loss").shape == (RUNS, done // POINT)
    assert explorer.answer["phase"] == "ended"


def test_newest_order_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS", 100_000)
    explorer = TrainingExplorer()
    for rate in (-1.0, -2.0, -3.0):
        explorer.rate = rate
        explorer.train()
    monkeypatch.setattr(training, "STEPS", 40)
    fit = explorer.train(wait=True)
    assert fit is explorer.result
    assert fit
    assert fit.history.loss.shape == (RUNS, 40)
    assert explorer.answer["with"]["rate"] == -3.0
    assert at_work() == []


def test_reset_forgets_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS", 100_000)
    explorer = TrainingExplorer()
    explorer.train()
    until(lambda: "loss" in explorer.answer)
    explorer.reset()
    until(lambda: not at_work())
    assert explorer.answer == {"of": {"order": ""}}
    assert explorer.result is None


def test_stop_before_the_first_block_leaves_nothing() -> None:
    explorer = TrainingExplorer()
    explorer.train()
    explorer.stop()
    assert explorer.answer["phase"] == "ended"
    until(lambda: not at_work())
    assert explorer.answer["phase"] == "ended"


@pytest.mark.parametrize(("seconds", "while_training"), [(0.0, 2), (3600.0, 1)])
def test_messages_are_so_many_seconds_apart(
    seconds: float, while_training: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SECONDS", seconds)
    explorer = TrainingExplorer()
    sent: list[Any] = []
    explorer.observe(lambda change: sent.append(change["new"]["phase"]), names="answer")
    explorer.train(wait=True)
    assert sent == ["starting", *["training"] * while_training, "ended"]


# --- what goes wrong


def test_training_prints_nothing(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = np.full(RUNS, 0.01)
    rates[3] = 3e38
    monkeypatch.setattr(training, "adam", lambda *_: adam(rates))
    explorer = trained()
    assert explorer.result
    assert np.flatnonzero(explorer.result.diverged >= 0).tolist() == [3]
    assert "run 3 of 8 stopped" in explorer.answer["says"]
    assert np.isnan(curve(explorer, "loss")[3, 1:]).all()
    assert capsys.readouterr() == ("", "")


def test_divergence_of_all_runs_is_a_sentence(
    capsys: Any, monkeypatch: pytest.MonkeyPatch, ask_node: Ask
) -> None:
    monkeypatch.setattr(training, "adam", lambda *_: adam(3e38))
    explorer = trained()
    assert explorer.result
    assert (explorer.result.diverged >= 0).all()
    (page,) = ask(ask_node, explorer, state_of(explorer))
    assert "All 8 runs diverged: lower the learning rate" in page["readout"]
    assert capsys.readouterr() == ("", "")


def test_failing_training_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise MemoryError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(training, "fit", fail)
        explorer = trained()
        assert explorer.answer["says"] == "Training failed: no room"
        assert explorer.answer["phase"] == "ended"
    assert explorer.train(wait=True) is not None
    assert explorer.answer["says"] == ""
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("seed", [-1, 2**31, 0.5, "one"])
def test_seed_out_of_range_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match="TrainingExplorer: seed should be a whole number"):
        TrainingExplorer(seed=seed)


# --- curves that stay


def test_kept_curves_stay_through_the_next_training(ask_node: Ask) -> None:
    explorer = trained(rate=-3.0)
    kept = curve(explorer, "loss")
    explorer.keep()
    explorer.rate = -1.0
    explorer.train(wait=True)
    (page,) = ask(ask_node, explorer, state_of(explorer))
    np.testing.assert_allclose(page["record"]["kept"]["loss"]["runs"], kept, rtol=1e-6)
    labels = [each["words"] for each in page["pictures"][0]["labels"]]
    assert sum(words.startswith("baseline: LSTM, rate 1.0·10⁻³,") for words in labels) == 1
    explorer.reset()
    assert explorer.answer == {"of": {"order": ""}}
    assert explorer.result is None


def test_preset_leaves_the_curves() -> None:
    explorer = trained()
    before = explorer.answer
    explorer.preset = "rate too high"
    assert (explorer.order, explorer.answer, explorer.rate) == ("train 1", before, -0.5)
