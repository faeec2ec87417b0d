"""The gate explorer: Python and the page speak of the same cell."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lstm_jax import Clamp, trace
from lstm_jax.course import GateExplorer
from lstm_jax.course.explorers.sequences import NAMES, sequences
from lstm_jax.traces import _trace

GATES = ["f", "i", "o"]


def state_of(explorer: GateExplorer) -> dict[str, Any]:
    """What the page reads of it."""
    names = [control["name"] for control in explorer.controls]
    return {"data": explorer.data, **{name: getattr(explorer, name) for name in names}}


def drawn(gate: str, rng: np.random.Generator, steps: int) -> GateExplorer:
    """An explorer with every control somewhere."""
    return GateExplorer(
        gate,
        steps=steps,
        w=rng.uniform(-8, 8),
        u=rng.uniform(-8, 8),
        bias=rng.uniform(-8, 8),
        sequence=str(rng.choice([*NAMES, "drawn"])),
        drawing=rng.uniform(-1, 1, steps).round(2).tolist(),
        clamp=str(rng.choice(["free", "free", "0", "1"])),
        t=int(rng.integers(steps)),
    )


@pytest.mark.parametrize("steps", [60, 100])
@pytest.mark.parametrize("gate", GATES)
def test_page_shows_what_jax_computes(
    gate: str, steps: int, ask_node: Callable[[str, Any], Any]
) -> None:
    explorers = [drawn(gate, np.random.default_rng(seed), steps) for seed in range(40)]
    answers = ask_node("gate.mjs", [state_of(explorer) for explorer in explorers])
    for explorer, answer in zip(explorers, answers, strict=True):
        record = explorer.trace()
        # A steep cell (u near 8) makes float32 rounding grow, hence not 1e-6 here.
        for name, expected in {"gate": gate, "c": "c", "h": "h"}.items():
            wanted = np.asarray(getattr(record, expected))[:, 0]
            np.testing.assert_allclose(answer[name], wanted, rtol=1e-5, atol=1e-5)
        if explorer.clamp == "free":
            at_cursor = 1 / (1 + np.exp(-answer["z"]))  # z is drawn as the sum of its parts
            np.testing.assert_allclose(at_cursor, answer["gate"][explorer.t], atol=1e-9)
        shown = f"gate {gate} = {answer['gate'][explorer.t]:.2f}"
        assert shown in answer["readout"]


@pytest.mark.parametrize("gate", GATES)
def test_sliders_move_the_one_gate(gate: str) -> None:
    explorer = GateExplorer(gate, w=1, u=2, bias=3)
    before, place = explorer.params, "ifgo".index(gate)
    assert [float(row.ravel()[place]) for row in before] == [1, 2, 3]
    explorer.bias = -1.0
    changed = np.flatnonzero(np.asarray(explorer.params.b != before.b))
    assert changed.tolist() == [place]


def test_trace_is_that_of_params_and_clamp() -> None:
    explorer = GateExplorer("f", bias=2, sequence="count", clamp="1")
    expected = trace(explorer.params, explorer.xs, clamps=[Clamp("f", 1.0)])
    np.testing.assert_array_equal(explorer.trace().c, expected.c)
    assert float(explorer.trace().f.min()) == 1


def test_slider_moves_compile_nothing() -> None:
    explorer = GateExplorer("f")
    explorer.trace()
    traced = _trace._cache_size()
    explorer.bias, explorer.sequence, explorer.clamp = 3.3, "noise", "1"
    explorer.trace()
    assert _trace._cache_size() == traced


def test_presets_show_what_they_say() -> None:
    forget = GateExplorer("f")
    forget.preset = "always 1"
    assert float(forget.trace().c[-1, 0]) > 9
    forget.preset = "bias 5 keeps"
    kept = forget.trace().c[:, 0]
    assert float(kept[-1] / kept.max()) > 0.6
    forget.preset = "write and erase"
    xs = np.asarray(forget.xs)[:, 0]
    assert list(np.flatnonzero(xs)) == [5, 25, 40]
    reader = GateExplorer("o")
    reader.preset = "reads when asked"
    h = np.abs(np.asarray(reader.trace().h[1:, 0]))
    assert h.argmax() == 25
    assert h[25] > 10 * np.delete(h, 25).max()
    reader.preset = "counts past 1"
    assert float(reader.trace().c[-1, 0]) > 7
    assert float(reader.trace().h.max()) < 1


def test_no_preset_of_the_forget_gate_erases_on_command() -> None:
    forget = GateExplorer("f")
    for name in forget.presets:
        forget.preset = name
        assert np.ptp(np.asarray(forget.trace().f)) < 0.1, name  # task 2 of lesson 03


def test_half_life_is_said(ask_node: Callable[[str, Any], Any]) -> None:
    states = [
        state_of(GateExplorer("f", **values))
        for values in ({"bias": 0}, {"bias": 5}, {"clamp": "0"}, {"clamp": "1"})
    ]
    said = [answer["readout"] for answer in ask_node("gate.mjs", states)]
    f = 1 / (1 + np.exp(-5.0))
    assert "after 1.0 steps" in said[0]
    assert f"after {np.log(0.5) / np.log(f):.1f} steps" in said[1]
    assert "forgotten at once" in said[2]
    assert "nothing is ever forgotten" in said[3]


def test_unknown_gate() -> None:
    with pytest.raises(ValueError, match='GateExplorer: gate should be "f", "i" or "o", got "g"'):
        GateExplorer("g")


def test_sequences_fit_the_drawing_strip() -> None:
    assert tuple(sequences(60)) == NAMES
    for name, numbers in sequences(60).items():
        assert numbers == sequences(100)[name][:60]
        assert len(numbers) == 60
        assert min(numbers) >= -1
        assert max(numbers) <= 1
        assert len(set(numbers)) > 1
