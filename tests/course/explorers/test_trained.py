"""The trained explorer: page, kernel and JAX say the same; each preset does what its name says."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from labels import assert_apart, assert_readable
from trained_states import Ask, as_it_starts, ask, move, own, state_of

from lstm_jax import LSTMParams, influence, trace
from lstm_jax.course import TrainedCellExplorer
from lstm_jax.course.explorers.network import predictions


@pytest.fixture
def explorer() -> TrainedCellExplorer:
    """As it starts."""
    return as_it_starts()


def in_float64(explorer: TrainedCellExplorer) -> tuple[Any, Any]:
    """`explorer.trace()` and `.prediction` once more, without the rounding of float32."""
    params = LSTMParams(*(jnp.asarray(np.float64(part)) for part in explorer.params))
    clamps = explorer.clamps
    for clamp in clamps:
        clamp.value = np.float64(np.float32(clamp.value))  # what the float32 clamp holds
    record = trace(params, jnp.asarray(np.float64(explorer.xs)), clamps=clamps)
    readout = [jnp.asarray(np.float64(part)) for part in explorer._network.readout]
    network = explorer._network._replace(readout=type(explorer._network.readout)(*readout))
    return record, predictions(network, explorer._dataset, record.h[1:])


# --- page, kernel and JAX


def test_page_computes_what_jax_does(
    explorer: TrainedCellExplorer, ask_node: Ask, x64: None
) -> None:
    expected, states = [], []
    for seed in range(40):
        move(explorer, seed)
        expected.append((explorer.params, *in_float64(explorer), explorer.prediction))
        states.append(state_of(explorer))
    for seed, ((params, record, answers, shown), page) in enumerate(
        zip(expected, ask(ask_node, explorer, states), strict=True)
    ):
        for name, part in params._asdict().items():
            assert part.dtype == np.float32
            np.testing.assert_array_equal(np.float32(page["params"][name]), np.ravel(part))
        for name, values in {**record._asdict(), "answers": answers}.items():
            np.testing.assert_allclose(
                page[name], np.ravel(values), rtol=1e-9, atol=1e-11, err_msg=f"{name}, seed {seed}"
            )
        np.testing.assert_allclose(shown, answers, atol=1e-3)


def test_numbers_are_shown_as_they_are(ask_node: Ask) -> None:
    explorer = own(numbers=True, example=2, unit=3, clamp_gate="i", clamp_value=0.2)
    (page,) = ask(ask_node, explorer, [state_of(explorer)])
    np.testing.assert_allclose(page["answers"], explorer.prediction.ravel(), atol=1e-5)
    assert explorer.answer["accuracy"] is None
    assert np.isnan(explorer.accuracy)
    assert explorer.loss == pytest.approx(explorer.answer["loss"])
    right = ", ".join(f"{value:.2f}".replace("-", "−") for value in explorer.target)
    assert f"where {right} is right" in page["readout"]
    assert "right 1" not in page["readout"]  # no accuracy
    largest = np.abs(explorer._dataset.ys).max()
    limit = next(limit for limit in (1.2, 2, 3) if limit >= largest)  # the end of the axis
    for picture in page["pictures"]:
        assert [label["words"] for label in picture["labels"]].count(f"−{limit:g}") == 2


def test_page_knows_the_ends_of_its_colours(explorer: TrainedCellExplorer) -> None:
    shown = own(numbers=True)
    for each, targets in ((explorer, 3), (shown, np.abs(shown._dataset.ys).max())):
        largest = each.data["largest"]
        assert largest["input"] == np.abs(each._dataset.xs[:16]).max()
        assert largest["target"] == targets
        reach = influence(each.params, each.xs).max()
        assert largest["influence"] == pytest.approx(float(reach), rel=1e-5)


def test_kernel_answers_for_what_is_on_screen(explorer: TrainedCellExplorer, ask_node: Ask) -> None:
    for seed in range(10):
        move(explorer, seed)
        network = explorer._network._replace(cell=explorer.params)
        xs, ys = explorer._dataset
        h = trace(network.cell, xs, clamps=explorer.clamps).h[:, -1]
        p = np.asarray(predictions(network, explorer._dataset, h))
        answer = explorer.answer
        assert answer["loss"] == pytest.approx(-np.log(p[np.arange(len(ys)), ys]).mean(), rel=1e-3)
        assert answer["accuracy"] == pytest.approx((p.argmax(axis=1) == np.asarray(ys)).mean())
        assert (explorer.loss, explorer.accuracy) == (answer["loss"], answer["accuracy"])
        expected = influence(explorer.params, explorer.xs, clamps=explorer.clamps)
        norms = np.frombuffer(answer["influence"], "<f4").reshape(40, 40)
        np.testing.assert_allclose(norms, expected, rtol=1e-4, atol=1e-9)
        (page,) = ask(ask_node, explorer, [state_of(explorer)])
        np.testing.assert_array_equal(np.float32(page["influence"]), norms.ravel())
        assert page["answered"]


# --- what cannot be


def test_clamp_of_no_step_is_said_and_the_answer_stays(
    explorer: TrainedCellExplorer, ask_node: Ask
) -> None:
    before = explorer.answer
    sentence = "there is no step from 30 until 30, so nothing can be held; move clamp_from"
    explorer.set_state({"clamp_gate": "f", "clamp_from": 30, "clamp_to": 30})
    assert explorer.answer is before
    assert explorer.message == ""
    (page,) = ask(ask_node, explorer, [state_of(explorer)])
    assert page["problem"].startswith(sentence)
    for name in ("clamps", "prediction", "loss"):
        with pytest.raises(ValueError, match=f"TrainedCellExplorer: {sentence}"):
            getattr(explorer, name)
    assert explorer.still().alt.startswith("In a trained LSTM")
    with pytest.raises(ValueError, match="TrainedCellExplorer: there is no step from 3 until 3"):
        own(clamp_gate="f", clamp_from=3, clamp_to=3)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"unit": 4}, "unit should be a whole number from 0 to 3, got 4"),
        ({"colour": 1}, "TrainedCellExplorer: there is no control 'colour'; there are t, "),
        ({"presets": {"mine": {"colour": 1}}}, "TrainedCellExplorer: there is no control 'colour'"),
        ({"presets": {"mine": {"unit": 9}}}, "unit should be a whole number from 0 to 3, got 9"),
    ],
    ids=str,
)
def test_constructor_refuses(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        own(**wrong)


def test_it_takes_presets() -> None:
    explorer = own(presets={"mine": {"clamp_gate": "f", "unit": 2}})
    explorer.preset = "mine"
    assert (explorer.clamp_gate, explorer.unit) == ("f", 2)
    assert {"untouched", "f at 0.5"} < set(explorer.presets)


def test_own_network_has_its_own_limits() -> None:
    explorer = own(features=["a", "b", "c"], unit=3, t=6, example=4)
    assert explorer.data["features"] == ["a", "b", "c"]
    assert (explorer.xs.shape, explorer.clamp_to) == ((7, 3), 7)
    for name in ("unit", "t", "example"):
        before = getattr(explorer, name)
        setattr(explorer, name, before + 1)
        assert getattr(explorer, name) == before
        assert explorer.message.startswith(f"{name} should be a whole number from 0 to {before}")
    for name in explorer.presets:
        explorer.preset = name
        assert explorer.message == ""
    with pytest.raises(ValueError, match="features should be 3 names, got 1"):
        own(features=["a"])


# --- what the presets show


def test_presets_do_what_they_say(explorer: TrainedCellExplorer) -> None:
    score = {}
    for name in explorer.presets:
        explorer.preset = name
        score[name] = (explorer.loss, explorer.accuracy)
    untouched = score.pop("untouched")
    assert untouched[0] < 0.01
    assert untouched[1] > 0.99
    # Once written, the symbol stays, if nothing is forgotten; no more needs to be written.
    assert score.pop("f at 1 after the mark") == pytest.approx(untouched, abs=0.001)
    loss, right = score.pop("i at 0 after the mark")
    assert 0.05 < loss < 0.5
    assert right > 0.99
    loss, right = score.pop("unit 3 cut")
    assert loss > 1
    assert 0.4 < right < 0.7
    for name, (loss, right) in score.items():
        assert loss > 1.3, name  # ln 4 is the loss of a guess that knows nothing
        assert right < 0.35, name
    assert score.keys() == {"f at 0.5", "i at 1", "o at 0 until the end", "forget bias −3"}


def test_shift_is_a_bias(explorer: TrainedCellExplorer) -> None:
    start = np.asarray(explorer.params.b).copy()
    explorer.shift_gate, explorer.shift, explorer.unit = "f", -3.0, 2
    moved = np.asarray(explorer.params.b) - start
    np.testing.assert_allclose(moved, np.repeat([0, -3, 0, 0], 8), atol=1e-6)
    explorer.clamp_unit = "this unit"
    assert np.flatnonzero(np.asarray(explorer.params.b) != start).tolist() == [8 + 2]


def test_still_says_what_was_done(explorer: TrainedCellExplorer) -> None:
    explorer.shift, explorer.clamp_gate, explorer.clamp_to = 1.5, "i", 20
    alt = explorer.still().alt
    assert alt.startswith(
        "With the sum of gate f shifted by 1.5 and gate i held at 1 from step 0 until 20, in all "
        "units, the task loss is "
    )
    assert f"{100 * explorer.accuracy:.0f} % of the answers are right; untouched, the task" in alt


def test_idle_controls(explorer: TrainedCellExplorer, ask_node: Ask) -> None:
    states = [state_of(explorer, **change) for change in ({}, {"shift": 1}, {"clamp_gate": "g"})]
    idle = [page["idle"] for page in ask(ask_node, explorer, states)]
    assert idle[0] == ["clamp_value", "clamp_from", "clamp_to", "clamp_unit"]
    assert idle[1:] == [["clamp_value", "clamp_from", "clamp_to"], []]


def test_labels_are_large_inside_and_apart(explorer: TrainedCellExplorer, ask_node: Ask) -> None:
    explorer.shift, explorer.clamp_gate, explorer.t, explorer.unit = -6.0, "f", 39, 7
    pages = ask(ask_node, explorer, [state_of(explorer), state_of(explorer, shift=3, late=True)])
    for picture in [picture for page in pages for picture in page["pictures"]]:
        labels = [label for label in picture["labels"] if label["words"] not in "×+tanh"]
        assert len(labels) > 40
        assert_readable({**picture, "labels": labels})
        assert_apart(labels)
