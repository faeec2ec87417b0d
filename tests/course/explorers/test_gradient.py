"""The gradient explorer: the page shows the gradients that JAX finds, of the networks it names."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
import pytest

from lstm_jax import gradient_flow, init_lstm, init_rnn, trace
from lstm_jax.course import GradientExplorer
from lstm_jax.gradients import _gradient_flow
from lstm_jax.traces import _trace

Ask = Callable[[str, Any], Any]


def answers_of(ask_node: Ask, *explorers: GradientExplorer) -> Any:
    """What the page makes of each."""
    data = dict(explorers[0].data)
    data |= {kind: list(data[kind]) for kind in ("rnn", "lstm") if kind in data}
    names = [control["name"] for control in explorers[0].controls]
    states = [{name: getattr(explorer, name) for name in names} for explorer in explorers]
    return ask_node("gradient.mjs", {"data": data, "states": states})


def drawn(seed: int, hidden: int = 8) -> GradientExplorer:
    """An explorer with every control somewhere."""
    rng = np.random.default_rng(seed)
    return GradientExplorer(
        hidden=hidden,
        gain=rng.uniform(0.1, 1.5),
        forget_bias=rng.uniform(-2, 8),
        length=int(rng.integers(10, 101)),
        seed=seed % 8,
        t=int(rng.integers(0, 10)),
    )


def preset(name: str) -> GradientExplorer:
    """An explorer that shows one."""
    explorer = GradientExplorer()
    explorer.preset = name
    return explorer


@pytest.mark.parametrize("hidden", [8, 16])
def test_page_shows_what_jax_computes(hidden: int, ask_node: Ask) -> None:
    explorers = [drawn(seed, hidden) for seed in range(24)]
    for explorer, answer in zip(explorers, answers_of(ask_node, *explorers), strict=True):
        params, steps = explorer.params, explorer.length
        for kind, network in params._asdict().items():
            for name, weights in network._asdict().items():
                np.testing.assert_array_equal(answer[kind][name], np.ravel(weights), err_msg=name)
        flows = explorer.gradient_flow()
        expected = {"rnn": flows.rnn.total, "lstm": flows.lstm.total, "direct": flows.lstm.direct}
        for path, norms in expected.items():
            # JAX works in float32: what is near 1e-38 is lost there, not in the page.
            np.testing.assert_allclose(answer["paths"][path], norms, rtol=1e-2, atol=1e-30)
        gates = explorer.trace().lstm.f[:steps]
        np.testing.assert_allclose(answer["f"], np.ravel(gates), atol=1e-5)


def test_without_the_lstm_the_rnn_is_the_same(ask_node: Ask) -> None:
    alone = GradientExplorer(lstm=False, gain=0.8, t=40)
    (answer,), (both,) = (
        answers_of(ask_node, each) for each in (alone, GradientExplorer(gain=0.8, t=40))
    )
    assert list(answer["paths"]) == ["rnn"]
    assert answer["paths"]["rnn"] == both["paths"]["rnn"]
    assert answer["keep"]["baseline"] == [0.8, 0, 100, 0]
    assert "forget" not in f"{alone!r} {alone.presets} {alone.still().alt} {answer['readout']}"
    alone.baseline = answer["keep"]["baseline"]
    assert answers_of(ask_node, alone)[0]["kept"]["paths"] == answer["paths"]
    alone.reset()
    assert alone.gain == 0.8
    assert not any(alone.baseline)


@pytest.mark.parametrize("seed", range(3))
def test_params_are_those_of_init(seed: int) -> None:
    explorer = drawn(seed)
    key, gain = jax.random.key(seed), explorer.gain
    expected = (
        init_rnn(key, 1, 8, gain=gain),
        init_lstm(key, 1, 8, gain=gain, forget_bias=explorer.forget_bias),
    )
    close = partial(np.testing.assert_allclose, atol=1e-6)
    jax.tree.map(close, tuple(explorer.params), expected)


@pytest.mark.parametrize("length", [37, 100])
def test_length_masks_and_keeps_sizes(length: int) -> None:
    explorer = GradientExplorer(length=length, forget_bias=2.0)
    flows = explorer.gradient_flow()
    for network, record, flow in zip(explorer.params, explorer.trace(), flows, strict=True):
        assert record.h.shape == (101, 8)
        expected = trace(network, explorer.xs[:length]).h
        np.testing.assert_allclose(record.h[: length + 1], expected, atol=1e-6)
        assert float(np.ptp(record.h[length:], axis=0).max()) == 0
        alone = gradient_flow(network, explorer.xs[:length])
        np.testing.assert_allclose(flow.total, alone.total, rtol=1e-4)


def test_slider_moves_compile_nothing() -> None:
    jitted = [_trace, _gradient_flow]
    explorer = GradientExplorer()
    explorer.trace(), explorer.gradient_flow()
    before = [each._cache_size() for each in jitted]
    explorer.gain, explorer.forget_bias, explorer.length, explorer.seed = 0.3, 3, 55, 4
    explorer.trace(), explorer.gradient_flow()
    assert [each._cache_size() for each in jitted] == before


def test_presets_show_what_they_say() -> None:
    def reached(name: str) -> tuple[float, float, float]:
        flows = preset(name).gradient_flow()
        return flows.rnn.total[0], flows.lstm.total[0], flows.lstm.direct[0]

    assert reached("gain 0.8")[0] < 1e-9
    assert reached("gain 1.5")[0] > 50
    assert reached("gain 1.5, other weights")[0] < 0.05
    assert reached("LSTM forgets by default")[1] < 1e-9
    _, total, direct = reached("LSTM remembers")
    assert total > 0.3
    assert 0.3 < direct < 1


def test_kept_baseline_stays_while_sliders_move(ask_node: Ask) -> None:
    explorer = GradientExplorer(gain=0.8, length=50, seed=3)
    (first,) = answers_of(ask_node, explorer)
    assert first["kept"] is None
    explorer.baseline = first["keep"]["baseline"]
    explorer.preset = "gain 1.5"
    (later,) = answers_of(ask_node, explorer)
    assert later["kept"]["paths"] == first["paths"]
    assert later["paths"] != first["paths"]
    explorer.reset()
    assert answers_of(ask_node, explorer)[0]["kept"] is None


def test_page_computes_anew_only_what_has_changed(ask_node: Ask) -> None:
    kept = [0.8, 1.0, 50, 3]
    moves = [
        ({}, [], []),
        ({"t": 30}, ["rnn", "lstm"], ["rnn", "lstm"]),
        ({"forget_bias": 3.0}, ["rnn"], ["rnn", "lstm"]),
        ({"gain": 1.2}, [], ["rnn", "lstm"]),
        ({"length": 40}, [], ["rnn", "lstm"]),
        ({"seed": 2}, [], ["rnn", "lstm"]),
        ({"baseline": [0.8, 2.0, 50, 3]}, ["rnn", "lstm"], ["rnn"]),
        ({"baseline": [0.8, 2.0, 50, 4]}, ["rnn", "lstm"], []),
        ({"baseline": [0.0] * 4}, ["rnn", "lstm"], []),
        ({"baseline": kept}, ["rnn", "lstm"], []),
    ]
    values: dict[str, Any] = {"baseline": kept}
    explorers = [GradientExplorer(**(values := values | move)) for move, *_ in moves]
    for page, (_, now, old) in zip(answers_of(ask_node, *explorers), moves, strict=True):
        alone = {name: page[name] for name in ("rnn", "lstm", "f", "paths", "kept")}
        assert page["followed"] == alone
        assert page["reused"] == {"now": now, "kept": old}


@pytest.mark.parametrize("baseline", [[1, 1, 50, 8], [1, 1, 50, -1], [1, 1, 0.5, 0], [0.0] * 4])
def test_baseline_that_is_none_is_not_drawn(baseline: list[float], ask_node: Ask) -> None:
    assert answers_of(ask_node, GradientExplorer(baseline=baseline))[0]["kept"] is None


def test_readout_says_what_is_left(ask_node: Ask) -> None:
    explorer = GradientExplorer(gain=0.8, t=40)
    flow = explorer.gradient_flow().rnn.total[40]
    digits, exponent = f"{flow:.1e}".split("e-0")
    said, beyond = (
        each["readout"]
        for each in answers_of(ask_node, explorer, GradientExplorer(length=20, t=21))
    )
    assert (
        f"at step 40, this much is left at step 100: {digits}·10⁻{'⁰¹²³⁴⁵⁶⁷⁸⁹'[int(exponent)]}"
        in said
    )
    assert beyond == "Step 21 lies beyond the last step, T = 20."
