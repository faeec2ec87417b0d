"""The RNN explorer: the page shows the states that JAX finds, and counts how long they last."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
import pytest

from lstm_jax import init_rnn
from lstm_jax.course import RNNExplorer
from lstm_jax.course.explorers.sequences import NAMES
from lstm_jax.traces import _trace

Ask = Callable[[str, Any], Any]


def answers_of(ask_node: Ask, explorers: list[RNNExplorer]) -> Any:
    """What the page makes of each."""
    data = {**explorers[0].data, "rnn": list(explorers[0].data["rnn"])}
    names = [control["name"] for control in explorers[0].controls]
    states = [{name: getattr(explorer, name) for name in names} for explorer in explorers]
    return ask_node("rnn.mjs", {"data": data, "states": states})


def drawn(seed: int, steps: int, hidden: int) -> RNNExplorer:
    """An explorer with every control somewhere."""
    rng = np.random.default_rng(seed)
    return RNNExplorer(
        steps=steps,
        hidden=hidden,
        gain=rng.uniform(0, 1.3),
        seed=seed % 8,
        sequence=str(rng.choice([*NAMES, "drawn"])),
        drawing=rng.uniform(-1, 1, steps).round(2).tolist(),
        t=int(rng.integers(steps)),
    )


def preset(name: str) -> RNNExplorer:
    """An explorer that shows one."""
    explorer = RNNExplorer()
    explorer.preset = name
    return explorer


@pytest.mark.parametrize(("steps", "hidden"), [(60, 8), (100, 16)])
def test_page_shows_what_jax_computes(steps: int, hidden: int, ask_node: Ask) -> None:
    explorers = [drawn(seed, steps, hidden) for seed in range(40)]
    for explorer, answer in zip(explorers, answers_of(ask_node, explorers), strict=True):
        h = np.asarray(explorer.trace().h[1:])
        # Above gain 1 the rounding of float32 grows from step to step, hence not 1e-6 here.
        np.testing.assert_allclose(answer["h"], h.ravel(), atol=1e-4)
        length = np.linalg.norm(h[explorer.t])
        said = float(answer["readout"].split("norm ")[1].split(". ")[0])
        np.testing.assert_allclose(said, length, atol=6e-4)


def test_params_are_those_of_init() -> None:
    explorer = RNNExplorer(gain=0.35, seed=5)
    expected = init_rnn(jax.random.key(5), 1, 8, gain=0.35)
    jax.tree.map(partial(np.testing.assert_allclose, atol=1e-6), explorer.params, expected)


def test_page_counts_the_steps_that_feel_the_pulse(ask_node: Ask) -> None:
    gains = [0.0, 0.3, 0.5, 0.8, 0.9, 1.5]
    explorers = [RNNExplorer(gain=gain) for gain in gains]
    for explorer, answer in zip(explorers, answers_of(ask_node, explorers), strict=True):
        size = np.linalg.norm(explorer.trace().h[1:], axis=1)
        felt = np.flatnonzero(size > 0.01 * size.max())
        assert answer["felt"] == {"from": 5, "to": felt[-1]}
        steps = felt[-1] - 5
        words = f"felt for {steps} step" if felt[-1] < 59 else f"felt to the end, {steps} steps on"
        assert words in answer["readout"]


@pytest.mark.parametrize(
    ("drawing", "words"),
    [
        ([0.0] * 60, "no input"),
        ([0.0] * 59 + [1.0], "the input does not stop"),
        ([0.0] * 57 + [1.0, 0.0, 0.0], "felt to the end, 2 steps on"),
    ],
)
def test_odd_inputs_have_their_words(drawing: list[float], words: str, ask_node: Ask) -> None:
    explorer = RNNExplorer(sequence="drawn", drawing=drawing)
    (answer,) = answers_of(ask_node, [explorer])
    assert words in answer["readout"]


def test_presets_show_what_they_say(ask_node: Ask) -> None:
    def steps(name: str) -> int:
        (answer,) = answers_of(ask_node, [preset(name)])
        return answer["felt"]["to"] - answer["felt"]["from"]

    assert steps("no memory") == 0
    assert 3 < steps("fades") < 10
    assert 30 < steps("fades slowly") < 54
    lasting = np.linalg.norm(preset("goes on by itself").trace().h, axis=1)
    assert lasting[-1] > lasting[6]


def test_slider_moves_compile_nothing() -> None:
    explorer = RNNExplorer()
    explorer.trace()
    traced = _trace._cache_size()
    explorer.gain, explorer.seed, explorer.sequence = 0.45, 3, "noise"
    explorer.trace()
    assert _trace._cache_size() == traced
