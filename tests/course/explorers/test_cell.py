"""The cell explorer: the diagram shows what JAX computes, clamps included."""

import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from labels import assert_apart, assert_readable

from lstm_jax import Clamp, init_lstm, trace
from lstm_jax.course import CellExplorer
from lstm_jax.course.explorers.explorer import controls_of
from lstm_jax.course.explorers.sequences import NAMES
from lstm_jax.traces import _trace

Ask = Callable[[str, Any], Any]
NO_STEP = "there is no step from 30 until 30, so nothing can be held; move clamp_from"
NEGATIVE = "gate f lives in 0 to 1 and cannot be held at -0.5; move clamp_value up"


def answers_of(ask_node: Ask, explorers: list[CellExplorer]) -> Any:
    """What the page makes of each."""
    names = [control["name"] for control in explorers[0].controls]
    data = {**explorers[0].data, "weights": list(explorers[0].data["weights"])}
    states = [{name: getattr(explorer, name) for name in names} for explorer in explorers]
    return ask_node("cell.mjs", {"data": data, "states": states})


SIZES = [(60, 8), (100, 16)]


def drawn(seed: int, steps: int = 60, hidden: int = 8) -> CellExplorer:
    """An explorer with every control somewhere."""
    rng = np.random.default_rng(seed)
    gate = str(rng.choice(["none", *"ifgo"]))
    start = int(rng.integers(steps - 1))
    return CellExplorer(
        steps=steps,
        hidden=hidden,
        forget_bias=rng.uniform(-4, 6),
        input_bias=rng.uniform(-4, 4),
        gain=rng.uniform(0, 1.5),
        seed=int(rng.integers(8)),
        unit=int(rng.integers(hidden)),
        t=int(rng.integers(steps)),
        sequence=str(rng.choice([*NAMES, "drawn"])),
        drawing=rng.uniform(-1, 1, steps).round(2).tolist(),
        clamp_gate=gate,
        clamp_value=rng.uniform(-1 if gate == "g" else 0, 1),
        clamp_from=start,
        clamp_to=int(rng.integers(start + 1, steps + 1)),
        clamp_unit=str(rng.choice(["all", "this unit"])),
    )


def preset(name: str, steps: int = 60, hidden: int = 8) -> CellExplorer:
    """An explorer that shows one."""
    explorer = CellExplorer(steps=steps, hidden=hidden)
    explorer.preset = name
    return explorer


def expected_values(explorer: CellExplorer) -> dict[str, np.ndarray]:
    """Every wire of the diagram (T, H), from JAX and the equations."""
    i, f, g, o, c, h = (np.asarray(each) for each in explorer.trace())
    return {
        "x": np.broadcast_to(explorer.xs, f.shape),
        "cBefore": c[:-1],
        "hBefore": h[:-1],
        "i": i,
        "f": f,
        "g": g,
        "o": o,
        "kept": f * c[:-1],
        "written": i * g,
        "c": c[1:],
        "squashed": np.tanh(c[1:]),
        "h": h[1:],
    }


@pytest.mark.parametrize("sizes", SIZES)
def test_diagram_shows_what_jax_computes(sizes: tuple[int, int], ask_node: Ask) -> None:
    explorers = [preset(name, *sizes) for name in CellExplorer().presets]
    explorers += [drawn(seed, *sizes) for seed in range(20)]
    # JAX works in float32, and its rounding grows from step to step.
    close = 1e-5 if sizes == SIZES[0] else 1e-4
    for explorer, answer in zip(explorers, answers_of(ask_node, explorers), strict=True):
        expected = expected_values(explorer)
        shown = answer["everywhere"]
        for name, wanted in expected.items():
            values = np.reshape([wires[name] for wires in shown], wanted.shape)
            np.testing.assert_allclose(values, wanted, rtol=close, atol=close, err_msg=name)
        place = explorer.t * explorer.hidden + explorer.unit
        assert answer["values"] == shown[place]
        assert shown[place].keys() == {*expected, "held"}


@pytest.mark.parametrize("sizes", SIZES)
def test_page_has_the_same_weights(sizes: tuple[int, int], ask_node: Ask) -> None:
    explorers = [drawn(seed, *sizes) for seed in range(8)]
    for explorer, answer in zip(explorers, answers_of(ask_node, explorers), strict=True):
        for name, wanted in explorer.params._asdict().items():
            assert wanted.dtype == np.float32
            np.testing.assert_array_equal(np.float32(answer["params"][name]), wanted.ravel())


def test_params_are_those_of_init_lstm() -> None:
    explorer = CellExplorer(seed=3, gain=1.3, forget_bias=2.5)
    expected = init_lstm(jax.random.key(3), 1, 8, gain=1.3, forget_bias=2.5)
    for ours, theirs in zip(explorer.params, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    explorer.input_bias = -1.0
    assert np.flatnonzero(explorer.params.b != expected.b).tolist() == list(range(8))


@pytest.mark.parametrize("unit", [None, 5])
def test_trace_is_that_of_params_and_clamps(unit: int | None, ask_node: Ask) -> None:
    explorer = CellExplorer(
        sequence="sine", clamp_gate="g", clamp_value=-0.5, clamp_from=10, clamp_to=20, unit=5
    )
    explorer.clamp_unit = "all" if unit is None else "this unit"
    units = slice(None) if unit is None else [unit]
    clamps = [Clamp("g", -0.5, steps=slice(10, 20), units=units)]
    np.testing.assert_array_equal(
        explorer.trace().h, trace(explorer.params, explorer.xs, clamps=clamps).h
    )
    assert [str(clamp) for clamp in explorer.clamps] == [str(clamp) for clamp in clamps]

    held = np.zeros((60, 8), bool)
    held[10:20, units] = True
    shown = answers_of(ask_node, [explorer])[0]["everywhere"]
    assert [wires["held"]["g"] for wires in shown] == held.ravel().tolist()
    assert not any(wires["held"][gate] for wires in shown for gate in "ifo")


def test_without_a_gate_nothing_is_held() -> None:
    explorer = CellExplorer(clamp_from=40, clamp_to=30, clamp_value=-1)
    assert explorer.clamps == []
    np.testing.assert_array_equal(explorer.trace().c, trace(explorer.params, explorer.xs).c)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"clamp_gate": "f", "clamp_from": 30, "clamp_to": 30}, NO_STEP),
        ({"clamp_gate": "f", "clamp_value": -0.5}, NEGATIVE),
    ],
)
def test_clamp_that_cannot_be_is_said_on_both_sides(
    wrong: dict[str, Any], sentence: str, ask_node: Ask
) -> None:
    with pytest.raises(ValueError, match=f"CellExplorer: {sentence}"):
        CellExplorer(**wrong)
    explorer = CellExplorer()
    for name, value in wrong.items():
        setattr(explorer, name, value)
    with pytest.raises(ValueError, match=f"CellExplorer: {sentence}") as raised:
        explorer.trace()
    shown = answers_of(ask_node, [explorer, CellExplorer(clamp_gate="f")])
    assert f"CellExplorer: {shown[0]['problem']}" == str(raised.value)
    assert shown[1]["problem"] == ""
    assert explorer._repr_mimebundle_()[0]["text/plain"].startswith("CellExplorer: With forget")
    explorer.clamp_gate = "none"
    explorer.trace()


def test_slider_moves_compile_nothing() -> None:
    explorer = CellExplorer()
    explorer.trace()
    traced = _trace._cache_size()
    explorer.forget_bias, explorer.gain, explorer.seed = 3.3, 0.4, 5
    explorer.clamp_gate, explorer.clamp_from, explorer.clamp_unit = "f", 20, "this unit"
    explorer.trace()
    assert _trace._cache_size() == traced


def test_clamp_controls_are_idle_while_no_gate_is_held(ask_node: Ask) -> None:
    free, holding = answers_of(ask_node, [CellExplorer(), CellExplorer(clamp_gate="g")])
    assert free["idle"] == ["clamp_value", "clamp_from", "clamp_to", "clamp_unit"]
    assert set(free["idle"]) < set(controls_of(CellExplorer))
    assert holding["idle"] == []


def test_presets_show_what_they_say() -> None:
    def largest(states: Any) -> np.ndarray:
        return np.abs(np.asarray(states)).max(axis=-1)

    # The first block of input ends after step 19; row 20 of c is what that step made.
    kept = {name: largest(preset(name).trace().c) for name in ("remembers", "forgets")}
    assert kept["remembers"][35] > 0.6 * kept["remembers"][20]
    assert kept["forgets"][25] < 0.01 * kept["forgets"][20]

    grown = preset("f held at 1").trace()
    assert float(grown.f.min()) == 1
    assert largest(grown.c[1:]).max() > 2

    shut = preset("i held shut half-way").trace()
    assert float(shut.i[:30].min()) > 0
    assert float(shut.i[30:].max()) == 0
    assert (np.diff(np.abs(shut.c[30:]), axis=0) <= 0).all()

    silent = preset("o shut: h silent, c lives on").trace()
    assert float(np.abs(silent.h).max()) == 0
    assert largest(silent.c).max() > 0.5


def test_no_label_stands_on_a_node_or_another_label(ask_node: Ask) -> None:
    for width, labels, nodes in ask_node("labels.mjs", [900, 1000, 1240]):
        assert len(labels) == 16
        assert len(nodes) == 10
        assert_readable({"width": width, "height": math.inf, "labels": labels})
        assert_apart(labels, nodes)


def test_readout_says_every_value(ask_node: Ask) -> None:
    explorer = drawn(4)
    explorer.clamp_gate, explorer.clamp_from, explorer.clamp_to = "f", 0, 60
    answer = answers_of(ask_node, [explorer])[0]
    assert f"Step {explorer.t}, unit {explorer.unit}" in answer["readout"]
    for name in ("x", "f", "i", "g", "o", "c", "h"):
        shown = f"{answer['values'][name]:.2f}".replace("-", "−")
        assert f"{name} = {shown}" in answer["readout"] or shown == "−0.00"
    assert "Gate f is held here." in answer["readout"]
