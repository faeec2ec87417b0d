"""The decay explorer: the page shows the memory and the weights that JAX finds."""

import base64
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labels import assert_apart, assert_readable

from lstm_jax.course import DecayExplorer
from lstm_jax.course.explorers.decay import MONTHS, _walk

Ask = Callable[[str, Any], Any]
DECAYS = (0.0, 0.01, 0.3, 0.5, 0.51, 0.9, 0.94, 0.99, 1.0)
PLACES = (0, 5, 119, 120, 352, MONTHS - 1)


def answers_of(ask_node: Ask, explorers: list[DecayExplorer]) -> Any:
    """What the page makes of each."""
    data = explorers[0].data
    data = {**data, "series": base64.b64encode(data["series"]).decode("ascii")}
    states = [{"t": explorer.t, "decay": explorer.decay} for explorer in explorers]
    return ask_node("decay.mjs", {"data": data, "states": states})


def test_page_shows_what_jax_computes(ask_node: Ask) -> None:
    explorers = [DecayExplorer(decay=decay, t=t) for decay in DECAYS for t in PLACES]
    for explorer, answer in zip(explorers, answers_of(ask_node, explorers), strict=True):
        trace = explorer.trace()
        np.testing.assert_allclose(answer["h"], trace.h, rtol=1e-5, atol=1e-4)
        read = explorer.t + 1
        np.testing.assert_allclose(answer["weights"], trace.weights[:read], rtol=1e-4, atol=1e-9)
        assert not np.any(trace.weights[read:])
        assert (answer["half"] or math.inf) == explorer.half


@pytest.mark.parametrize("decay", [0.01, 0.3, 0.49, 0.5, 0.51, 0.9, 0.94, 0.99])
def test_half_of_the_weight_lies_in_that_many_months(decay: float) -> None:
    half = int(DecayExplorer(decay=decay).half)
    share = np.cumsum(np.asarray(DecayExplorer(decay=decay).trace().weights)[: 352 + 1][::-1])
    assert share[half - 1] >= 0.5 - 1e-6
    assert half == 1 or share[half - 2] < 0.5


@pytest.mark.parametrize(
    ("decay", "t", "words"),
    [
        (0.0, 352, "At least half of the weight lies in this month alone"),
        (0.01, 352, "ten years before has a weight below 1.0·10⁻⁸"),
        (0.9, 352, "May 1778: sunspot number"),
        (0.9, 352, "Half of the weight lies in the last 7 months. The month ten years before"),
        (0.99, 12, "Half of the weight lies in the last 69 months, but it has read only 13."),
        (1.0, 352, "It takes nothing in, so no month has any weight."),
    ],
)
def test_readout_has_words_for_it(decay: float, t: int, words: str, ask_node: Ask) -> None:
    (answer,) = answers_of(ask_node, [DecayExplorer(decay=decay, t=t)])
    assert words in answer["readout"]


def test_labels_can_be_read(ask_node: Ask) -> None:
    explorers = [DecayExplorer(decay=decay, t=t) for decay in DECAYS for t in PLACES]
    for answer in answers_of(ask_node, explorers):
        assert_readable(answer)
        assert_apart(answer["labels"])


def test_slider_moves_compile_nothing() -> None:
    explorer = DecayExplorer()
    explorer.trace()
    before = _walk._cache_size()
    explorer.decay, explorer.t = 0.5, 7
    explorer.trace()
    assert _walk._cache_size() == before


def test_presets_are_a_story() -> None:
    explorer = DecayExplorer()
    halves = []
    for name in explorer.presets:
        explorer.preset = name
        halves.append(explorer.half)
    assert halves == sorted(halves) == [1, 1, 7, 69, math.inf]


@pytest.mark.parametrize("decay", DECAYS)
def test_still_has_the_weights_below_the_memory(decay: float) -> None:
    explorer = DecayExplorer(decay=decay)
    above, below = explorer.still().figure.axes
    (line,) = below.lines
    assert above.get_xlim() == below.get_xlim()
    weights = np.asarray(explorer.trace().weights)[: explorer.t + 1]
    drawn = np.nan_to_num(np.asarray(line.get_ydata(), float))
    np.testing.assert_allclose(drawn, weights, rtol=1e-4, atol=1e-9)
