"""What all explorers share: controls, sentences for bad values, presets, the module, the still."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest
from given import made
from threads import from_page

from lstm_jax.course import GateExplorer
from lstm_jax.course import explorers as widgets
from lstm_jax.course.explorers.controls import Order, Slider
from lstm_jax.course.explorers.explorer import Explorer, controls_of
from lstm_jax.traces import _trace


@pytest.fixture(params=widgets.__all__)
def explorer(request: pytest.FixtureRequest) -> Explorer:
    """One of each kind."""
    explorer: Explorer = made(request.param)
    return explorer


def sliders(explorer: Explorer) -> dict[str, Slider]:
    """The sliders by name."""
    own = controls_of(type(explorer))
    return {name: control for name, control in own.items() if isinstance(control, Slider)}


def values(explorer: Explorer) -> dict[str, Any]:
    """What every control shows."""
    return {name: getattr(explorer, name) for name in controls_of(type(explorer))}


# --- controls are traits


def test_every_slider_can_be_set_observed_and_linked(explorer: Explorer) -> None:
    for name, slider in sliders(explorer).items():
        seen: list[float] = []
        explorer.observe(lambda change, seen=seen: seen.append(change["new"]), names=name)
        box = ipywidgets.FloatText(getattr(explorer, name))
        link = ipywidgets.link((explorer, name), (box, "value"))
        end = slider.low if getattr(explorer, name) != slider.low else slider.high
        setattr(explorer, name, end)
        assert seen == [end]
        assert box.value == end
        link.unlink()


def test_every_slider_takes_numpy_and_whole_numbers() -> None:
    explorer = GateExplorer()
    explorer.bias = np.float32(1.5)
    explorer.t = np.int64(7)
    assert (explorer.bias, type(explorer.bias)) == (1.5, float)
    assert (explorer.t, type(explorer.t)) == (7, int)


def test_controls_are_described_to_the_page(explorer: Explorer) -> None:
    state = explorer.get_state()
    described = {control["name"]: control for control in state["controls"]}
    assert described.keys() == controls_of(type(explorer)).keys()
    assert {name: control["start"] for name, control in described.items()} == values(explorer)
    for name, slider in sliders(explorer).items():
        assert (described[name]["low"], described[name]["high"]) == (slider.low, slider.high)
        assert slider.low <= described[name]["start"] <= slider.high


def test_constructor_sets_controls_and_reset_goes_back_there() -> None:
    explorer = GateExplorer("i", bias=2, sequence="sine")
    start = values(explorer)
    assert (explorer.bias, explorer.sequence) == (2.0, "sine")
    explorer.preset = "always 0"
    explorer.playing = True
    explorer.reset()
    assert values(explorer) == start
    assert (explorer.preset, explorer.playing) == ("", False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"colour": 3}, "GateExplorer: there is no control 'colour'; there are t, sequence, "),
        ({"bias": float("nan")}, "bias should be a number from -8 to 8, got nan"),
        ({"t": 60}, "t should be a whole number from 0 to 59, got 60"),
        ({"clamp": 1}, "clamp should be one of 'free', '0', '1', got 1"),
        ({"drawing": []}, "drawing should be 60 numbers from -1 to 1, got 0"),
    ],
)
def test_constructor_refuses(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        GateExplorer("f", **wrong)


# --- sizes

SIZED = [
    (widgets.CellExplorer, {"steps": 100, "hidden": 16}),
    (widgets.GateExplorer, {"steps": 100}),
    (widgets.GradientExplorer, {"hidden": 16}),
    (widgets.RNNExplorer, {"steps": 100, "hidden": 16}),
]


@pytest.mark.parametrize(("cls", "sizes"), SIZED)
def test_sizes_move_the_ends_of_the_controls(cls: type[Explorer], sizes: dict[str, int]) -> None:
    explorer = cls(**sizes)
    described = {control["name"]: control for control in explorer.get_state()["controls"]}
    assert described.keys() == controls_of(cls).keys()
    ends = {"steps": {"t": -1, "clamp_from": -1, "clamp_to": 0}, "hidden": {"unit": -1}}
    for size, moved in ends.items():
        for name, before in moved.items():
            if size in sizes and name in described:
                end = sizes[size] + before
                assert described[name]["high"] == end
                setattr(explorer, name, end)
                assert (getattr(explorer, name), explorer.message) == (end, "")
                setattr(explorer, name, end + 1)
                assert f"to {end}, got {end + 1}" in explorer.message
    assert len(explorer.xs) == 100
    assert values(cls(**sizes)) == {name: each["start"] for name, each in described.items()}


@pytest.mark.parametrize(("cls", "sizes"), SIZED)
def test_presets_of_another_size_are_in_its_range(
    cls: type[Explorer], sizes: dict[str, int]
) -> None:
    explorer, usual = cls(**sizes), cls()
    for name in explorer.presets:
        explorer.preset = usual.preset = name
        assert (explorer.preset, explorer.message) == (name, "")
        at_the_end = explorer.t == len(explorer.xs) - 1
        assert at_the_end == (usual.t == len(usual.xs) - 1)


@pytest.mark.parametrize(("cls", "sizes"), SIZED)
def test_slider_moves_at_another_size_compile_nothing(
    cls: type[Explorer], sizes: dict[str, int]
) -> None:
    explorer = cls(**sizes)
    explorer.trace()
    before = _trace._cache_size()
    for name, slider in sliders(explorer).items():
        setattr(explorer, name, slider.low)
        explorer.trace()
    assert _trace._cache_size() == before


@pytest.mark.parametrize(("cls", "sizes"), SIZED)
@pytest.mark.parametrize("wrong", [1, 1000, 64.5, "many", None, float("nan")])
def test_sizes_out_of_range_are_refused(
    cls: type[Explorer], sizes: dict[str, int], wrong: Any
) -> None:
    for name in sizes:
        sentence = f"{cls.__name__}: {name} should be a whole number from .*, got {wrong!r}"
        with pytest.raises(ValueError, match=sentence):
            cls(**{name: wrong})


# --- a bad value


def test_bad_number_leaves_the_old_one_and_a_sentence(explorer: Explorer) -> None:
    for name, slider in sliders(explorer).items():
        before = values(explorer)
        for wrong in (float("nan"), float("inf"), slider.high + 1, slider.low - 1, "much", None):
            explorer.message = ""
            setattr(explorer, name, wrong)
            assert values(explorer) == before
            assert explorer.message.startswith(f"{name} should be a")


@pytest.mark.parametrize(
    "wrong", [[], [0.0] * 59, [0.0] * 59 + [2.0], [float("nan")] * 60, "line", 3]
)
def test_bad_drawing_leaves_the_old_one_and_a_sentence(wrong: Any) -> None:
    explorer = GateExplorer(drawing=[0.5] * 60)
    explorer.drawing = wrong
    assert explorer.drawing == [0.5] * 60
    assert explorer.message.startswith("drawing should be 60 numbers from -1 to 1, got ")


def test_next_good_value_clears_the_sentence_but_the_cursor_does_not() -> None:
    explorer = GateExplorer()
    from_page(explorer, bias=None)
    explorer.t = 5
    assert "bias should be a number" in explorer.message
    from_page(explorer, bias=0)  # even where it is the value that stayed
    assert explorer.message == ""


def test_unknown_preset_leaves_a_sentence(explorer: Explorer) -> None:
    before = values(explorer)
    explorer.preset = "nonsense"
    assert values(explorer) == before
    assert explorer.preset == ""
    assert "got 'nonsense'" in explorer.message


# --- presets


def test_presets_show_different_things(explorer: Explorer) -> None:
    shown = []
    for name in explorer.presets:
        explorer.preset = name
        assert (explorer.preset, explorer.message) == (name, "")
        shown.append(values(explorer))
    assert len(shown) >= 3
    assert all(one not in shown[:index] for index, one in enumerate(shown))


def test_preset_is_left_when_a_control_moves_but_not_by_the_cursor() -> None:
    explorer = GateExplorer()
    explorer.preset = "bias 1"
    explorer.t = 30
    explorer.drawing = [0.5] * 60  # not shown, and not part of any preset
    assert explorer.preset == "bias 1"
    explorer.w = 2.0
    assert explorer.preset == ""
    explorer.preset = "bias 1"
    assert explorer.w == 0.0


def test_page_sends_a_preset_with_its_values() -> None:
    explorer = GateExplorer()
    from_page(explorer, bias=4.0, sequence="write and erase", t=25, preset="write and erase")
    assert (explorer.preset, explorer.bias, explorer.t) == ("write and erase", 4.0, 25)


# --- what the page and other fronts get


@pytest.mark.slow
def test_random_moves_raise_nothing(explorer: Explorer) -> None:
    rng = np.random.default_rng(0)
    own = controls_of(type(explorer))
    for _ in range(1000):
        name = rng.choice([name for name in own if not isinstance(own[name], Order)])
        control = own[name]
        if isinstance(control, Slider):
            value: Any = control.number(rng.uniform(control.low, control.high))
        elif control.description["kind"] == "choice":
            value = str(rng.choice(control.description["options"]))
        elif control.description["kind"] == "text":
            value = " ".join(rng.choice(["not", "good", "", "?", "\n", "é"], 5))
        else:
            value = rng.uniform(control.low, control.high, control.count).tolist()
        from_page(explorer, **{name: value})
        assert getattr(explorer, name) == value
        assert explorer.message == ""


def test_display_holds_the_widget_a_still_and_a_sentence(explorer: Explorer) -> None:
    data, _ = explorer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == f"{type(explorer).__name__}: {explorer.still().alt}"


def test_state_is_json_and_bytes(explorer: Explorer) -> None:
    state = {name: value for name, value in explorer.get_state().items() if name != "layout"}
    json.dumps(state, default=lambda value: bytes(value).hex(), allow_nan=False)


def test_module_is_one_that_node_takes(node: str, tmp_path: Path) -> None:
    module = tmp_path / "module.mjs"
    module.write_text(GateExplorer()._esm, encoding="utf-8")
    assert "\nimport " not in module.read_text(encoding="utf-8")
    code = f"import * as all from {json.dumps(module.as_uri())}; console.log(JSON.stringify(" + (
        "[Object.keys(all), Object.keys(all.default)]))"
    )
    command = [node, "--input-type=module", "-e", code]
    run = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [["default"], ["initialize", "render"]]
